import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PANELS } from "../../device/screens/controllers.ts";
import { PAPERS } from "../../device/screens/papers.ts";
import { pinsOptions, printerOptions, screenOptions, unfit } from "../../gateway/devices.ts";
import { ROOT } from "../../scripts/files.mjs";
import { pullAtBoot } from "../../scripts/wiring/header.mjs";

/** What is said of the hardware is there: drivers, models, tests. */

describe("docs/hardware.md", () => {
  const text = readFileSync(join(ROOT, "docs/hardware.md"), "utf8");
  const HOW_FAR = ["ran in the lab", "byte-exact", "untried"];
  const PROOF = { "ran in the lab": "test/hardware/", "byte-exact": "test/device/", untried: undefined } as const;

  /** The tables that say how far something has been tried, as cells. */
  const tables = text
    .split(/\n\n+/)
    .filter((block) => /^\| .*\| how far \|/.test(block))
    .map((block) =>
      block.split("\n").map((line) =>
        line
          .split("|")
          .slice(1, -1)
          .map((cell) => cell.trim()),
      ),
    );
  const rows = tables.flatMap(([head = [], , ...body]) =>
    body.map((cells) => ({
      what: cells[0] ?? "",
      all: cells.join(" | "),
      howFar: cells[head.indexOf("how far")] ?? "",
      shownBy: cells[head.indexOf("shown by")],
    })),
  );

  test("marks every row with exactly one of three words", () => {
    expect(rows.length).toBeGreaterThan(30);
    expect(rows.filter(({ howFar }) => !HOW_FAR.includes(howFar)).map(({ what }) => what)).toEqual([]);
  });

  test("names for what was tried a test that there is, of the kind that it says; for what was not, none", () => {
    const wrong = rows.filter(({ howFar, shownBy = "" }) => {
      const proof = PROOF[howFar as keyof typeof PROOF];
      const file = /^`(.+)`$/.exec(shownBy)?.[1];
      return proof === undefined
        ? shownBy !== ""
        : file === undefined || !file.startsWith(proof) || !existsSync(join(ROOT, file));
    });
    expect(wrong.map(({ what }) => what)).toEqual([]);
  });

  test("has a row for every driver and every model that the configuration knows", () => {
    const drivers = [screenOptions, printerOptions, pinsOptions]
      .flatMap(({ options }) => options.map((one) => one.shape.driver.value as string))
      .filter((name) => name !== "none" && name !== "simulated");
    const models = [...Object.keys(PANELS), ...Object.keys(PAPERS)];
    const firstCells = rows.map(({ what }) => what);
    expect(models.filter((model) => !firstCells.includes(`\`${model}\``))).toEqual([]);
    const tested = rows.filter(({ shownBy }) => shownBy !== undefined);
    const named = (driver: string): boolean =>
      ["spi-panel", "e-paper"].includes(driver) || tested.some(({ all }) => all.includes(`\`${driver}\``));
    expect(drivers.filter((driver) => !named(driver))).toEqual([]);
  });

  test("says of a model what the table of controllers says", () => {
    const wrong = Object.entries(PANELS).filter(([model, { controller, width, height, hz }]) => {
      const row = rows.find(({ what }) => what === `\`${model}\``)?.all ?? "";
      return ![controller, `${width} × ${height}`, `${hz / 1e6} MHz`].every((fact) => row.includes(fact));
    });
    expect(wrong).toEqual([]);
  });

  test("names only models, in what to buy, that the configuration knows", () => {
    const named = [...text.matchAll(/model = "([^"]+)"/g)].map(([, model]) => model ?? "");
    expect(named.length).toBeGreaterThan(5);
    expect(named.filter((model) => !(model in PANELS) && !(model in PAPERS))).toEqual([]);
  });

  test("asks for as many dots as the stand does at its start", () => {
    const show = async () => undefined;
    const refused = unfit({ screen: { width: 170, height: 320, show, close: show } });
    const needed = /of (\d+) modules, (\d+) dots each, needs (\d+)$/.exec(refused ?? "")?.slice(1) ?? [];
    expect(needed).toHaveLength(3);
    const [modules, dots, side] = needed;
    expect(text).toContain(`${modules} modules and a border of 4, at ${dots} dots each: **a screen needs ${side} dots`);
  });

  test("tells the lines that rest high and low as the drawings do", () => {
    const said = (level: string): string | undefined => new RegExp(`^\\| (GPIO.*?) \\| ${level}`, "m").exec(text)?.[1];
    expect([said("high, pulled up"), said("low, pulled down")]).toEqual(["GPIO0 to GPIO8", "GPIO9 to GPIO27"]);
    const lines = Array.from({ length: 28 }, (_, line) => line);
    expect(lines.filter((line) => pullAtBoot(line) === "up")).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
