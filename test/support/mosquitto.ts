import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./free-port.ts";
import { runMosquitto } from "./mosquitto-process.ts";
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

/** Starts a real Mosquitto on a free port, Nagle off, open to everybody unless `lines` say otherwise. */
export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const folder = mkdtempSync(join(tmpdir(), "mosquitto-"));
  const port = await freePort();
  const certificate = options.tls === true ? makeCertificate(folder) : undefined;
  const config = join(folder, "mosquitto.conf");
  writeFileSync(config, configText(folder, port, options));
  const mosquitto = await runMosquitto({ config, port, host: hostOf(options) });
  return {
    port,
    url: certificate === undefined ? `mqtt://127.0.0.1:${port}` : `mqtts://localhost:${port}`,
    ca: certificate,
    stop: () => mosquitto.end("SIGTERM"),
    kill: () => mosquitto.end("SIGKILL"),
    restart: () => mosquitto.restart(),
    close: async () => {
      await mosquitto.end("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const hostOf = ({ tls }: MosquittoOptions): string => (tls === true ? "localhost" : "127.0.0.1");

function configText(folder: string, port: number, options: MosquittoOptions): string {
  const { tls, lines, acl } = options;
  if (acl !== undefined) writeFileSync(join(folder, "acl"), acl);
  const user = process.getuid?.() === 0 ? ["user root"] : [];
  return [
    ...user,
    "per_listener_settings false",
    `listener ${port} ${hostOf(options)}`,
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
