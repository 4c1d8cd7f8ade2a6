import { claimCodeOf } from "../../protocol/ids.ts";
import { showRupiah } from "../../protocol/rupiah.ts";
import type { WallMs } from "../../protocol/time.ts";
import { wallText, type Zone } from "../../protocol/wall-text.ts";
import type { Event, Order, Settlement, State } from "./words.ts";

/** An order's story as a person reads it. Says nothing of who paid, and nothing that opens the customer's page. */

type Told = { readonly event: Event; readonly wall: WallMs };

/** First what the order is, then an event a line, then how it stands. */
export function storyLines(state: State, story: readonly Told[], zone: Zone): readonly string[] {
  const { order } = state;
  const items = order.items.map(({ name, price, quantity }) => `${quantity} × ${name}, ${showRupiah(price)}`);
  return [
    `order ${order.id}, claim code ${claimCodeOf(order.id)}, ${showRupiah(order.amount)}`,
    ...items.map((item) => `  ${item}`),
    ...story.map(({ event, wall }) => `${timeText(wall, zone)}  ${eventWords(event)}`),
    `now: ${stateWords(state)}`,
  ];
}

/** `21/11/2026 10:04:31 WIB`; says so where the machine did not know the time yet. */
export function timeText(wall: WallMs, zone: Zone): string {
  const seconds = new Date(wall).toISOString().slice(17, 19);
  return wallText(wall, zone)?.replace(/(\d\d:\d\d) /, `$1:${seconds} `) ?? `clock not set (${seconds} s)`;
}

function eventWords(event: Event): string {
  switch (event.type) {
    case "begun":
      return `begun: ${event.order.reference === undefined ? "a customer" : `the controller, "${event.order.reference}",`} asked for ${itemsText(event.order)}`;
    case "offered":
      return `offered: the backend sent a QR code for ${showRupiah(event.amount)}, good for ${Math.round(event.validForMs / 1_000)} s`;
    case "refused":
      return `refused: the backend sent no QR code (${event.because})`;
    case "settled":
      return `settled: ${paidText(event.settlement)}${event.inFront ? "" : ", when a newer order had begun"}`;
    case "voided":
      return `voided: the backend says that nobody can pay any more (${event.as})`;
    case "not-shown":
      return `not shown: neither screen nor paper carried the QR code (${event.because})`;
    case "released":
      return `released: ${event.confirmed ? "and seen" : "nobody saw it"} (${event.release})`;
    case "not-released":
      return `not released: ${event.because}${event.words === undefined ? "" : `, "${event.words}"`} (${event.release})`;
    case "release-ordered":
      return `release ordered: staff lets it out once more (${event.release})`;
    case "remedied":
      return `remedied: ${event.how}`;
    case "cancel-pressed":
      return "cancelled: somebody pressed cancel";
    case "interlock-tripped":
      return "interlock tripped: a door was opened, or the like";
    case "deadline":
      return "deadline: the time was over";
    case "rebooted":
      return "rebooted: the machine had lost its power";
  }
}

/** How an order stands, and whether somebody must act. */
export function stateWords(state: State): string {
  switch (state.at) {
    case "charging":
      return "charging: waits for its QR code";
    case "awaiting":
      return "awaiting: the QR code can be paid";
    case "closing":
      return `closing: ended here (${state.why}); the backend has not answered yet`;
    case "releasing":
      return "releasing: paid, the release is under way";
    case "delivered":
      return `delivered: ${state.confirmed ? "seen by a sensor, or told by the controller" : "let out; there is no sensor"}`;
    case "troubled":
      return `troubled: OWED, paid and not delivered (${state.because}); staff decides at the backend`;
    case "closed":
      return `closed: ${endingText(state.ending)}`;
  }
}

function endingText(ending: Extract<State, { at: "closed" }>["ending"]): string {
  switch (ending.is) {
    case "refused":
      return `no QR code (${ending.because})`;
    case "voided":
      return `not paid (${ending.why})`;
    case "remedied":
      return ending.how;
  }
}

const paidText = ({ amount, paidAt, issuer }: Settlement): string =>
  `${showRupiah(amount)} arrived, paid ${paidAt}${issuer === undefined ? "" : ` through ${issuer}`}`;

const itemsText = ({ items, amount }: Order): string =>
  items.length === 0 ? showRupiah(amount) : items.map(({ name, quantity }) => `${quantity} × ${name}`).join(", ");
