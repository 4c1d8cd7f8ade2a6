import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { EXIT_BAD_CONFIG, explainErrors, readConfig, readConfigFile } from "../../host/config.ts";
import { sampleToml } from "../../host/sample-toml.ts";

const kiosk = z.strictObject({
  name: z.string().min(1).describe("What customers read.").meta({ example: "Kopi Lobi" }),
  volume: z.int().min(0).max(11).default(5).describe("How loud."),
  mood: z.enum(["calm", "lively"]).default("calm"),
  tags: z
    .array(z.string())
    .optional()
    .meta({ example: ["indoor"] }),
  lines: z.record(z.string(), z.int()).meta({ example: { "slot-1": 17 } }),
  broker: z.strictObject({
    url: z.string().meta({ example: "mqtts://broker:8883" }),
    port: z.int().optional().meta({ example: 8883 }),
  }),
  screen: z.discriminatedUnion("driver", [
    z.strictObject({ driver: z.literal("none") }),
    z.strictObject({ driver: z.literal("panel"), bus: z.int().describe("SPI bus.").meta({ example: 0 }) }),
  ]),
  printer: z
    .discriminatedUnion("driver", [
      z.strictObject({ driver: z.literal("none") }),
      z.strictObject({ driver: z.literal("usb"), paper: z.int().default(58) }),
    ])
    .prefault({ driver: "usb" }),
  timing: z.strictObject({ patience: z.int().default(20) }).prefault({}),
  extra: z
    .strictObject({ code: z.string().meta({ example: "x" }) })
    .optional()
    .describe("Only for tests."),
  products: z.array(
    z.strictObject({
      id: z.string().meta({ example: "coffee" }),
      price: z.int().min(1).meta({ example: 15000 }),
    }),
  ),
});

const good = `
name = "Kopi"
lines = { a = 1 }
broker = { url = "mqtt://b" }
screen = { driver = "none" }
[[products]]
id = "tea"
price = 9000
`;

function errors(text: string, schema: z.ZodType = kiosk): Record<string, string> {
  const read = readConfig(text, schema);
  if (read.is === "good") return {};
  return Object.fromEntries(read.errors.map(({ path, problem, example }) => [path, `${problem} | ${example ?? "-"}`]));
}

