import { describe, expect, test } from "vitest";
import { type Frame, HardwareFault, type Screen } from "../../../device/device.ts";
import { openPaper } from "../../../device/screens/e-paper.ts";
import { PAPERS, type Paper } from "../../../device/screens/papers.ts";
import { type Rotation, turned } from "../../../device/screens/pixels.ts";
import { screenContract } from "../contract.ts";
import { differing, jsqrRead, plainFrame, SAMPLE_QRIS } from "../fixtures.ts";
import { asOnPaper, paperOf } from "./paper.ts";
import { colourful, patched, qrPage } from "./pictures.ts";
import { Tape } from "./tape.ts";
import { Uc8176 } from "./uc8176.ts";

const SSD1683 = PAPERS["ssd1683-400x300"];
const UC8176 = PAPERS["uc8176-400x300"];

type Opened = { readonly tape: Tape; readonly screen: Screen; setBusyFor(looks: number): void };
type Asked = { readonly paper?: Paper; readonly rotation?: Rotation; readonly looks?: number; readonly tape?: Tape };

async function open({ paper = SSD1683, rotation = 0, looks = 0, tape = new Tape() }: Asked = {}): Promise<Opened> {
  let left = looks;
  const busy = {
    isActive: () => {
      left -= 1;
      return left >= 0;
    },
    onChange: () => () => undefined,
    close: () => undefined,
  };
  const wires = { bus: tape.bus, dc: tape.line("dc"), reset: tape.line("reset", true), busy };
  const screen = await openPaper({ paper, rotation, clock: tape.clock, quickInARow: 2 }, wires);
  return { tape, screen, setBusyFor: (looks) => (left = looks) };
}

const PICTURE = ["d (4096)", "d (4096)", "d (4096)", "d (2712)"];
const BEGIN = ["c 4e", "d 00", "c 4f", "d 0000"];
const WHOLE = ["c 21", "d 4000", "c 22", "d f7", "c 20"];
const QUICK = ["c 21", "d 0000", "c 22", "d ff", "c 20"];
const after = (update: readonly string[]) => [
  ...[...BEGIN, "c 24", ...PICTURE, ...update, "pause 10"],
  ...[...BEGIN, "c 26", ...PICTURE],
];

describe("an SSD1683", () => {
  test("it is woken as its data sheet wants it", async () => {
    const { tape } = await open();
    expect(tape.words().slice(tape.words().indexOf("reset 0"))).toEqual([
      ...["reset 0", "pause 10", "reset 1", "pause 120", "pause 10", "c 12", "pause 10", "pause 10"],
      ...["c 01", "d 2b0100", "c 3c", "d 01", "c 18", "d 80", "c 11", "d 03", "c 44", "d 0031", "c 45", "d 00002b01"],
    ]);
  });

  test("the first picture takes the whole waveform, then so many are quick, then a whole one again", async () => {
    const { tape, screen } = await open();
    const frame = colourful(400, 300);
    const updates = [WHOLE, QUICK, QUICK, WHOLE, QUICK];
    for (const [at, update] of updates.entries()) {
      const from = tape.entries.length;
      await screen.show(patched(frame, at * 10, 0, 8, 8));
      expect(tape.words(from)).toEqual(after(update));
    }
  });

  test("closing sends it to deep sleep, and the picture stays", async () => {
    const { tape, screen } = await open();
    await screen.show(plainFrame(400, 300, 255));
    const from = tape.entries.length;
    await screen.close();
    expect(tape.words(from)).toEqual(["c 10", "d 01"]);
  });
});

test.each([SSD1683, UC8176])("$controller hears nothing of what is as black and as white as before", async (paper) => {
  const { tape, screen } = await open({ paper });
  await screen.show(plainFrame(400, 300, 250));
  const from = tape.entries.length;
  await screen.show(plainFrame(400, 300, 240));
  expect(tape.words(from)).toEqual([]);
  await screen.show(plainFrame(400, 300, 0));
  expect(tape.words(from)).not.toEqual([]);
});

