import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { PULSE_MS } from "./kiosk.ts";
import type { newKeys } from "./shop.ts";
import { nowMs } from "./stopwatch.ts";

export type Daemon = {
  readonly pid: number;
  /** From the spawn to the line that says `ready`. */
  readonly readyMs: number;
  /** As systemd would; resolves when it is gone. */
  stop(): Promise<void>;
};

const PROGRAM = resolve("dist/gateway/main.js");
const READY_WITHIN_MS = 30_000;

/** What the unit of a service gives to its process. */
export function unitEnvironment(service: "qris-gateway" | "qris-backend"): Readonly<Record<string, string>> {
  const lines = readFileSync(resolve(`systemd/${service}.service`), "utf8").matchAll(/^Environment=(.+)$/gm);
  const settings = [...lines].flatMap(([, line = ""]) => line.match(/"[^"]*"|\S+/g) ?? []);
  return Object.fromEntries(settings.map((each) => /^"?([^=]+)=(.*?)"?$/.exec(each)?.slice(1, 3) ?? []));
}

/** Starts the built daemon with this configuration, as its service does; resolves when it is ready. */
export async function startDaemon(config: string): Promise<Daemon> {
  if (!existsSync(PROGRAM)) throw new Error(`there is no ${PROGRAM}: run "npm run bench" in the project's folder`);
  return startNode([PROGRAM, "run", "--config", config], (line) => line.includes('"what":"ready"'));
}

/** Starts a Node process; it is ready when `isReady` knows one of its lines. */
export async function startNode(args: readonly string[], isReady: (line: string) => boolean): Promise<Daemon> {
  const begun = nowMs();
  const env = { ...process.env, ...unitEnvironment("qris-gateway") };
  const child = spawn(process.execPath, args, { env, stdio: ["pipe", "pipe", "inherit"] });
  await firstLine(child, isReady);
  const readyMs = nowMs() - begun;
  return {
    pid: child.pid ?? 0,
    readyMs,
    stop: async () => {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
    },
  };
}

function firstLine(child: ChildProcess, isReady: (line: string) => boolean): Promise<void> {
  if (child.stdout === null) throw new Error("a child without standard output");
  const lines = createInterface({ input: child.stdout });
  return new Promise((ready, fail) => {
    const last: string[] = [];
    const timer = setTimeout(
      () => fail(new Error(`not ready in ${READY_WITHIN_MS} ms: ${last.join("\n")}`)),
      READY_WITHIN_MS,
    );
    lines.on("line", (line) => {
      last.splice(0, last.length - 20, line);
      if (!isReady(line)) return;
      clearTimeout(timer);
      ready();
    });
    child.once("exit", (code) => fail(new Error(`ended with ${code} before it was ready: ${last.join("\n")}`)));
  });
}

/** Resident memory of a process, in MB of 1,000,000 bytes. */
export function residentMb(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return (Number(kib) * 1024) / 1e6;
}

export type ConfigParts = {
  readonly folder: string;
  readonly keys: ReturnType<typeof newKeys>;
  readonly brokerUrl: string;
  readonly cablePort: number;
};

/** Writes a stand's configuration and keys; returns the configuration's file. Its journal is `stand.sqlite`. */
export function writeConfig({ folder, keys, brokerUrl, cablePort }: ConfigParts): string {
  const place = (name: string): string => join(folder, name);
  writeFileSync(place("stand.pem"), keys.stand.pem, { mode: 0o600 });
  writeFileSync(place("backend.json"), JSON.stringify({ keys: [keys.backend.publicJwk] }));
  const file = place("gateway.toml");
  writeFileSync(
    file,
    `[stand]
id = "stand-1"
name = "Kopi Lobi"
[link]
url = "${brokerUrl}"
[keys]
private_file = "${place("stand.pem")}"
backend_file = "${place("backend.json")}"
[journal]
file = "${place("stand.sqlite")}"
[screen]
driver = "simulated"
[printer]
driver = "simulated"
[pins]
driver = "simulated"
[simulated]
address = "127.0.0.1:${cablePort}"
[[products]]
id = "kopi"
name = "Kopi Susu"
price = 15000
button = "new"
line = "gate"
pulse_ms = ${PULSE_MS}
`,
  );
  return file;
}
