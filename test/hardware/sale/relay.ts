import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { eventually } from "../check.ts";

/** One closing of the contact, in milliseconds since boot; no `to` while it is closed. */
export type Pulse = { readonly from: number; readonly to?: number };

/** The relay's line, watched from outside by a process of its own. */
export class WatchedRelay {
  readonly pulses: Pulse[] = [];
  readonly #child: ChildProcess;
  #isWatching = false;

  private constructor(line: number, changed: (level: 0 | 1) => void) {
    const program = fileURLToPath(new URL("./relay-watch.js", import.meta.url));
    const child = spawn(process.execPath, [program, `${line}`], { stdio: ["ignore", "pipe", "inherit"] });
    this.#child = child;
    createInterface({ input: child.stdout }).on("line", (said) => this.#heard(said, changed));
  }

  static async on(line: number, changed: (level: 0 | 1) => void = () => undefined): Promise<WatchedRelay> {
    const relay = new WatchedRelay(line, changed);
    await eventually("somebody watches the relay", () => relay.#isWatching, 60_000);
    return relay;
  }

  /** Resolves when the contact closes after this many pulses. */
  async closes(before: number, withinMs = 60_000): Promise<void> {
    await eventually("the contact closes", () => this.pulses.length > before, withinMs);
  }

  /** Resolves to how long it was closed, in milliseconds, when the pulse after this many has ended. */
  opens(before: number, withinMs = 30_000): Promise<number> {
    return eventually("the contact is open again", () => lengthOf(this.pulses[before]), withinMs);
  }

  close(): void {
    this.#child.kill("SIGKILL");
  }

  #heard(said: string, changed: (level: 0 | 1) => void): void {
    if (said === "watching") {
      this.#isWatching = true;
      return;
    }
    const [level, ms] = said.split(" ").map(Number);
    if (level === 1) this.pulses.push({ from: ms ?? 0 });
    else this.pulses.push({ from: this.pulses.pop()?.from ?? 0, to: ms ?? 0 });
    changed(level === 1 ? 1 : 0);
  }
}

const lengthOf = (pulse: Pulse | undefined): number | undefined =>
  pulse?.to === undefined ? undefined : pulse.to - pulse.from;
