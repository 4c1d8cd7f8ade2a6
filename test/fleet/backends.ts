import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Papers } from "./broker.ts";
import { type Running, runProgram } from "./program.ts";

export type BackendsParts = {
  readonly folder: string;
  readonly ca: { readonly broker: string; readonly database: string };
  readonly password: string;
  readonly serverKey: string;
  /** The backends' common key, PEM. */
  readonly key: string;
};

/** The ports under which one backend finds the others. */
export type Ways = { readonly broker: number; readonly database: number; readonly midtrans: number };

/** `port`: where it is spoken to. */
export type BackendPlace = {
  readonly name: string;
  readonly port: number;
  readonly papers: Papers;
  readonly ways: Ways;
};

/** One backend of the fleet: its process comes and goes, its address stays. */
export class FleetBackend {
  readonly name: string;
  readonly log: string;
  readonly #config: string;
  #running: Running | undefined;
  #starting: Promise<void> | undefined;
  /** How often it was killed. */
  deaths = 0;

  private constructor(name: string, config: string, log: string) {
    this.name = name;
    this.#config = config;
    this.log = log;
  }

  static at(parts: BackendsParts, place: BackendPlace): FleetBackend {
    const folder = join(parts.folder, place.name);
    mkdirSync(folder);
    return new FleetBackend(place.name, writeConfig(parts, place, folder), join(folder, "log"));
  }

  get isUp(): boolean {
    return this.#running?.isUp ?? false;
  }

  get pid(): number | undefined {
    return this.#running?.pid;
  }

  /** Resolves when it serves; a second call while it starts waits for the same. */
  async start(withinMs = 120_000): Promise<void> {
    if (this.isUp) return;
    this.#starting ??= this.#start(withinMs).finally(() => {
      this.#starting = undefined;
    });
    await this.#starting;
  }

  async kill(): Promise<void> {
    this.deaths += 1;
    await this.#running?.kill();
  }

  async stop(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    await this.#running?.stop();
  }

  async #start(withinMs: number): Promise<void> {
    this.#running = await runProgram({
      program: "backend/main",
      args: ["run", "--config", this.#config],
      log: this.log,
      isReady: (said) => said.includes('"what":"ready"'),
      withinMs,
    });
  }
}

function writeConfig(parts: BackendsParts, place: BackendPlace, folder: string): string {
  const file = (name: string, text: string): string => {
    const at = join(folder, name);
    writeFileSync(at, text, { mode: 0o600 });
    return at;
  };
  const { broker, database, midtrans } = place.ways;
  return file(
    "backend.toml",
    `[http]
port = ${place.port}
[journal]
url = "postgres://backend@localhost:${database}/fleet"
password_file = "${file("password", parts.password)}"
ca_file = "${file("database-ca.pem", parts.ca.database)}"
[link]
url = "mqtts://localhost:${broker}"
client_id = "${place.name.replace(".", "-")}"
shared_group = "fleet"
ca_file = "${file("broker-ca.pem", parts.ca.broker)}"
cert_file = "${file("cert.pem", place.papers.cert)}"
key_file = "${file("cert-key.pem", place.papers.key)}"
[keys]
private_file = "${file("key.pem", parts.key)}"
[terms]
first_ask_seconds = 10
slowest_ask_seconds = 20
lapse_seconds = 5
[reconcile]
folder = "${parts.folder}/reconciled"
[[merchants]]
base_url = "http://127.0.0.1:${midtrans}"
server_key_file = "${file("server-key", parts.serverKey)}"
charges_a_minute = 6000
charges_burst = 1000
timeout_seconds = 5
`,
  );
}
