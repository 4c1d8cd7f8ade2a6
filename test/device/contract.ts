import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type Frame,
  HardwareFault,
  type Input,
  type Output,
  type Printer,
  type Relay,
  type Screen,
  type Strip,
} from "../../device/device.ts";
import { differing, plainFrame, plainStrip } from "./fixtures.ts";

/*
 * What every driver promises, whatever it drives. A driver joins by a subject: how to open it on something that can be looked
 * at, and the looking. `open` makes a new one for each test, `end` clears away what it made.
 */

export type ScreenSubject = {
  readonly screen: Screen;
  shown(): Frame | undefined;
  /** What this glass can show of a frame: fewer colours, no transparency. Default: all of it. */
  asShown?(frame: Frame): Frame;
  end(): Promise<void>;
};
export type PrinterSubject = {
  readonly printer: Printer;
  /** The last strip on paper, whole or not. */
  onPaper(): Strip | undefined;
  setPaper(is: "ok" | "low" | "out"): void;
  setCover(is: "closed" | "open"): void;
  end(): Promise<void>;
};
/** `closedMs` of each pulse, null while closed. */
export type RelaySubject = {
  readonly relay: Relay;
  pulses(): readonly { readonly order: string; readonly ms: number | null }[];
  isClosed(): boolean;
  breakIt(): void;
  end(): Promise<void>;
};
export type InputSubject = {
  readonly input: Input;
  /** Down and up again. */
  press(): void;
  hold(isActive: boolean): void;
  end(): Promise<void>;
};
export type OutputSubject = { readonly output: Output; isOn(): boolean; end(): Promise<void> };

type Subject = { end(): Promise<void> };

/** Opens a subject before each test and ends it afterwards; what is returned gives the one of the running test. */
function subjectOf<One extends Subject>(open: () => Promise<One>): () => One {
  let current: One | undefined;
  beforeEach(async () => {
    current = await open();
  });
  afterEach(async () => {
    await current?.end();
    current = undefined;
  });
  return () => {
    if (current === undefined) throw new Error("no subject outside a test");
    return current;
  };
}

const whole = (frame: Frame): Frame => frame;

export function screenContract(name: string, open: () => Promise<ScreenSubject>): void {
  describe(`${name} keeps what a screen promises`, () => {
    const at = subjectOf(open);

    test("a frame is on the glass when show resolves", async () => {
      const { screen, shown, asShown = whole } = at();
      const frame = plainFrame(screen.width, screen.height, 120);
      await screen.show(frame);
      expect(differing(shown(), asShown(frame))).toBe(0);
    });

    test("frames shown without waiting end with the last", async () => {
      const { screen, shown, asShown = whole } = at();
      const frames = [10, 20, 230].map((shade) => plainFrame(screen.width, screen.height, shade));
      await Promise.all(frames.map((frame) => screen.show(frame)));
      expect(differing(shown(), asShown(plainFrame(screen.width, screen.height, 230)))).toBe(0);
    });

    test("a frame of another size is refused and changes nothing", async () => {
      const { screen, shown, asShown = whole } = at();
      const frame = plainFrame(screen.width, screen.height, 7);
      await screen.show(frame);
      await expect(screen.show(plainFrame(screen.height + 1, screen.width, 200))).rejects.toThrow(HardwareFault);
      expect(differing(shown(), asShown(frame))).toBe(0);
    });

    test("after close it shows nothing more, and closing twice does no harm", async () => {
      const { screen } = at();
      await screen.close();
      await screen.close();
      await expect(screen.show(plainFrame(screen.width, screen.height, 1))).rejects.toThrow(HardwareFault);
    });
  });
}

