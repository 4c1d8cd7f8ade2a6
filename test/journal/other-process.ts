import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const LOADER = fileURLToPath(new URL("../support/typescript.mjs", import.meta.url));

/** The command that runs a program of this folder in a process of its own. */
export const commandOf = (program: string, ...args: readonly string[]): readonly string[] => [
  process.execPath,
  "--import",
  LOADER,
  fileURLToPath(new URL(program, import.meta.url)),
  ...args,
];

/** A process that says JSON lines. */
export class OtherProcess {
  readonly child: ChildProcess;
  readonly #words: AsyncIterator<string>;

  constructor([program = "", ...args]: readonly string[]) {
    this.child = spawn(program, args, { stdio: ["pipe", "pipe", "inherit"] });
    if (this.child.stdout === null) throw new Error("a child process without stdout");
    this.#words = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  /** What it says next; `undefined` when it has ended. */
  async hear(): Promise<unknown> {
    const { value, done } = await this.#words.next();
    return done === true ? undefined : JSON.parse(value);
  }

  say(text: string): void {
    this.child.stdin?.write(text);
  }

  /** kill -9; resolves when it is gone. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = new Promise<void>((resolve) => this.child.once("exit", () => resolve()));
    this.child.kill("SIGKILL");
    await gone;
  }
}
