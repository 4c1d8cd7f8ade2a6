import { z } from "zod";
import { QRIS_MAX, type Rupiah } from "./rupiah.ts";

/**
 * What the backend may change at a stand without anybody going there: menu, patience and texts. Wires and drivers are the
 * stand's own configuration; settings name its buttons, relays and sensors, and the stand refuses what it does not have.
 */

/** What it means that one of a stand's switches is active; customers are told. */
export const meanings = ["door-open", "tilted", "out-of-order"] as const;
export type Meaning = (typeof meanings)[number];

/** How a product, a button, a relay or a sensor is called. */
export const NAME = /^[a-z0-9][a-z0-9-]{0,31}$/;
/** Most products of one menu that comes over the wire. */
export const PRODUCTS_MAX = 40;

/** Least and most of each length, in milliseconds; the stand's configuration has the same. */
export const bounds = {
  pulseMs: [50, 10_000],
  sensorWindowMs: [100, 30_000],
  chargePatienceMs: [1_000, 120_000],
  paymentPatienceMs: [10_000, 900_000],
  graceMs: [0, 120_000],
} as const satisfies Record<string, readonly [number, number]>;

const name = z.string().regex(NAME, "1 to 32 of a-z, 0-9 and -, beginning with a letter or digit");
const length = (of: keyof typeof bounds) => z.int().min(bounds[of][0]).max(bounds[of][1]);
const text = (most: number) => z.string().min(1).max(most);

const product = z.strictObject({
  id: name,
  name: text(50),
  price: z
    .int()
    .min(1)
    .max(QRIS_MAX)
    .meta({ description: "Whole rupiah." })
    .transform((whole) => whole as Rupiah),
  button: name.describe("Which of the stand's buttons asks for it."),
  line: name.describe("Which of the stand's relays lets it out."),
  pulseMs: length("pulseMs"),
  sensor: name.optional().describe("Which of the stand's inputs sees it leave."),
  sensorWindowMs: length("sensorWindowMs"),
});

const rules = z.strictObject({
  chargePatienceMs: length("chargePatienceMs"),
  paymentPatienceMs: length("paymentPatienceMs"),
  graceMs: length("graceMs"),
});

const said = z.strictObject({ id: text(60), en: text(60).optional() });
const says = z.strictObject({
  "door-open": said.optional(),
  tilted: said.optional(),
  "out-of-order": said.optional(),
} satisfies Record<Meaning, z.ZodType>);

const texts = z.strictObject({
  name: text(40).describe("What customers read above the menu."),
  site: z.string().max(100).optional(),
  says: says.optional().describe("Words for customers while a switch keeps the stand from selling."),
});

/** As an operator writes them: a word too many is a mistake, and so is a menu that no stand could use. */
export const settingsSchema = z
  .strictObject({ products: z.array(product).max(PRODUCTS_MAX), rules, texts })
  .superRefine(({ products }, context) => {
    for (const { path, message } of menuIssues(products))
      context.addIssue({ code: "custom", path: ["products", ...path], message });
  });

/** As a stand hears them: what a newer backend says besides is dropped; whether it can use them, it judges itself. */
export const heardSettingsSchema = z.object({
  products: z.array(product.strip()).max(PRODUCTS_MAX),
  rules: rules.strip(),
  texts: texts.strip().extend({ says: says.strip().optional() }),
});

/** Lengths in milliseconds, prices in whole rupiah. */
export type Settings = z.output<typeof heardSettingsSchema>;
export type SettingsProduct = Settings["products"][number];

/** Where in a list of products something is wrong, and what. */
export type MenuIssue = { readonly path: readonly (string | number)[]; readonly message: string };
type Offered = Pick<SettingsProduct, "id" | "button" | "line" | "sensorWindowMs"> & {
  readonly sensor?: string | undefined;
};

/** What is wrong with any stand's menu: an id or a button twice, or two watchers of one line. */
export const menuIssues = (products: readonly Offered[]): readonly MenuIssue[] => [
  ...repeated(products, "id", (twice) => `"${twice}" is there twice`),
  ...repeated(products, "button", (twice) => `"${twice}" asks for another product already`),
  ...tornSensors(products),
];

function repeated(products: readonly Offered[], key: "id" | "button", say: (twice: string) => string) {
  return products.flatMap((product, place): readonly MenuIssue[] => {
    const isTwice = products.slice(0, place).some((before) => before[key] === product[key]);
    return isTwice ? [{ path: [place, key], message: say(product[key]) }] : [];
  });
}

/** A release knows its line only, so products that share a line share what watches it. */
function tornSensors(products: readonly Offered[]): readonly MenuIssue[] {
  return products.flatMap((product, place) => {
    const first = products.find(({ line }) => line === product.line) ?? product;
    const isSame = first.sensor === product.sensor && first.sensorWindowMs === product.sensorWindowMs;
    if (isSame) return [];
    const message = `"${product.line}" has another sensor, or another window, for "${first.id}": one line, one sensor`;
    return [{ path: [place, "sensor"], message }];
  });
}

/** Most bytes of JSON that settings may have, so that they go into one sealed statement with all that is around them. */
export const SETTINGS_MAX_BYTES = 11_600;

/** As they stand in a statement. */
export const settingsBytes = (settings: Settings): number => Buffer.byteLength(JSON.stringify(settings));
