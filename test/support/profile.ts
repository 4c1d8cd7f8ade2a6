import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Authority, openAuthority, type Papers } from "./authority.ts";
import { freePort } from "./free-port.ts";
import { runMosquitto } from "./mosquitto-process.ts";
import { until } from "./until.ts";

const DEPLOY = join(import.meta.dirname, "../../deploy/mosquitto");
const THERE = "/etc/mosquitto/qris";

/** Mosquitto with a configuration of deploy/mosquitto, on a free port of this machine. */
export type Profile = {
  readonly authority: Authority;
  readonly port: number;
  readonly folder: string;
  /** What it has logged since its last start, the packets of every connection among it. */
  readonly log: string;
  /** Copies the authority's list of what is revoked; `lines` come after the rules that are there. */
  renew(lines?: readonly string[]): void;
  /** As `systemctl reload` does. */
  reload(): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
  close(): Promise<void>;
};

/**
 * The file as it is delivered but for its port, the folder it names, and, for root, the user it takes. `passwords`: of
 * whom, where it asks for them.
 */
export async function startProfile(
  file: "mosquitto.conf" | "passwords.conf" | "dynsec.conf",
  passwords: Readonly<Record<string, string>> = {},
): Promise<Profile> {
  const authority = openAuthority();
  const folder = mkdtempSync(join(tmpdir(), "profile-"));
  const port = await freePort();
  const renew = (lines: readonly string[] = []): void => {
    copyFileSync(authority.crl_file, join(folder, "crl.pem"));
    writeFileSync(join(folder, "acl"), [readFileSync(join(DEPLOY, "acl"), "utf8"), ...lines, ""].join("\n"));
  };
  renew();
  bringPapers(authority.broker, authority.ca_file, folder);
  bringPasswords(passwords, folder);
  copyFileSync(join(DEPLOY, "dynamic-security.json"), join(folder, "dynamic-security.json"));
  const config = join(folder, file);
  writeFileSync(config, adapted(readFileSync(join(DEPLOY, file), "utf8"), folder, port));
  const mosquitto = await runMosquitto({ config, port, isChatty: true });
  return {
    authority,
    port,
    folder,
    get log() {
      return mosquitto.said;
    },
    renew,
    reload: async () => {
      const before = count(mosquitto.said, RELOADED);
      mosquitto.readAnew();
      await until("it has read everything anew", () => count(mosquitto.said, RELOADED) > before);
    },
    kill: () => mosquitto.end("SIGKILL"),
    restart: () => mosquitto.restart(),
    close: async () => {
      await mosquitto.end("SIGKILL");
      authority.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const RELOADED = "Reloading config.";
const count = (text: string, words: string): number => text.split(words).length - 1;

function bringPapers({ cert_file, key_file }: Papers, ca_file: string, folder: string): void {
  copyFileSync(cert_file, join(folder, "broker.pem"));
  copyFileSync(key_file, join(folder, "broker-key.pem"));
  copyFileSync(ca_file, join(folder, "ca.pem"));
}

function bringPasswords(passwords: Readonly<Record<string, string>>, folder: string): void {
  const file = join(folder, "passwords");
  writeFileSync(file, "", { mode: 0o600 });
  for (const [name, password] of Object.entries(passwords)) {
    execFileSync("mosquitto_passwd", ["-b", file, name, password], { stdio: "ignore" });
  }
}

/** Every substitution must find its line: a file that was changed is not started half adapted. */
function adapted(text: string, folder: string, port: number): string {
  const replace = (from: RegExp, to: string) => (before: string) => {
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${from} is not in the configuration any more`);
    return after;
  };
  const port8883 = replace(/^listener 8883$/m, `listener ${port} localhost`);
  const paths = replace(new RegExp(THERE, "g"), folder);
  const user = process.getuid?.() === 0 ? "\nuser root\n" : "";
  const plugin = pluginHere(text).replaceAll("/var/lib/mosquitto/", `${folder}/`);
  return port8883(paths(plugin)) + user;
}

/** Debian names the folder of libraries by the machine's kind. */
function pluginHere(text: string): string {
  const kinds: Readonly<Record<string, string>> = { x64: "x86_64", arm64: "aarch64" };
  return text.replaceAll("x86_64-linux-gnu", `${kinds[process.arch] ?? process.arch}-linux-gnu`);
}
