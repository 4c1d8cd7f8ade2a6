import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { eventually } from "../../journeys/eventually.ts";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url)).replace(/\.cache\/[^/]+\/$/, "");
/** Compiled, also where this file is not. */
const PROGRAM = import.meta.url.endsWith(".js")
  ? fileURLToPath(new URL("./in-machine.js", import.meta.url))
  : ".cache/test-dist/test/hardware/cuts/in-machine.js";
const BOOT_MS = 240_000;
/** Longer than any life of it. */
const LIFE_SECONDS = 900;

/** How the lab's disk treats what was not flushed when the power goes, or where another disk is served; see `lab/run`. */
export type MachineDisk =
  | { readonly image: string; readonly cache: "writeback" | "unsafe" }
  | { readonly socket: string };

export type MachineOptions = {
  readonly disk: MachineDisk;
  /** See `Outside`. */
  readonly folder: string;
  /** The control whose journal does not wait for the disk. */
  readonly careless: boolean;
  /** Told at once of every move of the contact. */
  readonly relayChanged?: (level: 0 | 1) => void;
};

/** A virtual machine with a stand on a disk of its own, whose power can be cut. */
export class Machine {
  /** What its journal held when it booted, by order. */
  readonly had = new Map<string, string>();
  /** How often the contact has closed in this life, and opened again. */
  closed = 0;
  opened = 0;
  isDamaged = false;
  #isReady = false;
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  readonly #said: string[] = [];

  constructor({ disk, folder, careless, relayChanged = () => undefined }: MachineOptions) {
    const words = [
      ...["--timeout", `${LIFE_SECONDS}`, "--no-sysfs-gpio", "--net", ...diskWords(disk)],
      ...[".", process.execPath, PROGRAM, "--outside", folder, ...(careless ? ["--careless"] : [])],
    ];
    const child = spawn("lab/run", words, { cwd: ROOT, stdio: ["ignore", "pipe", "pipe"] });
    this.#child = child;
    this.#ended = once(child, "close");
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on("line", (line) => this.#heard(line, relayChanged));
  }

  /** Resolves when its stand sells. */
  async ready(): Promise<void> {
    const isReady = (): boolean => {
      if (this.#child.exitCode !== null) throw new Error(`the machine ended:\n${this.story()}`);
      return this.#isReady;
    };
    await eventually("the machine's stand sells", isReady, BOOT_MS).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.story()}`);
    });
  }

  /** Has its stand start anew as the control; resolves when it sells again. */
  async becomesCareless(ask: () => void): Promise<void> {
    this.#isReady = false;
    ask();
    await this.ready();
  }

  /** The power goes: nothing that is not on the disk outlives it. */
  async cut(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#ended;
  }

  story(): string {
    return this.#said.slice(-40).join("\n");
  }

  #heard(line: string, relayChanged: (level: 0 | 1) => void): void {
    this.#said.push(line);
    const [word, order = "", at = ""] = line.split(" ");
    if (word === "HAVE") this.had.set(order, at);
    else if (word === "READY") this.#isReady = true;
    else if (word === "DAMAGED") this.isDamaged = true;
    else if (word === "UP" || word === "DOWN") this.#moved(word === "UP" ? 1 : 0, relayChanged);
  }

  #moved(level: 0 | 1, relayChanged: (level: 0 | 1) => void): void {
    if (level === 1) this.closed += 1;
    else this.opened += 1;
    relayChanged(level);
  }
}

const diskWords = (disk: MachineDisk): readonly string[] =>
  "socket" in disk ? ["--disk", `nbd:${disk.socket}`] : ["--disk", disk.image, "--cache", disk.cache];
