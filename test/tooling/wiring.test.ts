import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type GatewayConfig, gatewayConfig } from "../../gateway/config.ts";
import { readConfig } from "../../host/config.ts";
import { ROOT } from "../../scripts/files.mjs";
import { written } from "../../scripts/wiring/files.mjs";
import { HEADER, headerPin, pullAtBoot } from "../../scripts/wiring/header.mjs";
import { PARTS, type PartName, STANDS } from "../../scripts/wiring/parts.mjs";
import { filledIn } from "../package/filled-in.ts";

/** Drawings, tables and sample configurations name the same pins. */

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
const parts = Object.entries(PARTS) as [PartName, (typeof PARTS)[PartName]][];
const wiresOf = (names: readonly PartName[]) => names.flatMap((name) => PARTS[name].wires);

describe("the header", () => {
  test("has 28 lines, each once, two supplies of each kind, and eight grounds", () => {
    const carried = HEADER.map(({ carries }) => carries);
    const lines = carried.filter((one) => typeof one === "number");
    expect(lines.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 28 }, (_, line) => line));
    const count = (name: string): number => carried.filter((one) => one === name).length;
    expect([count("3.3 V"), count("5 V"), count("ground")]).toEqual([2, 2, 8]);
  });

  test.each([
    [8, 14, "serial TXD"],
    [10, 15, "serial RXD"],
    [19, 10, "SPI MOSI"],
    [23, 11, "SPI SCLK"],
    [24, 8, "SPI CE0"],
  ])("has at pin %i GPIO%i, %s", (pin, carries, also) => {
    expect(headerPin(pin)).toEqual({ pin, carries, also });
  });
});

describe.each(parts)("the wires of %s", (_, { wires }) => {
  test("come in the order of their pins, each pin once, so that none crosses another", () => {
    const pins = wires.map(({ pin }) => pin);
    expect(pins).toEqual([...new Set(pins)].toSorted((one, other) => one - other));
  });

  test("name a line in the configuration, or a supply, ground or a bus", () => {
    const silent = wires.filter(({ pin, keys = [] }) => {
      const { carries, also } = headerPin(pin);
      return typeof carries === "number" && keys.length === 0 && also === "";
    });
    const spoken = wires.filter(({ pin, keys = [] }) => typeof headerPin(pin).carries !== "number" && keys.length > 0);
    expect([...silent, ...spoken]).toEqual([]);
  });

  test("a 3.3 V terminal hangs on 3.3 V, a ground on ground, and nothing else on 5 V", () => {
    const on = (carries: string): readonly string[] =>
      wires.filter(({ pin }) => headerPin(pin).carries === carries).map(({ to }) => to);
    expect(on("3.3 V").filter((to) => !["VCC", "PWR", "3.3 V", "pull-up resistor"].includes(to))).toEqual([]);
    expect(on("5 V").filter((to) => to !== "5 V")).toEqual([]);
    expect(on("ground").filter((to) => !["GND", "0 V", "common", "contact"].includes(to))).toEqual([]);
    const grounds = wires.filter(({ to }) => ["GND", "0 V", "common"].includes(to));
    expect(grounds.filter(({ pin }) => headerPin(pin).carries !== "ground")).toEqual([]);
  });
});

test("drawings and tables are as `node scripts/wiring.mjs` makes them", () => {
  const made = written(ROOT);
  const old = Object.entries(made).filter(([file, text]) => !existsSync(join(ROOT, file)) || read(file) !== text);
  expect(old.map(([file]) => file)).toEqual([]);
  const drawings = readdirSync(join(ROOT, "docs/images")).filter((file) => file.startsWith("wiring-"));
  expect(drawings.filter((file) => !(`docs/images/${file}` in made))).toEqual([]);
});

test("the guide shows every drawing and the table of every part", () => {
  const guide = read("docs/install.md");
  const missing = Object.keys(written(ROOT)).filter(
    (file) => file.endsWith(".svg") && !guide.includes(`](${file.replace("docs/", "")})`),
  );
  expect(missing).toEqual([]);
  expect(parts.filter(([name]) => !guide.includes(`<!-- wires of ${name} -->`))).toEqual([]);
});

