import { createHash } from "node:crypto";
import type { Query } from "../../store/query.ts";
import type { Tables } from "../../store/tables.ts";
import { accountOf } from "../accounts/accounts.ts";
import { accountNameSchema } from "../api/bodies.ts";
import type { Role } from "../api/words.ts";
import { endAllOf } from "../sessions/sessions.ts";
import type { Person } from "./provider.ts";

type Row = Tables["accounts"];

/** `is-disabled`: the account is switched off here, whatever the provider says. */
export type Welcomed =
  | { readonly is: "welcome"; readonly account: Row }
  | { readonly is: "disabled"; readonly name: string };

/**
 * The account of a person from elsewhere, in the transaction that lets her in: known by issuer and subject alone, for a name or a
 * mail address may be given to somebody else one day. Its role is the one that she came with.
 */
export async function welcome(store: Query<Tables>, person: Person, role: Role, now: number): Promise<Welcomed> {
  const subject = subjectOf(person);
  const known = await store.selectFrom("accounts").selectAll().where("subject", "=", subject).executeTakeFirst();
  if (known?.is_disabled === 1) return { is: "disabled", name: known.name };
  if (known === undefined) return { is: "welcome", account: await begin(store, person, role, now) };
  await store.updateTable("accounts").set({ role, signed_in_ms: now }).where("name", "=", known.name).execute();
  if (known.role !== role) await endAllOf(store, known.name);
  return { is: "welcome", account: { ...known, role } };
}

async function begin(store: Query<Tables>, person: Person, role: Role, now: number): Promise<Row> {
  const account: Row = {
    name: await freeName(store, person),
    role,
    password: null,
    subject: subjectOf(person),
    is_disabled: 0,
    password_ends_ms: null,
    created_ms: now,
    signed_in_ms: now,
  };
  await store.insertInto("accounts").values(account).execute();
  return account;
}

const subjectOf = ({ issuer, subject }: Person): string => `${issuer} ${subject}`;

/** What people know her by, where nobody has it; it gives no right to anything. */
async function freeName(store: Query<Tables>, person: Person): Promise<string> {
  const wanted = nameIn(person);
  if (wanted !== undefined && (await accountOf(store, wanted)) === undefined) return wanted;
  const mark = createHash("sha256").update(subjectOf(person)).digest("hex").slice(0, 12);
  return `${(wanted ?? "person").slice(0, 51)}-${mark}`;
}

function nameIn({ claims }: Person): string | undefined {
  const { email, email_verified: isVerified, preferred_username: username } = claims;
  const candidates = [isVerified === true ? email : undefined, username];
  const names = candidates.flatMap((each) => accountNameSchema.safeParse(lower(each)).data ?? []);
  return names[0];
}

const lower = (value: unknown): unknown => (typeof value === "string" ? value.toLowerCase() : value);
