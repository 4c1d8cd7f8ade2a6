import { get, send } from "../api.js";
import { ask, toast } from "../dialog.js";
import { draw, h } from "../dom.js";
import { icon } from "../icons.js";
import { choice, field } from "../parts.js";
import { say } from "../tongue.js";
import { differences, settingsOf } from "./settings-words.js";

/**
 * @typedef {import("../../api/words.ts").StandPage} StandPage
 * @typedef {import("./settings-words.js").Product} Product
 * @typedef {import("./settings-words.js").Settings} Settings
 */

const MOST_PRODUCTS = 40;
/** @type {Product} */
const NEW = { id: "", name: "", price: 10_000, button: "", line: "", pulseMs: 500, sensorWindowMs: 5_000 };

/** Menu, patience and texts of one stand, or of all at its place. @param {StandPage} stand @param {() => void} done */
export async function editSettings(stand, done) {
  const settings = settingsOf(stand);
  const before = settingsOf(stand);
  let to = "one";
  const others = await othersThan(stand);
  const menu = h("div", { class: "menu-edit", own: true });
  const redraw = () => draw(menu, menuEditor(settings, redraw));
  redraw();
  const changes = h("ul", {});
  const isDone = await ask({
    title: say("settings.edit", { stand: stand.name }),
    body: [
      menu,
      rulesEditor(settings),
      others.length > 0 &&
        choice({
          name: "to",
          label: say("settings.to"),
          value: to,
          options: [
            ["one", stand.name],
            ["site", say("settings.to.site", { count: others.length + 1, site: stand.site ?? "" })],
          ],
          onchange: ({ target }) => (to = target.value),
        }),
      h("div", { class: "note plain" }, h("div", {}, h("p", {}, say("settings.how")), changes)),
    ],
    confirm: () => {
      const said = differences(before, settings);
      draw(
        changes,
        said.map((line) => h("li", {}, line)),
      );
      return { text: say("settings.send"), isReady: said.length > 0 };
    },
    act: async () => {
      const body = { settings: cleaned(settings) };
      if (to === "one") await send("PUT", `/stands/${stand.id}/settings`, body);
      else await send("POST", "/settings", { stands: [stand.id, ...others], ...body });
    },
  });
  if (!isDone) return;
  toast(say("settings.sent"));
  done();
}

/** Those that stand at the same site and sell for the same merchant. @param {StandPage} stand @returns {Promise<readonly string[]>} */
async function othersThan({ id, site, merchant }) {
  if (site === undefined) return [];
  const { stands } = /** @type {{ stands: readonly import("../../api/words.ts").StandLine[] }} */ (
    await get("/stands")
  );
  return stands
    .filter((each) => each.site === site && each.merchant === merchant && each.id !== id && each.state !== "revoked")
    .map((each) => each.id);
}

/** @param {Settings} settings @returns {Settings} without what was left empty */
const cleaned = ({ products, rules, texts }) => ({
  products: products.map(({ sensor, ...product }) => ({
    ...product,
    ...(sensor === undefined || sensor === "" ? {} : { sensor }),
  })),
  rules,
  texts: { ...texts, ...(texts.site === "" ? { site: undefined } : {}) },
});

/** @param {Settings} settings @param {() => void} redraw */
const menuEditor = (settings, redraw) => [
  h("h3", {}, say("settings.menu")),
  h(
    "ol",
    { class: "products" },
    settings.products.map((product, nth) =>
      productEditor(product, nth, () => {
        settings.products.splice(nth, 1);
        redraw();
        announceChange();
      }),
    ),
  ),
  h(
    "button",
    {
      type: "button",
      class: "quiet",
      disabled: settings.products.length >= MOST_PRODUCTS,
      onclick: () => {
        settings.products.push({ ...NEW });
        redraw();
        announceChange();
      },
    },
    icon("plus"),
    say("settings.product.add"),
  ),
];

/** The dialog looks at its form after what buttons did, too. */
const announceChange = () => document.querySelector("dialog form")?.dispatchEvent(new Event("input"));

/** @param {Product} product @param {number} nth @param {() => void} remove */
function productEditor(product, nth, remove) {
  const input = inputsOf(product, nth);
  return h(
    "li",
    { class: "product" },
    h(
      "fieldset",
      {},
      h("legend", { class: "unseen" }, say("settings.product", { nth: nth + 1 })),
      h(
        "div",
        { class: "product-first" },
        input("name", "product.name", { required: true, maxlength: 50 }),
        input("price", "product.price", { required: true, min: 1 }),
        h(
          "button",
          {
            type: "button",
            class: "bare",
            "aria-label": say("settings.product.remove", { nth: nth + 1 }),
            onclick: remove,
          },
          icon("close"),
        ),
      ),
      h(
        "details",
        { class: "less" },
        h("summary", {}, say("settings.wires")),
        h(
          "div",
          { class: "product-wires" },
          input("id", "product.id", { required: true, pattern: "[a-z0-9][a-z0-9\\-]{0,31}" }),
          input("button", "product.button", { required: true }),
          input("line", "product.line", { required: true }),
          input("pulseMs", "product.pulse", { required: true, min: 50, max: 10_000 }),
          input("sensor", "product.sensor"),
          input("sensorWindowMs", "product.window", { required: true, min: 100, max: 30_000 }),
        ),
      ),
    ),
  );
}

/** What is typed goes into the product at once. @param {Product} product @param {number} nth */
const inputsOf =
  (product, nth) =>
  /** @param {keyof Product} key @param {import("../tongue.js").Key} label @param {object} [more] */
  (key, label, more = {}) => {
    const id = `product-${nth}-${key}`;
    const isNumber = typeof NEW[key] === "number";
    return h(
      "div",
      { class: `field ${key}` },
      h("label", { for: id }, say(label)),
      h("input", {
        id,
        value: product[key] ?? "",
        autocomplete: "off",
        ...(isNumber ? { type: "number", inputmode: "numeric", step: 1 } : { type: "text" }),
        ...more,
        oninput: (/** @type {any} */ { target }) => {
          /** @type {any} */ (product)[key] = isNumber ? Number(target.value) : target.value.trim();
        },
      }),
    );
  };

/** @param {Settings} settings */
function rulesEditor(settings) {
  const { rules, texts } = settings;
  /** @param {keyof Settings["rules"]} key @param {number} least @param {number} most */
  const seconds = (key, least, most) => {
    const input = field({
      name: key,
      label: say(`rule.${key}`),
      type: "number",
      inputmode: "numeric",
      value: rules[key] / 1_000,
      min: least,
      max: most,
      step: "1",
      required: true,
    });
    input
      .querySelector("input")
      ?.addEventListener("input", ({ target }) => (rules[key] = Number(/** @type {any} */ (target).value) * 1_000));
    return input;
  };
  const name = field({ name: "text-name", label: say("text.name"), value: texts.name, required: true, maxlength: 40 });
  name
    .querySelector("input")
    ?.addEventListener("input", ({ target }) => (texts.name = /** @type {any} */ (target).value));
  return h(
    "div",
    { class: "rules-edit" },
    h("h3", {}, say("settings.rules")),
    name,
    h(
      "div",
      { class: "triple" },
      seconds("chargePatienceMs", 1, 120),
      seconds("paymentPatienceMs", 10, 900),
      seconds("graceMs", 0, 120),
    ),
  );
}