describe("a good configuration", () => {
  const read = readConfig(good, kiosk);
  const config = read.is === "good" ? read.config : undefined;

  test("comes with its defaults", () => {
    expect(config).toEqual({
      name: "Kopi",
      volume: 5,
      mood: "calm",
      lines: { a: 1 },
      broker: { url: "mqtt://b" },
      screen: { driver: "none" },
      printer: { driver: "usb", paper: 58 },
      timing: { patience: 20 },
      products: [{ id: "tea", price: 9000 }],
    });
  });

  test("is frozen to its last leaf", () => {
    for (const part of [config, config?.broker, config?.lines, config?.products, config?.products[0]]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });
});

describe("a bad configuration", () => {
  test("tells every error at once, each with its path and what would be right", () => {
    const text = `nmae = "x"\nvolume = 12\nmood = "loud"\ncolour = 1\n[lines]\na = "b"\n[[products]]\nid = "tea"\nprice = 1\n[[products]]\nprice = 0\n`;
    expect(errors(text)).toEqual({
      nmae: 'is not known; did you mean name? | name = "Kopi Lobi"',
      name: 'is missing | name = "Kopi Lobi"',
      volume: "must be at most 11 | volume = 5",
      mood: 'must be one of "calm", "lively" | mood = "calm"',
      colour: expect.stringMatching(/^is not known; known here: name, volume, /),
      "lines.a": expect.stringMatching(/^must be a number, without quotes/),
      broker: 'is missing | broker = { url = "mqtts://broker:8883" }',
      screen: 'is missing | screen = { driver = "none" }',
      "products[1].id": 'is missing | id = "coffee"',
      "products[1].price": "must be at least 1 | price = 15000",
    });
  });

  test.each([
    [z.string(), "7", "must be text, in quotes"],
    [z.int(), "7.5", "must be a whole number"],
    [z.boolean(), '"yes"', "must be true or false, without quotes"],
    [z.array(z.int()), "7", "must be a list, in [ ]"],
    [z.object({}), "7", "must be a table"],
    [z.string().min(1), '""', "must not be empty"],
    [z.string().max(2), '"abc"', "must have at most 2 letters"],
    [z.array(z.int()).min(1), "[]", "must have at least 1 entry"],
    [z.number().gt(0), "-0.5", "must be more than 0"],
    [z.url(), '"broker"', "must be an address"],
    [z.string().regex(/^a$/), '"b"', "must be written so: /^a$/"],
    [z.string().regex(/^a$/, "must be an a"), '"b"', "must be an a"],
  ])("is told in words, nr. %#", (schema, value, words) => {
    expect(errors(`x = ${value}`, z.object({ x: schema }))["x"]).toMatch(`${words} | `);
  });

  test.each([
    [
      "a kind that is not known",
      'driver = "pannel"',
      "screen.driver",
      'must be one of "none", "panel" | driver = "none"',
    ],
    ["a field of the chosen kind", 'driver = "panel"', "screen.bus", "is missing | bus = 0"],
    [
      "a field that no kind has",
      'driver = "none"\nbuss = 0',
      "screen.buss",
      "is not known; did you mean bus? | bus = 0",
    ],
  ])("says what is wrong with a choice: %s", (_, screen, path, told) => {
    const text = `${good.replace('screen = { driver = "none" }', "")}\n[screen]\n${screen}`;
    expect(errors(text)).toEqual({ [path]: told });
  });

  test("keeps the schema's own words for a rule of its own", () => {
    const paired = z.strictObject({ a: z.int().optional(), b: z.int() }).refine(({ a }) => a !== undefined, {
      path: ["a"],
      message: "b needs a beside it",
    });
    expect(errors("b = 1", paired)).toEqual({ a: "b needs a beside it | -" });
  });

  test("never repeats the value that was found", () => {
    const text =
      'name = 1\nbroker = "hidden-1"\nmood = "hidden-2"\nvolume = "hidden-3"\nscreen = { driver = "hidden-4" }\n';
    expect(JSON.stringify(errors(text))).not.toContain("hidden");
  });

  test("a price with a point for the thousands is refused, and no price of five rupiah", () => {
    const told = /^is a whole number with a point in it: write fifteen thousand as 15000 /;
    const text = good.replace("9000", "5.000").replace("a = 1", "a = [[1, 1.0e3]]");
    expect(errors(text)).toEqual({
      "products[0].price": expect.stringMatching(told),
      "lines.a[0][1]": expect.stringMatching(told),
    });
    expect(errors("a = -6.175\nb = 7_500\nc = 1979-05-27T07:32:00Z", z.looseObject({ b: z.literal(7500) }))).toEqual(
      {},
    );
    expect(errors("a = 9007199254740993", z.looseObject({}))).toEqual({ a: "is too large a number | -" });
  });

  test("that is no TOML is told with line and column", () => {
    expect(errors('name = "a"\nvolume = = 3\n')).toEqual({
      "line 2, column 10": expect.stringMatching(/^is no TOML: /),
    });
  });

  test.each([
    ["name = Kopi Lobi", "line 1, column 8", "text stands in quotes"],
    ['name = "Kopi\nvolume = 3', "line 1, column 13", "is the quote at its end missing?"],
    ["[broker]\n[broker]", "line 2, column 2", "it is there twice"],
  ])("that is no TOML says what was probably meant, nr. %#", (text, place, hint) => {
    expect(errors(text)[place]).toMatch(hint);
  });

  test("whose file cannot be read is told with the file", () => {
    const read = readConfigFile("/nowhere/gateway.toml", kiosk);
    expect(read).toMatchObject({
      is: "bad",
      errors: [{ path: "/nowhere/gateway.toml", problem: "cannot be read: there is no such file" }],
    });
  });

  test("becomes lines for a person", () => {
    const read = readConfig(good.replace('name = "Kopi"', ""), kiosk);
    const told = read.is === "bad" ? explainErrors("/etc/kiosk.toml", read.errors) : "";
    expect(told).toBe('/etc/kiosk.toml is not usable:\n  name: is missing (for example: name = "Kopi Lobi")');
  });

  test("has the exit code that systemd's units know", () => {
    expect(EXIT_BAD_CONFIG).toBe(78);
  });

  test("never throws, whatever the text", () => {
    const lines = fc.constantFrom(
      "name = ",
      "[broker]",
      "[[products]]",
      '"x"',
      "1",
      "{",
      "=",
      "__proto__ = 1",
      "[a.b]",
      "\n",
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(lines).map((parts) => parts.join("\n")),
    );
    fc.assert(fc.property(text, (toml) => ["good", "bad"].includes(readConfig(toml, kiosk).is)));
  });
});

test("a file is read like a text", () => {
  const folder = mkdtempSync(join(tmpdir(), "config-"));
  writeFileSync(join(folder, "kiosk.toml"), good);
  expect(readConfigFile(join(folder, "kiosk.toml"), kiosk)).toEqual(readConfig(good, kiosk));
  writeFileSync(join(folder, "huge.toml"), "#".repeat(2_000_000));
  expect(readConfigFile(join(folder, "huge.toml"), kiosk)).toMatchObject({
    is: "bad",
    errors: [{ problem: expect.stringMatching(/2000000 bytes/) }],
  });
  rmSync(folder, { recursive: true });
});

describe("the sample", () => {
  const sample = sampleToml(kiosk);

  test("is a good configuration as it stands", () => {
    expect(errors(sample)).toEqual({});
  });

  test("is one with everything optional switched on, too", () => {
    const everything = sample
      .replace("[screen]\n", '[screen]\ndriver = "none" \n')
      .split("\n")
      .map((line) => line.replace(/^# (?=(\[|[a-z_-]+ = ))/, ""))
      .filter((line) => line !== 'driver = "panel"' && line !== "bus = 0" && line !== 'driver = "none"')
      .join("\n");
    const read = readConfig(everything, kiosk);
    expect(read).toMatchObject({
      is: "good",
      config: { tags: ["indoor"], extra: { code: "x" }, timing: { patience: 20 } },
    });
  });

  test("says what each key means, which are optional, and what else may stand there", () => {
    const lines = sample.split("\n");
    expect(lines.slice(0, 2)).toEqual(["# What customers read.", 'name = "Kopi Lobi"']);
    expect(lines.slice(2, 4)).toEqual(["# How loud.", "# volume = 5"]);
    expect(sample).toContain('# One of calm, lively.\n# mood = "calm"');
    expect(sample).toContain('[screen]\ndriver = "none"\n#\n# or\n# driver = "panel"\n# SPI bus.\n# bus = 0');
    expect(sample).toContain('[printer]\ndriver = "usb"\n# paper = 58\n#\n# or\n# driver = "none"');
    expect(sample).toContain("\n[timing]\n# patience = 20");
    expect(sample).toContain('# Only for tests.\n# [extra]\n# code = "x"');
    expect(sample).toContain('[[products]]\nid = "coffee"\nprice = 15000');
  });
});
