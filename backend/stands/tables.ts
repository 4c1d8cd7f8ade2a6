import type { StandId } from "../../protocol/ids.ts";
import type { Policy } from "../ledger/words.ts";
import type { MerchantId } from "../providers/provider.ts";
import type { Migration } from "../store/migrations.ts";
import { type Query, sql } from "../store/query.ts";
import type { StandState } from "./record.ts";

/** A stand that came at run time. It is never deleted: old orders name it. */
export type StandRow = {
  id: StandId;
  name: string;
  site: string | null;
  latitude: number | null;
  longitude: number | null;
  merchant: MerchantId;
  state: StandState;
  late_policy: Policy;
  failed_policy: Policy;
  rate_a_minute: number;
  rate_burst: number;
  made_ms: number;
  enrolled_ms: number | null;
  revoked_ms: number | null;
  revoked_why: string | null;
  /** Of the change that it had last; see `stand_revisions`. */
  revision: number;
};

/** Every key that was ever a stand's, so that none comes back under another name, or after it was revoked. */
export type StandKeyRow = {
  kid: string;
  stand: StandId;
  /** `x` of an Ed25519 JWK. */
  x: string;
  since_ms: number;
  revoked_ms: number | null;
};

export type StandCodeRow = {
  /** SHA-256 of the code, base64url. */
  hash: string;
  stand: StandId;
  made_ms: number;
  ends_ms: number;
  /** Taken back before it was used: by a newer one, or because the stand was revoked. */
  dropped_ms: number | null;
  used_ms: number | null;
  used_kid: string | null;
};

export type StandCertificateRow = {
  serial: string;
  stand: StandId;
  /** SHA-256 of the certified key, base64url: who asks for the same key again is given the same certificate. */
  key_hash: string;
  pem: string;
  made_ms: number;
  ends_ms: number;
  revoked_ms: number | null;
};

/** One row, `stands`: grows with every change of a stand, in the order in which they are committed. */
export type StandRevisionRow = { name: string; revision: number };

/** Which of the backend's keys the stands shall trust: one row each version, as public JWKs. */
export type BackendKeysRow = {
  version: number;
  /** JSON: public JWKs, the one that is in use first. */
  keys: string;
  at_ms: number;
};

export type StandsTables = {
  stands: StandRow;
  stand_keys: StandKeyRow;
  stand_codes: StandCodeRow;
  stand_certificates: StandCertificateRow;
  stand_revisions: StandRevisionRow;
  backend_keys: BackendKeysRow;
};

export const STANDS_MIGRATIONS: readonly Migration[] = [
  { name: "stands-1", up: (store) => eachOf(store, STANDS_TABLES) },
];

const STANDS_TABLES = [
  `CREATE TABLE stands (
    id text PRIMARY KEY,
    name text NOT NULL,
    site text,
    latitude double precision,
    longitude double precision,
    merchant text NOT NULL,
    state text NOT NULL,
    late_policy text NOT NULL,
    failed_policy text NOT NULL,
    rate_a_minute bigint NOT NULL,
    rate_burst bigint NOT NULL,
    made_ms bigint NOT NULL,
    enrolled_ms bigint,
    revoked_ms bigint,
    revoked_why text,
    revision bigint NOT NULL
  )`,
  "CREATE INDEX stands_revision ON stands (revision)",
  `CREATE TABLE stand_keys (
    kid text PRIMARY KEY,
    stand text NOT NULL,
    x text NOT NULL,
    since_ms bigint NOT NULL,
    revoked_ms bigint
  )`,
  "CREATE INDEX stand_keys_stand ON stand_keys (stand)",
  `CREATE TABLE stand_codes (
    hash text PRIMARY KEY,
    stand text NOT NULL,
    made_ms bigint NOT NULL,
    ends_ms bigint NOT NULL,
    dropped_ms bigint,
    used_ms bigint,
    used_kid text
  )`,
  "CREATE INDEX stand_codes_stand ON stand_codes (stand)",
  `CREATE TABLE stand_certificates (
    serial text PRIMARY KEY,
    stand text NOT NULL,
    key_hash text NOT NULL UNIQUE,
    pem text NOT NULL,
    made_ms bigint NOT NULL,
    ends_ms bigint NOT NULL,
    revoked_ms bigint
  )`,
  "CREATE INDEX stand_certificates_stand ON stand_certificates (stand, ends_ms)",
  "CREATE TABLE stand_revisions (name text PRIMARY KEY, revision bigint NOT NULL)",
  "INSERT INTO stand_revisions (name, revision) VALUES ('stands', 0)",
  "CREATE TABLE backend_keys (version bigint PRIMARY KEY, keys text NOT NULL, at_ms bigint NOT NULL)",
];

async function eachOf(store: Query<unknown>, statements: readonly string[]): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(store);
}
