import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { backendConfigSchema } from "../../backend/config.ts";
import { readConfig } from "../../host/config.ts";
import { silentLog } from "../../host/log.ts";
import { sampleToml } from "../../host/sample-toml.ts";
import { newKeyPair } from "../../protocol/keys.ts";
import { startBroker } from "../../sandbox/broker.ts";
import { freePort } from "../support/mosquitto.ts";
import { SNAP_KEYS } from "../support/snap-keys.ts";
import { until } from "../support/until.ts";

const ROOT = join(import.meta.dirname, "../..");
const SERVER_KEY = "SB-Mid-server-5ecret";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "qris-backend-"));
  ends.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

type Site = { readonly at: string; readonly config: string };
type Changes = {
  readonly broker?: string;
  readonly midtrans?: string;
  readonly key?: string;
  readonly port?: string;
  /** The part on Midtrans, in place of the Core API's. */
  readonly part?: string;
};

/** A folder with all that a backend reads. */
function newSite(changes: Changes = {}): Site {
  const at = folder();
  const pair = newKeyPair();
  writeFileSync(join(at, "key.pem"), changes.key ?? pair.pem);
  writeFileSync(join(at, "server-key"), `${SERVER_KEY}\n`);
  const config = join(at, "backend.toml");
  writeFileSync(
    config,
    `[http]
port = ${changes.port ?? "0"}
[journal]
file = "${at}/ledger.sqlite"
[link]
url = "${changes.broker ?? "mqtt://127.0.0.1:9"}"
[keys]
private_file = "${at}/key.pem"
[[merchants]]
${changes.part ?? corePart(at, changes.midtrans)}
[[stands]]
id = "stand-1"
key = { kty = "OKP", crv = "Ed25519", x = "${newKeyPair().publicJwk.x}" }
`,
  );
  return { at, config };
}

const corePart = (at: string, base = "http://127.0.0.1:9"): string =>
  `base_url = "${base}"\nserver_key_file = "${at}/server-key"`;

/** The part on Midtrans over BI-SNAP, with its files in a folder of their own. */
function snapPart(files: { readonly privateKey?: string; readonly publicKey?: string; readonly secret?: string } = {}) {
  const at = folder();
  writeFileSync(join(at, "secret"), files.secret ?? SNAP_KEYS.clientSecret);
  writeFileSync(join(at, "merchant.pem"), files.privateKey ?? SNAP_KEYS.merchant.privateKey);
  writeFileSync(join(at, "midtrans.pem"), files.publicKey ?? SNAP_KEYS.provider.publicKey);
  const part = `api = "snap"
base_url = "http://127.0.0.1:9"
client_id = "${SNAP_KEYS.clientId}"
client_secret_file = "${at}/secret"
partner_id = "${SNAP_KEYS.partnerId}"
merchant_id = "G490526303"
private_key_file = "${at}/merchant.pem"
midtrans_key_file = "${at}/midtrans.pem"
site = "Bandung"
device_id = "vending backend 1"`;
  return { at, part };
}

type Line = { readonly what: string } & Readonly<Record<string, unknown>>;

class Process {
  readonly #child: ChildProcess;
  readonly ended: Promise<readonly [number | null, string | null]>;
  out = "";
  err = "";

