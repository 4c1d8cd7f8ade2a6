import type { CertificateAuthority } from "../../host/certificates.ts";
import { every } from "../../host/every.ts";
import type { Log } from "../../host/log.ts";
import { replaceFile } from "../../host/replace-file.ts";
import { type Clock, type Instant, isReached, later, type Stop } from "../../protocol/time.ts";
import type { Store } from "../store/store.ts";
import { revisionNow } from "./rows.ts";

export type RevocationsParts = {
  readonly store: Store;
  readonly authority: CertificateAuthority;
  /** How long a list is good. */
  readonly listMs: number;
  /** Where the broker reads it. */
  readonly file?: string;
  readonly clock: Clock;
  readonly log: Log;
};

const LOOK_MS = 500;
/** A list is made anew so often, however long it is good: who fetches it always has most of its time. */
const FRESH_MS = 3_600_000;

type Made = { readonly revision: number; readonly until: Instant; readonly list: string };

/** The list of certificates that the broker shall not believe any more, by what the store says now. */
export class Revocations {
  readonly #parts: RevocationsParts;
  #made: Made | undefined;
  #written: string | undefined;
  #asked: Promise<string> | undefined;

  constructor(parts: RevocationsParts) {
    this.#parts = parts;
  }

  /** PEM. Made anew when a stand has changed, or an hour after the last one. However many ask, the store is asked once at a time. */
  list(): Promise<string> {
    this.#asked ??= this.#list().finally(() => {
      this.#asked = undefined;
    });
    return this.#asked;
  }

  async #list(): Promise<string> {
    const { store, clock } = this.#parts;
    const revision = await revisionNow(store);
    const made = this.#made;
    if (made?.revision === revision && !isReached(made.until, clock.now())) return made.list;
    const list = await this.#make();
    this.#made = { revision, until: later(clock.now(), FRESH_MS), list };
    return list;
  }

  /** Writes the file now, where there is one and the list is another. A half one would shut everybody out. */
  async write(): Promise<void> {
    const { file, log } = this.#parts;
    if (file === undefined) return;
    const list = await this.list();
    if (list === this.#written) return;
    await replaceFile(file, list, 0o644);
    this.#written = list;
    log.info("revocations written", { file });
  }

  /** Keeps the file as the store has it. */
  keep(): Stop {
    const { clock, log, file } = this.#parts;
    if (file === undefined) return () => undefined;
    const run = (): Promise<void> => this.write();
    return every(clock, log, { firstMs: 0, everyMs: LOOK_MS, what: "revocations not written", run });
  }

  async #make(): Promise<string> {
    const { store, authority, listMs, clock } = this.#parts;
    const nowMs = clock.wall();
    const rows = await store
      .selectFrom("stand_certificates")
      .select(["serial", "revoked_ms"])
      .where("revoked_ms", "is not", null)
      .where("ends_ms", ">", nowMs)
      .orderBy("revoked_ms")
      .execute();
    const revoked = rows.map(({ serial, revoked_ms }) => ({ serial, sinceMs: revoked_ms ?? nowMs }));
    return authority.list({ revoked, nowMs, untilMs: nowMs + listMs, number: Math.floor(nowMs / 1_000) });
  }
}
