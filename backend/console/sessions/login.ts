import type { Clock } from "../../../protocol/time.ts";
import type { Store } from "../../store/store.ts";
import type { Tables } from "../../store/tables.ts";
import { accountOf } from "../accounts/accounts.ts";
import type { Hasher } from "../accounts/hasher.ts";
import { wrongWithPassword } from "../accounts/password-rules.ts";
import type { Audit } from "../audit/audit.ts";
import { endAllOf, type Sessions, type Signed } from "./sessions.ts";
import { hashOf } from "./tokens.ts";
import type { Tries } from "./tries.ts";

export type LoginParts = {
  readonly store: Store;
  readonly clock: Pick<Clock, "wall">;
  readonly audit: Audit;
  readonly hasher: Hasher;
  readonly sessions: Sessions;
  readonly tries: Tries;
};

/** `session`: what the browser had before, which ends. */
export type Knock = {
  readonly name: string;
  readonly password: string;
  readonly source: string;
  readonly session?: string;
};

export type LetIn =
  | { readonly is: "in"; readonly session: string }
  /** Whether the name, the password or the account is no good, nobody is told. `known`: whose account it was, for the audit log. */
  | { readonly is: "not-let-in"; readonly known?: string }
  | { readonly is: "too-often"; readonly waitMs: number };

const QUEUE_FULL: LetIn = { is: "too-often", waitMs: 5_000 };

/** Signs in with name and password. A flood is turned away before it writes a line: tries are counted for as many only as are looked at. */
export async function logIn(knock: Knock, parts: LoginParts): Promise<LetIn> {
  const done = await parts.hasher.admit(() => tried(knock, parts));
  return done === "full" ? QUEUE_FULL : done;
}

async function tried(knock: Knock, parts: LoginParts): Promise<LetIn> {
  const { store, tries, hasher } = parts;
  const waitMs = await tries.begin(knock.name, knock.source);
  if (waitMs > 0) return { is: "too-often", waitMs };
  const row = await accountOf(store, knock.name);
  const isRight = await hasher.isPassword(knock.password, row?.password);
  if (isRight === "full") return QUEUE_FULL;
  if (row === undefined || !isRight || !isUsable(row, parts.clock.wall())) {
    return { is: "not-let-in", ...(row && { known: row.name }) };
  }
  const session = await admit(row, knock, parts);
  if (session === undefined) return { is: "not-let-in", known: row.name };
  await tries.succeed(knock.name, knock.source);
  if (row.password !== null && hasher.isCheap(row.password)) await renew(row, knock.password, parts);
  return { is: "in", session };
}

const isUsable = (row: Tables["accounts"], now: number): boolean =>
  row.is_disabled === 0 && (row.password_ends_ms === null || row.password_ends_ms > now);

/** Nothing where the account was changed while its password was looked at. */
function admit(
  { name, role, password }: Tables["accounts"],
  { source, session: old }: Knock,
  { audit, sessions, clock }: LoginParts,
): Promise<string | undefined> {
  return audit.together(async (store, pen) => {
    const done = await store
      .updateTable("accounts")
      .set({ signed_in_ms: clock.wall() })
      .where("name", "=", name)
      .where("password", "=", password)
      .where("is_disabled", "=", 0)
      .executeTakeFirst();
    if (done.numUpdatedRows !== 1n) return undefined;
    if (old !== undefined) await store.deleteFrom("sessions").where("hash", "=", hashOf(old)).execute();
    const session = await sessions.begin(store, name, source);
    await pen({ who: name, role, source, what: "session.login", result: "done" });
    return session;
  });
}

/** Stored anew at today's cost. */
async function renew({ name, password: old }: Tables["accounts"], said: string, parts: LoginParts): Promise<void> {
  const password = await parts.hasher.hash(said);
  await parts.store
    .updateTable("accounts")
    .set({ password })
    .where("name", "=", name)
    .where("password", "=", old)
    .execute();
}

export type PasswordChange = { readonly old: string; readonly new: string; readonly source: string };
export type PasswordChanged =
  | { readonly is: "changed"; readonly session: string }
  | { readonly is: "not-let-in" }
  | { readonly is: "foreign" }
  | { readonly is: "bad"; readonly because: string }
  | { readonly is: "too-often"; readonly waitMs: number };

/** One's own password; every session of the account ends, and a new one begins. */
export async function changePassword(who: Signed, said: PasswordChange, parts: LoginParts): Promise<PasswordChanged> {
  const { store, hasher, tries } = parts;
  if (who.isForeign) return { is: "foreign" };
  const because = said.new === said.old ? "is the old one" : wrongWithPassword(said.new, who.name);
  if (because !== undefined) return { is: "bad", because };
  const waitMs = await tries.begin(who.name, said.source);
  if (waitMs > 0) return { is: "too-often", waitMs };
  const row = await accountOf(store, who.name);
  const isRight = await hasher.isPassword(said.old, row?.password);
  if (isRight === "full") return { is: "too-often", waitMs: 5_000 };
  if (!isRight || row === undefined) return { is: "not-let-in" };
  const session = await putPassword(row, await hasher.hash(said.new), said.source, parts);
  if (session === undefined) return { is: "not-let-in" };
  await tries.succeed(who.name, said.source);
  return { is: "changed", session };
}

function putPassword(
  { name, role, password: old }: Tables["accounts"],
  password: string,
  source: string,
  { audit, sessions }: LoginParts,
): Promise<string | undefined> {
  return audit.together(async (store, pen) => {
    const done = await store
      .updateTable("accounts")
      .set({ password, password_ends_ms: null })
      .where("name", "=", name)
      .where("password", "=", old)
      .where("is_disabled", "=", 0)
      .executeTakeFirst();
    if (done.numUpdatedRows !== 1n) return undefined;
    await endAllOf(store, name);
    const session = await sessions.begin(store, name, source);
    await pen({ who: name, role, source, what: "account.password", about: name, result: "done" });
    return session;
  });
}
