import { describe, expect, test } from "vitest";
import { downExamples } from "../../protocol/examples.ts";
import { keySetOf, newKeyPair } from "../../protocol/keys.ts";
import { seal, unsealDown } from "../../protocol/seal.ts";
import {
  heardSettingsSchema,
  PRODUCTS_MAX,
  SETTINGS_MAX_BYTES,
  type Settings,
  settingsBytes,
  settingsSchema,
} from "../../protocol/settings.ts";
import { type DownStatement, STATEMENT_MAX_BYTES } from "../../protocol/statements.ts";
import { STAND, STATEMENT } from "./samples.ts";

const good = heardSettingsSchema.parse(downExamples.settings.settings);
const [coffee] = good.products;
if (coffee === undefined) throw new Error("the example sells coffee");
const tea = { ...coffee, id: "tea", button: "a2", line: "slot-2" };
const issuesOf = (settings: unknown): readonly string[] =>
  (settingsSchema.safeParse(settings).error?.issues ?? []).map(({ path, message }) => `${path.join(".")}: ${message}`);

describe("settings", () => {
  test("of the example are good as an operator writes them, and as a stand hears them", () => {
    expect(settingsSchema.parse(downExamples.settings.settings)).toEqual(good);
  });

  test("may sell nothing by buttons, where a controller orders", () => {
    expect(issuesOf({ ...good, products: [] })).toEqual([]);
  });

  test.each<[string, unknown, string]>([
    ["an id twice", { products: [coffee, { ...tea, id: "coffee" }] }, 'products.1.id: "coffee" is there twice'],
    [
      "a button twice",
      { products: [coffee, { ...tea, button: "a1" }] },
      'products.1.button: "a1" asks for another product already',
    ],
    [
      "two watchers of one line",
      { products: [coffee, { ...tea, line: "slot-1", sensor: "other" }] },
      'products.1.sensor: "slot-1" has another sensor, or another window, for "coffee": one line, one sensor',
    ],
    ["a price of nothing", { products: [{ ...coffee, price: 0 }] }, "products.0.price"],
    ["a price above QRIS", { products: [{ ...coffee, price: 10_000_001 }] }, "products.0.price"],
    ["a pulse that never ends", { products: [{ ...coffee, pulseMs: 10_001 }] }, "products.0.pulseMs"],
    ["a name that no wire has", { products: [{ ...coffee, line: "Slot 1" }] }, "products.0.line"],
    ["no patience", { rules: { ...good.rules, paymentPatienceMs: 0 } }, "rules.paymentPatienceMs"],
    ["no name", { texts: { ...good.texts, name: "" } }, "texts.name"],
    ["words for what no switch means", { texts: { ...good.texts, says: { rain: { id: "Hujan" } } } }, "texts.says"],
    ["a word too many", { tip: 1 }, ": Unrecognized"],
    [
      "too many products",
      {
        products: Array.from({ length: PRODUCTS_MAX + 1 }, (_, nth) => ({
          ...coffee,
          id: `p${nth}`,
          button: `b${nth}`,
        })),
      },
      "products",
    ],
  ])("of an operator are refused with %s", (_, change, told) => {
    const issues = issuesOf({ ...good, ...(change as object) });
    expect(issues).toHaveLength(1);
    expect(issues[0]).toContain(told);
  });

  test("of a newer backend are heard without what this stand does not know, at every depth", () => {
    const newer = {
      ...good,
      colour: "red",
      products: [{ ...coffee, allergens: ["milk"] }],
      rules: { ...good.rules, moodMs: 1 },
      texts: { ...good.texts, says: { ...good.texts.says, rain: { id: "Hujan" } } },
    };
    expect(heardSettingsSchema.parse(newer)).toEqual(good);
  });

  test("of the most bytes allowed fit into one sealed statement, whoever says it", () => {
    const backend = newKeyPair();
    const keys = keySetOf([{ owner: "backend", jwk: backend.publicJwk }]);
    const around = (settings: Settings): DownStatement => ({
      v: 1,
      id: STATEMENT,
      from: "backend",
      to: `${STAND}${"x".repeat(32 - STAND.length)}` as typeof STAND,
      at: { journal: "j".repeat(64), seq: Number.MAX_SAFE_INTEGER },
      body: { type: "settings", version: 1_000_000_000, settings },
    });
    const longest = longestSettings();
    expect(SETTINGS_MAX_BYTES - settingsBytes(longest)).toBeLessThan(3);
    const sealed = seal(around(longest), backend.signing);
    expect(sealed.length).toBeLessThanOrEqual(STATEMENT_MAX_BYTES);
    expect(unsealDown(sealed, keys, around(longest).to as typeof STAND).is).toBe("good");
  });
});

/** As many products as there may be, with names in a script of three bytes a letter, filled up to the last bytes. */
function longestSettings(): Settings {
  const long = (letter: string, nth: number): string => `${letter}${nth}`.padEnd(24, "x");
  const products = Array.from({ length: PRODUCTS_MAX }, (_, nth) => ({
    ...tea,
    id: long("p", nth),
    button: long("b", nth),
    name: "漢",
  }));
  const settings = { ...good, products };
  for (const product of products) {
    const room = Math.floor((SETTINGS_MAX_BYTES - settingsBytes(settings)) / 3);
    product.name = "漢".repeat(Math.min(50, 1 + room));
  }
  return settings;
}
