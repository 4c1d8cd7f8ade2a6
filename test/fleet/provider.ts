import { freePort } from "../support/free-port.ts";
import { type Running, runProgram } from "./program.ts";
import type { BankEntry } from "./truth.ts";

export type FleetProvider = {
  readonly port: number;
  /** The customers' phone. */
  readonly phone: string;
  /** Its books, by order. */
  books(): Promise<ReadonlyMap<string, readonly BankEntry[]>>;
  /** Notifications that it would repeat in minutes or hours are repeated now; how many. */
  repeatNow(): Promise<number>;
  readonly running: Running;
};

export const SERVER_KEY = "SB-Mid-server-fleet";
/** More than the longest run sells: what the provider forgets cannot be compared. */
const BOOKS_HOLD = 1_000_000;
const ORDER_LENGTH = 26;

type Shown = {
  readonly order_id: string;
  readonly transaction_status: string;
  readonly gross_amount: number;
  readonly refunds?: readonly { readonly amount: number }[];
};
type Delivery = { readonly order: string; readonly state: string };

/** Midtrans' stand-in as a process of its own. */
export async function startProvider(log: string, notificationUrl: string): Promise<FleetProvider> {
  const port = await freePort();
  const keys = ["--server-key", SERVER_KEY, "--notification-url", notificationUrl];
  const args = ["--port", String(port), ...keys, "--keep", String(BOOKS_HOLD), "--json"];
  const running = await runProgram({
    program: "sandbox/midtrans/main",
    args,
    log,
    isReady: (said) => said.includes('"phone"'),
  });
  const base = `http://127.0.0.1:${port}`;
  const get = async <Answer>(path: string): Promise<Answer> => (await fetch(base + path)).json() as Promise<Answer>;
  return {
    port,
    phone: `${base}/phone`,
    running,
    books: async () => {
      const { transactions } = await get<{ readonly transactions: readonly Shown[] }>("/sandbox/transactions");
      return byOrder(transactions);
    },
    repeatNow: async () => {
      const { notifications } = await get<{ readonly notifications: readonly Delivery[] }>("/sandbox/notifications");
      const undelivered = new Set(notifications.flatMap(({ order, state }) => (state === "delivered" ? [] : [order])));
      for (const order_id of undelivered) await post(`${base}/sandbox/notify`, { order_id });
      return undelivered.size;
    },
  };
}

async function post(url: string, body: object): Promise<void> {
  const headers = { "content-type": "application/json" };
  await (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).arrayBuffer();
}

function byOrder(transactions: readonly Shown[]): ReadonlyMap<string, readonly BankEntry[]> {
  const books = new Map<string, BankEntry[]>();
  for (const {
    order_id: reference,
    transaction_status: standing,
    gross_amount: amount,
    refunds = [],
  } of transactions) {
    const order = reference.slice(0, ORDER_LENGTH);
    const back = refunds.reduce((sum, refund) => sum + refund.amount, 0);
    books.set(order, [...(books.get(order) ?? []), { reference, standing, amount, back }]);
  }
  return books;
}
