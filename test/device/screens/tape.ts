import { setImmediate as turn } from "node:timers/promises";
import type { DeviceClock } from "../../../device/clock.ts";
import { HardwareFault } from "../../../device/device.ts";
import type { OutputLine } from "../../../device/pins/lines.ts";
import type { SpiBus } from "../../../device/screens/spi.ts";
import type { Wires } from "../../../device/screens/wires.ts";

/** What goes over a panel's wires, in order. */
export type Entry =
  | { readonly is: "bytes"; readonly dc: 0 | 1; readonly bytes: Buffer }
  | { readonly is: "line"; readonly line: string; readonly level: 0 | 1 }
  | { readonly is: "pause"; readonly ms: number };

/**
 * One tape of all the wires of a panel. A transfer takes its time, as a real one does: the tape complains when D/C moves under it,
 * when another begins, or when it is longer than the kernel takes.
 */
export class Tape {
  readonly entries: Entry[] = [];
  /** So many transfers fail next. */
  failing = 0;
  isClosed = false;
  readonly levels = new Map<string, 0 | 1>();
  readonly bus: SpiBus;
  #isSending = false;

  constructor(longest = 4_096) {
    this.bus = {
      name: "/dev/spidev0.0",
      longest,
      send: (bytes) => this.#send(bytes),
      close: async () => {
        this.isClosed = true;
      },
    };
  }

  readonly clock: DeviceClock = {
    now: () => ({ ms: 0 }),
    wall: () => 0,
    after: (ms, run) => {
      this.entries.push({ is: "pause", ms });
      queueMicrotask(run);
      return () => undefined;
    },
  };

  line(name: string, activeLow = false): OutputLine {
    const set = (isActive: boolean): void => {
      const level = isActive !== activeLow ? 1 : 0;
      if (name === "dc" && this.#isSending) throw new Error("D/C moved while a transfer ran");
      if (name !== "dc" && this.levels.get(name) !== level) this.entries.push({ is: "line", line: name, level });
      this.levels.set(name, level);
    };
    set(false);
    return { set, close: () => set(false) };
  }

  wires(): Wires {
    return {
      bus: this.bus,
      dc: this.line("dc"),
      reset: this.line("reset", true),
      backlight: this.line("backlight"),
    };
  }

  /** The tape in words, one transfer a word: `c` or `d` by D/C and the bytes, `reset 0`, `pause 120`. Long ones are cut short. */
  words(from = 0): readonly string[] {
    return this.entries.slice(from).map((entry) => {
      if (entry.is === "line") return `${entry.line} ${entry.level}`;
      if (entry.is === "pause") return `pause ${entry.ms}`;
      const { dc, bytes } = entry;
      const shown = bytes.length > 32 ? `(${bytes.length})` : bytes.toString("hex");
      return `${dc === 0 ? "c" : "d"} ${shown}`;
    });
  }

  async #send(bytes: Buffer): Promise<void> {
    if (this.isClosed) throw new HardwareFault("the bus is closed");
    if (this.#isSending) throw new Error("two transfers at once");
    if (bytes.length === 0 || bytes.length > this.bus.longest) throw new Error(`a transfer of ${bytes.length} bytes`);
    this.#isSending = true;
    await turn();
    this.#isSending = false;
    if (this.failing > 0) {
      this.failing -= 1;
      throw new HardwareFault(`sending ${bytes.length} bytes to /dev/spidev0.0: EIO`);
    }
    this.entries.push({ is: "bytes", dc: this.levels.get("dc") ?? 0, bytes: Buffer.from(bytes) });
  }
}
