import { HardwareFault } from "../../../device/device.ts";
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

export function whyRefused(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof HardwareFault) return error.message;
    throw error;
  }
  throw new Error("it was not refused");
}
