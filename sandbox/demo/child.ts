import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { EXIT_BAD_CONFIG } from "../../host/config.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import { type LogLine, readLogLine } from "./log-line.ts";

export type ChildNews =
  | { readonly is: "said"; readonly line: LogLine }
  /** `againMs`: it is started again so much later; absent when it is not. */
  | { readonly is: "ended"; readonly how: string; readonly againMs?: number };

export type ChildOptions = {
  readonly name: string;
  /** The compiled program and its arguments. */
  readonly program: string;
  readonly args: readonly string[];
  readonly clock: Clock;
  hear(news: ChildNews): void;
  /** Every line that it writes, as it is. */
  keep(text: string): void;
  /** What it says on standard error: for a person. */
  complain(text: string): void;
  /** Its health has changed. */
  moved(): void;
};

/** `off`: nobody wants it to run. `down`: it fell, and is about to be started again. `unfit`: its configuration is wrong. */
export type Health = "off" | "starting" | "ready" | "down" | "unfit";

const TETHER = new URL("./tether.js", import.meta.url);
/** As the units say to systemd. */
const RESTART_MS = 2_000;
const READY_MS = 30_000;
const STOP_MS = 8_000;

/**
 * A program of ours in a process of its own, looked after as systemd would: when it ends by itself it is started again, but
 * not when it says that its configuration is wrong.
 */
export class Child {
  readonly #options: ChildOptions;
  readonly #waiting = new Set<() => void>();
  #process: ChildProcess | undefined;
  #health: Health = "off";
  #isConnected = false;
  #stopRestart: Stop = () => undefined;

  constructor(options: ChildOptions) {
    this.#options = options;
  }

  get health(): Health {
    return this.#health;
  }

  /** Resolves when it says that it is ready; rejects when it does not within half a minute. */
  async start(): Promise<void> {
    if (this.#health === "off") this.#spawn();
    await this.#comes(() => this.#health === "ready" || this.#health === "unfit", READY_MS);
    if (this.#health !== "ready")
      throw new Error(`the ${this.#options.name} was not ready within ${READY_MS / 1_000} s: see what it said above`);
  }

  /** Resolves when it has the broker; rejects when it has not within half a minute. */
  async connected(): Promise<void> {
    if (!(await this.#comes(() => this.#isConnected, READY_MS)))
      throw new Error(`the ${this.#options.name} found no broker within ${READY_MS / 1_000} s: is it there?`);
  }

  /** SIGKILL, and it stays dead until `start`. Resolves when it is gone. */
  async cut(): Promise<void> {
    await this.#end("SIGKILL");
  }

  /** SIGKILL that nobody ordered: it comes back by itself. */
  crash(): void {
    this.#process?.kill("SIGKILL");
  }

  /** SIGTERM, and SIGKILL where that takes too long. Resolves when it is gone. */
  async stop(): Promise<void> {
    await this.#end("SIGTERM");
  }

  async #end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    this.#stopRestart();
    this.#move("off");
    this.#process?.kill(signal);
    const isGone = (): boolean => this.#process === undefined;
    if (await this.#comes(isGone, STOP_MS)) return;
    this.#process?.kill("SIGKILL");
    await this.#comes(isGone, STOP_MS);
  }

  /** A session of its own: what a terminal sends to the demo does not reach it. */
  #spawn(): void {
    const { program, args, keep, complain } = this.#options;
    const words = ["--enable-source-maps", "--import", TETHER.href, program, ...args];
    const child = spawn(process.execPath, words, { stdio: ["pipe", "pipe", "pipe"], detached: true, env: ownEnv() });
    this.#process = child;
    this.#isConnected = false;
    this.#move("starting");
    child.stdin.on("error", () => undefined);
    createInterface({ input: child.stdout }).on("line", (text) => {
      keep(`${text}\n`);
      const line = readLogLine(text);
      if (line !== undefined) this.#heard(line);
    });
    child.stderr.on("data", (chunk: Buffer) => complain(chunk.toString()));
    child.on("error", (error) => complain(`${fileURLToPath(TETHER)}: ${error.message}\n`));
    child.on("close", (code, signal) => this.#ended(child, code, signal));
  }

  #heard(line: LogLine): void {
    if (line.what === "connected to the broker") this.#isConnected = true;
    if (line.what === "ready" && this.#health === "starting") this.#move("ready");
    else this.#wake();
    this.#options.hear({ is: "said", line });
  }

  #ended(child: ChildProcess, code: number | null, signal: string | null): void {
    if (this.#process !== child) return;
    this.#process = undefined;
    if (this.#health === "off") this.#wake();
    else this.#restart(code, signal ?? `exit code ${code}`);
  }

  #restart(code: number | null, how: string): void {
    const { clock, hear } = this.#options;
    const isHopeless = code === EXIT_BAD_CONFIG;
    this.#move(isHopeless ? "unfit" : "down");
    hear({ is: "ended", how, ...(isHopeless ? {} : { againMs: RESTART_MS }) });
    if (!isHopeless) this.#stopRestart = clock.after(RESTART_MS, () => this.#spawn());
  }

  #move(health: Health): void {
    this.#health = health;
    this.#options.moved();
    this.#wake();
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }

  /** Whether it comes to be so in time. */
  #comes(isSo: () => boolean, withinMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (came: boolean): void => {
        stop();
        this.#waiting.delete(look);
        resolve(came);
      };
      const look = (): void => void (isSo() && end(true));
      const stop = this.#options.clock.after(withinMs, () => end(false));
      this.#waiting.add(look);
      look();
    });
  }
}

/** Without what belongs to the demo's own supervisor or debugger. */
function ownEnv(): NodeJS.ProcessEnv {
  const { NOTIFY_SOCKET: _1, WATCHDOG_USEC: _2, WATCHDOG_PID: _3, NODE_OPTIONS: _4, ...env } = process.env;
  return env;
}
