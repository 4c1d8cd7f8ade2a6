import { writeFileSync } from "node:fs";
import { HardwareFault, type Screen } from "../../../device/device.ts";
import { turned } from "../../../device/screens/pixels.ts";
import { framebufferScreen } from "../../../gateway/drivers/framebuffer.ts";
import { readBootId, steadyClock } from "../../../host/clock.ts";
import { silentLog } from "../../../host/log.ts";
import { differing, jsqrRead, SAMPLE_QRIS } from "../../device/fixtures.ts";
import { colourful, patched, qrPage, withBits } from "../../device/screens/pictures.ts";
import { type Check, equal } from "../check.ts";
import { screenBytes, screenPicture } from "./far-ends.ts";

const bench = {
  clock: steadyClock(readBootId()),
  log: silentLog,
  simulatedAddress: undefined,
  shared: () => Promise.reject(new Error("nothing is shared")),
};

async function open(more: Readonly<Record<string, unknown>> = {}): Promise<Screen> {
  const options = framebufferScreen.options.parse({ driver: "framebuffer", console: "/dev/tty0", ...more });
  const screen = await framebufferScreen.open(options, bench);
  if (screen === undefined) throw new Error("no screen");
  return screen;
}

export type Size = {
  readonly width: number;
  readonly height: number;
  readonly bits: readonly [number, number, number];
};

const checkOn = (
  name: string,
  more: Readonly<Record<string, unknown>>,
  run: (screen: Screen) => Promise<void>,
): Check => ({
  name,
  run: async () => {
    const screen = await open(more);
    try {
      await run(screen);
    } finally {
      await screen.close();
    }
  },
});

/** The driver on the kernel's framebuffer, of the size that the machine was booted with. */
export function framebufferChecks({ width, height, bits }: Size): readonly Check[] {
  const name = `framebuffer ${width} × ${height}, ${bits.join("-")}`;
  return [
    checkOn(`${name}: every pixel is where it belongs, also after a second picture`, {}, async (screen) => {
      equal([screen.width, screen.height], [width, height], "size");
      const first = colourful(width, height);
      const second = patched(first, 100, 60, 40, 30);
      await screen.show(first);
      await screen.show(second);
      equal(differing(withBits(await screenPicture(), ...bits), withBits(second, ...bits)), 0, "pixels that differ");
    }),
    checkOn(`${name}: the console's text stays away while the screen is open`, {}, async (screen) => {
      await screen.show(colourful(width, height));
      const before = screenBytes();
      writeFileSync("/dev/tty0", "a message of the kernel\n".repeat(5));
      await new Promise((resolve) => setTimeout(resolve, 1_000));
      equal(screenBytes().equals(before), true, "the same bytes");
      await screen.close();
      equal(screenBytes().equals(before), false, "the same bytes, after it was given back");
    }),
    {
      name: `${name}: one that is not there is refused in words`,
      run: async () => {
        const refused = await open({ path: "/dev/fb7" }).then(
          () => "opened",
          (error: unknown) => (error instanceof HardwareFault ? error.message : String(error)),
        );
        equal(refused.startsWith("opening /dev/fb7: ENOENT. Is the panel connected"), true, refused);
      },
    },
  ];
}

/** On a small screen only: the lab's processor takes half a minute to find a code. */
export const standingCodeCheck = ({ width, height }: Size): Check =>
  checkOn("framebuffer: a QR page that stands on its side is read", { rotation: 90 }, async (screen) => {
    equal([screen.width, screen.height], [height, width], "size");
    await screen.show(qrPage(height, width));
    equal(jsqrRead(turned(await screenPicture(), 270)), SAMPLE_QRIS, "the code");
  });
