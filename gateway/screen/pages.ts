import type { MenuRow, Page } from "../../device/drawing/page.ts";
import { showRupiah } from "../../protocol/rupiah.ts";
import { meanings } from "../../protocol/settings.ts";
import { type Instant, later } from "../../protocol/time.ts";
import type { State } from "../order/words.ts";
import { isOfLink } from "../readiness/preflight.ts";
import { servicePage } from "../service/report.ts";
import { isOccupied } from "../stand.ts";
import type { Menu, Product } from "../trade/menu.ts";
import { finalLeftMs, nextSecond, orderPage } from "./order-pages.ts";
import { type Said, saidOf, words } from "./said.ts";
import type { View } from "./view.ts";

/** What the screen says now. Pure: the same view gives the same page. */
export function pageOf(view: View): Page {
  const page = view.service !== undefined && !isCustomers(view) ? servicePage(view.service) : customersPage(view);
  return view.isTest ? { ...page, badge: TEST_BADGE } : page;
}

/** Every page that may be shown between orders, whatever comes; for who wants to know whether they can be drawn. */
export const pagesOf = (view: View): readonly Page[] => [
  ...Array.from({ length: Math.max(1, groupsOf(view.menu)) }, (_, nth) =>
    welcomePage({ ...view, now: { ...view.now, ms: nth * GROUP_MS } }),
  ),
  offlinePage(view),
  ...meanings.map((meaning) => outOfServicePage(view, [meaning])),
];

/** What kind of page is shown, in a word. */
export type PageName = State["at"] | "service" | "welcome" | "offline" | "out-of-service";

export function pageNameOf(view: View): PageName {
  const { front, now, obstacles } = view;
  if (view.service !== undefined && !isCustomers(view)) return "service";
  if (front !== undefined && (isOccupied(front) || finalLeftMs(front, now) > 0)) return front.at;
  if (!obstacles.every(isOfLink)) return "out-of-service";
  return view.isOnline ? "welcome" : "offline";
}

/** The screen belongs to a customer: an order is served, or who paid for nothing has not read the code to tell the staff. */
export const isCustomers = ({ front, now }: Pick<View, "front" | "now">): boolean =>
  isOccupied(front) || (front?.at === "troubled" && finalLeftMs(front, now) > 0);

const customersPage = (view: View): Page => orderPage(view) ?? betweenOrders(view);

/** When the page changes by time alone; `undefined` when only an event can change it. */
export function nextChangeOf(view: View): Instant | undefined {
  const { front, now } = view;
  if (front?.at === "awaiting") return nextSecond(front.deadline, now);
  if (front?.at === "charging" || front?.at === "releasing") return undefined;
  const left = front === undefined ? 0 : finalLeftMs(front, now);
  if (left > 0) return later(now, left);
  return groupsOf(view.menu) > 1 ? later(now, GROUP_MS - (now.ms % GROUP_MS)) : undefined;
}

/** A screen holds so many products at once; a longer menu is shown in turns. */
const ROWS = 6;
const GROUP_MS = 5_000;

const TEST_BADGE = "MODE UJI / TEST MODE";

function betweenOrders(view: View): Page {
  const others = view.obstacles.filter((obstacle) => !isOfLink(obstacle));
  if (others.length > 0) return outOfServicePage(view, others);
  return view.isOnline ? welcomePage(view) : offlinePage(view);
}

const welcomePage = (view: View): Page => ({
  tone: "calm",
  title: { first: view.standName },
  ...offerOf(view),
  footer: words("Bayar dengan QRIS dari aplikasi apa pun", "Pay by QRIS with any app"),
});

/** Where a controller begins all orders there is nothing to press. */
const offerOf = (view: View): Pick<Page, "lines" | "menu"> =>
  view.menu.length === 0
    ? { lines: [words("Kode QR tampil di sini", "Your QR code appears here")] }
    : { lines: [words("Tekan tombol untuk membeli", "Press a button to buy")], menu: rowsNow(view) };

function rowsNow({ menu, now }: View): readonly MenuRow[] {
  const group = Math.floor(now.ms / GROUP_MS) % Math.max(1, groupsOf(menu));
  return menu.slice(group * ROWS, (group + 1) * ROWS).map(rowOf);
}

const groupsOf = (menu: Menu): number => Math.ceil(menu.length / ROWS);
const rowOf = ({ button, name, price }: Product): MenuRow => ({ key: button, label: name, value: showRupiah(price) });

const offlinePage = ({ standName }: View): Page => ({
  tone: "warn",
  title: words("Sedang luring", "Offline"),
  lines: [words("Pembayaran belum bisa diterima", "No payments at the moment"), TRY_LATER],
  footer: { first: standName },
});

const outOfServicePage = (view: View, obstacles: readonly Said[]): Page => ({
  tone: "warn",
  title: words("Tidak melayani", "Out of service"),
  lines: [...obstacles.slice(0, 1).map((obstacle) => saidOf(obstacle, view.says)), TRY_LATER],
  footer: { first: view.standName },
});

const TRY_LATER = words("Silakan coba beberapa saat lagi", "Please try again later");
