import { expect, test } from "vitest";
import { HardwareFault, type Screen } from "../../../device/device.ts";
import { openPaper } from "../../../device/screens/e-paper.ts";
import { type Rotation, turned } from "../../../device/screens/pixels.ts";
import { screenContract } from "../contract.ts";
import { differing, jsqrRead, plainFrame, SAMPLE_QRIS } from "../fixtures.ts";
import { asOnPaper, paperOf } from "./paper.ts";
import { colourful, patched, qrPage } from "./pictures.ts";
import { Tape } from "./tape.ts";

type Opened = { readonly tape: Tape; readonly screen: Screen; setBusyFor(looks: number): void };

async function open(rotation: Rotation = 0, looks = 0, tape = new Tape()): Promise<Opened> {
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
  const screen = await openPaper({ rotation, clock: tape.clock, quickInARow: 2 }, wires);
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
  await expect(open(0, Number.POSITIVE_INFINITY, tape)).rejects.toThrow("says busy");
  expect(tape.isClosed).toBe(true);
});

screenContract("an SSD1683", async () => {
  const { tape, screen } = await open();
  return { screen, shown: () => paperOf(tape.entries), asShown: asOnPaper, end: () => screen.close() };
});

test.each<Rotation>([0, 90, 180, 270])("every dot is in its place, turned by %s degrees", async (rotation) => {
  const { tape, screen } = await open(rotation);
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
