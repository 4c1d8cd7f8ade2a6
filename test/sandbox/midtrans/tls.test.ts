import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SecureVersion } from "node:tls";
import { afterAll, expect, test } from "vitest";
import { needs } from "../../support/needs.ts";
import { chargeOf, type Json, SERVER_KEY, startSandbox } from "./kit.ts";

const folder = mkdtempSync(join(tmpdir(), "tls-"));
afterAll(() => rmSync(folder, { recursive: true }));
const SHAPE = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout key.pem -out cert.pem -days 2";
const NAMES = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"];
execFileSync(needs("openssl"), [...SHAPE.split(" "), ...NAMES], { cwd: folder, stdio: "ignore" });
const pem = (name: string): string => readFileSync(join(folder, name), "utf8");
const tls = { port: 0, key: pem("key.pem"), cert: pem("cert.pem") };

/** A charge over TLS of this version; the version that was spoken, and the answer. */
const charge = (base: string, version: SecureVersion): Promise<{ readonly spoken: string; readonly json: Json }> =>
  new Promise((resolve, reject) => {
    const headers = { authorization: `Basic ${Buffer.from(`${SERVER_KEY}:`).toString("base64")}` };
    const options = { method: "POST", headers, ca: tls.cert, minVersion: version, maxVersion: version, agent: false };
    const call = request(`${base}/v2/charge`, options, (answer) => {
      const spoken = (answer.socket as unknown as { getProtocol(): string }).getProtocol();
      let text = "";
      answer.on("data", (bytes: Buffer) => {
        text += bytes.toString();
      });
      answer.on("end", () => resolve({ spoken, json: JSON.parse(text) }));
    });
    call.on("error", reject).end(JSON.stringify(chargeOf("a")));
  });

test.each<SecureVersion>(["TLSv1.2", "TLSv1.3"])("speaks %s, and answers with addresses over TLS", async (version) => {
  const sandbox = await startSandbox({ tls });
  const { spoken, json } = await charge(sandbox.tlsUrl ?? "", version);
  expect(spoken).toBe(version);
  expect(json.actions[0].url).toBe(`${sandbox.tlsUrl}/v2/qris/${json.transaction_id}/qr-code`);
});

test("can be told to speak nothing older than 1.3, or nothing newer than 1.2", async () => {
  const modern = await startSandbox({ tls: { ...tls, minVersion: "TLSv1.3" } });
  await expect(charge(modern.tlsUrl ?? "", "TLSv1.2")).rejects.toThrow();
  const old = await startSandbox({ tls: { ...tls, maxVersion: "TLSv1.2" } });
  await expect(charge(old.tlsUrl ?? "", "TLSv1.3")).rejects.toThrow();
});

test("a lost answer is lost over TLS too", async () => {
  const sandbox = await startSandbox({ tls });
  sandbox.faults.arm({ fault: "lost-answer", on: "charge" });
  await expect(charge(sandbox.tlsUrl ?? "", "TLSv1.3")).rejects.toThrow();
  expect(sandbox.midtrans.find("a")?.standing).toBe("pending");
});

test("a port that is taken leaves nothing open", async () => {
  const first = await startSandbox({ tls });
  const port = Number(new URL(first.tlsUrl ?? "").port);
  await expect(startSandbox({ tls: { ...tls, port } })).rejects.toThrow("EADDRINUSE");
});
