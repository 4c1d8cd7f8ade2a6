import { claimCodeOf, type OrderId } from "../../protocol/ids.ts";
import { type Rupiah, rupiah, showRupiah } from "../../protocol/rupiah.ts";
import { type Instant, leftMs, type WallMs } from "../../protocol/time.ts";
import { wallText } from "../../protocol/wall-text.ts";
import { type Event, orderOf, type Receipt, type Sale, type State } from "../ledger/words.ts";
import { givenBack } from "./refund-words.ts";
import { type Words, words } from "./tongue.ts";
import { type Said, wordsOf } from "./words.ts";

/** All that the page shows of an order, without a language and without HTML. */
export type Sheet = {
  readonly order: OrderId;
  /** What the customer tells staff. */
  readonly claim: string;
  readonly said: Said;
  readonly amount?: Rupiah;
  readonly facts: readonly Fact[];
  /** When the money came, else when the order began; as text. */
  readonly time?: string;
  /** Only while it can be paid. */
  readonly paying?: Paying;
};

export type Paying = { readonly qr: string; readonly deeplink?: string; readonly leftMs: number };
export type Fact = { readonly label: Words; readonly values: readonly (string | Words)[] };

/** One order's events and when they were heard, oldest first. */
export type Story = readonly { readonly event: Event; readonly wall: WallMs }[];

export function sheetOf(state: State, story: Story, now: Instant): Sheet {
  const order = orderOf(state);
  const time = timeOf(state, story);
  const paying = payingOf(state, now);
  return {
    order,
    claim: claimCodeOf(order),
    said: wordsOf(state, now),
    ...(state.at === "forestalled" ? {} : { amount: state.sale.amount }),
    facts: factsOf(state, story, time),
    ...(time === undefined ? {} : { time }),
    ...(paying === undefined ? {} : { paying }),
  };
}

/** What the customer can pay with now. */
export function payingOf(state: State, now: Instant): Paying | undefined {
  if (state.at !== "payable") return undefined;
  const left = leftMs(state.until, now);
  if (left === 0) return undefined;
  const { qr, deeplink } = state;
  return { qr, leftMs: left, ...(deeplink === undefined || !isWallet(deeplink) ? {} : { deeplink }) };
}

/** The provider's link opens an app or a page; anything that a browser would run is none. */
const isWallet = (link: string): boolean => /^(?:https?|gojek|gopay|shopeeid|shopeepay):\/\/[!-~]+$/i.test(link);

function factsOf(state: State, story: Story, time: string | undefined): readonly Fact[] {
  const order = orderOf(state);
  return [
    fact("Kode klaim", "Claim code", claimCodeOf(order)),
    fact("Pesanan", "Order", order),
    ...(time === undefined ? [] : [fact("Waktu", "Time", time)]),
    ...(state.at === "forestalled" ? [] : saleFacts(state.sale)),
    ...("receipts" in state ? paidFacts(state.receipts) : []),
    ...returnedFacts(state, story),
  ];
}

const fact = (id: string, en: string, ...values: readonly (string | Words)[]): Fact => ({
  label: words(id, en),
  values,
});

const saleFacts = ({ items, stand }: Sale): readonly Fact[] => [
  fact("Barang", "Bought", ...items.map(items.length === 1 ? nameText : itemText)),
  fact("Mesin", "Machine", stand),
];

type Item = Sale["items"][number];
const nameText = ({ name, quantity }: Item): string => (quantity === 1 ? name : `${quantity} × ${name}`);
const itemText = (item: Item): string => `${nameText(item)}, ${showRupiah(rupiah(item.price * item.quantity))}`;

function paidFacts(receipts: readonly Receipt[]): readonly Fact[] {
  const values = receipts.flatMap(({ payment: { amount, fee, paidAt } }) => [
    showRupiah(rupiah(amount + fee)),
    ...(fee === 0 ? [] : [feeWords(fee)]),
    ...asValues(wib(Date.parse(paidAt))),
  ]);
  return values.length === 0 ? [] : [fact("Dibayar", "Paid", ...values)];
}

const asValues = (text: string | undefined): readonly string[] => (text === undefined ? [] : [text]);

const feeWords = (fee: Rupiah): Words =>
  words(`termasuk biaya layanan ${showRupiah(fee)}`, `with a service fee of ${showRupiah(fee)}`);

function returnedFacts(state: State, story: Story): readonly Fact[] {
  const backs = "backs" in state ? state.backs : [];
  const back = givenBack(backs);
  const isDone = state.at === "remedied" && state.how === "refunded";
  if (back === 0 && !isDone) return [];
  const last = story.findLast(({ event }) => isReturn(event));
  const values = [...(back > 0 ? [showRupiah(back)] : []), ...asValues(last && wib(last.wall))];
  return values.length === 0 ? [] : [fact("Dikembalikan", "Returned", ...values)];
}

/** What can have brought the word that money is back. */
function isReturn(event: Event): boolean {
  if (event.type === "refund-answered") return event.answer.is === "confirmed";
  if (event.type === "news") return event.standing.is === "refunded";
  return event.type === "remedied";
}

function timeOf(state: State, story: Story): string | undefined {
  const paidAt = "receipts" in state ? state.receipts[0]?.payment.paidAt : undefined;
  const paid = paidAt === undefined ? undefined : wib(Date.parse(paidAt));
  const [begun] = story;
  return paid ?? (begun === undefined ? undefined : wib(begun.wall));
}

const wib = (wall: WallMs): string | undefined => (Number.isFinite(wall) ? wallText(wall, "WIB") : undefined);
