import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Page } from "../../device/drawing/page.ts";
import type { Ending, State } from "../../gateway/order/words.ts";
import type { Obstacle } from "../../gateway/readiness/preflight.ts";
import { nextChangeOf, pageOf } from "../../gateway/screen/pages.ts";
import type { View } from "../../gateway/screen/view.ts";
import { claimCodeOf, firstReleaseOf } from "../../protocol/ids.ts";
import { refusals, troubles, voidings, voidReasons } from "../../protocol/statements.ts";
import type { Instant } from "../../protocol/time.ts";
import { coffee, ORDER_ID, order, PAGE, PRICE, qrFor, settlementOf } from "../support/sale.ts";

const at = (ms: number): Instant => ({ clock: "boot-1", ms });
const paid = { order, paid: settlementOf(PRICE), releases: [firstReleaseOf(ORDER_ID)] };
const release = firstReleaseOf(ORDER_ID);

const view: View = {
  front: undefined,
  obstacles: [],
  isOnline: true,
  menu: [coffee],
  now: at(0),
  standName: "Kopi Lobi",
  isTest: false,
};

const awaiting: State = { at: "awaiting", order, qr: qrFor(PRICE), shownAt: at(10_000), deadline: at(130_000) };
const charging: State = { at: "charging", order, deadline: at(20_000) };
const releasing: State = { at: "releasing", ...paid, release, since: at(10_000) };
const delivered: State = { at: "delivered", ...paid, release, confirmed: true, since: at(10_000) };
const troubled = (because: (typeof troubles)[number]): State => ({
  at: "troubled",
  ...paid,
  because,
  since: at(10_000),
});
const closing = (why: (typeof voidReasons)[number]): State => ({ at: "closing", order, why, since: at(10_000) });
const closed = (ending: Ending): State => ({ at: "closed", order, ending, since: at(10_000) });

const endings: readonly Ending[] = [
  ...refusals.map((because) => ({ is: "refused", because }) as const),
  ...[...voidReasons, ...voidings].map((why) => ({ is: "voided", why }) as const),
  { is: "remedied", how: "refunded" },
  { is: "remedied", how: "settled-by-staff" },
];
const states: readonly State[] = [
  charging,
  awaiting,
  releasing,
  delivered,
  ...troubles.map(troubled),
  ...voidReasons.map(closing),
  ...endings.map(closed),
];

const pageAt = (front: State | undefined, ms: number, more: Partial<View> = {}): Page =>
  pageOf({ ...view, front, now: at(ms), ...more });
const titleAt = (front: State | undefined, ms: number, more: Partial<View> = {}): string =>
  pageAt(front, ms, more).title.first;

describe("a stand that waits for a customer", () => {
  test("shows what every button sells, and for how much", () => {
    expect(pageAt(undefined, 0).menu).toEqual([{ key: "new", label: "Kopi Susu", value: "Rp 15.000" }]);
    expect(titleAt(undefined, 0)).toBe("Kopi Lobi");
  });

  test("says where the code will be, where a controller begins all orders and there is nothing to press", () => {
    const page = pageAt(undefined, 0, { menu: [] });
    expect(page.menu).toBeUndefined();
    expect(page.lines).toEqual([{ first: "Kode QR tampil di sini", second: "Your QR code appears here" }]);
  });

  test("asks nobody to press CANCEL where there is no button", () => {
    expect(pageAt(charging, 0).footer?.second).toContain("CANCEL");
    expect(pageAt(charging, 0, { hasCancel: false }).footer).toBeUndefined();
  });

  test("shows a long menu six at a time, in turns of five seconds", () => {
    const menu = Array.from({ length: 8 }, (_, nth) => ({ ...coffee, id: `p${nth}`, button: `b${nth}` }));
    const keysAt = (ms: number): unknown => pageAt(undefined, ms, { menu }).menu?.map(({ key }) => key);
    expect(keysAt(4_999)).toEqual(["b0", "b1", "b2", "b3", "b4", "b5"]);
    expect(keysAt(5_000)).toEqual(["b6", "b7"]);
    expect(keysAt(10_000)).toEqual(["b0", "b1", "b2", "b3", "b4", "b5"]);
  });

  test("says that it is offline while no backend can be asked, and offers nothing", () => {
    const page = pageAt(undefined, 0, { isOnline: false });
    expect(page.title).toEqual({ first: "Sedang luring", second: "Offline" });
    expect(page.menu).toBeUndefined();
  });

  test.each<Obstacle>([
    "no-paper",
    "printer-not-ready",
    "screen-failed",
    "release-not-ready",
    "disk-full",
    "journal-failed",
  ])("is out of service, also when offline besides, for %s", (obstacle) => {
    const page = pageAt(undefined, 0, { obstacles: ["link-down", obstacle], isOnline: false });
    expect(page.title.second).toBe("Out of service");
    expect(page.lines).toHaveLength(2);
    expect(page.menu).toBeUndefined();
  });
});

