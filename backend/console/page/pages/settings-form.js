import { get, may, send } from "../api.js";
import { ask, toast } from "../dialog.js";
import { draw, h } from "../dom.js";
import { moment, rupiah } from "../format.js";
import { icon } from "../icons.js";
import { choice, field } from "../parts.js";
import { say } from "../tongue.js";

/**
 * @typedef {import("../../api/words.ts").StandPage} StandPage
 * @typedef {{ id: string, name: string, price: number, button: string, line: string, pulseMs: number, sensor?: string, sensorWindowMs: number }} Product
 * @typedef {{ products: Product[], rules: { chargePatienceMs: number, paymentPatienceMs: number, graceMs: number }, texts: { name: string, site?: string, says?: object } }} Settings
 */

const MOST_PRODUCTS = 40;
/** @type {Settings} */
const USUAL = {
  products: [],
  rules: { chargePatienceMs: 20_000, paymentPatienceMs: 120_000, graceMs: 20_000 },
  texts: { name: "" },
};
/** @type {Product} */
const NEW = { id: "", name: "", price: 10_000, button: "", line: "", pulseMs: 500, sensorWindowMs: 5_000 };

/** What the backend wants of a stand, or the beginnings of it. @param {StandPage} stand @returns {Settings} */
export const settingsOf = (stand) =>
  /** @type {any} */ (structuredClone(stand.settings.desired?.settings ?? { ...USUAL, texts: { name: stand.name } }));

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

/** The last versions, each with what it changed. @param {StandPage} stand @param {() => void} done */
export function historyOf(stand, done) {
  const history = stand.settings.history ?? [];
  if (history.length < 2) return undefined;
  const items = history.map((version, nth) => {
    const before = history[nth + 1];
    const changed =
      before === undefined ? [say("settings.first")] : differences(asSettings(before), asSettings(version));
    return h(
      "li",
      { key: version.version },
      h(
        "p",
        {},
        h("strong", {}, say("settings.version", { version: version.version })),
        " ",
        h("small", {}, `${moment(version.sinceMs)} · ${version.by}`),
      ),
      h(
        "ul",
        { class: "soft" },
        changed.map((line) => h("li", {}, line)),
      ),
      nth > 0 && may("admin")
        ? h(
            "button",
            { type: "button", class: "quiet small", onclick: () => void useAgain(stand, version, done) },
            say("settings.back"),
            h("span", { class: "unseen" }, ` ${say("settings.version", { version: version.version })}`),
          )
        : undefined,
    );
  });
  return h("details", { class: "less history" }, h("summary", {}, say("settings.history")), h("ol", {}, items));
}

/** @param {import("../../api/words.ts").SettingsVersion} version @returns {Settings} */
const asSettings = ({ settings }) => /** @type {any} */ (settings);

/** @param {StandPage} stand @param {import("../../api/words.ts").SettingsVersion} version @param {() => void} done */
async function useAgain(stand, version, done) {
  const changed = differences(settingsOf(stand), asSettings(version));
  const lines = changed.length === 0 ? [say("settings.back.nothing")] : changed;
  const isDone = await ask({
    title: say("settings.back.title", { version: version.version }),
    body: h(
      "div",
      { class: "note plain" },
      h(
        "div",
        {},
        h("p", {}, say("settings.back.line")),
        h(
          "ul",
          {},
          lines.map((line) => h("li", {}, line)),
        ),
      ),
    ),
    confirm: () => ({ text: say("settings.send"), isReady: true }),
    act: async () => {
      await send("PUT", `/stands/${stand.id}/settings`, { settings: version.settings });
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
  /** @param {keyof Product} key @param {import("../tongue.js").Key} label @param {object} [more] */
  const input = (key, label, more = {}) => {
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

/** What will be another thing, in words. @param {Settings} before @param {Settings} after @returns {readonly string[]} */
export function differences(before, after) {
  const old = new Map(before.products.map((product) => [product.id, product]));
  const now = new Map(after.products.map((product) => [product.id, product]));
  const came = after.products
    .filter(({ id }) => !old.has(id))
    .map(({ name, price }) => say("diff.came", { name, price: rupiah(price) }));
  const went = before.products.filter(({ id }) => !now.has(id)).map(({ name }) => say("diff.went", { name }));
  const changed = after.products.flatMap((product) => productDifferences(old.get(product.id), product));
  const rules = /** @type {const} */ (["chargePatienceMs", "paymentPatienceMs", "graceMs"])
    .filter((key) => before.rules[key] !== after.rules[key])
    .map((key) =>
      say("diff.rule", { name: say(`rule.${key}`), from: before.rules[key] / 1_000, to: after.rules[key] / 1_000 }),
    );
  const text =
    before.texts.name === after.texts.name ? [] : [say("diff.text", { from: before.texts.name, to: after.texts.name })];
  return [...came, ...went, ...changed, ...rules, ...text];
}

/** @param {Product | undefined} old @param {Product} now @returns {readonly string[]} */
function productDifferences(old, now) {
  if (old === undefined) return [];
  const price =
    old.price === now.price
      ? []
      : [say("diff.price", { name: now.name, from: rupiah(old.price), to: rupiah(now.price) })];
  const name = old.name === now.name ? [] : [say("diff.name", { from: old.name, to: now.name })];
  const wires = /** @type {const} */ (["button", "line", "pulseMs", "sensor", "sensorWindowMs"]).some(
    (key) => (old[key] ?? "") !== (now[key] ?? ""),
  );
  return [...price, ...name, ...(wires ? [say("diff.wires", { name: now.name })] : [])];
}
