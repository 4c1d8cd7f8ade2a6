import { Readable } from "node:stream";
import type { Desks } from "../../backend/console/api/desks.ts";
import type { AlarmLine, OrderLine, StandLine, StandState } from "../../backend/console/api/words.ts";
import type { OrderId } from "../../protocol/ids.ts";
import { readGolden } from "../golden/picture.ts";
import { makeAlarms } from "./pretend/alarms.ts";
import { seriesOf, sumsOf } from "./pretend/figures.ts";
import { isOpen, makeOrder, makeOrders, owedOf, pageOf } from "./pretend/orders.ts";
import { countsOf, makeStands, standPageOf } from "./pretend/stands.ts";
import { chance, DAY_MS, HOUR_MS, SOFTWARE } from "./pretend/words.ts";

/* Desks over a fleet that is made up: enough of everything that the console's pages show something. */

export type FleetOptions = {
  readonly now: number;
  /** Fewer or more stands than usual are spread over the same places. */
  readonly stands?: number;
  /** Put into every text that somebody entered. */
  readonly taint?: string;
};

export type PretendFleet = ReturnType<typeof pretendFleet>;

export function pretendFleet({ now, stands: wanted, taint = "" }: FleetOptions) {
  const random = chance();
  const stands = makeStands(now, random, wanted, taint);
  const orders = makeOrders(now, random, stands, taint);
  const alarms = makeAlarms(now, stands, orders, taint);
  const hearers = {
    order: new Set<Hear<OrderLine>>(),
    stand: new Set<Hear<StandLine>>(),
    alarm: new Set<Hear<AlarmLine>>(),
  };
  const hear =
    <Line>(set: Set<Hear<Line>>) =>
    (ear: Hear<Line>) => {
      set.add(ear);
      return () => void set.delete(ear);
    };
  const moved: string[] = [];
  const settle = (order: OrderId, state: string): { readonly is: "yes"; readonly state: string } => {
    const at = orders.findIndex((each) => each.order === order);
    const [before] = orders.slice(at, at + 1);
    if (before !== undefined) orders[at] = { ...before, state };
    moved.push(`${state} ${order}`);
    return { is: "yes", state };
  };
  const standNamed = (id: string): StandLine | undefined => stands.find((stand) => stand.id === id);
  const desks: Required<Desks> = {
    sales: {
      find: async ({
        text,
        stand,
        state,
        least = 0,
        most = Number.POSITIVE_INFINITY,
        after,
        limit,
        fromMs = 0,
        toMs = Number.POSITIVE_INFINITY,
      }) => {
        const found = orders.filter(
          (order) =>
            (stand === undefined || order.stand === stand) &&
            (state === undefined || order.state === state) &&
            order.amount >= least &&
            order.amount <= most &&
            order.begunMs >= fromMs &&
            order.begunMs < toMs &&
            (text === undefined ||
              `${order.order} ${order.claim} ${order.amount} ${order.items[0]?.name}`
                .toLowerCase()
                .includes(text.toLowerCase())),
        );
        const from = after === undefined ? 0 : Number(after);
        const page = found.slice(from, from + limit);
        return { orders: page, ...(from + limit < found.length && { next: String(from + limit) }) };
      },
      page: async (id) => {
        const order = orders.find((each) => each.order === id);
        return order === undefined ? undefined : pageOf(order);
      },
      owed: async () => orders.filter(isOpen).map(owedOf).reverse(),
      owedCount: async () => orders.filter(isOpen).length,
      sums: async (by, { fromMs, toMs }) => sumsOf(by, fromMs, Math.min(toMs, now), stands, taint),
      report: async (day) => ({
        day,
        total: { sales: 412, amount: 4_378_000, refunded: 45_000 },
        stands: sumsOf("stand", now - DAY_MS, now, stands, taint).slice(0, 12),
        products: sumsOf("product", now - DAY_MS, now, stands, taint),
        owed: 3,
      }),
      today: async () => ({ sales: 318, amount: 3_412_000, refunded: 30_000 }),
      csv: () => Readable.from(["order,amount\r\n"]),
      reportCsv: async () => ["stand,sales\r\n"],
      onChange: hear(hearers.order),
    },
    cash: {
      refund: async (order) => settle(order, "refunding"),
      release: async () => ({ is: "no", why: "not-owed-goods", because: `The goods are out.${taint}` }),
      remedy: async (order) => settle(order, "remedied"),
    },
    stands: {
      all: async () => [JSON.stringify({ stands })],
      counts: () => countsOf(stands),
      page: async (id) => {
        const stand = standNamed(id);
        return stand === undefined ? undefined : standPageOf(stand, now, taint);
      },
      versions: async () =>
        [...new Set(SOFTWARE)].map((software) => {
          const there = stands.filter((stand) => stand.software === software).map(({ id }) => id);
          return { software, count: there.length, stands: there.slice(0, 50) };
        }),
      add: async ({ id }) => ({ is: "yes", stand: id, code: "K7QM-3XWD-9TFA", endsMs: now + HOUR_MS }),
      invite: async (stand) => ({ is: "yes", stand, code: "K7QM-3XWD-9TFA", endsMs: now + HOUR_MS }),
      revoke: async (stand) => {
        moved.push(`revoke ${stand}`);
        return { is: "yes" };
      },
      change: async () => ({ is: "yes" }),
      series: async (_stand, { fromMs, toMs }, points) => seriesOf(fromMs, toMs, points),
      screen: async () => ({ png: readGolden("480x320/welcome"), ageMs: 0, page: "welcome" }),
      onChange: hear(hearers.stand),
    },
    settings: {
      desire: async ({ stands: ids }) => {
        moved.push(`settings ${ids.join(" ")}`);
        return { is: "yes", versions: {} };
      },
    },
    alarms: {
      now: async () => alarms,
      acknowledge: async (id, by) => {
        const at = alarms.findIndex((alarm) => alarm.id === id);
        const [before] = alarms.slice(at, at + 1);
        if (before === undefined) return { is: "unknown" };
        alarms[at] = { ...before, acknowledged: { by, atMs: now } };
        return { is: "yes" };
      },
      onChange: hear(hearers.alarm),
    },
  };
  return {
    desks,
    stands,
    orders,
    moved,
    /** A customer comes: a new order, told to whoever listens. */
    sells: (state = "delivered"): OrderLine => {
      const order = { ...makeOrder(now + orders.length, random, stands, taint), state };
      orders.unshift(order);
      for (const ear of hearers.order) ear(order);
      return order;
    },
    /** A stand changes. */
    becomes: (id: string, state: StandState): void => {
      const at = stands.findIndex((stand) => stand.id === id);
      const [before] = stands.slice(at, at + 1);
      if (before === undefined) throw new Error(`there is no stand ${id}`);
      const after = { ...before, state, seenMs: now };
      stands[at] = after;
      for (const ear of hearers.stand) ear(after);
    },
  };
}

type Hear<Line> = (line: Line) => void;