export function printerContract(name: string, open: () => Promise<PrinterSubject>): void {
  describe(`${name} keeps what a printer promises`, () => {
    const at = subjectOf(open);

    test("a strip is on paper when print says printed", async () => {
      const { printer, onPaper } = at();
      const strip = plainStrip(printer.dots, 40);
      expect(await printer.print(strip)).toBe("printed");
      expect(onPaper()).toEqual(strip);
    });

    test("a strip may be narrower than the paper, but not wider", async () => {
      const { printer } = at();
      expect(await printer.print(plainStrip(printer.dots - 8, 10))).toBe("printed");
      await expect(printer.print(plainStrip(printer.dots + 1, 10))).rejects.toThrow(HardwareFault);
    });

    test("without paper it prints nothing and says why", async () => {
      const { printer, onPaper, setPaper } = at();
      setPaper("out");
      expect(await printer.condition()).toBe("no-paper");
      expect(await printer.print(plainStrip(printer.dots, 10))).toBe("no-paper");
      expect(onPaper()).toBeUndefined();
    });

    test("with an open cover it prints nothing and says why", async () => {
      const { printer, onPaper, setCover } = at();
      setCover("open");
      expect(await printer.condition()).toBe("cover-open");
      expect(await printer.print(plainStrip(printer.dots, 10))).toBe("cover-open");
      expect(onPaper()).toBeUndefined();
    });

    test("it prints again once there is paper and the cover is closed", async () => {
      const { printer, setPaper, setCover } = at();
      setPaper("out");
      setCover("open");
      setPaper("ok");
      setCover("closed");
      expect(await printer.condition()).toBe("ready");
      expect(await printer.print(plainStrip(printer.dots, 10))).toBe("printed");
    });

    test("low paper is told, and still prints", async () => {
      const { printer, setPaper } = at();
      setPaper("low");
      expect(await printer.condition()).toBe("paper-low");
      expect(await printer.print(plainStrip(printer.dots, 10))).toBe("printed");
    });

    test("strips given without waiting come out one after the other", async () => {
      const { printer, onPaper } = at();
      const ends = await Promise.all([10, 20, 30].map((rows) => printer.print(plainStrip(printer.dots, rows))));
      expect(ends).toEqual(["printed", "printed", "printed"]);
      expect(onPaper()?.height).toBe(30);
    });

    test("after close it is offline, and closing twice does no harm", async () => {
      const { printer, onPaper } = at();
      await printer.close();
      await printer.close();
      expect(await printer.condition()).toBe("offline");
      expect(await printer.print(plainStrip(printer.dots, 10))).toBe("offline");
      expect(onPaper()).toBeUndefined();
    });
  });
}

export function relayContract(name: string, open: () => Promise<RelaySubject>): void {
  describe(`${name} keeps what a relay promises`, () => {
    const at = subjectOf(open);

    test("a pulse closes the contact for its length and resolves when it is open", async () => {
      const { relay, pulses, isClosed } = at();
      await relay.pulse(30, "order-1");
      expect(isClosed()).toBe(false);
      expect(pulses()).toEqual([{ order: "order-1", ms: expect.any(Number) }]);
      expect(pulses()[0]?.ms).toBeGreaterThanOrEqual(29);
    });

    test("a second pulse is refused while the first is under way, and the first is not disturbed", async () => {
      const { relay, pulses } = at();
      const first = relay.pulse(60, "order-1");
      await expect(relay.pulse(10, "order-2")).rejects.toThrow(HardwareFault);
      await first;
      expect(pulses().map((pulse) => pulse.order)).toEqual(["order-1"]);
      expect(pulses()[0]?.ms).toBeGreaterThanOrEqual(59);
    });

    test("one pulse after the other is fine", async () => {
      const { relay, pulses } = at();
      await relay.pulse(5, "order-1");
      await relay.pulse(5, "order-2");
      expect(pulses().map((pulse) => pulse.order)).toEqual(["order-1", "order-2"]);
    });

    test("it is ready when a pulse would work, and not while one is under way", async () => {
      const { relay } = at();
      expect(await relay.ready()).toBe(true);
      const pulse = relay.pulse(40, "order-1");
      expect(await relay.ready()).toBe(false);
      await pulse;
      expect(await relay.ready()).toBe(true);
    });

    test("a broken relay is not ready, and its pulse rejects without closing", async () => {
      const { relay, pulses, breakIt } = at();
      breakIt();
      expect(await relay.ready()).toBe(false);
      await expect(relay.pulse(5, "order-1")).rejects.toThrow(HardwareFault);
      expect(pulses()).toEqual([]);
    });

    test.each([0, -5, Number.NaN, Number.POSITIVE_INFINITY, 24 * 3600 * 1000])(
      "a pulse of %s ms is refused",
      async (ms) => {
        const { relay, pulses } = at();
        await expect(relay.pulse(ms, "order-1")).rejects.toThrow(HardwareFault);
        expect(pulses()).toEqual([]);
      },
    );

    test("close opens the contact at once, and nothing closes it again", async () => {
      const { relay, pulses, isClosed } = at();
      const ended = relay.pulse(20_000, "order-1").then(
        () => "resolved",
        (error) => error,
      );
      while (!isClosed()) await new Promise((resolve) => setImmediate(resolve));
      await relay.close();
      expect(isClosed()).toBe(false);
      expect(await ended).toBeInstanceOf(HardwareFault);
      await relay.close();
      expect(await relay.ready()).toBe(false);
      await expect(relay.pulse(5, "order-2")).rejects.toThrow(HardwareFault);
      expect(pulses()).toHaveLength(1);
    });
  });
}

