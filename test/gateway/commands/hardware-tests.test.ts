import { readFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { framePng } from "../../../device/drawing/canvas.ts";
import { codeTextOf, longCodeText } from "../../../device/drawing/test-codes.ts";
import { drawTestPage } from "../../../device/drawing/test-page.ts";
import { type ServedWorld, serveWorld } from "../../../device/simulated/cable-stand.ts";
import { SimulatedStand } from "../../../device/simulated/world.ts";
import { pulseTestWith } from "../../../gateway/commands/pulse-test.ts";
import { showTestWith } from "../../../gateway/commands/show-test.ts";
import { standShape } from "../../../gateway/order/shape.ts";
import { steadyClock } from "../../../host/clock.ts";
import type { Asked } from "../../../host/program.ts";
import { openSqliteJournal } from "../../../journal/sqlite/open.ts";
import { newUlid } from "../../../protocol/ids.ts";
import { zbarRead } from "../../device/fixtures.ts";
import { seeded } from "../../support/stand-on-bench.ts";
import { called, StandFiles } from "./stand-files.ts";

const clock = steadyClock("test");
let files: StandFiles;
let world: SimulatedStand;
let served: ServedWorld;
let config: string;

beforeEach(async () => {
  files = new StandFiles();
  world = new SimulatedStand(
    {
      screen: { width: 240, height: 320 },
      printer: { dots: 384, msPerRow: 0 },
      relays: ["slot-1", "gate"],
      buttons: ["a1", "cancel"],
      sensors: [],
    },
    clock,
  );
  served = await serveWorld(world, 0, clock);
  config = files.configure({ more: `[simulated]\naddress = "127.0.0.1:${served.port}"` });
});
afterEach(async () => {
  await served.close();
  files.remove();
});

const ask = (...words: readonly string[]) => called(...words, "--config", config);

/** The daemon: it holds the journal, as long as it runs. */
function daemon(): { end(): Promise<void> } {
  const random = seeded(3);
  const newId = (): string => newUlid(clock.wall(), random);
  const { journal } = openSqliteJournal({ file: files.journal, shape: standShape, newId, wall: () => clock.wall() });
  return { end: () => journal.close() };
}

/** What a command is given at a terminal, and what it said. */
function atTerminal(argument: string, flags: readonly string[] = []): { asked: Asked; said: string[] } {
  const said: string[] = [];
  const say = (line: string): void => void said.push(line);
  return { said, asked: { config, argument, options: {}, flags: new Set(flags), env: {}, say, print: say } };
}

describe("show-test", () => {
  test("shows the test page until Enter, and leaves the screen dark", async () => {
    const { asked, said } = atTerminal("");
    let seen: Buffer | undefined;
    const enter = async (): Promise<void> => {
      seen = world.picture && framePng(world.picture);
    };
    expect(await showTestWith(enter)(asked)).toBe(0);
    expect(said[0]).toContain("240 × 320");
    expect(await zbarRead(seen ?? Buffer.alloc(0))).toContain(codeTextOf(3, "pixels"));
    expect(world.picture).toBeUndefined();
  });

  test("shows it for as many seconds as are asked for", async () => {
    let lit = 0;
    world.watch((news) => {
      if (news.is === "screen" && news.lit) lit += 1;
    });
    const from = clock.now().ms;
    expect(await ask("show-test", "--seconds", "1")).toMatchObject({ code: 0 });
    expect(clock.now().ms - from).toBeGreaterThanOrEqual(1_000);
    expect(lit).toBe(1);
    expect(await ask("show-test", "--seconds", "soon")).toMatchObject({ code: 64 });
  });

  test("writes the same picture into a new file, and never over one", async () => {
    const png = files.path("page.png");
    expect(await ask("show-test", "--png", png)).toMatchObject({ code: 0, err: `${png} is written\n` });
    const lines = ["simulated", "codes up to 69 modules"];
    const expected = framePng(drawTestPage({ size: { width: 240, height: 320 }, lines }));
    expect(readFileSync(png).equals(expected)).toBe(true);
    expect(await ask("show-test", "--png", png)).toMatchObject({ code: 1, err: expect.stringContaining("EEXIST") });
  });
});

describe("print-test", () => {
  test("prints the test strip, and says how the printer is before and after", async () => {
    expect(await ask("print-test")).toMatchObject({ code: 0, err: "before: ready\nprinted; after: ready\n" });
    expect(world.printer?.printed).toBe(1);
    world.setPrinter("low", "closed");
    expect(await ask("print-test")).toMatchObject({ code: 0, err: "before: paper-low\nprinted; after: paper-low\n" });
    world.setPrinter("out", "closed");
    expect(await ask("print-test")).toMatchObject({ code: 1, err: "before: no-paper\nno-paper; after: no-paper\n" });
  });

  test("writes the strip into a file instead, with the stand's name and every code", async () => {
    const png = files.path("strip.png");
    expect(await ask("print-test", "--png", png)).toMatchObject({ code: 0 });
    expect(world.printer?.printed).toBe(0);
    expect(await zbarRead(readFileSync(png))).toContain(longCodeText(4, "dots"));
  });
});

describe("pulse-test", () => {
  const typing = (text: string) => pulseTestWith(async () => text);

  test("closes the contact once when its name was typed again", async () => {
    const { asked, said } = atTerminal("gate");
    expect(await typing("gate\n")(asked)).toBe(0);
    expect(world.pulses).toMatchObject([{ line: "gate", order: "pulse-test" }]);
    expect(world.pulses[0]?.ms).toBeGreaterThanOrEqual(500);
    expect(said.join("\n")).toContain("Type its name to go on");
    expect(said.at(-1)).toContain("gate was closed for 500 ms, and is open again");
  });

  test.each(["", "yes", "slot-1"])("does nothing when %j was typed", async (typed) => {
    const { asked, said } = atTerminal("gate");
    expect(await typing(typed)(asked)).toBe(1);
    expect(said.at(-1)).toBe("nothing was done");
    expect(world.pulses).toEqual([]);
  });

  test("asks nobody with --yes, and takes a length", async () => {
    expect(await ask("pulse-test", "slot-1", "--yes", "--ms", "120")).toMatchObject({ code: 0 });
    expect(world.pulses).toMatchObject([{ line: "slot-1" }]);
    expect(world.pulses[0]?.ms).toBeGreaterThanOrEqual(120);
  });

  test.each(["0", "-5", "10001", "1e3", "half"])("refuses a length of %s", async (ms) => {
    expect(await ask("pulse-test", "slot-1", "--yes", `--ms=${ms}`)).toMatchObject({ code: 64 });
    expect(world.pulses).toEqual([]);
  });

  test("says which relays there are when there is none of that name", async () => {
    const { code, err } = await ask("pulse-test", "slot-9", "--yes");
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining("slot-1") });
  });

  test("says so when the contact does not get ready to close", async () => {
    world.setRelay("slot-1", "stuck");
    const { asked, said } = atTerminal("slot-1", ["yes"]);
    expect(await pulseTestWith(async () => "", 200)(asked)).toBe(1);
    expect(said).toEqual(["slot-1 is not ready: see doctor"]);
    expect(world.pulses).toEqual([]);
  });
});

describe.each([["show-test", "--seconds", "1"], ["print-test"], ["pulse-test", "slot-1", "--yes"]])(
  "%s",
  (...command) => {
    test("touches nothing while the daemon runs, and works again when it has ended", async () => {
      await daemon().end();
      const running = daemon();
      const refused = await ask(...command);
      expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("systemctl stop qris-gateway") });
      expect([world.picture, world.printer?.printed, world.pulses.length]).toEqual([undefined, 0, 0]);
      await running.end();
      expect(await ask(...command)).toMatchObject({ code: 0 });
    });

    test("says so where the stand does not answer", async () => {
      await served.close();
      expect(await ask(...command)).toMatchObject({ code: 1, err: expect.stringContaining("does not answer") });
    });

    test("ends with 78 for a configuration that is not usable", async () => {
      files.write("gateway.toml", "[stand]\n");
      expect(await ask(...command)).toMatchObject({ code: 78 });
    });
  },
);
