import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  type CertificateAuthority,
  newAuthority,
  newRequest,
  openAuthority,
  readRequest,
} from "../../host/certificates.ts";
import { freePort } from "../support/free-port.ts";
import { makeCertificate } from "../support/mosquitto.ts";
import { runMosquitto } from "../support/mosquitto-process.ts";
import { ROOT } from "./program.ts";

/** PEM texts of a client of the broker. */
export type Papers = { readonly cert: string; readonly key: string };

export type FleetBroker = {
  readonly port: number;
  /** PEM of who vouches for the broker. */
  readonly ca: string;
  /** A certificate for a stand or a backend of this name. */
  papersFor(name: string): Promise<Papers>;
  /** Ends it, at once or as systemd would, and starts it again on the same port. */
  restart(signal?: "SIGTERM" | "SIGKILL"): Promise<void>;
  close(): Promise<void>;
};

const DEPLOY = join(ROOT, "deploy/mosquitto");
const THERE = "/etc/mosquitto/qris";
const DAY_MS = 24 * 3_600_000;

/** Mosquitto as deploy/mosquitto sets it up, but for its port, its folder, and how many descriptors it may have. */
export async function startBroker(folder: string, backends: readonly string[]): Promise<FleetBroker> {
  const at = join(folder, "broker");
  mkdirSync(at);
  const port = await freePort();
  const authority = await makeAuthority(at);
  const ca = makeCertificate(at);
  copyFileSync(join(at, "cert.pem"), join(at, "broker.pem"));
  copyFileSync(join(at, "key.pem"), join(at, "broker-key.pem"));
  writeFileSync(join(at, "ca.pem"), authority.certificate);
  writeFileSync(join(at, "acl"), aclFor(backends));
  const config = join(at, "mosquitto.conf");
  writeFileSync(config, adapted(read("mosquitto.conf"), at, port));
  const mosquitto = await runMosquitto({ config, port });
  return {
    port,
    ca,
    papersFor: (name) => papersFrom(authority, name),
    restart: (signal) => mosquitto.restart(signal),
    close: () => mosquitto.end("SIGKILL"),
  };
}

const read = (name: string): string => readFileSync(join(DEPLOY, name), "utf8");

async function makeAuthority(at: string): Promise<CertificateAuthority> {
  const nowMs = Date.now();
  const authority = await openAuthority(await newAuthority({ name: "fleet", nowMs, forMs: DAY_MS }));
  const list = await authority.list({ revoked: [], nowMs, untilMs: nowMs + DAY_MS, number: 1 });
  writeFileSync(join(at, "crl.pem"), list);
  return authority;
}

async function papersFrom(authority: CertificateAuthority, name: string): Promise<Papers> {
  const { csr, key } = await newRequest(name);
  const asked = await readRequest(csr);
  if (asked.is === "bad") throw new Error(asked.because);
  const { certificate: cert } = await authority.issue(asked.request, { name, nowMs: Date.now(), forMs: DAY_MS });
  return { cert, key };
}

/** The delivered list, with what it lets `backend.1` do for every backend that there is. */
function aclFor(backends: readonly string[]): string {
  const text = read("acl");
  const [, rules] = /^user backend\.1\n((?:topic .*\n)+)/m.exec(text) ?? [];
  if (rules === undefined) throw new Error("deploy/mosquitto/acl has no rules for backend.1 any more");
  const more = backends.filter((name) => !text.includes(`user ${name}\n`));
  return [text, ...more.map((name) => `user ${name}\n${rules}`)].join("\n");
}

/** Every substitution must find its line: a file that was changed is not started half adapted. */
function adapted(text: string, folder: string, port: number): string {
  const listening = text.replace(/^listener 8883$/m, `listener ${port} localhost`);
  if (listening === text) throw new Error("deploy/mosquitto/mosquitto.conf listens elsewhere now");
  const user = process.getuid?.() === 0 ? "\nuser root\n" : "";
  return listening.replaceAll(THERE, folder) + user;
}
