import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type ServedWorld, serveWorld } from "../../../device/simulated/cable-stand.ts";
import { SimulatedStand } from "../../../device/simulated/world.ts";
import { steadyClock } from "../../../host/clock.ts";
import { newKeyPair } from "../../../protocol/keys.ts";
import { call } from "../../support/controller-client.ts";
import { until } from "../../support/until.ts";

/* The daemon itself, as the unit starts it, with [controller] in its configuration. */

const ROOT = join(import.meta.dirname, "../../..");
const clock = steadyClock("street", { keepsAlive: false });
const START_MS = 60_000;

let folder: string;
let world: ServedWorld;
let running: Run[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "daemon-"));
  running = [];
  const shape = { screen: { width: 480, height: 320 }, relays: ["gate"], buttons: ["cancel"], sensors: [] };
  world = await serveWorld(new SimulatedStand(shape, clock), 0, clock);
});
afterEach(async () => {
  for (const { child } of running) child.kill("SIGKILL");
  await until("all are gone", () => running.every(({ ended }) => ended() !== undefined), START_MS);
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});

type Run = {
  readonly child: ChildProcess;
  readonly said: () => string;
  readonly ended: () => number | string | undefined;
};

function start(socket = join(folder, "orders.sock")): Run {
  const config = join(folder, "gateway.toml");
  writeFileSync(join(folder, "key.pem"), newKeyPair().pem);
  writeFileSync(join(folder, "backend.json"), JSON.stringify({ keys: [newKeyPair().publicJwk] }));
  writeFileSync(join(folder, "token"), "0123456789abcdef01234567\n");
  writeFileSync(config, tomlWith(socket));
  const args = ["--import", join(ROOT, "test/support/typescript.mjs"), join(ROOT, "gateway/main.ts")];
  const child = spawn(process.execPath, [...args, "run", "--config", config], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  let ended: number | string | undefined;
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (part: Buffer) => {
      said += part.toString();
    });
  child.on("close", (code, signal) => {
    ended = signal ?? code ?? "gone";
  });
  const run = { child, said: () => said, ended: () => ended };
  running.push(run);
  return run;
}

const tomlWith = (socket: string): string => `
[stand]
id = "lobby-1"
name = "Parkir"
[link]
url = "mqtt://127.0.0.1:1"
[keys]
private_file = "${folder}/key.pem"
backend_file = "${folder}/backend.json"
[journal]
file = "${folder}/journal.sqlite"
[screen]
driver = "simulated"
[pins]
driver = "simulated"
[simulated]
address = "127.0.0.1:${world.port}"
[controller]
socket = "${socket}"
`;

async function startedAt(socketPath: string): Promise<Run> {
  const run = start(socketPath);
  await until(
    "the daemon is ready",
    () => run.said().includes('"what":"ready"') || run.ended() !== undefined,
    START_MS,
  );
  if (run.ended() !== undefined) throw new Error(run.said());
  return run;
}

test("takes orders of a controller, also after it was killed, and takes its socket with it", {
  timeout: 180_000,
}, async () => {
  const socketPath = join(folder, "orders.sock");
  const first = await startedAt(socketPath);
  expect(await call({ socketPath }, "GET", "/status")).toMatchObject({
    status: 200,
    body: { ready: false, obstacles: [{ name: "link-down" }], stand: { id: "lobby-1", name: "Parkir" } },
  });
  first.child.kill("SIGKILL");
  await until("it is dead", () => first.ended() !== undefined, START_MS);
  expect(existsSync(socketPath)).toBe(true);
  const second = await startedAt(socketPath);
  expect((await call({ socketPath }, "GET", "/openapi.json")).status).toBe(200);
  second.child.kill("SIGTERM");
  await until("it has ended", () => second.ended() !== undefined, START_MS);
  expect(second.ended()).toBe(0);
  expect(existsSync(socketPath)).toBe(false);
});

test("ends with code 1 and clear words where there is no place for its socket", { timeout: 90_000 }, async () => {
  const run = start(join(folder, "nowhere/orders.sock"));
  await until("it has ended", () => run.ended() !== undefined, START_MS);
  expect(run.ended()).toBe(1);
  expect(run.said()).toContain(`${folder}/nowhere does not exist`);
});
