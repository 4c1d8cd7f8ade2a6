import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { main as backendMain } from "../../backend/main.ts";
import type { Frame } from "../../device/device.ts";
import { framePng } from "../../device/drawing/canvas.ts";
import { serveWorld } from "../../device/simulated/cable-stand.ts";
import { SimulatedStand } from "../../device/simulated/world.ts";
import { main as gatewayMain } from "../../gateway/main.ts";
import {
  type CertificateAuthority,
  newAuthority,
  newRequest,
  openAuthority,
  readRequest,
} from "../../host/certificates.ts";
import { steadyClock } from "../../host/clock.ts";
import { silentLog } from "../../host/log.ts";
import { newKeyPair } from "../../protocol/keys.ts";
import type { Settings } from "../../protocol/settings.ts";
import { startSandbox } from "../../sandbox/phone/start.ts";
import { newSite, SERVER_KEY, startBackend } from "../support/backend-program.ts";
import { freePort } from "../support/free-port.ts";
import { startMosquitto } from "../support/mosquitto.ts";
import { settingsAt } from "../support/settings.ts";
import { typed } from "../support/typed.ts";
import { until } from "../support/until.ts";
import { seeded } from "../world/seeded.ts";
import { Camera } from "./camera.ts";
import { eventually } from "./eventually.ts";

/* One stand's life in a fleet, with the programs as they are started: enrolled, sells, gets another menu, learns another key, is revoked. */

const ROOT = join(import.meta.dirname, "../..");
const LOBBY = "lobby-1";
const DAY_MS = 86_400_000;
const CODE = /^(?:[0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}$/m;
const LONG_MS = 30_000;

/** Whoever stands at a terminal. */
async function types(main: typeof backendMain, config: string, ...argv: readonly string[]): Promise<string> {
  const { code, said } = await typed(main, [...argv, "--config", config], { USER: "ani" });
  if (code !== 0) throw new Error(`${argv.join(" ")} ended with ${code}: ${said}`);
  return said;
}

const menu = (price: number): Settings => ({ ...settingsAt(price), texts: { name: "Kopi Armada" } });

/** A broker that lets in who has a certificate of this authority that is not revoked, under the name in it. */
async function openBroker(authority: CertificateAuthority, folder: string) {
  const crl = join(folder, "crl.pem");
  const nowMs = Date.now();
  writeFileSync(crl, authority.list({ revoked: [], nowMs, untilMs: nowMs + DAY_MS, number: 1 }));
  writeFileSync(join(folder, "stands-ca.pem"), authority.certificate);
  const broker = await startMosquitto({
    tls: true,
    lines: [
      `cafile ${join(folder, "stands-ca.pem")}`,
      `crlfile ${crl}`,
      "require_certificate true",
      "use_identity_as_username true",
    ],
  });
  onTestFinished(() => broker.close());
  return { broker, crl };
}

function certified(authority: CertificateAuthority, name: string): { readonly cert: string; readonly key: string } {
  const { key, csr } = newRequest(name);
  const read = readRequest(csr);
  if (read.is === "bad") throw new Error(read.because);
  const { certificate: cert } = authority.issue(read.request, { name, nowMs: Date.now(), forMs: DAY_MS });
  return { cert, key };
}

async function openCompany(folder: string) {
  const clock = steadyClock("test", { keepsAlive: false });
  const texts = newAuthority({ name: "stands", nowMs: Date.now(), forMs: 3_650 * DAY_MS });
  const authority = openAuthority(texts);
  const { broker, crl } = await openBroker(authority, folder);
  const bank = await startSandbox({ port: 0, clock, random: seeded(3), log: silentLog, serverKey: SERVER_KEY });
  onTestFinished(() => bank.close());
  const [port, desk] = [await freePort(), await freePort()];
  const own = certified(authority, "backend");
  const site = newSite({
    broker: `${broker.url}"\nca_file = "AT/broker-ca.pem"\ncert_file = "AT/own.pem"\nkey_file = "AT/own-key.pem`,
    port: String(port),
    http: 'trusted_proxies = ["10.9.9.9"]',
    merchants: [
      `base_url = "${bank.url}"\nserver_key_file = "AT/server-key"\n` +
        `notification_urls = ["http://127.0.0.1:${port}/midtrans/notification"]`,
    ],
    files: {
      "broker-ca.pem": broker.ca ?? "",
      "own.pem": own.cert,
      "own-key.pem": own.key,
      "ca.pem": texts.certificate,
      "ca-key.pem": texts.key,
      "next.pem": newKeyPair().pem,
      token: "t0ken",
    },
  });
  const text = readFileSync(site.config, "utf8");
  const more = `
[operator]
port = ${desk}
token_file = "AT/token"
[enrolment]
authority_cert_file = "AT/ca.pem"
authority_key_file = "AT/ca-key.pem"
broker_url = "${broker.url}"
broker_ca_file = "AT/broker-ca.pem"
crl_file = "${crl}"
`;
  writeFileSync(site.config, (text + more).replaceAll("AT/", `${site.at}/`));
  const backends = [startBackend(site)];
  const http = (await backends[0]?.ready()) ?? "";
  const ctl = (...argv: readonly string[]): Promise<string> => types(backendMain, site.config, ...argv);
  const pays = async (qr: string): Promise<void> => {
    await fetch(`${bank.phone}/pay`, { method: "POST", body: JSON.stringify({ qr }) });
  };
  /** The operator writes a next key into the configuration, and starts the backend anew. */
  const announcesKey = async (): Promise<void> => {
    const next = `key.pem"\nnext_private_file = "${site.at}/next.pem"\n[[merchants]]`;
    writeFileSync(site.config, readFileSync(site.config, "utf8").replace('key.pem"\n[[merchants]]', next));
    backends[0]?.kill("SIGTERM");
    await backends[0]?.ended;
    backends.unshift(startBackend(site));
    await backends[0]?.ready();
    await backends[0]?.said("connected to the broker");
  };
  const hasSaid = (what: string): boolean => backends.some((each) => each.find(what) !== undefined);
  return { crl, hasSaid, announcesKey, broker, http, ctl, pays };
}

type Daemon = { readonly child: ChildProcess; readonly said: () => string };

function startGateway(config: string): Daemon {
  const args = ["--import", join(ROOT, "test/support/typescript.mjs"), join(ROOT, "gateway/main.ts")];
  const child = spawn(process.execPath, [...args, "run", "--config", config], { stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (part: Buffer) => {
      said += part.toString();
    });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  });
  return { child, said: () => said };
}

