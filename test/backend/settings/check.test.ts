import { expect, test } from "vitest";
import { checkSettings } from "../../../backend/settings/check.ts";
import { differs, nextVersion } from "../../../backend/settings/differs.ts";
import type { OrderId, StandId, StatementId } from "../../../protocol/ids.ts";
import { newKeyPair } from "../../../protocol/keys.ts";
import { seal } from "../../../protocol/seal.ts";
import { PRODUCTS_MAX, SETTINGS_MAX_BYTES, type Settings, settingsBytes } from "../../../protocol/settings.ts";
import { STATEMENT_MAX_BYTES } from "../../../protocol/statements.ts";
import { menuOf } from "./menus.ts";

const withProducts = (products: unknown): unknown => ({ ...menuOf(), products });

test("what any stand could use is good, and comes back as it was", () => {
  expect(checkSettings(menuOf(3))).toEqual({ is: "good", settings: menuOf(3) });
});

test("every mistake is told in plain words, each with where it is", () => {
  const [product] = menuOf().products;
  const checked = checkSettings(
    withProducts([
      { ...product, price: 0 },
      { ...product, button: "B 2", colour: "red", price: "5000" },
    ]),
  );
  const told = checked.is === "bad" ? checked.issues.map(({ path, message }) => `${path} ${message}`) : [];
  expect(told).toEqual(
    expect.arrayContaining([
      "products[0].price must be at least 1",
      expect.stringMatching(/^products\[1\]\.button /),
      "products[1].price must be a number, without quotes",
      expect.stringMatching(/^products\[1\]\.colour is not known/),
    ]),
  );
});

test("two products on one button are told where the second is", () => {
  const [one, other] = menuOf(2).products;
  const checked = checkSettings(withProducts([one, { ...other, button: one?.button }]));
  expect(checked).toMatchObject({ is: "bad", issues: [{ path: "products[1].button" }] });
});

test.each([undefined, null, 7, "text", [], {}])("%j is no settings, and is answered", (candidate) => {
  expect(checkSettings(candidate).is).toBe("bad");
});

/** As many bytes as are let through, to the last one: a full menu, and one name that fills it up. */
function longest(): Settings {
  const whole = (product: string, site: string): Settings => {
    const menu = menuOf(PRODUCTS_MAX);
    const products = menu.products.map((each, nth) => ({
      ...each,
      id: `p${nth}-`.padEnd(32, "x"),
      button: `b${nth}-`.padEnd(32, "x"),
      line: `l${nth}-`.padEnd(32, "x"),
      sensor: `s${nth}-`.padEnd(32, "x"),
      name: product,
    }));
    return { ...menu, products, texts: { ...menu.texts, site } };
  };
  const lengths = Array.from({ length: 50 }, (_, nth) => "n".repeat(nth + 1));
  const product = lengths.filter((name) => settingsBytes(whole(name, "")) <= SETTINGS_MAX_BYTES).at(-1) ?? "n";
  const left = SETTINGS_MAX_BYTES - settingsBytes(whole(product, ""));
  return whole(product, "s".repeat(Math.min(100, left)));
}

test("the longest settings that are let through go into one statement", () => {
  const settings = longest();
  expect(checkSettings(settings).is).toBe("good");
  expect(settingsBytes(settings)).toBeGreaterThan(SETTINGS_MAX_BYTES - 100);
  const sealed = seal(
    {
      v: 1,
      id: "01ARZ3NDEKTSV4RRFFQ69G5FAV" as StatementId & OrderId,
      from: "backend",
      to: "s".repeat(32) as StandId,
      at: { journal: "j".repeat(64), seq: Number.MAX_SAFE_INTEGER },
      body: { type: "settings", version: 1_000_000_000, settings },
    },
    newKeyPair().signing,
  );
  expect(sealed.length).toBeLessThan(STATEMENT_MAX_BYTES);
});

test("settings that no statement can hold are refused, with what to do", () => {
  const settings = longest();
  const texts = { ...settings.texts, says: { tilted: { id: "€".repeat(60), en: "€".repeat(60) } } };
  expect(checkSettings({ ...settings, texts })).toEqual({
    is: "bad",
    issues: [{ path: "", message: expect.stringContaining("leave out products") }],
  });
});

test.each([
  ["nothing was saved", undefined, { version: 0 }, "same"],
  ["it never said what it uses", 3, undefined, "push"],
  ["it uses its own file", 3, { version: 0 }, "push"],
  ["it uses an older one", 3, { version: 2 }, "push"],
  ["it uses it", 3, { version: 3 }, "same"],
  ["it refused it", 3, { version: 2, refused: { version: 3, because: "no line slot-9" } }, "refused"],
  ["it refused the one before", 4, { version: 2, refused: { version: 3, because: "no line slot-9" } }, "push"],
  ["the books were restored", 3, { version: 5 }, "ahead"],
] as const)("when %s, the difference is told", (_, desired, using, difference) => {
  expect(differs(desired, using)).toBe(difference);
});

test("a new version is newer than all that the stand has, had or refused", () => {
  expect(nextVersion(undefined, undefined)).toBe(1);
  expect(nextVersion(4, { version: 3 })).toBe(5);
  expect(nextVersion(4, { version: 7 })).toBe(8);
  expect(nextVersion(4, { version: 3, refused: { version: 9, because: "" } })).toBe(10);
});