export function inputContract(name: string, open: () => Promise<InputSubject>): void {
  describe(`${name} keeps what an input promises`, () => {
    const at = subjectOf(open);

    test("every listener hears every press once", async () => {
      const { input, press } = at();
      const heard: string[] = [];
      input.onPress(() => heard.push("one"));
      input.onPress(() => heard.push("two"));
      press();
      await expect.poll(() => heard).toEqual(["one", "two"]);
      press();
      await expect.poll(() => heard).toEqual(["one", "two", "one", "two"]);
    });

    test("who stopped listening hears no more, and stopping twice does no harm", async () => {
      const { input, press } = at();
      const heard: string[] = [];
      const stop = input.onPress(() => heard.push("stopped"));
      input.onPress(() => heard.push("listening"));
      stop();
      stop();
      press();
      await expect.poll(() => heard).toEqual(["listening"]);
    });

    test("a press is a change there and one back, told in this order", async () => {
      const { input, press } = at();
      const heard: boolean[] = [];
      input.onChange((isActive) => heard.push(isActive));
      press();
      await expect.poll(() => heard).toEqual([true, false]);
      expect(await input.isActive()).toBe(false);
    });

    test("what is held is active until it is let go, and one press", async () => {
      const { input, hold } = at();
      const [changes, presses]: [boolean[], string[]] = [[], []];
      input.onChange((isActive) => changes.push(isActive));
      input.onPress(() => presses.push("pressed"));
      hold(true);
      await expect.poll(() => changes).toEqual([true]);
      expect(await input.isActive()).toBe(true);
      hold(false);
      await expect.poll(() => changes).toEqual([true, false]);
      expect(await input.isActive()).toBe(false);
      expect(presses).toEqual(["pressed"]);
    });

    test("what was held before is active, and told to nobody who comes later", async () => {
      const { input, hold } = at();
      hold(true);
      await expect.poll(() => input.isActive()).toBe(true);
      const heard: boolean[] = [];
      input.onChange((isActive) => heard.push(isActive));
      expect(await input.isActive()).toBe(true);
      hold(false);
      await expect.poll(() => heard).toEqual([false]);
    });

    test("after close nobody hears anything, and nobody is told how it stands", async () => {
      const { input, press } = at();
      const heard: string[] = [];
      input.onPress(() => heard.push("early"));
      input.onChange(() => heard.push("early"));
      await input.close();
      input.onPress(() => heard.push("late"));
      press();
      await expect(input.isActive()).rejects.toThrow(HardwareFault);
      await new Promise((resolve) => setImmediate(resolve));
      expect(heard).toEqual([]);
      await input.close();
    });
  });
}

export function outputContract(name: string, open: () => Promise<OutputSubject>): void {
  describe(`${name} keeps what an output promises`, () => {
    const at = subjectOf(open);

    test("is off at first, and then as it is told", async () => {
      const { output, isOn } = at();
      expect(isOn()).toBe(false);
      await output.set(true);
      await output.set(true);
      expect(isOn()).toBe(true);
      await output.set(false);
      expect(isOn()).toBe(false);
    });

    test("is off after close, and stays so", async () => {
      const { output, isOn } = at();
      await output.set(true);
      await output.close();
      expect(isOn()).toBe(false);
      await expect(output.set(true)).rejects.toThrow(HardwareFault);
      await output.close();
      expect(isOn()).toBe(false);
    });
  });
}
