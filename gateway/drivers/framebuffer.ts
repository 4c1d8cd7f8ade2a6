import { z } from "zod";
import type { Screen } from "../../device/device.ts";
import type { Kernel } from "../../device/pins/kernel.ts";
import type { Log } from "../../host/log.ts";
import { driver, type ScreenDriver } from "./driver.ts";

/** Screens that the kernel looks after: HDMI, DSI, and SPI panels with an overlay of their own. */

const options = {
  path: z
    .string()
    .regex(/^\/dev\/fb\d+$/, "must be a framebuffer, such as /dev/fb0")
    .default("/dev/fb0")
    .describe("The kernel's framebuffer."),
  rotation: z
    .literal([0, 90, 180, 270])
    .default(0)
    .describe("How far the picture is turned clockwise.")
    .meta({ example: 0 }),
  console: z
    .string()
    .regex(/^\/dev\/tty\d+$/, "must be a console, such as /dev/tty0")
    .optional()
    .describe("The console that lies under the pictures, to keep its cursor and its messages away.")
    .meta({ example: "/dev/tty0" }),
};

type Given = z.output<z.ZodObject<typeof options>>;

export const framebufferScreen: ScreenDriver = driver("framebuffer", options, async (given, { log }) => {
  const [{ linuxKernel }, { openFramebuffer }] = await Promise.all([
    import("../linux.ts"),
    import("../../device/screens/framebuffer.ts"),
  ]);
  const kernel = linuxKernel();
  const console = await consoleUnder(kernel, given, log);
  try {
    return withConsole(await openFramebuffer({ path: given.path, rotation: given.rotation, kernel }), console);
  } catch (error) {
    console?.close();
    throw error;
  }
});

type Console = { close(): void };

/** A cursor that blinks in a picture is ugly, no more: the stand goes on. */
async function consoleUnder(kernel: Kernel, given: Given, log: Log): Promise<Console | undefined> {
  if (given.console === undefined) return undefined;
  const { takeConsole } = await import("../../device/screens/console.ts");
  try {
    return takeConsole(kernel, given.console);
  } catch (error) {
    log.warn("the console may show through", { because: error instanceof Error ? error.message : String(error) });
    return undefined;
  }
}

const withConsole = (screen: Screen, console: Console | undefined): Screen => ({
  ...screen,
  close: async () => {
    await screen.close();
    console?.close();
  },
});
