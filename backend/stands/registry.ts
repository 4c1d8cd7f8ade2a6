import type { StandId } from "../../protocol/ids.ts";
import type { WallMs } from "../../protocol/time.ts";
import type { Policies } from "../ledger/words.ts";
import type { Rate } from "../merchants/admission.ts";
import type { MerchantId } from "../providers/provider.ts";
import type { Store } from "../store/store.ts";
import { hashOfCode, newCode } from "./codes.ts";
import type { Place, StandRecord } from "./record.ts";
import { type Asked, changing } from "./rows.ts";

/** What a person says of a stand. What is left out has a usual value: the id as name, the only merchant that sells. */
export type StandWords = {
  readonly name?: string;
  /** `null` takes it away. */
  readonly site?: string | null;
  readonly place?: Place | null;
  readonly merchant?: MerchantId;
  readonly policies?: Policies;
  readonly rate?: Rate;
};

/** Told once, kept nowhere in clear. */
export type Invitation = { readonly stand: StandId; readonly code: string; readonly endsMs: WallMs };

/** `because` is for a person, with what to do. */
export type Not<Kind extends string> = { readonly is: Kind; readonly because: string };
export type Invited = { readonly is: "invited"; readonly invitation: Invitation };
export type Changed = { readonly is: "changed" };

export type RegistryParts = {
  readonly store: Store;
  /** How long a code is good; absent where nobody could use one. */
  readonly codeMs: number | undefined;
  /** Who sells: whom a stand may sell for. */
  readonly selling: readonly MerchantId[];
  isConfigured(stand: StandId): boolean;
  wall(): WallMs;
  /** The store has something new. Resolves when this process acts by it. */
  changed(): Promise<void>;
};

const USUAL_RATE: Rate = { aMinute: 20, burst: 10 };
const USUAL_POLICIES: Policies = { late: "hold", failed: "hold" };

/** The stands that come and go while backends run. Whoever asks, and why, is for the caller to write down. */
export class Registry {
  readonly #parts: RegistryParts;

  constructor(parts: RegistryParts) {
    this.#parts = parts;
  }