test("it waits while the paper is busy", async () => {
  const { tape, screen, setBusyFor } = await open();
  setBusyFor(3);
  await screen.show(plainFrame(400, 300, 255));
  const words = tape.words();
  expect(words.slice(words.indexOf("c 20") + 1, words.indexOf("c 26"))).toEqual([
    ...["pause 10", "pause 10", "pause 10", "pause 10", ...BEGIN],
  ]);
});

test("one that stays busy is told in words, and its next picture begins anew and is a whole one", async () => {
  const { tape, screen, setBusyFor } = await open();
  await screen.show(plainFrame(400, 300, 255));
  setBusyFor(Number.POSITIVE_INFINITY);
  const shown = screen.show(plainFrame(400, 300, 0));
  await expect(shown).rejects.toThrow("says busy for 20 s: are BUSY and RESET wired as configured?");
  await expect(shown).rejects.toBeInstanceOf(HardwareFault);
  setBusyFor(0);
  const from = tape.entries.length;
  await screen.show(plainFrame(400, 300, 0));
  expect(tape.words(from)[0]).toBe("reset 0");
  expect(tape.words(from)).toContain("d f7");
});

test("wires at which it never rests are given back", async () => {
  const tape = new Tape();
  await expect(open({ looks: Number.POSITIVE_INFINITY, tape })).rejects.toThrow("says busy");
  expect(tape.isClosed).toBe(true);
});

screenContract("an SSD1683", async () => {
  const { tape, screen } = await open();
  return { screen, shown: () => paperOf(tape.entries), asShown: asOnPaper, end: () => screen.close() };
});

test.each<Rotation>([0, 90, 180, 270])("every dot is in its place, turned by %s degrees", async (rotation) => {
  const { tape, screen } = await open({ rotation });
  const frame = colourful(screen.width, screen.height);
  await screen.show(frame);
  const shown = paperOf(tape.entries);
  expect(differing(shown && turned(shown, ((360 - rotation) % 360) as Rotation), asOnPaper(frame))).toBe(0);
});

test("a QR page is read from the tape", async () => {
  const { tape, screen } = await open();
  await screen.show(qrPage(400, 300));
  const shown = paperOf(tape.entries);
  expect(shown && jsqrRead(shown)).toBe(SAMPLE_QRIS);
});

