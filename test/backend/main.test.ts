import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { backendConfigSchema } from "../../backend/config/config.ts";
import { main } from "../../backend/main.ts";
import { STOP_MS } from "../../backend/serve.ts";
import { readConfig } from "../../host/config.ts";
import { silentLog } from "../../host/log.ts";
import { sampleToml } from "../../host/sample-toml.ts";
import { startBroker } from "../../sandbox/broker.ts";
import { BackendProgram, folder, newSite, SERVER_KEY, snapPart, startBackend } from "../support/backend-program.ts";
import { freePort } from "../support/free-port.ts";
import { SNAP_KEYS } from "../support/snap-keys.ts";
import { type Typed, typed } from "../support/typed.ts";
import { until } from "../support/until.ts";

/** What the program answers to a command line, in this process: for starts that are refused. */
const called = (...argv: readonly string[]): Promise<Typed> => typed(main, argv);

describe("a backend that cannot work says so and is not started again", () => {
  test("every error of its configuration at once", async () => {
    const at = folder();
    writeFileSync(join(at, "backend.toml"), '[http]\nport = "x"\nhots = "127.0.0.1"\n');
    const process = new BackendProgram(["--config", join(at, "backend.toml")]);
    expect(await process.ended).toEqual([78, null]);
    for (const path of ["http.port", "http.hots", "journal", "link", "keys", "merchants"]) {
      expect(process.err).toContain(`  ${path}: `);
    }
    expect(process.err).toContain("did you mean host?");
  });

  test("a configuration that is not there", async () => {
    const { code, err } = await called("--config", "/nowhere/backend.toml");
    expect(code).toBe(78);
    expect(err).toContain("/nowhere/backend.toml");
  });

  test("secrets that cannot be read, all of them, and nothing of what is in them", async () => {
    const site = newSite({ key: "-----BEGIN not-a-key MC4CAQAw" });
    rmSync(join(site.at, "server-key"));
    const { code, err } = await called("--config", site.config);
    expect(code).toBe(78);
    expect(err).toContain(`keys.private_file: ${site.at}/key.pem: not a private key`);
    expect(err).toContain(`merchants[0].server_key_file: ${site.at}/server-key does not exist`);
    expect(err).not.toContain("MC4CAQAw");
    expect(readdirSync(site.at)).not.toContain("ledger.sqlite");
  });

  test("keys of BI-SNAP that cannot be used, all of them, and nothing of what is in them", async () => {
    const { at, part } = snapPart({ secret: "", privateKey: "MC4CAQAw", publicKey: SNAP_KEYS.merchant.privateKey });
    const { code, err } = await called("--config", newSite({ merchants: [part] }).config);
    expect(code).toBe(78);
    expect(err).toContain(`merchants[0].client_secret_file: ${at}/secret is empty`);
    expect(err).toContain(`merchants[0].private_key_file: ${at}/merchant.pem: the merchant's private key is no RSA`);
    expect(err).toContain(`merchants[0].midtrans_key_file: ${at}/midtrans.pem: Midtrans' public key is a private key`);
    expect(err).not.toContain("MC4CAQAw");
  });

  test("what BI-SNAP needs and is missing, everything at once", async () => {
    const { code, err } = await called(
      "--config",
      newSite({ merchants: ['api = "snap"\nserver_key_file = "/x"'] }).config,
    );
    expect(code).toBe(78);
    for (const name of [
      "base_url",
      "client_id",
      "client_secret_file",
      "partner_id",
      "merchant_id",
      "private_key_file",
    ]) {
      expect(err).toContain(`  merchants[0].${name}: is missing`);
    }
    expect(err).toContain("merchants[0].server_key_file: is not known; it belongs to another kind of this table");
  });

  test("an address at which the server key would travel unencrypted", async () => {
    const site = newSite({ midtrans: "http://api.midtrans.com" });
    const process = startBackend(site);
    expect(await process.ended).toEqual([78, null]);
    expect(process.err).toContain("  merchants[0]: ");
    expect(process.out + process.err).not.toContain(SERVER_KEY);
  });

  test("a command line that nobody understands", async () => {
    const { code, err } = await called("dance");
    expect(code).toBe(64);
    expect(err).toContain('there is no command "dance"');
  });
});

