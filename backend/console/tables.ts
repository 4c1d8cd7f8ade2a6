import type { Migration } from "../store/migrations.ts";
import { sql } from "../store/query.ts";
import type { Role } from "./api/words.ts";

/** Who may use the console, who does now, and what was done with it. */
export type ConsoleTables = {
  readonly accounts: {
    readonly name: string;
    readonly role: Role;
    /** As `hashPassword` gives it; none of an account that comes through OpenID Connect. */
    readonly password: string | null;
    /** Whose it is there: issuer and subject. */
    readonly subject: string | null;
    readonly is_disabled: number;
    /** The password was made by somebody else, and is good for nothing but to be changed, until then. */
    readonly password_ends_ms: number | null;
    readonly created_ms: number;
    readonly signed_in_ms: number | null;
  };
  readonly sessions: {
    /** Of its id, which only the browser has. */
    readonly hash: string;
    readonly account: string;
    readonly begun_ms: number;
    readonly seen_ms: number;
    readonly source: string;
  };
  /** How often somebody tried to sign in and could not. */
  readonly sign_in_tries: {
    readonly key: string;
    readonly failures: number;
    readonly last_ms: number;
    /** Before this nobody is let in by this key. */
    readonly until_ms: number;
  };
  /** Sign-ins that are under way at the OpenID provider. */
  readonly foreign_sign_ins: {
    /** Of `state`. */
    readonly hash: string;
    /** Of what only the browser that began it has. */
    readonly browser: string;
    readonly nonce: string;
    readonly verifier: string;
    readonly ends_ms: number;
  };
  readonly audit: {
    readonly number: number;
    readonly at_ms: number;
    readonly who: string;
    readonly role: string;
    readonly source: string;
    readonly what: string;
    readonly subject: string;
    readonly details: string;
    readonly result: string;
    readonly because: string;
    readonly hash: string;
  };
  /** One row: the last entry. Whoever writes takes it first, so that one writes after the other. */
  readonly audit_end: { readonly name: "audit"; readonly number: number; readonly hash: string };
  /** One row, once entries were deleted for their age: the last of them. The first that is left goes on from its hash. */
  readonly audit_seal: { readonly name: "audit"; readonly number: number; readonly hash: string };
};

export const CONSOLE_MIGRATIONS: readonly Migration[] = [
  {
    name: "console-1",
    up: async (store) => {
      const statements = [
        sql`CREATE TABLE accounts (name text PRIMARY KEY, role text NOT NULL, password text, subject text UNIQUE,
          is_disabled smallint NOT NULL, password_ends_ms bigint, created_ms bigint NOT NULL, signed_in_ms bigint)`,
        sql`CREATE TABLE sessions (hash text PRIMARY KEY, account text NOT NULL, begun_ms bigint NOT NULL,
          seen_ms bigint NOT NULL, source text NOT NULL)`,
        sql`CREATE INDEX sessions_of_account ON sessions (account)`,
        sql`CREATE TABLE sign_in_tries (key text PRIMARY KEY, failures bigint NOT NULL, last_ms bigint NOT NULL,
          until_ms bigint NOT NULL)`,
        sql`CREATE INDEX sign_in_tries_last ON sign_in_tries (last_ms)`,
        sql`CREATE TABLE foreign_sign_ins (hash text PRIMARY KEY, browser text NOT NULL, nonce text NOT NULL,
          verifier text NOT NULL, ends_ms bigint NOT NULL)`,
        sql`CREATE TABLE audit (number bigint PRIMARY KEY, at_ms bigint NOT NULL, who text NOT NULL, role text NOT NULL,
          source text NOT NULL, what text NOT NULL, subject text NOT NULL, details text NOT NULL, result text NOT NULL,
          because text NOT NULL, hash text NOT NULL)`,
        sql`CREATE TABLE audit_end (name text PRIMARY KEY, number bigint NOT NULL, hash text NOT NULL)`,
      ];
      for (const statement of statements) await statement.execute(store);
    },
  },
  {
    name: "console-2",
    up: async (store) => {
      await sql`CREATE TABLE audit_seal (name text PRIMARY KEY, number bigint NOT NULL, hash text NOT NULL)`.execute(
        store,
      );
    },
  },
];
