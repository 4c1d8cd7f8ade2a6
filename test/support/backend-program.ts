import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { signNotification } from "../../backend/providers/midtrans/signature.ts";
import { Secret } from "../../host/secret.ts";
import { newKeyPair, type SigningKey } from "../../protocol/keys.ts";
import { SNAP_KEYS } from "./snap-keys.ts";
import { until } from "./until.ts";

/** The backend as its operator starts it: a configuration, the files that it names, a process. */

const ROOT = join(import.meta.dirname, "../..");
export const SERVER_KEY = "SB-Mid-server-5ecret";

/** Gone when the test is. */
export function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "qris-backend-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

export type Site = {
  readonly at: string;
  readonly config: string;
  /** The keys of `stand-1`, `stand-2`, … */
  readonly standKeys: readonly SigningKey[];
};

export type SiteParts = {
  readonly broker?: string;
  /** Midtrans' address, over the Core API. */
  readonly midtrans?: string;
  /** The backend's own key. */
  readonly key?: string;
  readonly port?: string;
  /** More lines on HTTP. */
  readonly http?: string;
  /** The parts on merchants, in place of one over the Core API; `AT` stands for the folder. */
  readonly merchants?: readonly string[];
  /** Another place for the journal. */
  readonly journal?: string;
  /** More files in the folder. */
  readonly files?: Readonly<Record<string, string>>;
  /** More lines for each stand; one stand when absent. */
  readonly stands?: readonly string[];
};

/** A folder with all that a backend reads. */
export function newSite(parts: SiteParts = {}): Site {
  const at = folder();
  writeFileSync(join(at, "key.pem"), parts.key ?? newKeyPair().pem);
  writeFileSync(join(at, "server-key"), `${SERVER_KEY}\n`);
  for (const [name, text] of Object.entries(parts.files ?? {})) writeFileSync(join(at, name), text);
  const stands = (parts.stands ?? [""]).map((lines) => ({ lines, signing: newKeyPair().signing }));
  const merchants = parts.merchants ?? [corePart(at, parts.midtrans)];
  const config = join(at, "backend.toml");
  writeFileSync(
    config,
    `[http]
port = ${parts.port ?? "0"}
${parts.http ?? ""}
[journal]
file = "${parts.journal ?? `${at}/ledger.sqlite`}"
[link]
url = "${parts.broker ?? "mqtt://127.0.0.1:9"}"
[keys]
private_file = "${at}/key.pem"
${merchants.map((lines) => `[[merchants]]\n${lines.replaceAll("AT/", `${at}/`)}\n`).join("")}
${stands.map(standPart).join("\n")}`,
  );
  return { at, config, standKeys: stands.map(({ signing }) => signing) };
}

const standPart = ({ lines, signing }: { readonly lines: string; readonly signing: SigningKey }, nth: number) =>
  `[[stands]]
id = "stand-${nth + 1}"
key = { kty = "OKP", crv = "Ed25519", x = "${signing.publicJwk.x}" }
${lines}`;

/** A merchant over the Core API whose key lies in `at`. */
export const corePart = (at: string, base = "http://127.0.0.1:9"): string =>
  `base_url = "${base}"\nserver_key_file = "${at}/server-key"`;

type SnapFiles = {
  readonly base?: string;
  readonly privateKey?: string;
  readonly publicKey?: string;
  readonly secret?: string;
};

/** A merchant over BI-SNAP, with its files in a folder of their own. */
export function snapPart(files: SnapFiles = {}): { readonly at: string; readonly part: string } {
  const at = folder();
  writeFileSync(join(at, "secret"), files.secret ?? SNAP_KEYS.clientSecret);
  writeFileSync(join(at, "merchant.pem"), files.privateKey ?? SNAP_KEYS.merchant.privateKey);
  writeFileSync(join(at, "midtrans.pem"), files.publicKey ?? SNAP_KEYS.provider.publicKey);
  const part = `api = "snap"
base_url = "${files.base ?? "http://127.0.0.1:9"}"
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

export type Line = { readonly what: string } & Readonly<Record<string, unknown>>;

/** `node backend/main.ts`; killed when the test is over. */
export class BackendProgram {
  readonly #child: ChildProcess;
  /** Ended, and all that it said has been heard. */
  readonly ended: Promise<readonly [number | null, string | null]>;
  out = "";
  err = "";

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const loader = join(ROOT, "test/support/typescript.mjs");
    const line = ["--import", loader, join(ROOT, "backend/main.ts"), ...args];
    this.#child = spawn(process.execPath, line, { env: { ...process.env, ...env } });
    this.ended = once(this.#child, "close").then(([code, signal]) => [code, signal] as const);
    this.#child.stdout?.on("data", (part) => {
      this.out += String(part);
    });
    this.#child.stderr?.on("data", (part) => {
      this.err += String(part);
    });
    onTestFinished(async () => {
      this.#child.kill("SIGKILL");
      await this.ended;
    });
  }

  get lines(): readonly Line[] {
    return this.out
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line);
  }

  all(what: string): readonly Line[] {
    return this.lines.filter((line) => line.what === what);
  }

  find(what: string): Line | undefined {
    return this.all(what)[0];
  }

  /** The first line of it, which may still be on its way. */
  async said(what: string): Promise<Line | undefined> {
    await until(`the backend says: ${what}`, () => this.find(what) !== undefined);
    return this.find(what);
  }

  /** Its address. A machine with much else to do takes its time to start a program. */
  async ready(): Promise<string> {
    await until("the backend is ready", () => this.find("ready") !== undefined, 40_000);
    return String(this.find("ready")?.["http"]);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }
}

export const startBackend = ({ config }: Site, env: NodeJS.ProcessEnv = {}): BackendProgram =>
  new BackendProgram(["--config", config], env);

/** How a notification of nobody's order is taken that is signed with this key: believed (404), or not (403). */
export async function answerTo(
  http: string,
  key: string,
  path = "/midtrans/notification",
  headers: Readonly<Record<string, string>> = {},
): Promise<number> {
  const signed = { order_id: "01JD5S3V8Q4R6T2W9Y0ZABCDEF-1", status_code: "200", gross_amount: "15000.00" };
  const signature_key = signNotification(signed, new Secret(key));
  const body = JSON.stringify({ ...signed, transaction_status: "settlement", signature_key });
  return (await fetch(http + path, { method: "POST", body, headers })).status;
}
