import { send } from "./api.js";
import { ask, toast } from "./dialog.js";
import { h } from "./dom.js";
import { rupiah } from "./format.js";
import { icon } from "./icons.js";
import { bought, factList } from "./parts.js";
import { say, wordFor } from "./tongue.js";

/**
 * @typedef {import("../api/words.ts").OrderLine & { actions: readonly import("../api/words.ts").Action[] }} Decidable
 * @typedef {import("../api/words.ts").Action} Action
 * @typedef {{ chosen: string, typed: string, amount: number, how: string }} Said
 */

/** @type {Readonly<Record<Action, import("./icons.js").Icon>>} */
const icons = { refund: "money", release: "release", remedy: "hand" };

/** One button for everything that can be done to the order now. @param {Decidable} order @param {string} stand as people call it @param {() => void} done */
export const deedButtons = (order, stand, done) =>
  order.actions.map((action, nth) =>
    h(
      "button",
      {
        type: "button",
        key: action,
        class: nth === 0 ? "main" : "quiet",
        onclick: () => void decide(action, order, stand, done),
      },
      icon(icons[action]),
      say(`deed.${action}`),
      h("span", { class: "unseen" }, ` ${order.claim}`),
    ),
  );

/** @param {Action} action @param {Decidable} order @param {string} stand @param {() => void} done */
async function decide(action, order, stand, done) {
  const left = order.amount - order.refunded;
  /** @type {Said} */
  const said = { chosen: "", typed: "", amount: left, how: "refunded" };
  const why = () => (said.typed.trim() === "" ? said.chosen : said.typed.trim());
  const isDone = await ask({
    title: say(`deed.${action}.title`, { claim: order.claim }),
    body: [
      factList([
        [say("amount"), rupiah(order.amount)],
        [say("bought"), bought(order.items)],
        [say("stand"), stand],
        order.because !== undefined && [say("why"), wordFor("because", order.because)],
      ]),
      action === "refund" && amountField(left, said),
      action === "remedy" && howField(said),
      consequences(action, stand, order),
      reasons(action, said),
    ],
    confirm: () => ({
      text: confirmWords(action, said),
      isReady: why() !== "" && said.amount > 0 && said.amount <= left,
    }),
    act: async () => {
      const part = action === "refund" && said.amount !== left ? { amount: said.amount } : {};
      const how = action === "remedy" ? { how: said.how } : {};
      await send("POST", `/orders/${order.order}/${action}`, { why: why(), ...part, ...how });
    },
  });
  if (!isDone) return;
  toast(say(`deed.${action}.done`, { claim: order.claim }));
  done();
}

/** @param {Action} action @param {Said} said */
const confirmWords = (action, said) =>
  action === "refund" ? say("deed.refund.confirm", { amount: rupiah(said.amount) }) : say(`deed.${action}.confirm`);

/** Exactly what will happen, before it does. @param {Action} action @param {string} stand @param {Decidable} order */
const consequences = (action, stand, order) =>
  h(
    "div",
    { class: "note plain" },
    icon(icons[action]),
    h(
      "ul",
      {},
      /** @type {const} */ ([1, 2, 3]).map((nth) =>
        h(
          "li",
          {},
          say(`deed.${action}.${nth}`, {
            stand,
            bought: bought(order.items),
            amount: rupiah(order.amount - order.refunded),
          }),
        ),
      ),
    ),
  );

/** @param {Action} action @param {Said} said */
function reasons(action, said) {
  const usual = /** @type {const} */ ([1, 2, 3]).map((nth) => say(`deed.${action}.why.${nth}`));
  return h(
    "fieldset",
    { class: "reasons" },
    h("legend", {}, say("deed.why")),
    usual.map((text) =>
      h(
        "label",
        { class: "pick" },
        h("input", { type: "radio", name: "chosen", value: text, oninput: () => (said.chosen = text) }),
        h("span", {}, text),
      ),
    ),
    h("input", {
      type: "text",
      name: "typed",
      maxlength: 500,
      autocomplete: "off",
      "aria-label": say("deed.why.own"),
      placeholder: say("deed.why.own"),
      oninput: (/** @type {any} */ { target }) => (said.typed = target.value),
    }),
  );
}

/** @param {number} left @param {Said} said */
const amountField = (left, said) =>
  h(
    "details",
    { class: "less" },
    h("summary", {}, say("deed.part")),
    h("label", { for: "deed-amount" }, say("deed.part.label", { most: rupiah(left) })),
    h("input", {
      id: "deed-amount",
      type: "number",
      inputmode: "numeric",
      min: 1,
      max: left,
      step: 1,
      value: left,
      oninput: (/** @type {any} */ { target }) => (said.amount = Number(target.value)),
    }),
  );

/** @param {Said} said */
const howField = (said) =>
  h(
    "fieldset",
    { class: "reasons" },
    h("legend", {}, say("deed.how")),
    /** @type {const} */ (["refunded", "settled-by-staff"]).map((how) =>
      h(
        "label",
        { class: "pick" },
        h("input", {
          type: "radio",
          name: "how",
          value: how,
          checked: how === said.how,
          oninput: () => (said.how = how),
        }),
        h("span", {}, say(`deed.how.${how}`)),
      ),
    ),
  );
