import { type Frame, HardwareFault, type Screen } from "../../../device/device.ts";
import { turned } from "../../../device/screens/pixels.ts";
import { paperScreen } from "../../../gateway/drivers/e-paper.ts";
import { spiPanelScreen } from "../../../gateway/drivers/spi-panel.ts";
import { readBootId, steadyClock } from "../../../host/clock.ts";
import { silentLog } from "../../../host/log.ts";
import { differing, jsqrRead, SAMPLE_QRIS } from "../../device/fixtures.ts";
import { Controller } from "../../device/screens/controller.ts";
import { paperOf } from "../../device/screens/paper.ts";
import { colourful, patched, qrPage, withBits } from "../../device/screens/pictures.ts";
import type { Entry } from "../../device/screens/tape.ts";
import { Uc8176 } from "../../device/screens/uc8176.ts";
import { type Check, equal } from "../check.ts";
import { levelOf, pull } from "../wires.ts";
import { tapeOf, tellSpi, transfers } from "./far-ends.ts";

const bench = {
  clock: steadyClock(readBootId()),
  log: silentLog,
  simulatedAddress: undefined,
  shared: () => Promise.reject(new Error("nothing is shared")),
};

const ST7789 = { columns: 240, rows: 320, width: 240, height: 240, left: 0, top: 0, isInverted: true };
const ILI9486 = {
  ...{ columns: 320, rows: 480, width: 320, height: 480, left: 0, top: 0 },
  ...{ isWide: true, isMirrored: true, isBgr: true },
};
/** D/C and the bytes, from the data sheet: out of sleep, 16 bits, normal mode, upright, inverted. */
const START = ["0 11", "0 3a", "1 55", "0 13", "0 36", "1 00", "0 21"];

async function open(more: Readonly<Record<string, unknown>> = {}): Promise<Screen> {
  const lines = { dc_line: 25, reset_line: 24, backlight_line: 18 };
  const options = spiPanelScreen.options.parse({ driver: "spi-panel", model: "st7789-240x240", ...lines, ...more });
  const screen = await spiPanelScreen.open(options, bench);
  if (screen === undefined) throw new Error("no screen");
  return screen;
}

const check = (
  name: string,
  more: Readonly<Record<string, unknown>>,
  run: (screen: Screen) => Promise<void>,
): Check => ({
  name: `SPI panel: ${name}`,
  run: async () => {
    tellSpi("pins", "25", "24");
    tellSpi("clear");
    const screen = await open(more);
    try {
      await run(screen);
    } finally {
      await screen.close();
    }
  },
});

const refusalOf = (act: Promise<unknown>): Promise<string> =>
  act.then(
    () => "nothing",
    (error: unknown) => (error instanceof HardwareFault ? error.message : `no HardwareFault: ${String(error)}`),
  );

/** The lab's tape is of the bus alone. */
const RESET: Entry = { is: "line", line: "reset", level: 0 };

/** `restsAt`: the level of BUSY while the paper does nothing. */
const paperCheck = (model: string, restsAt: 0 | 1, shownBy: (tape: readonly Entry[]) => Frame | undefined): Check => ({
  name: `SPI panel: ${model} is waited for while its line says busy, and a QR page is read from the wire`,
  run: async () => {
    tellSpi("clear");
    pull(23, restsAt);
    const lines = { dc_line: 25, reset_line: 24, busy_line: 23 };
    const screen = await paperScreen.open(paperScreen.options.parse({ driver: "e-paper", model, ...lines }), bench);
    if (screen === undefined) throw new Error("no screen");
    try {
      pull(23, restsAt === 0 ? 1 : 0);
      const shown = screen.show(qrPage(400, 300)).then(() => "shown");
      const later = new Promise((resolve) => setTimeout(resolve, 2_000, "busy"));
      equal(await Promise.race([shown, later]), "busy", "while the line says so");
      pull(23, restsAt);
      await shown;
      const paper = shownBy(tapeOf(transfers()));
      equal(paper && jsqrRead(paper), SAMPLE_QRIS, "the code");
    } finally {
      await screen.close();
    }
  },
});