/** The machine in the street, with glass, a gate and a button. */
async function openMachine(folder: string) {
  const clock = steadyClock("street", { keepsAlive: false });
  const shape = { screen: { width: 480, height: 320 }, relays: ["gate"], buttons: ["new", "cancel"], sensors: [] };
  const machine = new SimulatedStand(shape, clock);
  const world = await serveWorld(machine, 0, clock);
  onTestFinished(() => world.close());
  const config = join(folder, "gateway.toml");
  writeFileSync(
    config,
    `[enrolment]
folder = "${folder}/identity"
[journal]
file = "${folder}/journal.sqlite"
[screen]
driver = "simulated"
[pins]
driver = "simulated"
[simulated]
address = "127.0.0.1:${world.port}"
`,
  );
  const camera = new Camera<Frame>(framePng);
  const code = (): string | undefined => camera.codeIn(machine.picture);
  return { machine, config, code };
}

test("a machine becomes a stand by one command, sells, changes its menu and its trust, and is nobody when it is revoked", {
  timeout: 120_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), "fleet-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const { crl, hasSaid, announcesKey, broker, http, ctl, pays } = await openCompany(folder);
  const { machine, config, code } = await openMachine(folder);
  const save = async (price: number, why: string): Promise<void> => {
    const file = join(folder, `menu-${price}.json`);
    writeFileSync(file, JSON.stringify(menu(price)));
    await ctl("settings", "set", file, "--stand", LOBBY, "--why", why);
  };
  const buys = async (amount: string): Promise<void> => {
    const pulses = machine.pulses.length;
    machine.press("new");
    await until("a code is on the glass", () => code() !== undefined, LONG_MS);
    expect(code()).toContain(amount);
    await pays(code() ?? "");
    await until("the gate has opened", () => machine.pulses.length > pulses, LONG_MS);
    await until("the code is gone", () => code() === undefined, LONG_MS);
    await until("the goods are out", () => daemon.said().split("release ended").length === pulses + 2, LONG_MS);
  };

  const added = await ctl("stands", "add", LOBBY, "--name", "Kopi Lobi");
  await save(7_000, "first menu");
  const oneTime = CODE.exec(added)?.[0] ?? "";
  expect(await types(gatewayMain, config, "enroll", "--at", http, "--code", oneTime)).toContain("is the stand lobby-1");
  const daemon = startGateway(config);
  await until("the first menu is in use", () => daemon.said().includes("settings taken up"), LONG_MS);
  await until("the stand is connected", () => daemon.said().includes("connected to the broker"), LONG_MS);
  await buys("54077000.00");

  await save(8_500, "coffee is dear");
  await until("the second menu is in use", () => daemon.said().split("settings taken up").length === 3, LONG_MS);
  expect(await ctl("settings", "show", LOBBY)).toContain("version 2");
  await buys("54078500.00");

  await announcesKey();
  await save(9_000, "coffee is dearer");
  await until("the third menu is in use", () => daemon.said().split("settings taken up").length === 4, LONG_MS);
  await until("the stand trusts the next key", () => daemon.said().includes("keys replaced"), LONG_MS);
  await eventually("the backend knows", async () =>
    (await ctl("keys", "status")).includes("1 of 2 active stands trust"),
  );
  await buys("54079000.00");

  const nobodyYet = readFileSync(crl).length;
  await ctl("stands", "revoke", LOBBY, "--why", "stolen");
  machine.press("new");
  await until("its word is refused", () => hasSaid("statement refused"), LONG_MS);
  await until("its certificate is in the broker's list", () => readFileSync(crl).length > nobodyYet, LONG_MS);
  await broker.restart();
  await until("the broker does not let it in again", () => daemon.said().includes('"failures":2'), LONG_MS);
  expect(code()).toBeUndefined();
  expect(machine.pulses).toHaveLength(3);
});
