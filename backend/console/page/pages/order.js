import { get, may } from "../api.js";
import { deedButtons } from "../deeds.js";
import { draw, h } from "../dom.js";
import { followStands } from "../fleet.js";
import { moment, rupiah, span, timeTag } from "../format.js";
import { icon, mark } from "../icons.js";
import { troubleIn } from "../later.js";
import { onLive } from "../live.js";
import { bought, factList, orderTag, pageHead, panel, standLink, tag, troubleNote, waiting } from "../parts.js";
import { tellEvent } from "../story.js";
import { say, wordFor } from "../tongue.js";
import { todoOf } from "./home.js";

/** @typedef {import("../../api/words.ts").OrderPage} OrderPage */

/** One order: what happened, and what can be done. @type {import("../router.js").Page} */
export function openOrder({ here, root, signal }) {
  const id = here.params["id"] ?? "";
  /** @type {{ order?: OrderPage, trouble?: unknown }} */
  const seen = {};
  const fleet = followStands(signal, () => redraw());
  const redraw = () => draw(root, view(seen, fleet, reload));
  const reload = () =>
    void get(`/orders/${encodeURIComponent(id)}`, signal)
      .then((order) => {
        [seen.order, seen.trouble] = [/** @type {OrderPage} */ (order), undefined];
        document.title = `${seen.order.claim} · ${say("console")}`;
        redraw();
      })
      .catch(troubleIn(seen, signal, redraw));
  onLive("order", (order) => order.order === id && reload(), signal);
  onLive("link", (isLive) => isLive && reload(), signal);
  redraw();
  reload();
  fleet.loadNames().catch(() => undefined);
}

/** @param {{ order?: OrderPage, trouble?: unknown }} seen @param {ReturnType<typeof followStands>} fleet @param {() => void} reload */
function view({ order, trouble }, fleet, reload) {
  if (order === undefined)
    return [pageHead(say("order")), trouble === undefined ? waiting(10) : troubleNote(trouble, reload)];
  const name = fleet.nameOf(order.stand);
  return [
    pageHead(
      h("span", { class: "claim" }, order.claim),
      h(
        "div",
        { class: "head-more" },
        h("strong", { class: "amount" }, rupiah(order.amount)),
        orderTag(order.state),
        h("span", { class: "soft" }, bought(order.items), " · ", standLink(order.stand, name)),
      ),
    ),
    trouble === undefined ? undefined : troubleNote(trouble, reload),
    h(
      "div",
      { class: "order-page" },
      h(
        "div",
        { class: "stack" },
        decisionPanel(order, name, reload),
        panel(say("story"), { id: "story" }, storyOf(order)),
      ),
      h("div", { class: "stack" }, panel(say("order.facts"), { id: "facts" }, factsOf(order, name)), moneyPanel(order)),
    ),
  ];
}

/** @param {OrderPage} order @param {string} name @param {() => void} reload */
function decisionPanel(order, name, reload) {
  const isWaiting = ["owed", "refunding", "paid"].includes(order.state);
  if (!isWaiting && order.actions.length === 0) return undefined;
  const failed = order.refunds.findLast(({ stage }) => stage === "refused" || stage === "stuck");
  return panel(
    say(isWaiting ? "order.waits" : "order.can"),
    { id: "decision", class: isWaiting ? "decision" : "" },
    order.because === undefined ? undefined : h("p", {}, tag("bad", wordFor("because", order.because))),
    h("p", { class: "todo" }, icon("next"), todoOf({ ...order, goodsOut: isOut(order), refused: failed?.because })),
    may("staff")
      ? h("div", { class: "deeds" }, deedButtons(order, name, reload))
      : h("p", { class: "soft" }, say("order.viewer")),
  );
}

/** The stand has said so. @param {OrderPage} order */
const isOut = ({ events }) => events.some(({ type }) => type === "delivered");

/** @param {OrderPage} order */
function storyOf({ events, begunMs }) {
  return h(
    "ol",
    { class: "story" },
    events.map((event, nth) => {
      const { tone, who, words, line } = tellEvent(event);
      const before = events[nth - 1]?.atMs ?? begunMs;
      return h(
        "li",
        { key: `${nth}-${event.type}`, class: tone },
        mark(tone),
        h(
          "div",
          {},
          h("p", {}, h("strong", {}, words)),
          line === undefined || line === "" ? undefined : h("p", { class: "soft" }, line),
        ),
        h(
          "p",
          { class: "story-when" },
          timeTag(event.atMs, true),
          h(
            "small",
            {},
            `${wordFor("who", who)}${nth > 0 && event.atMs - before >= 1_000 ? ` · +${span(event.atMs - before)}` : ""}`,
          ),
        ),
      );
    }),
  );
}

/** @param {OrderPage} order @param {string} name */
const factsOf = (order, name) =>
  factList([
    [say("claim"), h("span", { class: "claim" }, order.claim)],
    [say("order"), h("code", {}, order.order)],
    [say("stand"), standLink(order.stand, name)],
    [say("begun"), moment(order.begunMs)],
    order.paidMs !== undefined && [say("paid"), moment(order.paidMs)],
    order.merchant !== undefined && [say("merchant"), order.merchant],
    [
      say("bought"),
      h(
        "ul",
        { class: "plain" },
        order.items.map(({ name: item, quantity }) => h("li", {}, `${quantity} × ${item}`)),
      ),
    ],
  ]);

/** @param {OrderPage} order */
function moneyPanel({ payments, refunds, amount, refunded }) {
  return panel(
    say("money"),
    { id: "money" },
    factList([
      [say("amount"), rupiah(amount)],
      ...payments.map(
        ({ amount: much, fee, paidAt }) =>
          /** @type {const} */ ([
            say("money.came"),
            [
              rupiah(much + fee),
              fee > 0 ? ` (${say("money.fee", { fee: rupiah(fee) })})` : "",
              h("small", {}, Number.isNaN(Date.parse(paidAt)) ? paidAt : moment(Date.parse(paidAt))),
            ],
          ]),
      ),
      ...refunds.map(
        ({ amount: much, stage, because }) =>
          /** @type {const} */ ([
            say("money.back"),
            [
              rupiah(much),
              " ",
              tag(
                stage === "confirmed" ? "good" : stage === "refused" || stage === "stuck" ? "bad" : "wait",
                wordFor("stage-of-refund", stage),
              ),
              because === undefined ? undefined : h("small", {}, wordFor("refusal", because)),
            ],
          ]),
      ),
      refunded > 0 && [say("money.back.all"), rupiah(refunded)],
    ]),
  );
}