  constructor(...args: readonly string[]) {
    const loader = join(ROOT, "test/support/typescript.mjs");
    this.#child = spawn(process.execPath, ["--import", loader, join(ROOT, "backend/main.ts"), ...args]);
    this.ended = once(this.#child, "exit").then(([code, signal]) => [code, signal] as const);
    this.#child.stdout?.on("data", (part) => {
      this.out += String(part);
    });
    this.#child.stderr?.on("data", (part) => {
      this.err += String(part);
    });
    ends.push(() => this.#child.kill("SIGKILL"));
  }

  get lines(): readonly Line[] {
    return this.out
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line);
  }

  find(what: string): Line | undefined {
    return this.lines.find((line) => line.what === what);
  }

  async ready(): Promise<string> {
    await until("the backend is ready", () => this.find("ready") !== undefined, 15_000);
    return String(this.find("ready")?.["http"]);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

describe("a backend that cannot work says so and is not started again", () => {
  test("every error of its configuration at once", async () => {
    const at = folder();
    writeFileSync(join(at, "backend.toml"), '[http]\nport = "x"\nhots = "127.0.0.1"\n');
    const process = new Process("--config", join(at, "backend.toml"));
    expect(await process.ended).toEqual([78, null]);
    for (const path of ["http.port", "http.hots", "journal", "link", "keys", "merchants"]) {
      expect(process.err).toContain(`  ${path}: `);
    }
    expect(process.err).toContain("did you mean host?");
  });

  test("a configuration that is not there", async () => {
    const process = new Process("--config", "/nowhere/backend.toml");
    expect(await process.ended).toEqual([78, null]);
    expect(process.err).toContain("/nowhere/backend.toml");
  });

  test("secrets that cannot be read, all of them, and nothing of what is in them", async () => {
    const { at, config } = newSite({ key: "-----BEGIN not-a-key MC4CAQAw" });
    rmSync(join(at, "server-key"));
    const process = new Process("--config", config);
    expect(await process.ended).toEqual([78, null]);
    expect(process.err).toContain(`keys.private_file: ${at}/key.pem: not a private key`);
    expect(process.err).toContain(`merchants[0].server_key_file: ${at}/server-key does not exist`);
    expect(process.err).not.toContain("MC4CAQAw");
    expect(readdirSync(at)).not.toContain("ledger.sqlite");
  });

  test("keys of BI-SNAP that cannot be used, all of them, and nothing of what is in them", async () => {
    const { at, part } = snapPart({ secret: "", privateKey: "MC4CAQAw", publicKey: SNAP_KEYS.merchant.privateKey });
    const process = new Process("--config", newSite({ part }).config);
    expect(await process.ended).toEqual([78, null]);
    expect(process.err).toContain(`merchants[0].client_secret_file: ${at}/secret is empty`);
    expect(process.err).toContain(
      `merchants[0].private_key_file: ${at}/merchant.pem: the merchant's private key is no RSA`,
    );
    expect(process.err).toContain(
      `merchants[0].midtrans_key_file: ${at}/midtrans.pem: Midtrans' public key is a private key`,
    );
    expect(process.err).not.toContain("MC4CAQAw");
  });

  test("what BI-SNAP needs and is missing, everything at once", async () => {
    const process = new Process("--config", newSite({ part: 'api = "snap"\nserver_key_file = "/x"' }).config);
    expect(await process.ended).toEqual([78, null]);
    for (const name of [
      "base_url",
      "client_id",
      "client_secret_file",
      "partner_id",
      "merchant_id",
      "private_key_file",
    ]) {
      expect(process.err).toContain(`  merchants[0].${name}: is missing`);
    }
    expect(process.err).toContain(
      "merchants[0].server_key_file: is not known; it belongs to another kind of this table",
    );
  });

  test("an address at which the server key would travel unencrypted", async () => {
    const { config } = newSite({ midtrans: "http://api.midtrans.com" });
    const process = new Process("--config", config);
    expect(await process.ended).toEqual([78, null]);
    expect(process.err).toContain("  merchants[0]: ");
    expect(process.err).not.toContain(SERVER_KEY);
  });

  test("a command line that nobody understands", async () => {
    const process = new Process("dance");
    expect(await process.ended).toEqual([64, null]);
    expect(process.err).toContain('there is no command "dance"');
  });
});

describe("a running backend", () => {
  test("is ready, says how it is, takes no forged word, and ends in good order", async () => {
    const port = await freePort();
    const { config } = newSite({ broker: `mqtt://127.0.0.1:${port}` });
    const backend = new Process("--config", config);
    const http = await backend.ready();
    expect(backend.find("ready")).toMatchObject({
      merchants: [{ name: "main", webhook: `${http}/midtrans/notification`, test: true }],
      stands: 1,
    });

    const healthz = await fetch(`${http}/healthz`);
    expect([healthz.status, await healthz.json()]).toEqual([200, { journal: "ok", broker: "down" }]);
    expect((await fetch(`${http}/readyz`)).status).toBe(503);
    const broker = await startBroker({ port, log: silentLog });
    ends.push(() => broker.close());
    let status = 503;
    const ask = async () => {
      status = (await fetch(`${http}/readyz`)).status;
    };
    await until("stands can be served", () => {
      void ask();
      return status === 200;
    });

    const body = JSON.stringify({
      order_id: "01JD5S3V8Q4R6T2W9Y0ZABCDEF-1",
      status_code: "200",
      gross_amount: "15000.00",
      transaction_status: "settlement",
      signature_key: "0".repeat(128),
    });
    const forged = await fetch(`${http}/midtrans/notification`, { method: "POST", body });
    expect(forged.status).toBe(403);

    backend.kill("SIGTERM");
    expect(await backend.ended).toEqual([0, null]);
    expect(backend.lines.flatMap((line) => (line.what === "ended" ? [line["part"]] : []))).toEqual([
      "word to systemd",
      "http",
      "operator",
      "watch",
      "backend",
      "calls",
      "journal",
      "systemd",
    ]);
    expect(backend.out + backend.err).not.toContain(SERVER_KEY);
  });

  test("over BI-SNAP listens where Midtrans will call, and answers in its words", async () => {
    const backend = new Process("--config", newSite({ part: snapPart().part }).config);
    const http = await backend.ready();
    const webhook = `${http}/midtrans/notification/v1.0/qr/qr-mpm-notify`;
    expect(backend.find("ready")).toMatchObject({ merchants: [{ provider: "midtrans-snap", webhook, test: true }] });
    const headers = { "x-timestamp": "2026-01-01T07:00:00+07:00", "x-signature": "AAAA" };
    const forged = await fetch(webhook, { method: "POST", headers, body: '{"latestTransactionStatus":"00"}' });
    expect([forged.status, await forged.json()]).toMatchObject([401, { responseCode: "4015200" }]);
    backend.kill("SIGTERM");
    expect(await backend.ended).toEqual([0, null]);
    expect(backend.out + backend.err).not.toContain(SNAP_KEYS.clientSecret);
  });

  test("is alone on its journal", async () => {
    const { config } = newSite();
    await new Process("--config", config).ready();
    const second = new Process("--config", config);
    expect(await second.ended).toEqual([1, null]);
    expect(second.err).toContain("ledger.sqlite");
  });

  test("sets a damaged journal aside and says so loudly", async () => {
    const { at, config } = newSite();
    writeFileSync(join(at, "ledger.sqlite"), "this is no database".repeat(1_000));
    const backend = new Process("--config", config);
    await backend.ready();
    const said = backend.find("journal was damaged and set aside");
    expect(said).toMatchObject({ level: "error" });
    expect(readdirSync(at).map((name) => join(at, name))).toContain(said?.["quarantined"]);
  });

  test("that finds its port taken says which one, and leaves nothing open", async () => {
    const first = new Process("--config", newSite().config);
    const taken = new URL(await first.ready()).port;
    const { config } = newSite({ port: taken });
    const second = new Process("--config", config);
    expect(await second.ended).toEqual([1, null]);
    expect(second.err).toContain(taken);
  });
});

test("the sample in the guides is made from the schema, and works", async () => {
  const sample = sampleToml(backendConfigSchema);
  expect(readConfig(sample, backendConfigSchema).is).toBe("good");
  await expect(sample).toMatchFileSnapshot("../../docs/backend.sample.toml");
});