  /** A new stand, and the code by which its machine becomes it. */
  async add(id: StandId, words: StandWords): Promise<Invited | Not<"taken" | "configured" | "no-merchant" | "closed">> {
    if (this.#parts.isConfigured(id)) return configured(id);
    const { codeMs } = this.#parts;
    if (codeMs === undefined) return CLOSED;
    const merchant = this.#sellerOf(words);
    if (typeof merchant !== "string") return merchant;
    const { store, wall } = this.#parts;
    const done = await changing(store, async (whole, revision) => {
      const row = { ...newRow(id, merchant, wall()), ...columnsOf(words), revision };
      const made = await whole
        .insertInto("stands")
        .values(row)
        .onConflict((conflict) => conflict.column("id").doNothing())
        .executeTakeFirst();
      if (made.numInsertedOrUpdatedRows !== 1n) return taken(id);
      return { is: "invited", invitation: await this.#invite(whole, id, codeMs) } as const;
    });
    if (done.is === "invited") await this.#parts.changed();
    return done;
  }

  /** A new code for a stand that is there; older ones of it are good no more. One that was revoked comes back by it. */
  async invite(id: StandId): Promise<Invited | Not<"unknown" | "configured" | "closed">> {
    if (this.#parts.isConfigured(id)) return configured(id);
    const { codeMs } = this.#parts;
    if (codeMs === undefined) return CLOSED;
    return changing(this.#parts.store, async (whole) => {
      const known = await whole.selectFrom("stands").select("id").where("id", "=", id).executeTakeFirst();
      if (known === undefined) return unknown(id);
      return { is: "invited", invitation: await this.#invite(whole, id, codeMs) };
    });
  }

  /** From now on nothing that it says is believed, and no code of it is good. */
  async revoke(id: StandId, why: string): Promise<Changed | Not<"unknown" | "configured">> {
    if (this.#parts.isConfigured(id)) return configured(id);
    const { store, wall } = this.#parts;
    const done = await changing(store, async (whole, revision) => {
      const words = { state: "revoked", revoked_ms: wall(), revoked_why: why, revision } as const;
      const known = await whole.updateTable("stands").set(words).where("id", "=", id).executeTakeFirst();
      if (known.numUpdatedRows === 0n) return unknown(id);
      await endPapers(whole, id, wall());
      await dropCodes(whole, id, wall());
      return { is: "changed" } as const;
    });
    await this.#parts.changed();
    return done;
  }

  async change(id: StandId, words: StandWords): Promise<Changed | Not<"unknown" | "configured" | "no-merchant">> {
    if (this.#parts.isConfigured(id)) return configured(id);
    const merchant = words.merchant === undefined ? undefined : this.#sellerOf(words);
    if (typeof merchant === "object") return merchant;
    const done = await changing(this.#parts.store, async (whole, revision) => {
      const columns = { ...columnsOf(words), ...(merchant && { merchant }), revision };
      const known = await whole.updateTable("stands").set(columns).where("id", "=", id).executeTakeFirst();
      return known.numUpdatedRows === 0n ? unknown(id) : ({ is: "changed" } as const);
    });
    await this.#parts.changed();
    return done;
  }

  async #invite(whole: Asked, stand: StandId, codeMs: number): Promise<Invitation> {
    const [code, now] = [newCode(), this.#parts.wall()];
    await dropCodes(whole, stand, now);
    const row = { hash: hashOfCode(code), stand, made_ms: now, ends_ms: now + codeMs };
    await whole
      .insertInto("stand_codes")
      .values({ ...row, dropped_ms: null, used_ms: null, used_kid: null })
      .execute();
    return { stand, code, endsMs: row.ends_ms };
  }

  #sellerOf({ merchant }: StandWords): MerchantId | Not<"no-merchant"> {
    const { selling } = this.#parts;
    const [only, ...others] = selling;
    if (merchant === undefined && only !== undefined && others.length === 0) return only;
    if (merchant !== undefined && selling.includes(merchant)) return merchant;
    const known = selling.length === 0 ? "none sells" : `say one of ${selling.join(", ")}`;
    const said = merchant === undefined ? "whom it sells for is missing" : `"${merchant}" is no merchant that sells`;
    return { is: "no-merchant", because: `${said}: ${known}` };
  }
}

/** What a stand goes on with when all else of it ends. */
export type Kept = { readonly kid: string; readonly keyHash: string };

/** Its keys and certificates are good no more, but for what is `kept`. */
export async function endPapers(whole: Asked, stand: StandId, wall: WallMs, kept?: Kept): Promise<void> {
  const over = { revoked_ms: wall };
  const keys = whole.updateTable("stand_keys").set(over).where("stand", "=", stand).where("revoked_ms", "is", null);
  await (kept === undefined ? keys : keys.where("kid", "!=", kept.kid)).execute();
  const papers = whole
    .updateTable("stand_certificates")
    .set(over)
    .where("stand", "=", stand)
    .where("revoked_ms", "is", null);
  await (kept === undefined ? papers : papers.where("key_hash", "!=", kept.keyHash)).execute();
}

async function dropCodes(whole: Asked, stand: StandId, wall: WallMs): Promise<void> {
  await whole
    .updateTable("stand_codes")
    .set({ dropped_ms: wall })
    .where("stand", "=", stand)
    .where("used_ms", "is", null)
    .where("dropped_ms", "is", null)
    .execute();
}

const newRow = (id: StandId, merchant: MerchantId, wall: WallMs) => ({
  id,
  name: id,
  site: null,
  latitude: null,
  longitude: null,
  merchant,
  state: "invited" as const,
  late_policy: USUAL_POLICIES.late,
  failed_policy: USUAL_POLICIES.failed,
  rate_a_minute: USUAL_RATE.aMinute,
  rate_burst: USUAL_RATE.burst,
  made_ms: wall,
  enrolled_ms: null,
  revoked_ms: null,
  revoked_why: null,
});

const columnsOf = ({ name, site, place, policies, rate }: StandWords) => ({
  ...(name === undefined ? {} : { name }),
  ...(site === undefined ? {} : { site }),
  ...(place === undefined ? {} : { latitude: place?.latitude ?? null, longitude: place?.longitude ?? null }),
  ...(policies && { late_policy: policies.late, failed_policy: policies.failed }),
  ...(rate && { rate_a_minute: rate.aMinute, rate_burst: rate.burst }),
});

const CLOSED: Not<"closed"> = {
  is: "closed",
  because: "nobody could enrol: write [enrolment] into the configuration, and restart the backends",
};
const taken = (id: StandId): Not<"taken"> => ({
  is: "taken",
  because: `${id} is there already: \`backend stands invite ${id}\` makes a new code for it`,
});
const unknown = (id: StandId): Not<"unknown"> => ({
  is: "unknown",
  because: `there is no stand ${id}: \`backend stands add ${id}\` makes it`,
});
const configured = (id: StandId): Not<"configured"> => ({
  is: "configured",
  because: `${id} stands in the configuration's [[stands]]: change it there, and restart the backends`,
});

/** For lists: of the configuration first, then by id. */
export const inOrder = (records: Iterable<StandRecord>): readonly StandRecord[] =>
  [...records].sort((one, other) => (one.id < other.id ? -1 : 1));