describe("an order in front", () => {
  test("shows its QR code, the price, who is paid, and the time left, rounded up to whole seconds", () => {
    const page = pageAt(awaiting, 10_001);
    expect(page.qr).toEqual({ text: qrFor(PRICE), caption: { first: "Warung Uji" } });
    expect(page.figure).toBe("Rp 15.000");
    expect(page.countdown).toEqual({ leftMs: 120_000, ofMs: 120_000 });
    expect(pageAt(awaiting, 11_000).countdown?.leftMs).toBe(119_000);
  });

  test("shows a QR code only while it may be paid", () => {
    const withQr = states.filter((state) => pageAt(state, 10_500).qr !== undefined);
    expect(withQr).toEqual([awaiting]);
  });

  test.each(troubles)("gives the customer a code to tell the staff when it is in trouble: %s", (because) => {
    const page = pageAt(troubled(because), 10_000);
    expect(page.figure).toBe(claimCodeOf(ORDER_ID));
    expect(page.footer?.second).toMatch(/staff/);
  });

  test("in trouble shows its page beside the code to tell, when it has one", () => {
    const state = troubled("paid-late");
    const withPage = { ...state, order: { ...order, page: PAGE } };
    expect(pageAt(withPage, 10_000)).toMatchObject({ figure: claimCodeOf(ORDER_ID), aside: { text: PAGE } });
    expect(pageAt(state, 10_000)).not.toHaveProperty("aside");
  });

  test("is served whatever stands in the way of the next one", () => {
    const hindered = { obstacles: ["no-paper"], isOnline: false } as const;
    expect(pageAt(awaiting, 10_500, hindered)).toEqual(pageAt(awaiting, 10_500));
  });

  test.each([
    ["thank you", delivered, "Terima kasih", 8_000],
    ["cancelled", closing("cancelled"), "Dibatalkan", 4_000],
    ["expired", closing("expired"), "Waktu habis", 6_000],
    ["refused", closed({ is: "refused", because: "busy" }), "Belum bisa dibayar", 6_000],
    ["in trouble", troubled("paid-late"), "Pembayaran terlambat", 90_000],
    ["ended by the provider", closed({ is: "voided", why: "expired" }), "Waktu habis", 6_000],
  ])("says %s for its time, and then welcomes the next customer", (_, state, title, lastsMs) => {
    expect(titleAt(state, 10_000)).toBe(title);
    expect(titleAt(state, 10_000 + lastsMs - 1)).toBe(title);
    expect(titleAt(state, 10_000 + lastsMs)).toBe("Kopi Lobi");
  });

  test("that ended in an earlier boot is over", () => {
    const before = { ...delivered, since: { clock: "boot-0", ms: 10_000 } };
    expect(titleAt(before, 10_000)).toBe("Kopi Lobi");
    expect(nextChangeOf({ ...view, front: before, now: at(10_000) })).toBeUndefined();
  });
});

test("every page says the same in two languages, but for names", () => {
  for (const state of states) {
    const { title, lines = [], footer } = pageAt(state, 10_000);
    for (const words of [title, ...lines, ...(footer === undefined ? [] : [footer])]) {
      expect(words.second, JSON.stringify(words)).toMatch(/\w/);
    }
  }
});

test("every page in test mode says so, the one with the QR code too", () => {
  for (const front of [undefined, ...states]) {
    for (const ms of [10_000, 200_000]) {
      const page = pageAt(front, ms, { isTest: true });
      expect(page.badge).toBe("MODE UJI / TEST MODE");
      expect(pageAt(front, ms).badge).toBeUndefined();
    }
  }
});

test("the page stays until the announced change, and is another then", () => {
  const anyView = fc.record({
    front: fc.constantFrom(undefined, ...states),
    now: fc.integer({ min: 10_000, max: 129_999 }),
    isOnline: fc.boolean(),
    products: fc.constantFrom(1, 6, 7, 13),
  });
  fc.assert(
    fc.property(anyView, fc.double({ min: 0, max: 1, noNaN: true }), ({ front, now, isOnline, products }, part) => {
      const menu = Array.from({ length: products }, (_, nth) => ({ ...coffee, button: `b${nth}` }));
      const seenAt = (ms: number): View => ({ ...view, front, isOnline, menu, now: at(ms) });
      const next = nextChangeOf(seenAt(now))?.ms ?? 1_000_000;
      expect(next).toBeGreaterThan(now);
      const between = now + Math.floor((next - 1 - now) * part);
      expect(pageOf(seenAt(between))).toEqual(pageOf(seenAt(now)));
      if (isOnline && next < 1_000_000) expect(pageOf(seenAt(next))).not.toEqual(pageOf(seenAt(now)));
    }),
    { numRuns: 500 },
  );
});
