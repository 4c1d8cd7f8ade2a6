import { HardwareFault, type Screen } from "../../device/device.ts";
import { framePng } from "../../device/drawing/canvas.ts";
import { largestQr, SCREEN_MODULE } from "../../device/drawing/qr.ts";
import { drawTestPage } from "../../device/drawing/test-page.ts";
import { type Asked, type Command, FAILED, MISUSED } from "../../host/program.ts";
import type { Clock } from "../../protocol/time.ts";
import { type AtHand, say, thingOf, withDevices } from "./at-hand.ts";
import { written } from "./print-test.ts";
import { typedLine } from "./typed.ts";

/** Shows the test page until Enter, or for `--seconds N`; or writes it into `--png FILE`. */
export const showTestWith =
  (enter: () => Promise<unknown>): Command =>
  async (asked) => {
    const { seconds } = asked.options;
    if (seconds !== undefined && !/^[1-9]\d{0,4}$/.test(seconds))
      return say(asked, `--seconds "${seconds}" is no number of seconds`, MISUSED);
    return withDevices(asked, async (at) => {
      const screen = thingOf(asked, "screen", at.parts.screen);
      return screen === undefined
        ? FAILED
        : show(asked, at, screen, () => (seconds === undefined ? enter() : after(at.clock, Number(seconds) * 1_000)));
    });
  };

export const showTest = showTestWith(typedLine);

async function show(asked: Asked, { config }: AtHand, screen: Screen, wait: () => Promise<unknown>): Promise<number> {
  const { width, height } = screen;
  const frame = drawTestPage({ size: { width, height }, lines: linesOf(config.screen, screen) });
  const { png } = asked.options;
  if (png !== undefined) return written(asked, png, framePng(frame));
  try {
    await screen.show(frame);
  } catch (error) {
    if (error instanceof HardwareFault) return say(asked, error.message, FAILED);
    throw error;
  }
  asked.say(
    `${width} × ${height}. Corners 1 to 4 run clockwise from the top left, edges are red, green, blue and black.` +
      ` Which codes does a phone read? ${asked.options["seconds"] === undefined ? "Enter ends it." : ""}`,
  );
  await wait();
  return 0;
}

function linesOf(options: Readonly<Record<string, unknown>>, screen: Screen): readonly string[] {
  const { driver, model, rotation } = options;
  const turned = rotation === undefined ? [] : [`rotation ${String(rotation)}`];
  const modules = largestQr(screen.width, screen.height, screen.leastModule ?? SCREEN_MODULE);
  return [[driver, model].filter((word) => word !== undefined).join(" "), ...turned, `codes up to ${modules} modules`];
}

const after = (clock: Clock, ms: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(ms, resolve);
  });
