import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HardwareFault } from "../../device/device.ts";
import { HEADER_CHIPS } from "../../device/pins/chips.ts";
import type { Lines, OutputOptions } from "../../device/pins/lines.ts";
import { openAll } from "../../gateway/commands/open-relays.ts";
import { main } from "../../gateway/main.ts";
import { newKeyPair } from "../../protocol/keys.ts";
import { settle, VirtualClock } from "../support/virtual-clock.ts";

let folder: string;
let clock: VirtualClock;
let taken: OutputOptions[];
let given: { way: string; chips: readonly string[]; open: number }[];
let said: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "relays-"));
  clock = new VirtualClock();
  [taken, given, said] = [[], [], []];
});
afterEach(() => rmSync(folder, { recursive: true }));

const file = (text: string): string => {
  const path = join(folder, "gateway.toml");
  writeFileSync(path, text);
  return path;
};

const PINS = `
[pins]
driver = "gpio"
[[pins.relays]]
name = "slot-1"
line = 27
[[pins.relays]]
name = "slot-2"
line = 22
active_low = true
most_ms = 900
`;

/** A chip whose lines are taken as `take` says. */
function chip(take: (output: OutputOptions) => void): (way: string, chips: readonly string[]) => Lines {
  return (way, chips) => {
    const use = { way, chips, open: 1 };
    given.push(use);
    const output: Lines["output"] = (options) => {
      take(options);
      taken.push(options);
      return { set: () => undefined, close: () => undefined };
    };
    const input: Lines["input"] = () => {
      throw new Error("a relay is no input");
    };
    const close = (): void => {
      use.open = 0;
    };
    return { where: "a chip", input, output, close };
  };
}

const open = (path: string, take: (output: OutputOptions) => void = () => undefined): Promise<void> =>
  openAll(path, { clock, openLines: chip(take), say: (line) => void said.push(line) });

test("every relay's line is taken as one that is open, and given back", async () => {
  await open(file(PINS));
  expect(taken).toEqual([
    { line: 27, activeLow: false },
    { line: 22, activeLow: true },
  ]);
  expect(given.map(({ way, chips }) => ({ way, chips }))).toEqual(Array(2).fill({ way: "auto", chips: HEADER_CHIPS }));
  expect(given.every((use) => use.open === 0)).toBe(true);
  expect(said).toEqual([]);
});

test("the chip and the way are those of the configuration, the rest of which may be nonsense", async () => {
  await open(file(`stand = 7\n${PINS.replace("[[", 'way = "sysfs"\nchip = "other"\n[[')}inputs = "none"\n`));
  expect(given[0]).toMatchObject({ way: "sysfs", chips: ["other"] });
  expect(taken).toHaveLength(2);
});

test("a line that another holds is asked for again until it is free", async () => {
  let isHeld = true;
  const opened = open(file(PINS), ({ line }) => {
    if (isHeld && line === 27) throw new HardwareFault("line 27 is held by the guard");
  });
  await settle();
  expect(taken).toEqual([]);
  isHeld = false;
  await clock.advance(100);
  await opened;
  expect(taken.map(({ line }) => line)).toEqual([27, 22]);
  expect(said).toEqual([]);
});

test("a line that is never free ends the trying after five seconds, and keeps no other from being opened", async () => {
  const opened = open(file(PINS), ({ line }) => {
    if (line === 27) throw new HardwareFault("line 27 is held by a stranger");
  });
  await clock.advance(5_100);
  await opened;
  expect(taken.map(({ line }) => line)).toEqual([22]);
  expect(said).toEqual(["slot-1 was not opened: line 27 is held by a stranger"]);
  expect(given.every((use) => use.open === 0)).toBe(true);
});

test.each([
  ["that is not there", () => join(folder, "nothing.toml"), "cannot be read"],
  ["that says nothing of pins", () => file("[stand]\nid = 1\n"), "pins"],
  ["that is no TOML", () => file("relays?"), "line 1"],
])("a configuration %s is told, and fails nothing", async (_, path, told) => {
  await open(path());
  expect(said.join("\n")).toContain(told);
  expect(given).toEqual([]);
});

test("a simulated stand has no contact that could stay closed", async () => {
  await open(file('[pins]\ndriver = "simulated"\n'));
  expect([given, said]).toEqual([[], []]);
});

async function called(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal = { out: (text: string) => void out.push(text), err: (text: string) => void err.push(text) };
  return { code: await main(argv, {}, terminal), out: out.join(""), err: err.join("") };
}

test("the command ends with 0 also where there is nothing to open, so that no stop fails for it", async () => {
  const { code, err } = await called("open-relays", "--config", join(folder, "nothing.toml"));
  expect(code).toBe(0);
  expect(err).toContain("no relay was opened");
});

test("a key's public half is shown once more, and nothing of a file that is no key", async () => {
  const { pem, publicJwk } = newKeyPair();
  const key = join(folder, "key.pem");
  writeFileSync(key, pem);
  const shown = await called("public-key", key);
  expect(shown).toEqual({ code: 0, out: `${JSON.stringify(publicJwk)}\n`, err: "" });
  const refused = await called("public-key", file("hunter2"));
  expect(refused.code).toBe(1);
  expect(refused.err).not.toContain("hunter2");
});
