import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { NOTIFY_RECEIVER } from "../../support/notify-receiver.ts";
import { eventually } from "../check.ts";
import { readUnitFile, type UnitFile } from "./unit-file.ts";

/** `.cache/test-dist`, in which this file lies compiled; the product in it is what `dist` holds. */
const BUILT = fileURLToPath(new URL("../../..", import.meta.url));
const SOURCES = fileURLToPath(new URL("../../../../..", import.meta.url));
const UNIT = join(SOURCES, "systemd/qris-gateway.service");
/** What the package puts at the unit's command. */
const COMMAND = join(SOURCES, "scripts/package/debian/qris-gateway");
const NODE = "/usr/bin/node";
const NOTIFY = "/run/qris-notify";
const CREDENTIALS = "/run/credentials/qris-gateway.service";
/** The guest's processor is slow. */
const START_MS = 120_000;

export type ServiceOptions = {
  /** In place of the unit's, where nobody wants to wait so long. */
  readonly watchdogMs?: number;
  /** Beside the unit's own, for a control. */
  readonly nodeOptions?: string;
};

/** What a line of the daemon's log says. */
export type Said = Readonly<Record<string, unknown>>;

/**
 * The stand's daemon in the virtual machine as its unit starts it: command, environment, credentials, state folder, notify socket
 * and watchdog are read from `systemd/qris-gateway.service`. Without systemd's sandbox, and as root.
 */
export class Service {
  readonly unit: UnitFile = readUnitFile(readFileSync(UNIT, "utf8"));
  /** What systemd was told since the last start, oldest first. */
  readonly told: string[] = [];
  readonly log: Said[] = [];
  #receiver: ChildProcess | undefined;
  #child: ChildProcess | undefined;
  #ended: Promise<readonly [number | null, string | null]> = Promise.resolve([null, null]);

  /** Puts in place what the package would: the program at the unit's path, and node. */
  async install(): Promise<void> {
    const [command = ""] = this.unit.command;
    copyFileSync(COMMAND, command);
    chmodSync(command, 0o755);
    const [home = ""] = /\S+(?=\/gateway\/main\.js)/.exec(readFileSync(COMMAND, "utf8")) ?? [];
    linkAt(home, BUILT);
    if (!existsSync(NODE)) linkAt(NODE, process.execPath);
    mkdirSync(this.unit.stateFolder, { recursive: true, mode: 0o700 });
    mkdirSync("/etc/qris-gateway", { recursive: true });
    this.#receiver = await receiver((line) => this.told.push(line));
  }

  /** Resolves when it has told systemd that it is ready. */
  async start({ watchdogMs = this.unit.watchdogMs, nodeOptions = "" }: ServiceOptions = {}): Promise<void> {
    this.told.length = 0;
    this.log.length = 0;
    const [program = "", ...words] = this.unit.command;
    const env = { ...this.#environment(watchdogMs) };
    env["NODE_OPTIONS"] = `${env["NODE_OPTIONS"] ?? ""} ${nodeOptions}`;
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "inherit"], cwd: "/", env });
    this.#child = child;
    this.#ended = once(child, "exit") as Promise<[number | null, string | null]>;
    createInterface({ input: child.stdout }).on("line", (line) => this.#heard(line));
    await this.comes("READY=1", START_MS);
  }

  signal(name: NodeJS.Signals): void {
    this.#child?.kill(name);
  }

  /** Resolves to exit code and signal when it is gone and what the unit wants done afterwards has been done. */
  async ended(): Promise<readonly [number | null, string | null]> {
    const end = await this.#ended;
    for (const [program = "", ...words] of this.unit.afterwards) {
      await once(spawn(program, words, { stdio: "inherit", cwd: "/", env: this.#environment(0) }), "exit");
    }
    return end;
  }

  /** Waits until systemd is told a line that begins so; resolves to it. */
  comes(start: string, withinMs: number): Promise<string> {
    return eventually(
      `"${start}" to systemd`,
      () => {
        const { exitCode, signalCode } = this.#child ?? {};
        if (exitCode != null || signalCode != null) throw new Error(`the daemon ended: ${exitCode ?? signalCode}`);
        return this.told.find((line) => line.startsWith(start));
      },
      withinMs,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}; it was told ${JSON.stringify(this.told.slice(-5))}\n${this.story()}`);
    });
  }

  /** Waits until its log says this, beyond so many lines. */
  says(what: string, since = 0, withinMs = 60_000): Promise<Said> {
    return eventually(
      `"${what}" in the log`,
      () => this.log.slice(since).find((said) => said["what"] === what),
      withinMs,
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.story()}`);
    });
  }

  story(): string {
    return this.log
      .slice(-30)
      .map((each) => JSON.stringify(each))
      .join("\n");
  }

  close(): void {
    this.#child?.kill("SIGKILL");
    this.#receiver?.kill("SIGKILL");
  }

  #environment(watchdogMs: number): NodeJS.ProcessEnv {
    rmSync(CREDENTIALS, { recursive: true, force: true });
    mkdirSync(CREDENTIALS, { recursive: true, mode: 0o700 });
    for (const [name, file] of Object.entries(this.unit.credentials)) symlinkSync(file, join(CREDENTIALS, name));
    return {
      ...this.unit.env,
      PATH: process.env["PATH"],
      NOTIFY_SOCKET: NOTIFY,
      CREDENTIALS_DIRECTORY: CREDENTIALS,
      STATE_DIRECTORY: this.unit.stateFolder,
      ...(watchdogMs > 0 ? { WATCHDOG_USEC: `${watchdogMs * 1_000}` } : {}),
    };
  }

  #heard(line: string): void {
    try {
      this.log.push(JSON.parse(line) as Said);
    } catch {
      this.log.push({ unread: line });
    }
  }
}

function linkAt(path: string, to: string): void {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { recursive: true, force: true });
  symlinkSync(to, path);
}

async function receiver(hear: (line: string) => void): Promise<ChildProcess> {
  rmSync(NOTIFY, { force: true });
  const child = spawn("python3", ["-c", NOTIFY_RECEIVER, NOTIFY], { stdio: ["ignore", "pipe", "inherit"] });
  let isListening = false;
  createInterface({ input: child.stdout }).on("line", (line) => {
    if (line === "listening") isListening = true;
    else hear(line);
  });
  await eventually("the notify socket", () => isListening, 30_000);
  return child;
}