describe("a running backend", () => {
  test("is ready, says how it is, takes no forged word, and ends in good order", async () => {
    const port = await freePort();
    const site = newSite({ broker: `mqtt://127.0.0.1:${port}` });
    const backend = startBackend(site);
    const http = await backend.ready();
    expect(backend.find("ready")).toMatchObject({
      merchants: [{ name: "main", webhook: `${http}/midtrans/notification`, test: true }],
      stands: 1,
    });

    const healthz = await fetch(`${http}/healthz`);
    expect([healthz.status, await healthz.json()]).toEqual([200, { journal: "ok", store: "ok", broker: "down" }]);
    expect((await fetch(`${http}/readyz`)).status).toBe(503);
    const broker = await startBroker({ port, log: silentLog });
    onTestFinished(() => broker.close());
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
      "metrics",
      "console",
      "watch",
      "reconciliation",
      "backend",
      "care",
      "observation",
      "sales book",
      "store",
      "journal",
      "calls",
      "systemd",
    ]);
    expect(backend.out + backend.err).not.toContain(SERVER_KEY);
  });

  test("over BI-SNAP listens where Midtrans will call, and answers in its words", async () => {
    const backend = startBackend(newSite({ merchants: [snapPart().part] }));
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
    const site = newSite();
    await startBackend(site).ready();
    const second = startBackend(site);
    expect(await second.ended).toEqual([1, null]);
    expect(second.err).toContain("ledger.sqlite");
  });

  test("sets a damaged journal aside and says so loudly", async () => {
    const site = newSite();
    writeFileSync(join(site.at, "ledger.sqlite"), "this is no database".repeat(1_000));
    const backend = startBackend(site);
    await backend.ready();
    const said = await backend.said("journal was damaged and set aside");
    expect(said).toMatchObject({ level: "error" });
    expect(readdirSync(site.at).map((name) => join(site.at, name))).toContain(said?.["quarantined"]);
  });

  test("does not start on a damaged store, says what to do, and leaves it as it is", async () => {
    const site = newSite();
    const text = "this is no database".repeat(1_000);
    writeFileSync(join(site.at, "fleet.sqlite"), text);
    const backend = startBackend(site);
    expect(await backend.ended).toEqual([1, null]);
    expect(backend.out + backend.err).toContain("restore it from a backup");
    expect(readFileSync(join(site.at, "fleet.sqlite"), "utf8")).toBe(text);
  });

  test("that finds its port taken says which one, and leaves nothing open", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await once(other, "listening");
    const taken = String((other.address() as AddressInfo).port);
    const site = newSite({ port: taken });
    const backend = startBackend(site);
    expect(await backend.ended).toEqual([1, null]);
    expect(backend.err).toContain(taken);
  });
});

test("the sample in the guides is made from the schema, and works", async () => {
  const sample = sampleToml(backendConfigSchema);
  expect(readConfig(sample, backendConfigSchema).is).toBe("good");
  await expect(sample).toMatchFileSnapshot("../../docs/backend.sample.toml");
});

test("the service reloads by SIGHUP, does not try again what code 78 ends, and is given time to end", () => {
  const unit = readFileSync(join(import.meta.dirname, "../../systemd/qris-backend.service"), "utf8");
  expect(unit).toContain("\nExecReload=/bin/kill -HUP $MAINPID\n");
  expect(unit).toContain("\nRestartPreventExitStatus=78\n");
  expect(Number(/\nTimeoutStopSec=(\d+)\n/.exec(unit)?.[1]) * 1_000).toBeGreaterThan(STOP_MS);
});