/** Drivers of panels on a real spidev and real lines, of which the lab keeps one tape. */
export const panelChecks = (): readonly Check[] => [
  check("an ST7789 hears what its data sheet wants, with D/C as it wants it", {}, async (screen) => {
    equal(levelOf(18), 0, "the light before the first picture");
    const frame = colourful(240, 240);
    await screen.show(frame);
    equal(levelOf(18), 1, "the light with the first picture");
    const log = transfers();
    const words = log.map(({ dc, hex }) => `${dc} ${hex.length > 16 ? `(${hex.length / 2})` : hex}`);
    const pieces = [...Array.from({ length: 28 }, () => "1 (4096)"), "1 (512)"];
    equal(words, [...START, "0 2a", "1 000000ef", "0 2b", "1 000000ef", "0 2c", ...pieces, "0 29"], "the tape");
    equal(
      [...new Set(log.map(({ cs, mode, hz, rst, dropped }) => `${cs} ${mode} ${hz} ${rst} ${dropped}`))],
      ["0 0 32000000 1 0"],
      "chip select, mode, speed, RESET, lost",
    );
    const afterSleepMs = ((log[1]?.ns ?? 0) - (log[0]?.ns ?? 0)) / 1_000_000;
    equal(afterSleepMs >= 120, true, `${afterSleepMs} ms after sleep out`);
    equal(differing(new Controller(ST7789).take(tapeOf(log)).glass(), withBits(frame, 5, 6, 5)), 0, "pixels");
  }),
  check("only what changed is sent, and a QR page is read from the wire", { rotation: 180 }, async (screen) => {
    const glass = new Controller(ST7789);
    await screen.show(patched(qrPage(240, 240), 3, 4, 2, 2));
    glass.take(tapeOf(transfers()));
    await screen.show(qrPage(240, 240));
    const second = transfers();
    const words = second.map(({ dc, hex }) => `${dc} ${hex}`);
    equal(words.slice(0, 5), ["0 2a", "1 00030004", "0 2b", "1 00540055", "0 2c"], "the window");
    equal(second[5]?.hex.length, 16, "digits of four pixels");
    const shown = glass.take(tapeOf(second)).glass();
    equal(shown && jsqrRead(turned(shown, 180)), SAMPLE_QRIS, "the code");
  }),
  check("an ILI9486 behind a shift register", { model: "ili9486-320x480-16bit" }, async (screen) => {
    const frame = colourful(320, 480);
    await screen.show(frame);
    const log = transfers();
    equal(
      log.every(({ hex }) => hex.length <= 2 * 4_096),
      true,
      "4,096 bytes at most",
    );
    equal(differing(new Controller(ILI9486).take(tapeOf(log)).glass(), withBits(frame, 5, 6, 5)), 0, "pixels");
  }),
  check("a bus that fails is told in words, and the next picture begins anew", {}, async (screen) => {
    const frame = colourful(240, 240);
    await screen.show(frame);
    tellSpi("fail", "1");
    const refused = await refusalOf(screen.show(patched(frame, 1, 1, 2, 2)));
    equal(refused, "sending 1 bytes to /dev/spidev0.0: EIO", "the fault");
    tellSpi("clear");
    await screen.show(frame);
    const log = transfers();
    equal(
      log.slice(0, START.length).map(({ dc, hex }) => `${dc} ${hex}`),
      START,
      "the start",
    );
    equal(differing(new Controller(ST7789).take(tapeOf(log)).glass(), withBits(frame, 5, 6, 5)), 0, "pixels");
  }),
  paperCheck("ssd1683-400x300", 0, paperOf),
  paperCheck("uc8176-400x300", 1, (tape) => new Uc8176().take([RESET, ...tape]).shown()),
  {
    name: "SPI panel: a bus and a line that are not there are refused in words, and given back",
    run: async () => {
      const noBus = await refusalOf(open({ path: "/dev/spidev7.0" }));
      equal(noBus.startsWith("opening /dev/spidev7.0: ENOENT. Switch SPI on"), true, noBus);
      const noLine = await refusalOf(open({ dc_line: 900 }));
      equal(noLine.includes("900"), true, noLine);
      await (await open()).close();
    },
  },
];
