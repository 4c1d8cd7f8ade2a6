import { Readable } from "node:stream";
import type { Detail } from "../../backend/alarms/detail.ts";
import { wordsOf } from "../../backend/alarms/detail-words.ts";
import type { Desks } from "../../backend/console/api/desks.ts";
import type {
  Action,
  AlarmLine,
  OrderEvent,
  OrderLine,
  OrderPage,
  OwedLine,
  SalesRow,
  StandLine,
  StandState,
} from "../../backend/console/api/words.ts";
import type { MerchantId } from "../../backend/providers/provider.ts";
import { claimCodeOf, newOrderId, type OrderId } from "../../protocol/ids.ts";
import { readGolden } from "../golden/picture.ts";

/** Desks over a fleet that is made up: enough of everything that the console's pages show something. */

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;
const JAKARTA_MS = 7 * HOUR_MS;

/** Name, latitude, longitude, stands. */
const SITES = [
  ["Stasiun Gambir", -6.1767, 106.8306, 6],
  ["Mal Kelapa Gading", -6.157, 106.908, 5],
  ["RS Fatmawati", -6.2924, 106.7925, 3],
  ["Kampus ITB", -6.8915, 107.6107, 4],
  ["Stasiun Tugu", -7.789, 110.3634, 4],
  ["Tunjungan Plaza", -7.2625, 112.7385, 5],
  ["Bandara Ngurah Rai", -8.7467, 115.1667, 4],
  ["Pelabuhan Makassar", -5.1289, 119.4068, 3],
  ["Bandara Kualanamu", 3.6422, 98.8853, 3],
  ["Kampus Unsri", -2.985, 104.732, 2],
  ["Balikpapan Plaza", -1.277, 116.8378, 2],
  ["Manado Town Square", 1.477, 124.8285, 2],
  ["Jayapura Mall", -2.5337, 140.7181, 1],
  ["Kantor Pusat", undefined, undefined, 4],
] as const;
const PRODUCTS = [
  ["Kopi Susu", 15_000],
  ["Teh Botol", 8_000],
  ["Air Mineral", 5_000],
  ["Roti Cokelat", 12_000],
] as const;
const SOFTWARE = ["0.2.0", "0.2.0", "0.2.0", "0.1.4"] as const;
const REASONS = ["not-confirmed", "release-failed", "paid-late", "release-unclear"] as const;

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
      release: async () => ({ is: "no", because: `The goods are out.${taint}` }),
      remedy: async (order) => settle(order, "remedied"),
    },
    stands: {
      all: async () => stands,
      counts: () => countsOf(stands),
      page: async (id) => {
        const stand = standNamed(id);
        return stand === undefined ? undefined : standPageOf(stand, now, taint);
      },
      versions: async () =>
        [...new Set(SOFTWARE)].map((software) => {
          const there = stands.filter((stand) => stand.software === software).map(({ id }) => id);
          return { software, count: there.length, stands: there };
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
type Random = () => number;

/** The same every time. */
function chance(): Random {
  let seed = 42;
  return () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
}

const pick = <One>(all: readonly One[], random: Random): One => all[Math.floor(random() * all.length)] as One;

function makeStands(now: number, random: Random, wanted: number | undefined, taint: string): StandLine[] {
  const places = SITES.flatMap(([site, latitude, longitude, count]) =>
    Array.from({ length: count }, (_, nth) => ({ site, latitude, longitude, at: nth + 1 })),
  );
  return Array.from({ length: wanted ?? places.length }, (_, nth) => {
    const { site, latitude, longitude, at } = places[nth % places.length] ?? NOWHERE;
    const number = at + Math.floor(nth / places.length) * 10;
    const spread = () => (random() - 0.5) * 0.02;
    const place = latitude && longitude && { latitude: latitude + spread(), longitude: longitude + spread() };
    return {
      id: `${site.toLowerCase().replaceAll(" ", "-").slice(0, 20)}-${number}`,
      name: `${PRODUCTS[nth % 3]?.[0].split(" ")[0]} ${site.split(" ").at(-1)} ${number}${taint}`,
      site: site + taint,
      ...(place && { place }),
      merchant: "main" as MerchantId,
      ...conditionOf(nth, now, random),
    };
  });
}

const NOWHERE = { site: "", latitude: undefined, longitude: undefined, at: 0 };

function conditionOf(nth: number, now: number, random: Random) {
  const state = ODD[nth % 48] ?? "selling";
  const software = pick(SOFTWARE, random);
  if (state === "new") return { state, obstacles: [], alarms: 0 };
  if (state === "offline") return { state, obstacles: [], alarms: 1, seenMs: now - 3 * HOUR_MS, software };
  const seen = { seenMs: now - 20_000, software };
  if (state === "trouble") return { state, obstacles: [nth % 2 === 0 ? "no-paper" : "door-open"], alarms: 1, ...seen };
  return { state, obstacles: [], alarms: 0, ...seen };
}

const ODD: Readonly<Record<number, StandState>> = {
  3: "trouble",
  14: "serving",
  17: "serving",
  22: "offline",
  27: "serving",
  29: "trouble",
  33: "offline",
  38: "serving",
  44: "new",
  47: "revoked",
};

function makeOrder(now: number, random: Random, stands: readonly StandLine[], taint: string): OrderLine {
  const [name, price] = pick(PRODUCTS, random);
  const order = newOrderId(now, random);
  return {
    order,
    claim: claimCodeOf(order),
    stand: pick(stands.slice(0, 48), random).id,
    merchant: "main" as MerchantId,
    amount: price,
    refunded: 0,
    state: "delivered",
    items: [{ name: name + taint, quantity: 1 }],
    begunMs: now,
    paidMs: now + 21_000,
  };
}

/** Newest first: five wait for somebody. */
function makeOrders(now: number, random: Random, stands: readonly StandLine[], taint: string): OrderLine[] {
  return Array.from({ length: 160 }, (_, nth) => {
    const order = makeOrder(now - nth * 7 * MINUTE_MS - 30_000, random, stands, taint);
    const because = REASONS[nth % REASONS.length] ?? REASONS[0];
    if (nth === 0) return { ...order, state: "payable" };
    if ([2, 7, 15, 40].includes(nth)) return { ...order, state: "owed", because };
    if (nth === 11) return { ...order, state: "refunding", because };
    if (nth === 20) return { ...order, state: "remedied", because, refunded: order.amount };
    if (nth % 13 === 5) return { ...order, state: "voided" };
    return order;
  });
}

const isOpen = ({ state }: OrderLine): boolean => state === "owed" || state === "refunding";

const actionsOf = (order: OrderLine): readonly Action[] =>
  order.state === "owed" ? ["refund", "release", "remedy"] : [];

const owedOf = (order: OrderLine): OwedLine => ({
  ...order,
  sinceMs: order.begunMs + 40_000,
  todo: order.state === "owed" ? "`backend refund ID`" : "nothing: its money is on its way back",
  goodsOut: false,
  actions: actionsOf(order),
});

function pageOf(order: OrderLine): OrderPage {
  const event = (after: number, type: string, facts: OrderEvent["facts"] = {}): OrderEvent => ({
    atMs: order.begunMs + after,
    type,
    facts,
  });
  const paid = [
    event(0, "asked"),
    event(700, "charged", { charge: "issued", attempt: 1 }),
    event(21_000, "news", { standing: "settled", via: "notification" }),
  ];
  const ended =
    order.because === undefined
      ? event(23_500, "delivered", { confirmed: true })
      : event(29_000, "not-delivered", { because: order.because });
  const given = [
    event(900_000, "refund-ordered", { by: "sari", why: "The goods did not come out" }),
    event(901_000, "refund-answered", { answer: "taken" }),
    event(960_000, "refund-answered", { answer: "confirmed" }),
  ];
  const isBack = order.state === "remedied";
  return {
    ...order,
    actions: actionsOf(order),
    refunds: isBack ? [{ amount: order.amount, stage: "confirmed" }] : [],
    payments: [{ amount: order.amount, fee: 0, paidAt: new Date(order.paidMs ?? order.begunMs).toISOString() }],
    events: [...paid, ended, ...(isBack ? given : [])],
  };
}

function makeAlarms(
  now: number,
  stands: readonly StandLine[],
  orders: readonly OrderLine[],
  taint: string,
): AlarmLine[] {
  const told = (detail: Detail): AlarmLine["detail"] => {
    const { id, en } = wordsOf(detail);
    return { id: id + taint, en: en + taint };
  };
  const ofStands = stands.slice(0, 48).flatMap(({ id, state, obstacles }, nth): readonly AlarmLine[] => {
    if (state === "offline")
      return [
        {
          id: `a${nth}`,
          kind: "stand-silent",
          stand: id,
          detail: told({ is: "not-heard", minutes: 180 }),
          sinceMs: now - 3 * HOUR_MS,
        },
      ];
    if (state === "trouble")
      return [
        {
          id: `a${nth}`,
          kind: obstacles[0] === "no-paper" ? "printer" : "release",
          stand: id,
          detail: told({ is: "obstacle", obstacle: obstacles[0] ?? "" }),
          sinceMs: now - 25 * MINUTE_MS,
        },
      ];
    return [];
  });
  const order = orders.find(({ state }) => state === "owed");
  const about: readonly AlarmLine[] =
    order === undefined
      ? []
      : [
          {
            id: "order-1",
            kind: "not-delivered",
            order: order.order,
            stand: order.stand,
            detail: told({ is: "no-word-of-goods" }),
            sinceMs: now - 13 * MINUTE_MS,
          },
        ];
  const known: AlarmLine = {
    id: "k1",
    kind: "certificate-broker",
    detail: wordsOf({ is: "certificate-ends", days: 12 }),
    sinceMs: now - DAY_MS,
    acknowledged: { by: "sari", atMs: now - HOUR_MS },
  };
  return [...about, ...ofStands, known];
}

function standPageOf(stand: StandLine, now: number, taint: string) {
  const settings = {
    products: PRODUCTS.map(([name, price], nth) => ({
      id: name.toLowerCase().replace(" ", "-"),
      name: name + taint,
      price,
      button: `b${nth + 1}`,
      line: `slot-${nth + 1}`,
      pulseMs: 500,
      sensorWindowMs: 5_000,
    })),
    rules: { chargePatienceMs: 20_000, paymentPatienceMs: 120_000, graceMs: 20_000 },
    texts: { name: stand.name },
  };
  return {
    ...stand,
    isConfigured: false,
    roster:
      stand.state === "new"
        ? ("invited" as const)
        : stand.state === "revoked"
          ? ("revoked" as const)
          : ("active" as const),
    policies: { late: "hold" as const, failed: "hold" as const },
    rate: { aMinute: 20, burst: 10 },
    enrolledMs: now - 40 * DAY_MS,
    certificateEndsMs: now + 9 * DAY_MS,
    health: {
      atMs: now - 20_000,
      figures: {
        temperature: 52.1,
        load: 0.18,
        rss: 96_000_000,
        diskFree: 11_300_000_000,
        unsent: 0,
        reconnects: 3,
        clockOffsetMs: 12,
        uptimeSeconds: 412_000,
        printer: `ok${taint}`,
        panel: "ok",
        page: "welcome",
      },
    },
    settings: {
      desired: { version: 4, settings, sinceMs: now - 2 * DAY_MS, by: "sari" },
      history: [4, 3].map((version) => ({
        version,
        settings: version === 4 ? settings : { ...settings, products: settings.products.slice(0, 3) },
        sinceMs: now - (6 - version) * DAY_MS,
        by: `sari${taint}`,
      })),
      using: stand.state === "trouble" ? 3 : 4,
      ...(stand.state === "trouble" && { refused: { version: 4, because: `there is no button "b4" here${taint}` } }),
    },
  };
}

function seriesOf(fromMs: number, toMs: number, points: number) {
  const atMs = Array.from({ length: points }, (_, nth) => fromMs + (nth * (toMs - fromMs)) / points);
  const wave = (middle: number, height: number, days = 1) =>
    atMs.map((at) => middle + height * Math.sin((at / DAY_MS / days) * 2 * Math.PI) + ((at / 977) % 7) * height * 0.03);
  return {
    atMs,
    figures: {
      temperature: wave(51, 6),
      load: wave(0.2, 0.1),
      rss: wave(95e6, 3e6, 3),
      diskFree: wave(11.2e9, 0.1e9, 7),
      unsent: atMs.map((_, nth) => (nth > 200 && nth < 214 ? nth - 200 : 0)),
      reconnects: atMs.map((_, nth) => (nth < 90 ? 1 : nth < 210 ? null : 3)),
    },
  };
}

function sumsOf(
  by: string,
  fromMs: number,
  toMs: number,
  stands: readonly StandLine[],
  taint: string,
): readonly SalesRow[] {
  const row = (key: string, weight: number): SalesRow => ({
    key,
    sales: Math.round(weight),
    amount: Math.round(weight) * 10_500,
    refunded: weight > 90 ? 15_000 : 0,
  });
  if (by === "product") return PRODUCTS.map(([name], nth) => row(name + taint, 900 / (nth + 1.4)));
  if (by === "stand") return stands.slice(0, 44).map(({ id }, nth) => row(id, 220 / (nth * 0.3 + 1)));
  const step = by === "hour" ? HOUR_MS : DAY_MS;
  const first = Math.floor((fromMs + JAKARTA_MS) / step) * step - JAKARTA_MS;
  return Array.from({ length: Math.max(0, Math.ceil((toMs - first) / step)) }, (_, nth) => {
    const at = first + nth * step;
    const hour = ((at + JAKARTA_MS) % DAY_MS) / HOUR_MS;
    return row(
      String(at),
      by === "hour"
        ? Math.max(0, 22 * Math.sin(((hour - 5) / 18) * Math.PI) + (nth % 3) * 4)
        : 300 + ((nth * 47) % 120),
    );
  });
}

function countsOf(stands: readonly StandLine[]): Record<StandLine["state"], number> {
  const counts = { selling: 0, serving: 0, trouble: 0, offline: 0, new: 0, revoked: 0 };
  for (const { state } of stands) counts[state] += 1;
  return counts;
}
