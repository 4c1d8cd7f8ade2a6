import { HardwareFault } from "../../../device/device.ts";
import { inputOf, outputOf } from "../../../device/pins/button.ts";
import { HEADER_CHIPS } from "../../../device/pins/chips.ts";
import type { Lines } from "../../../device/pins/lines.ts";
import { openLines, type Way } from "../../../gateway/lines.ts";
import { type Check, equal, eventually } from "../check.ts";
import { bounce, levelOf, pull } from "../wires.ts";

/** What lines promise, whichever way they are reached. */
export function linesChecks(way: Exclude<Way, "auto">): readonly Check[] {
  const withLines = (name: string, run: (lines: Lines) => Promise<void>): Check => ({
    name: `${way}: ${name}`,
    run: async () => {
      const lines = openLines(way, HEADER_CHIPS);
      try {
        await run(lines);
      } finally {
        lines.close();
      }
    },
  });
  const input = { line: 17, activeLow: true, bias: "as-is", debounceMs: 20 } as const;

  return [
    withLines("finds the header's chip", async (lines) => {
      equal(lines.where.includes("pinctrl-bcm2711"), true, lines.where);
    }),
    withLines("an input tells each press once, however the contact bounces", async (lines) => {
      pull(17, 1);
      const button = lines.input(input);
      const heard: boolean[] = [];
      button.onChange((isActive) => heard.push(isActive));
      bounce(17, 0);
      await eventually("the press", () => heard.length > 0);
      equal(button.isActive(), true, "pressed");
      bounce(17, 1);
      await eventually("the end of the press", () => heard.length > 1);
      await new Promise((resolve) => setTimeout(resolve, 100));
      equal(heard, [true, false], "changes");
    }),
    withLines("an input is as it is held, before and after, and tells both changes", async (lines) => {
      pull(17, 0);
      const door = inputOf(lines.input(input));
      equal(await door.isActive(), true, "held from the beginning");
      const [changes, presses]: [boolean[], string[]] = [[], []];
      door.onChange((isActive) => changes.push(isActive));
      door.onPress(() => presses.push("pressed"));
      pull(17, 1);
      await eventually("it is let go", () => changes.length === 1);
      equal(await door.isActive(), false, "let go");
      pull(17, 0);
      await eventually("it is held again", () => changes.length === 2);
      equal(await door.isActive(), true, "held again");
      equal([changes, presses], [[false, true], ["pressed"]], "what was told");
      await door.close();
      const said = await door.isActive().catch((error: unknown) => error instanceof HardwareFault);
      equal(said, true, "a closed input");
    }),
    ...(way === "character-device" ? [quickPressCheck(withLines)] : []),
    withLines("a lamp is dark at first, does what it is told, and is dark after its end", async (lines) => {
      const lamp = outputOf(lines.output({ line: 22, activeLow: false }));
      equal(levelOf(22), 0, "at first");
      await lamp.set(true);
      equal(levelOf(22), 1, "lit");
      await lamp.close();
      equal(levelOf(22), 0, "after its end");
      const said = await lamp.set(true).catch((error: unknown) => error instanceof HardwareFault);
      equal([said, levelOf(22)], [true, 0], "a closed lamp");
    }),
    withLines("what stops listening hears nothing more", async (lines) => {
      pull(17, 1);
      const button = lines.input(input);
      const heard: string[] = [];
      const stop = button.onChange(() => heard.push("stopped"));
      button.onChange((isActive) => heard.push(`${isActive}`));
      stop();
      pull(17, 0);
      await eventually("the press", () => heard.length > 0);
      equal(heard, ["true"], "heard");
    }),
    withLines("an output begins inactive, does what it is told, and ends inactive", async (lines) => {
      const relay = lines.output({ line: 27, activeLow: false });
      equal(levelOf(27), 0, "at first");
      relay.set(true);
      equal(levelOf(27), 1, "set");
      relay.set(false);
      equal(levelOf(27), 0, "unset");
      relay.set(true);
      relay.close();
      equal(levelOf(27), 0, "closed");
    }),
    withLines("an output that is active when low begins high", async (lines) => {
      pull(26, 1);
      const relay = lines.output({ line: 26, activeLow: true });
      equal(levelOf(26), 1, "at first");
      relay.set(true);
      equal(levelOf(26), 0, "set");
    }),
    withLines("a line that is not there is refused, with its number", async (lines) => {
      equal(whyRefused(() => lines.output({ line: 900, activeLow: false })).includes("900"), true, "the number");
    }),
  ];
}

/** Where the kernel has no lines in sysfs, the character device is taken without being asked for. */
export const autoChecks = (): readonly Check[] => [
  {
    name: "auto: takes the character device",
    run: async () => {
      const lines = openLines("auto", HEADER_CHIPS);
      lines.close();
      equal(lines.where.endsWith("character device"), true, lines.where);
    },
  },
  ...linesChecks("character-device"),
];

/** The kernel keeps what came while this program did something else, such as drawing a page: the thread sleeps through it all. */
const quickPressCheck = (withLines: (name: string, run: (lines: Lines) => Promise<void>) => Check): Check =>
  withLines("a press that was over before this program looked was a press", async (lines) => {
    const sleep = (ms: number): unknown => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
    pull(17, 1);
    const button = inputOf(lines.input({ line: 17, activeLow: true, bias: "as-is", debounceMs: 20 }));
    const heard: boolean[] = [];
    button.onChange((isActive) => heard.push(isActive));
    pull(17, 0);
    sleep(150);
    pull(17, 1);
    sleep(150);
    await eventually("both changes", () => heard.length > 1);
    equal(heard, [true, false], "changes");
  });

export function whyRefused(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof HardwareFault) return error.message;
    throw error;
  }
  throw new Error("it was not refused");
}
