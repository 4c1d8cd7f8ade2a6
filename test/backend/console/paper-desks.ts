import { Readable } from "node:stream";
import type { Desks } from "../../../backend/console/api/desks.ts";
import type { AlarmLine, OrderLine, StandLine } from "../../../backend/console/api/words.ts";
import type { MerchantId } from "../../../backend/providers/provider.ts";
import { claimCodeOf, type OrderId, type StandId } from "../../../protocol/ids.ts";

/** Desks that write down what they are asked for, and hand out what the test has put there. */

export const ORDER = "01JD5S3V8Q4R6T2W9Y0ZABCDEF" as OrderId;
export const STAND = "lobby-1" as StandId;
const AT_MS = 1_700_000_000_000;

export type PaperDesks = Required<Desks> & {
  /** What was asked to be moved, as `refund ORDER {…}`. */
  readonly moved: string[];
  /** How many follow what changes. */
  readonly listeners: number;
  readonly lines: { name: string; item: string };
  tell: { order(line: OrderLine): void; stand(line: StandLine): void; alarm(line: AlarmLine): void };
};

export function paperDesks(): PaperDesks {
  const moved: string[] = [];
  const lines = { name: "Kopi Lobi", item: "Kopi susu" };
  const hearers = {
    order: new Set<(line: OrderLine) => void>(),
    stand: new Set<(line: StandLine) => void>(),
    alarm: new Set<(line: AlarmLine) => void>(),
  };
  const hear =
    <Line>(set: Set<(line: Line) => void>) =>
    (ear: (line: Line) => void) => {
      set.add(ear);
      return () => void set.delete(ear);
    };
  const noted = <Answer>(answer: Answer, ...words: unknown[]): Answer => {
    moved.push(words.map((word) => (typeof word === "string" ? word : JSON.stringify(word))).join(" "));
    return answer;
  };
  const order = (): OrderLine => ({
    order: ORDER,
    claim: claimCodeOf(ORDER),
    stand: STAND,
    amount: 15_000,
    refunded: 0,
    state: "owed",
    because: "release-failed",
    items: [{ name: lines.item, quantity: 1 }],
    begunMs: AT_MS,
  });
  const stand = (): StandLine => ({
    id: STAND,
    name: lines.name,
    merchant: "main" as MerchantId,
    state: "selling",
    obstacles: [],
    alarms: 0,
  });
  const alarm = (): AlarmLine => ({
    id: "a1",
    kind: "stand-silent",
    stand: STAND,
    detail: { id: lines.name, en: lines.name },
    sinceMs: AT_MS,
  });
  const sum = { sales: 1, amount: 15_000, refunded: 0 };
  return {
    moved,
    lines,
    get listeners() {
      return hearers.order.size + hearers.stand.size + hearers.alarm.size;
    },
    tell: {
      order: (line) => {
        for (const ear of hearers.order) ear(line);
      },
      stand: (line) => {
        for (const ear of hearers.stand) ear(line);
      },
      alarm: (line) => {
        for (const ear of hearers.alarm) ear(line);
      },
    },
    sales: {
      find: async () => ({ orders: [order()] }),
      page: async (id) =>
        id === ORDER ? { ...order(), actions: [], refunds: [], payments: [], events: [] } : undefined,
      owed: async () => [{ ...order(), sinceMs: AT_MS, todo: "refund it", goodsOut: false, actions: ["refund"] }],
      owedCount: async () => 1,
      sums: async () => [{ key: lines.item, ...sum }],
      report: async (day) => ({ day, total: sum, stands: [], products: [], owed: 1 }),
      today: async () => sum,
      csv: () => Readable.from([`order,item\r\n`, `${ORDER},${lines.item}\r\n`]),
      reportCsv: async (day) => [`day,sales\r\n${day},1\r\n`],
      onChange: hear(hearers.order),
    },
    cash: {
      refund: async (id, decision) => noted({ is: "yes", state: "refunding" }, "refund", id, decision),
      release: async (id, decision) =>
        noted({ is: "no", why: "not-owed-goods", because: "the goods are out" }, "release", id, decision),
      remedy: async (id, decision) => noted({ is: "yes", state: "remedied" }, "remedy", id, decision),
    },
    stands: {
      all: async () => [JSON.stringify({ stands: [stand()] })],
      counts: () => ({ selling: 1, serving: 0, trouble: 0, offline: 0, new: 0, revoked: 0 }),
      page: async (id) =>
        id === STAND
          ? {
              ...stand(),
              isConfigured: false,
              roster: "active",
              policies: { late: "hold", failed: "hold" },
              rate: { aMinute: 20, burst: 10 },
              settings: {},
            }
          : undefined,
      versions: async () => [{ software: "1.0.0", count: 1, stands: [STAND] }],
      add: async (said, by) => noted({ is: "yes", stand: said.id, code: "ABCD-EFGH", endsMs: AT_MS }, "add", said, by),
      invite: async (id, by) => noted({ is: "yes", stand: id, code: "ABCD-EFGH", endsMs: AT_MS }, "invite", id, by),
      revoke: async (id, by, why) => noted({ is: "yes" }, "revoke", id, by, why),
      change: async (id, change, by) => noted({ is: "yes" }, "change", id, change, by),
      series: async () => ({ atMs: [], figures: {} }),
      screen: async () => ({ png: Buffer.from("png"), ageMs: 0, page: "welcome" }),
      onChange: hear(hearers.stand),
    },
    settings: {
      desire: async (wanted, by) => noted({ is: "yes", versions: {} }, "settings", wanted, by),
    },
    alarms: {
      now: async () => [alarm()],
      acknowledge: async (id, by) => noted({ is: "yes" }, "acknowledge", id, by),
      onChange: hear(hearers.alarm),
    },
  };
}
