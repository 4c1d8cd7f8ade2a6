import type { Frame } from "../../device/device.ts";
import { drawPage } from "../../device/drawing/draw-page.ts";
import type { Size } from "../../device/drawing/page.ts";
import type { Ending, State } from "../../gateway/order/words.ts";
import { pageOf } from "../../gateway/screen/pages.ts";
import type { View } from "../../gateway/screen/view.ts";
import { type Menu, orderFor, type Product } from "../../gateway/trade/menu.ts";
import { firstReleaseOf, type OrderId } from "../../protocol/ids.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import type { Trouble, VoidReason } from "../../protocol/statements.ts";
import type { Instant } from "../../protocol/time.ts";
import { coffee, ORDER_ID, PAGE, PRICE, qrFor, settlementOf } from "../support/sale.ts";
import { serviceFactsOf, troubledFacts } from "../support/service.ts";

/** What a stand shows in every situation that a customer can meet, drawn as the stand draws it. */

/** `qr`: the code that must be read from the picture; `help`: the page of the order, in a smaller one. */
export type Screen = {
  readonly name: string;
  readonly size: Size;
  readonly qr?: string;
  readonly help?: string;
  readonly view: View;
};

const at = (ms: number): Instant => ({ clock: "boot-1", ms });
const NOW = 10_000;
const order = orderFor({ ...coffee, name: "Kopi Susu Gula Aren" }, ORDER_ID, Date.UTC(2026, 0, 1));
const paid = { order, paid: settlementOf(PRICE), releases: [firstReleaseOf(ORDER_ID)] };
const release = firstReleaseOf(ORDER_ID);
const since = at(NOW);

const product = (button: string, name: string, price: number): Product => ({
  ...coffee,
  id: button,
  button,
  name,
  price: rupiah(price),
});
const menu: Menu = [
  product("1", "Kopi Susu Gula Aren", 15_000),
  product("2", "Teh Botol", 8_000),
  product("3", "Air Mineral 600 ml", 5_000),
];
const longMenu: Menu = [
  ...menu,
  product("4", "Roti Cokelat", 12_500),
  product("5", "Mi Instan Cup", 15_000),
  product("6", "Susu UHT 250 ml", 7_500),
];

const view: View = {
  front: undefined,
  obstacles: [],
  isOnline: true,
  menu,
  now: at(NOW),
  standName: "Kopi Lobi",
  isTest: false,
};
const front = (state: State): View => ({ ...view, front: state });
const awaiting = (leftMs: number): View =>
  front({ at: "awaiting", order, qr: qrFor(PRICE), shownAt: at(NOW + leftMs - 120_000), deadline: at(NOW + leftMs) });
const closing = (why: VoidReason): View => front({ at: "closing", order, why, since });
const closed = (ending: Ending): View => front({ at: "closed", order, ending, since });
const troubled = (because: Trouble, id = ORDER_ID, page?: string): View =>
  front({
    at: "troubled",
    ...paid,
    order: { ...order, id, ...(page === undefined ? {} : { page }) },
    because,
    since,
  });

const views = {
  welcome: view,
  "welcome-one-product": { ...view, menu: menu.slice(0, 1) },
  "welcome-six-products": { ...view, menu: longMenu },
  "welcome-test-mode": { ...view, isTest: true },
  "welcome-nothing-to-press": { ...view, menu: [] },
  wait: front({ at: "charging", order, deadline: at(NOW + 20_000) }),
  qr: awaiting(93_000),
  "qr-last-seconds": awaiting(9_000),
  "qr-test-mode": { ...awaiting(93_000), isTest: true },
  opening: front({ at: "releasing", ...paid, release, since }),
  "thank-you": front({ at: "delivered", ...paid, release, confirmed: true, since }),
  cancelled: closing("cancelled"),
  expired: closing("expired"),
  restarted: closing("rebooted"),
  "refused-denied": closed({ is: "refused", because: "denied" }),
  "refused-unavailable": closed({ is: "refused", because: "unavailable" }),
  "paid-late": troubled("paid-late"),
  underpaid: troubled("underpaid"),
  "release-failed": troubled("release-failed"),
  "release-unclear": troubled("release-unclear"),
  "not-confirmed": troubled("not-confirmed"),
  "paid-late-with-page": troubled("paid-late", ORDER_ID, PAGE),
  "not-confirmed-with-page": troubled("not-confirmed", ORDER_ID, PAGE),
  "order-unknown": troubled("unknown-here"),
  refunded: closed({ is: "remedied", how: "refunded" }),
  offline: { ...view, isOnline: false, obstacles: ["link-down"] },
  "out-of-service": { ...view, obstacles: ["no-paper"] },
  "door-opened": { ...closing("cancelled"), obstacles: ["door-open"] },
  service: { ...view, service: serviceFactsOf() },
  "service-in-trouble": { ...view, service: troubledFacts },
} as const satisfies Readonly<Record<string, View>>;

const usual: readonly Size[] = [
  { width: 480, height: 320 },
  { width: 240, height: 240 },
];
const more: readonly Size[] = [
  { width: 240, height: 320 },
  { width: 320, height: 480 },
  { width: 800, height: 480 },
  { width: 320, height: 170, leastModule: 2 },
];
/** What a customer must be able to use on every panel. */
const important: readonly string[] = [
  "welcome",
  "welcome-six-products",
  "qr",
  "qr-test-mode",
  "paid-late",
  "paid-late-with-page",
  "service-in-trouble",
];

/** What the stand shows then, in test mode or not. */
export const drawView = (name: keyof typeof views, size: Size, isTest: boolean): Frame =>
  drawScreen({ view: { ...views[name], isTest }, size });

/** The page that gives the customer of this order a code to tell the staff. */
export const drawTrouble = (
  because: Trouble,
  { id, page }: { readonly id: OrderId; readonly page?: string },
  size: Size,
  isTest: boolean,
): Frame => drawScreen({ view: { ...troubled(because, id, page), isTest }, size });

export const sizeName = ({ width, height }: Size): string => `${width}x${height}`;

export const screens: readonly Screen[] = Object.entries(views).flatMap(([name, shown]) =>
  [...usual, ...(important.includes(name) ? more : [])].map((size) => ({
    name,
    size,
    view: shown,
    ...(name.startsWith("qr") ? { qr: qrFor(PRICE) } : {}),
    ...(name.endsWith("with-page") && size.width > 240 && size.height > 170 ? { help: PAGE } : {}),
  })),
);

export function drawScreen({ view: seen, size }: Pick<Screen, "view" | "size">): Frame {
  const frame = drawPage(pageOf(seen), size);
  if ("fits" in frame) throw new Error(`refused: ${JSON.stringify(frame)}`);
  return frame;
}
