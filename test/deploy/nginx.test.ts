import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import { request } from "node:https";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type Authority, openAuthority } from "../support/authority.ts";
import { folder, newSite, startBackend } from "../support/backend-program.ts";
import { freePort } from "../support/free-port.ts";
import { needs } from "../support/needs.ts";
import { pause, until } from "../support/until.ts";

/* deploy/nginx/qris.conf, as it is delivered but for names of files and ports, below what Debian writes around it, before a real backend. */

const CONFIG = readFileSync(join(import.meta.dirname, "../../deploy/nginx/qris.conf"), "utf8");
const PATIENT = { timeout: 60_000 };

type Got = { readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string };
type Asked = {
  readonly name?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly tls?: "TLSv1.2" | "TLSv1.3";
};
type Proxy = { ask(path: string, asked?: Asked): Promise<Got> };

let authority: Authority;
beforeAll(() => {
  needs("openssl");
  authority = openAuthority();
  return () => authority.close();
});

async function openProxy(backend: number, console = 1): Promise<Proxy> {
  const at = folder();
  const port = await freePort();
  const { cert_file, key_file } = authority.broker;
  const site = CONFIG.replaceAll("listen 443", `listen 127.0.0.1:${port}`)
    .replaceAll("/etc/qris-proxy/certificate.pem", cert_file)
    .replaceAll("/etc/qris-proxy/key.pem", key_file)
    .replace("127.0.0.1:8080", `127.0.0.1:${backend}`)
    .replace("127.0.0.1:8082", `127.0.0.1:${console}`);
  for (const name of ["body", "proxy", "fastcgi", "uwsgi", "scgi"]) mkdirSync(join(at, name));
  const places = [
    "client_body_temp_path body",
    "proxy_temp_path proxy",
    "fastcgi_temp_path fastcgi",
    "uwsgi_temp_path uwsgi",
    "scgi_temp_path scgi",
  ];
  const temp = places.map((place) => `${place.replace(/ (\w+)$/, ` ${at}/$1`)};`).join("\n");
  const whole = `daemon off; master_process off; pid ${at}/pid; error_log ${at}/error.log;
events { worker_connections 512; }
http { ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; access_log ${at}/access.log; ${temp}
${site}
}`;
  writeFileSync(join(at, "nginx.conf"), whole);
  const nginx = needs("nginx");
  execFileSync(nginx, ["-t", "-q", "-c", join(at, "nginx.conf"), "-e", join(at, "error.log")], { stdio: "pipe" });
  const child = spawn(nginx, ["-c", join(at, "nginx.conf"), "-e", join(at, "error.log")], { stdio: "ignore" });
  onTestFinished(() => end(child));
  const ca = readFileSync(authority.ca_file);
  const proxy: Proxy = { ask: (path, asked = {}) => ask({ port, ca, path }, asked) };
  await untilAnswers(proxy);
  return proxy;
}

async function untilAnswers(proxy: Proxy): Promise<void> {
  let isUp = false;
  const look = async (): Promise<void> => {
    while (!isUp) {
      isUp = await proxy.ask("/").then(
        () => true,
        () => false,
      );
      await pause(20);
    }
  };
  void look();
  await until("the proxy answers", () => isUp);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}

function ask(to: { readonly port: number; readonly ca: Buffer; readonly path: string }, asked: Asked): Promise<Got> {
  const { name = "pay.example.id", method = "GET", headers = {}, body, tls } = asked;
  const versions = tls === undefined ? {} : { minVersion: tls, maxVersion: tls };
  return new Promise((resolve, reject) => {
    const call = request(
      {
        host: "127.0.0.1",
        servername: "localhost",
        agent: false,
        method,
        headers: { host: name, ...headers },
        ...to,
        ...versions,
      },
      (answer) => {
        let text = "";
        answer.on("data", (part: Buffer) => {
          text += String(part);
        });
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }));
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}

const notification = JSON.stringify({ order_id: "01JD5S3V8Q4R6T2W9Y0ZABCDEF-1", signature_key: "0" });
const forged = JSON.stringify({
  order_id: "01JD5S3V8Q4R6T2W9Y0ZABCDEF-1",
  status_code: "200",
  gross_amount: "15000.00",
  transaction_status: "settlement",
  signature_key: "0".repeat(128),
});

async function openBoth(http = ""): Promise<{ readonly proxy: Proxy; readonly lines: () => readonly string[] }> {
  const backend = startBackend(newSite({ http: `trusted_proxies = ["127.0.0.1"]\n${http}` }));
  const address = new URL(await backend.ready());
  return { proxy: await openProxy(Number(address.port)), lines: () => backend.lines.map(({ what }) => what) };
}

describe("the proxy before a backend", () => {
  test("passes notifications, over TLS 1.2 and 1.3, and shows nothing else of it", PATIENT, async () => {
    const { proxy } = await openBoth();
    const post = { method: "POST", body: forged };
    for (const tls of ["TLSv1.2", "TLSv1.3"] as const) {
      expect((await proxy.ask("/midtrans/notification", { ...post, tls })).status).toBe(403);
    }
    for (const path of [
      "/",
      "/healthz",
      "/readyz",
      "/metrics",
      "/owed",
      "/api/me",
      "/midtrans/../metrics",
      "/pay/../healthz",
    ]) {
      const got = await proxy.ask(path);
      expect([path, got.status, got.body.includes("journal")]).toEqual([path, 404, false]);
    }
    await expect(proxy.ask("/midtrans/notification", { ...post, name: "other.example.id" })).rejects.toThrow(
      /hang up|ECONNRESET/,
    );
  });

  test("ends what is too large or too much, before the backend hears of it", PATIENT, async () => {
    const { proxy, lines } = await openBoth();
    const large = await proxy.ask("/midtrans/notification", { method: "POST", body: "x".repeat(65_537) });
    expect(large.status).toBe(413);
    const flood = await Promise.all(
      Array.from({ length: 60 }, () => proxy.ask("/enrol/v1", { method: "POST", body: "{}" })),
    );
    const statuses = new Set(flood.map(({ status }) => status));
    expect(statuses.has(429)).toBe(true);
    expect(flood.filter(({ status }) => status === 429).length).toBeGreaterThan(40);
    expect(lines()).not.toContain("unreadable notification");
  });

  test("says who asks, whatever he writes into X-Forwarded-For", PATIENT, async () => {
    const { proxy, lines } = await openBoth('notification_sources = ["203.0.113.0/24"]');
    const liar = { method: "POST", body: notification, headers: { "x-forwarded-for": "203.0.113.7" } };
    expect((await proxy.ask("/midtrans/notification", liar)).status).toBe(403);
    await until("the stranger is told of", () => lines().includes("notification from an unknown address"));
  });
});
