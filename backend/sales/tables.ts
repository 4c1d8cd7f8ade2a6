import type { Migration } from "../store/migrations.ts";
import { sql } from "../store/query.ts";

/** The sales book: one row an order, drawn from the journal. Walls are milliseconds since 1970; money is whole rupiah. */
export type SalesTable = {
  readonly order_id: string;
  /** What the customer tells staff. */
  readonly claim: string;
  readonly stand: string;
  /** Empty for an order that was voided before it was asked for. */
  readonly merchant: string;
  /** What the customer was asked for; 0 for an order that was voided before. */
  readonly amount: number;
  /** JSON of `Item[]`. */
  readonly items: string;
  /** Names and ids of the products in small letters, for the search. */
  readonly words: string;
  /** `at` of the ledger's state. */
  readonly state: string;
  /** Why it is refused, owed or going back; how it was voided or remedied. */
  readonly because: string | null;
  readonly is_finished: number;
  readonly began_ms: number;
  readonly changed_ms: number;
  readonly paid_ms: number | null;
  readonly delivered_ms: number | null;
  /** Of the last event, once nothing more is expected. */
  readonly ended_ms: number | null;
  /** All that came, without fees. */
  readonly paid: number;
  /** Put on top by the provider. */
  readonly fee: number;
  /** What has gone back, or is in the provider's books as going back. */
  readonly refunded: number;
  readonly attempts: number;
  /** The provider's own id of the first payment. */
  readonly payment: string | null;
  /** Personal: the payer's bank or wallet. */
  readonly issuer: string | null;
  /** Personal: which person decided last, and why. */
  readonly decided_by: string | null;
  readonly decided_why: string | null;
  /** 1 when what is personal was deleted. */
  readonly is_forgotten: number;
  /** How many events this was drawn from: a longer story wins. */
  readonly events: number;
};

/** What of which product an order is for. */
export type SaleItemsTable = {
  readonly order_id: string;
  readonly nth: number;
  readonly product: string;
  readonly name: string;
  /** Of one. */
  readonly price: number;
  readonly quantity: number;
};

/** How far each reader of the journal has come. */
export type SalesCursorsTable = { readonly name: string; readonly until_ms: number };

export type SalesTables = {
  readonly sales: SalesTable;
  readonly sale_items: SaleItemsTable;
  readonly sales_cursors: SalesCursorsTable;
};

export const SALES_MIGRATIONS: readonly Migration[] = [
  {
    name: "sales-1",
    up: async (store) => {
      for (const statement of TABLES.split(";")) if (statement.trim() !== "") await sql.raw(statement).execute(store);
    },
  },
];

const TABLES = `
  CREATE TABLE sales (
    order_id text PRIMARY KEY,
    claim text NOT NULL,
    stand text NOT NULL,
    merchant text NOT NULL,
    amount bigint NOT NULL,
    items text NOT NULL,
    words text NOT NULL,
    state text NOT NULL,
    because text,
    is_finished smallint NOT NULL,
    began_ms bigint NOT NULL,
    changed_ms bigint NOT NULL,
    paid_ms bigint,
    delivered_ms bigint,
    ended_ms bigint,
    paid bigint NOT NULL,
    fee bigint NOT NULL,
    refunded bigint NOT NULL,
    attempts bigint NOT NULL,
    payment text,
    issuer text,
    decided_by text,
    decided_why text,
    is_forgotten smallint NOT NULL DEFAULT 0,
    events bigint NOT NULL
  );
  CREATE INDEX sales_began ON sales (began_ms, order_id);
  CREATE INDEX sales_changed ON sales (changed_ms);
  CREATE INDEX sales_stand ON sales (stand, began_ms);
  CREATE INDEX sales_claim ON sales (claim);
  CREATE INDEX sales_payment ON sales (payment);
  CREATE INDEX sales_paid ON sales (paid_ms);
  CREATE INDEX sales_open ON sales (state, began_ms) WHERE is_finished = 0;
  CREATE TABLE sale_items (
    order_id text NOT NULL,
    nth bigint NOT NULL,
    product text NOT NULL,
    name text NOT NULL,
    price bigint NOT NULL,
    quantity bigint NOT NULL,
    PRIMARY KEY (order_id, nth)
  );
  CREATE TABLE sales_cursors (name text PRIMARY KEY, until_ms bigint NOT NULL)
`;
