import type { Clock } from "../../../protocol/time.ts";
import type { Query } from "../../store/query.ts";
import type { Store } from "../../store/store.ts";
import type { Tables } from "../../store/tables.ts";
import { isTaken } from "../../store/taken.ts";
import type { AccountLine, Role } from "../api/words.ts";
import type { Actor, Audit } from "../audit/audit.ts";
import { endAllOf } from "../sessions/sessions.ts";
import type { Hasher } from "./hasher.ts";
import { oneTimePassword } from "./password-rules.ts";

export type AccountsParts = {
  readonly store: Store;
  readonly audit: Audit;
  readonly clock: Pick<Clock, "wall">;
  readonly hasher: Hasher;
};

export type Added = { readonly is: "added"; readonly account: AccountLine; readonly password: string };
export type Change = {
  readonly role?: Role | undefined;
  readonly isDisabled?: boolean | undefined;
  readonly newPassword?: true | undefined;
};
export type Changed =
  | { readonly is: "changed"; readonly account: AccountLine; readonly password?: string }
  | { readonly is: "unknown" }
  /** Nobody could let anybody in any more. */
  | { readonly is: "last-admin" }
  /** Its role, or its password, is the OpenID provider's affair. */
  | { readonly is: "foreign" };

/** A one-time password that nobody has used by then is good for nothing. */
export const ONE_TIME_MS = 72 * 3_600_000;

type Row = Tables["accounts"];

/** Who may use the console. Every change is in the audit log, and ends the account's sessions. */
export class Accounts {
  readonly #parts: AccountsParts;

  constructor(parts: AccountsParts) {
    this.#parts = parts;
  }

  async list(): Promise<readonly AccountLine[]> {
    return (await this.#parts.store.selectFrom("accounts").selectAll().orderBy("name").execute()).map(accountLine);
  }

  /** With a one-time password, told here and never again. */
  async add(actor: Actor, name: string, role: Role): Promise<Added | { readonly is: "taken" }> {
    const { audit, hasher, clock } = this.#parts;
    const password = oneTimePassword();
    const stored = await hasher.hash(password);
    const now = clock.wall();
    const row: Row = {
      name,
      role,
      password: stored,
      subject: null,
      is_disabled: 0,
      password_ends_ms: now + ONE_TIME_MS,
      created_ms: now,
      signed_in_ms: null,
    };
    try {
      await audit.together(async (store, pen) => {
        await store.insertInto("accounts").values(row).execute();
        await pen({ ...actor, what: "account.add", about: name, details: { role }, result: "done" });
      });
    } catch (error) {
      if (isTaken(error)) return { is: "taken" };
      throw error;
    }
    return { is: "added", account: accountLine(row), password };
  }

  async change(actor: Actor, name: string, change: Change): Promise<Changed> {
    const password = change.newPassword && oneTimePassword();
    const stored = password && (await this.#parts.hasher.hash(password));
    return this.#parts.audit.together(async (store, pen) => {
      const row = await accountOf(store, name);
      if (row === undefined) return { is: "unknown" };
      if (isForeign(row) && (change.role !== undefined || change.newPassword)) return { is: "foreign" };
      const next = { ...row, ...this.#changes(change, stored) };
      if (isAdmin(row) && !isAdmin(next) && !(await isThereAnotherAdmin(store, name))) return { is: "last-admin" };
      await store.updateTable("accounts").set(next).where("name", "=", name).execute();
      await endAllOf(store, name);
      await pen({ ...actor, what: "account.change", about: name, details: { ...change }, result: "done" });
      return { is: "changed", account: accountLine(next), ...(password && { password }) };
    });
  }

  #changes({ role, isDisabled }: Change, stored: string | undefined): Partial<Row> {
    return {
      ...(role && { role }),
      ...(isDisabled === undefined ? {} : { is_disabled: isDisabled ? 1 : 0 }),
      ...(stored && { password: stored, password_ends_ms: this.#parts.clock.wall() + ONE_TIME_MS }),
    };
  }
}

export const accountOf = (store: Query<Tables>, name: string): Promise<Row | undefined> =>
  store.selectFrom("accounts").selectAll().where("name", "=", name).executeTakeFirst();

/** Comes through OpenID Connect. */
export const isForeign = ({ password }: Pick<Row, "password">): boolean => password === null;

/** Who can let others in whatever becomes of the OpenID provider. */
const isAdmin = (row: Row): boolean => row.role === "admin" && row.is_disabled === 0 && !isForeign(row);

async function isThereAnotherAdmin(store: Query<Tables>, name: string): Promise<boolean> {
  const other = await store
    .selectFrom("accounts")
    .select("name")
    .where("name", "<>", name)
    .where("role", "=", "admin")
    .where("is_disabled", "=", 0)
    .where("password", "is not", null)
    .limit(1)
    .executeTakeFirst();
  return other !== undefined;
}

const accountLine = (row: Row): AccountLine => ({
  name: row.name,
  role: row.role,
  isDisabled: row.is_disabled === 1,
  mustChangePassword: row.password_ends_ms !== null,
  isForeign: isForeign(row),
  createdMs: row.created_ms,
  ...(row.signed_in_ms === null ? {} : { signedInMs: row.signed_in_ms }),
});
