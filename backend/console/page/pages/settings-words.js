import { rupiah } from "../format.js";
import { say } from "../tongue.js";

/**
 * What a stand sells by, as people edit it, and how two of these differ.
 *
 * @typedef {import("../../api/words.ts").StandPage} StandPage
 * @typedef {{ id: string, name: string, price: number, button: string, line: string, pulseMs: number, sensor?: string, sensorWindowMs: number }} Product
 * @typedef {{ products: Product[], rules: { chargePatienceMs: number, paymentPatienceMs: number, graceMs: number }, texts: { name: string, site?: string, says?: object } }} Settings
 */

/** @type {Settings} */
const USUAL = {
  products: [],
  rules: { chargePatienceMs: 20_000, paymentPatienceMs: 120_000, graceMs: 20_000 },
  texts: { name: "" },
};

/** What the backend wants of a stand, or the beginnings of it. @param {StandPage} stand @returns {Settings} */
export const settingsOf = (stand) =>
  /** @type {any} */ (structuredClone(stand.settings.desired?.settings ?? { ...USUAL, texts: { name: stand.name } }));

/** @param {import("../../api/words.ts").SettingsVersion} version @returns {Settings} */
export const asSettings = ({ settings }) => /** @type {any} */ (settings);

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