describe("an UC8176", () => {
  const wave = (level: string): string => `d ${level}0120010001`;
  /** Waveforms are cut short on the tape: 44 and 42 bytes. */
  const WAVES = ["c 20", "d (44)", "c 21", "d (42)", "c 22", "d (42)", "c 23", "d (42)", "c 24", "d (42)"];
  const REFRESH = ["c 04", "pause 10", "c 12", "pause 10", "c 02", "pause 10"];

  test("is woken as its data sheet wants it", async () => {
    const { tape } = await open({ paper: UC8176 });
    expect(tape.words().slice(tape.words().indexOf("reset 0"))).toEqual([
      ...["reset 0", "pause 10", "reset 1", "pause 120", "pause 10"],
      ...["c 06", "d 171717", "c 61", "d 0190012c"],
    ]);
  });

  test("takes its first picture whole, by the maker's own waveform, from white", async () => {
    const { tape, screen } = await open({ paper: UC8176 });
    const from = tape.entries.length;
    await screen.show(colourful(400, 300));
    expect(tape.words(from)).toEqual([
      ...["c 00", "d 1f", "c 50", "d 97", "c 10", ...PICTURE, "c 13", ...PICTURE, ...REFRESH],
    ]);
    const before = tape.entries.slice(from).find((entry) => entry.is === "bytes" && entry.bytes.length === 4_096);
    expect(before?.is === "bytes" && before.bytes.every((byte) => byte === 0xff)).toBe(true);
  });

  test("takes the next in the window that changed, old and new, by a short waveform", async () => {
    const { tape, screen } = await open({ paper: UC8176 });
    const white = plainFrame(400, 300, 255);
    await screen.show(white);
    const from = tape.entries.length;
    // Dots 20 to 27 of the rows 30 and 31: bytes 2 and 3.
    await screen.show(patched(white, 20, 30, 8, 2));
    expect(tape.words(from)).toEqual([
      ...["c 00", "d 3f", "c 50", "d d7", ...WAVES, "c 91", "c 90", "d 0010001f001e001f00"],
      ...["c 10", "d ffffffff", "c 13", "d f00ff00f", ...REFRESH, "c 92"],
    ]);
    const waves = tape.entries
      .slice(from)
      .filter((entry) => entry.is === "bytes" && [42, 44].includes(entry.bytes.length));
    const phases = waves.map((entry) => (entry.is === "bytes" ? entry.bytes.toString("hex").replace(/0+$/, "") : ""));
    expect(phases.map((phase) => `d ${phase}`)).toEqual(["00", "00", "20", "10", "00"].map(wave));
  });

  test("moves every dot to where it belongs, and after so many quick pictures begins with a whole one", async () => {
    const { tape, screen } = await open({ paper: UC8176 });
    const controller = new Uc8176();
    let taken = 0;
    const shows = async (frame: Frame): Promise<void> => {
      await screen.show(frame);
      controller.take(tape.entries.slice(taken));
      taken = tape.entries.length;
      expect(differing(controller.shown(), asOnPaper(frame))).toBe(0);
    };
    const frame = colourful(400, 300);
    await shows(frame);
    for (const at of [0, 8, 131, 399]) await shows(patched(frame, Math.min(at, 392), Math.min(at, 292), 8, 8));
    await shows(plainFrame(400, 300, 0));
    expect(controller.refreshes).toEqual(["whole", "quick", "quick", "whole", "quick", "quick"]);
  });

  test("closing takes its power, waits, and sends it to deep sleep", async () => {
    const { tape, screen } = await open({ paper: UC8176 });
    await screen.show(plainFrame(400, 300, 0));
    const from = tape.entries.length;
    await screen.close();
    expect(tape.words(from)).toEqual(["c 02", "pause 10", "c 07", "d a5"]);
    expect(new Uc8176().take(tape.entries).isAsleep).toBe(true);
  });

  test("after trouble it begins anew, from white and whole", async () => {
    const { tape, screen, setBusyFor } = await open({ paper: UC8176 });
    await screen.show(colourful(400, 300));
    setBusyFor(Number.POSITIVE_INFINITY);
    await expect(screen.show(plainFrame(400, 300, 0))).rejects.toThrow("UC8176 on /dev/spidev0.0 says busy for 20 s");
    setBusyFor(0);
    const from = tape.entries.length;
    await screen.show(plainFrame(400, 300, 0));
    expect(tape.words(from).slice(0, 2)).toEqual(["reset 0", "pause 10"]);
    expect(tape.words(from)).toContain("d 1f");
  });

  test("one that never rests keeps nobody from ending", async () => {
    const tape = new Tape();
    await expect(open({ paper: UC8176, looks: Number.POSITIVE_INFINITY, tape })).rejects.toThrow("says busy for 20 s");
    expect(tape.isClosed).toBe(true);
    const waited = tape.entries.reduce((sum, entry) => sum + (entry.is === "pause" ? entry.ms : 0), 0);
    expect(waited).toBeLessThan(23_000);
  });

  test.each<Rotation>([0, 90, 180, 270])("has every dot in its place, turned by %s degrees", async (rotation) => {
    const { tape, screen } = await open({ paper: UC8176, rotation });
    const frame = colourful(screen.width, screen.height);
    await screen.show(frame);
    await screen.show(patched(frame, 40, 50, 30, 20));
    const shown = turned(new Uc8176().take(tape.entries).shown(), ((360 - rotation) % 360) as Rotation);
    expect(differing(shown, asOnPaper(patched(frame, 40, 50, 30, 20)))).toBe(0);
  });

  test("shows a QR page that is read from the tape", async () => {
    const { tape, screen } = await open({ paper: UC8176 });
    await screen.show(plainFrame(400, 300, 255));
    await screen.show(qrPage(400, 300));
    expect(jsqrRead(new Uc8176().take(tape.entries).shown())).toBe(SAMPLE_QRIS);
  });
});

screenContract("an UC8176", async () => {
  const { tape, screen } = await open({ paper: UC8176 });
  return {
    screen,
    shown: () => new Uc8176().take(tape.entries).shown(),
    asShown: asOnPaper,
    end: () => screen.close(),
  };
});