const name = z.string();
const line = z.int();
const named = z.array(z.object({ name, line }));
const header = z.object({
  relays: z.array(z.object({ name, line, active_low: z.boolean() })),
  inputs: named,
  outputs: named,
});
type Named = z.output<typeof named>;

/** Every line that a configuration names, by its key in the wires' list: `inputs.a1`, `screen.dc_line`. */
function linesIn({ pins, screen }: GatewayConfig): Readonly<Record<string, number>> {
  const keyed = (table: string, list: Named) => list.map(({ name, line }) => [`${table}.${name}`, line]);
  const ofScreen = Object.entries(screen).filter(([key]) => key.endsWith("_line"));
  const { relays, inputs, outputs } = header.parse(pins);
  return Object.fromEntries([
    ...ofScreen.map(([key, line]) => [`screen.${key}`, line]),
    ...keyed("relays", relays),
    ...keyed("inputs", inputs),
    ...keyed("outputs", outputs),
  ]);
}

const samples = readdirSync(join(ROOT, "docs/samples"));

test("every sample has its list of parts, and every list its sample", () => {
  expect(samples.map((file) => file.replace(".toml", "")).toSorted()).toEqual(Object.keys(STANDS).toSorted());
});

describe.each(Object.entries(STANDS))("the sample %s", (name, partNames) => {
  const text = read(`docs/samples/${name}.toml`);
  const configuration = (): GatewayConfig => {
    const judged = readConfig(text, gatewayConfig);
    if (judged.is === "bad") throw new Error(JSON.stringify(judged.errors));
    return judged.config;
  };

  test("is a configuration that the stand takes, in test mode", () => {
    expect(configuration().test_mode).toBe(true);
  });

  test("names the lines that the drawings show, and no others", () => {
    const wired = new Map(
      wiresOf(partNames).flatMap(({ pin, keys = [] }) => keys.map((key) => [key, headerPin(pin).carries] as const)),
    );
    const lines = Object.entries(linesIn(configuration()));
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.filter(([key, line]) => wired.get(key) !== line)).toEqual([]);
  });

  test("puts no two wires on one pin", () => {
    const named = linesIn(configuration());
    const used = wiresOf(partNames).filter(({ keys = [""] }) => keys.some((key) => key === "" || key in named));
    const pins = used.map(({ pin }) => pin);
    expect(pins.filter((pin, place) => pins.indexOf(pin) !== place)).toEqual([]);
  });

  test("points to the drawings of its parts, and to no others", () => {
    const shown = [...text.matchAll(/wiring-([a-z-]+)\.svg/g)].map(([, part]) => part);
    expect(shown).toEqual(partNames);
  });

  test("has only relays that stay open while no program runs", () => {
    const { relays } = header.parse(configuration().pins);
    const rests = relays.map(({ line, active_low }) => (pullAtBoot(line) === "up") === active_low);
    expect(rests).not.toContain(false);
    expect(rests.length).toBeGreaterThan(0);
  });

  test("uses every relay, input and output that it names", () => {
    const { products, buttons, interlocks = [], signals } = configuration();
    const used = [
      buttons.cancel,
      ...products.flatMap(({ button, line, sensor }) => [button, line, sensor]),
      ...interlocks.map(({ input }) => input),
      signals.lamp,
      signals.buzzer,
    ];
    const named = Object.keys(linesIn(configuration())).filter((key) => !key.startsWith("screen."));
    expect(named.filter((key) => !used.includes(key.split(".")[1]))).toEqual([]);
  });
});

test("the package's configuration, filled in, is one that the stand takes, and names the drawings' lines", () => {
  const judged = readConfig(filledIn(read("scripts/package/debian/gateway.toml")), gatewayConfig);
  if (judged.is === "bad") throw new Error(JSON.stringify(judged.errors));
  const wired = new Map(
    wiresOf(["panel", "buttons", "relay"]).flatMap(({ pin, keys = [] }) =>
      keys.map((key) => [key, headerPin(pin).carries] as const),
    ),
  );
  const lines = Object.entries(linesIn(judged.config));
  expect(lines.length).toBe(6);
  expect(lines.filter(([key, line]) => wired.get(key) !== line)).toEqual([]);
});
