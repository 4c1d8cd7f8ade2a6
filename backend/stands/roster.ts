import type { StandId } from "../../protocol/ids.ts";
import type { KeySet } from "../../protocol/keys.ts";
import type { Stop } from "../../protocol/time.ts";
import type { Terms } from "../ledger/words.ts";
import { ONLY_MERCHANT } from "../merchants/merchants.ts";
import type { MerchantId } from "../providers/provider.ts";
import { StandKeys } from "./keys.ts";
import type { StandRecord } from "./record.ts";

export type { Place, StandRecord, StandState } from "./record.ts";

/** Which stands there are, in memory: those of the configuration, and those that the store has, as it follows them. */
export interface Roster {
  get(id: StandId): StandRecord | undefined;
  /** Every stand, the revoked ones too; in no order that anybody may rely on. */
  all(): Iterable<StandRecord>;
  readonly size: number;
  /** Whose statements are believed, now: a stand that is revoked is out of it at once. */
  readonly keys: KeySet;
  /** Whom a stand sells for; `main` for who is not in it. */
  sellerOf(id: StandId): MerchantId;
  /** The rules for this stand's orders. A stand that is not in it leaves its money to staff. */
  termsFor(id: StandId | undefined): Terms;
  /** `hear` is told which stands are other than before, after they are. */
  onChange(hear: (changed: ReadonlySet<StandId>) => void): Stop;
}

/** What may be told apart from one stand to another, and what may not. */
export type CommonTerms = Omit<Terms, "policies">;

const HELD = { late: "hold", failed: "hold" } as const;

/** The roster of one process. Whoever knows more hands it in by `put`; nothing here looks anything up. */
export class RosterInMemory implements Roster {
  readonly #common: CommonTerms;
  readonly #records = new Map<StandId, StandRecord>();
  readonly #standKeys = new StandKeys();
  /** One for each pair of policies that there is, not one for each stand. */
  readonly #terms = new Map<string, Terms>();
  readonly #hearers = new Set<(changed: ReadonlySet<StandId>) => void>();

  constructor(common: CommonTerms, first: Iterable<StandRecord> = []) {
    this.#common = common;
    this.put(first);
  }

  get size(): number {
    return this.#records.size;
  }

  get keys(): KeySet {
    return this.#standKeys;
  }

  get(id: StandId): StandRecord | undefined {
    return this.#records.get(id);
  }

  all(): Iterable<StandRecord> {
    return this.#records.values();
  }

  sellerOf(id: StandId): MerchantId {
    return this.#records.get(id)?.merchant ?? ONLY_MERCHANT;
  }

  termsFor(id: StandId | undefined): Terms {
    const { late, failed } = (id && this.#records.get(id)?.policies) ?? HELD;
    const name = `${late} ${failed}`;
    const known = this.#terms.get(name) ?? { ...this.#common, policies: { late, failed } };
    this.#terms.set(name, known);
    return known;
  }

  onChange(hear: (changed: ReadonlySet<StandId>) => void): Stop {
    this.#hearers.add(hear);
    return () => void this.#hearers.delete(hear);
  }

  /** Takes these in, each in the place of what was there, and forgets `gone`. One of the configuration stays as it is. */
  put(records: Iterable<StandRecord>, gone: Iterable<StandId> = []): void {
    const changed = new Set<StandId>();
    for (const id of gone) if (this.#forget(id)) changed.add(id);
    for (const record of records) if (this.#take(record)) changed.add(record.id);
    if (changed.size > 0) for (const hear of [...this.#hearers]) hear(changed);
  }

  #take(record: StandRecord): boolean {
    const known = this.#records.get(record.id);
    if (known?.isConfigured) return false;
    this.#records.set(record.id, record);
    this.#standKeys.change(record.id, record.keys);
    return true;
  }

  #forget(id: StandId): boolean {
    if (this.#records.get(id)?.isConfigured !== false) return false;
    this.#standKeys.change(id, []);
    return this.#records.delete(id);
  }
}
