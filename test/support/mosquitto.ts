import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { steadyClock } from "../../host/clock.ts";
import { freePort } from "./free-port.ts";
import { needs } from "./needs.ts";

export type MosquittoOptions = {
  /** With a certificate for `localhost` and 127.0.0.1, from an authority of its own. */
  readonly tls?: boolean;
  /** Further lines for mosquitto.conf. */
  readonly lines?: readonly string[];
  /** Text of an ACL file. */
  readonly acl?: string;
};

export type Mosquitto = {
  readonly port: number;
  /** `mqtt://127.0.0.1:…` or `mqtts://localhost:…`. */
  readonly url: string;
  /** PEM of the authority that vouches for it, with `tls`. */
  readonly ca: string | undefined;
  /** Asks it to end, as systemd would. */
  stop(): Promise<void>;
  /** Power cut. */
  kill(): Promise<void>;
  /** Starts it again on the same port; ends it before when it runs. */
  restart(): Promise<void>;
  /** Ends it and removes its files. */
  close(): Promise<void>;
};

const START_WITHIN_MS = 10_000;

/** Starts a real Mosquitto on a free port, Nagle off, open to everybody unless `lines` say otherwise. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const folder = mkdtempSync(join(tmpdir(), "mosquitto-"));
  const port = await freePort();
  const certificate = options.tls === true ? makeCertificate(folder) : undefined;
  const config = join(folder, "mosquitto.conf");
  writeFileSync(config, configText(folder, port, options));
  let child = await run(config, port);

  const end = async (signal: "SIGTERM" | "SIGKILL"): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  };
  return {
    port,
    url: certificate === undefined ? `mqtt://127.0.0.1:${port}` : `mqtts://localhost:${port}`,
    ca: certificate,
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
    restart: async () => {
      await end("SIGTERM");
      child = await run(config, port);
    },
    close: async () => {
      await end("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function configText(folder: string, port: number, { tls, lines, acl }: MosquittoOptions): string {
  if (acl !== undefined) writeFileSync(join(folder, "acl"), acl);
  const user = process.getuid?.() === 0 ? ["user root"] : [];
  return [
    ...user,
    "per_listener_settings false",
    `listener ${port} ${tls === true ? "localhost" : "127.0.0.1"}`,
    "allow_anonymous true",
    "set_tcp_nodelay true",
    "persistence false",
    "log_dest stderr",
    ...(acl === undefined ? [] : [`acl_file ${join(folder, "acl")}`]),
    ...(tls === true ? [`certfile ${join(folder, "cert.pem")}`, `keyfile ${join(folder, "key.pem")}`] : []),
    ...(lines ?? []),
    "",
  ].join("\n");
}

async function run(config: string, port: number): Promise<ChildProcess> {
  const child = spawn(needs("mosquitto"), ["-c", config], { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said = (said + String(chunk)).slice(-4_000);
  });
  const clock = steadyClock("mosquitto");
  const begun = clock.now().ms;
  while (!(await answers(port))) {
    const isOver = child.exitCode !== null || clock.now().ms - begun > START_WITHIN_MS;
    if (isOver) throw new Error(`mosquitto did not start: ${said}`);
    await new Promise<void>((resolve) => clock.after(10, resolve));
  }
  return child;
}

const answers = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1" }, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });

/** `cert.pem` and `key.pem` for `localhost` and 127.0.0.1 in this folder; returns the PEM of who signed them. */
export function makeCertificate(folder: string): string {
  const program = needs("openssl");
  const openssl = (...words: string[]) => execFileSync(program, words, { cwd: folder, stdio: "ignore" });
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  openssl(
    "req",
    "-x509",
    ...key,
    "-keyout",
    "ca-key.pem",
    "-out",
    "ca.pem",
    "-days",
    "2",
    "-subj",
    "/CN=test authority",
  );
  openssl("req", ...key, "-keyout", "key.pem", "-out", "cert.csr", "-subj", "/CN=localhost");
  writeFileSync(join(folder, "names"), "subjectAltName=DNS:localhost,IP:127.0.0.1\n");
  const signing = ["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-extfile", "names", "-days", "2"];
  openssl("x509", "-req", "-in", "cert.csr", "-out", "cert.pem", ...signing);
  return readFileSync(join(folder, "ca.pem"), "utf8");
}
