import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { PaymentType } from "../../backend/providers/midtrans/charge-body.ts";
import { storeFileBeside } from "../../backend/store/store.ts";
import { tomlLine } from "../../host/toml-text.ts";
import { newKeyPair, type PublicJwk, privateKeyFrom } from "../../protocol/keys.ts";
import { BUTTONS, DOOR, OUTPUTS, PRODUCTS, SENSOR, STAND_ID, STAND_NAME } from "./goods.ts";

/** Where stand and backend of the demo keep what is theirs, each in a folder of its own, as on two machines. */
export type Folder = {
  readonly at: string;
  /** A file for a log; `undefined` when nothing is to stay. */
  logOf(name: string): string | undefined;
  /** Nothing of it stays, unless it was to be kept. */
  remove(): void;
};

/** What the two configurations speak of. */
export type Addresses = {
  readonly standBroker: string;
  readonly backendBroker: string;
  readonly world: string;
  readonly midtrans: string;
  readonly backendPort: number;
  readonly operatorPort: number;
  readonly consolePort: number;
};

/** Where the backend is spoken to by Midtrans and customers. */
export const httpOf = ({ backendPort }: Pick<Addresses, "backendPort">): string => `http://127.0.0.1:${backendPort}`;

export const NOTIFICATION_PATH = "/midtrans/notification";

/** `kept`, with the keys and journals that are there already, or a new folder that goes with the demo. */
export function openFolder(kept: string | undefined): Folder {
  const at = kept === undefined ? mkdtempSync(join(tmpdir(), "qris-demo-")) : resolve(kept);
  for (const part of ["stand", "backend"]) mkdirSync(join(at, part), { recursive: true, mode: 0o700 });
  return {
    at,
    logOf: (name) => (kept === undefined ? undefined : join(at, `${name}.log`)),
    remove: () => {
      if (kept === undefined) rmSync(at, { recursive: true, force: true });
    },
  };
}

/** The key that Midtrans' stand-in will know the backend by. */
export const serverKeyIn = ({ at }: Folder): string =>
  keptText(join(at, "backend/server-key"), () => `SB-Mid-server-${randomBytes(15).toString("base64url")}`);

/** What staff's programs say to the demo's backend. */
export const operatorTokenIn = ({ at }: Folder): string =>
  keptText(join(at, "backend/operator-token"), () => randomBytes(24).toString("base64url"));

/** By which the demo's account comes into the console. */
export const consolePasswordIn = ({ at }: Folder): string =>
  keptText(join(at, "backend/console-password"), () => `kopi-${randomBytes(9).toString("base64url")}`);

/** The backend's tables of everything but orders. */
export const storeIn = ({ at }: Folder): string => storeFileBeside(ledgerAt(join(at, "backend")));
/** The stand's key as others know it. */
export const standKeyIn = ({ at }: Folder): PublicJwk => keyAt(join(at, "stand/key.pem"));

const ledgerAt = (at: string): string => join(at, "ledger.sqlite");

/** Writes the stand's keys that are missing, and its configuration; returns where this is. */
export function writeStand({ at }: Folder, addresses: Addresses): string {
  const file = join(at, "stand/gateway.toml");
  keyAt(join(at, "stand/key.pem"));
  writeSecret(
    join(at, "stand/backend-keys.json"),
    `${JSON.stringify({ keys: [keyAt(join(at, "backend/key.pem"))] })}\n`,
  );
  writeSecret(file, standToml(join(at, "stand"), addresses));
  return file;
}

/** The same of the backend, which charges as `paymentType`. */
export function writeBackend(folder: Folder, addresses: Addresses, paymentType: PaymentType): string {
  const { at } = folder;
  const file = join(at, "backend/backend.toml");
  keyAt(join(at, "backend/key.pem"));
  operatorTokenIn(folder);
  keptText(join(at, "backend/pay-key"), () => randomBytes(32).toString("hex"));
  writeSecret(file, backendToml(join(at, "backend"), addresses, paymentType));
  return file;
}

const keyAt = (path: string): PublicJwk => privateKeyFrom(keptText(path, () => newKeyPair().pem)).publicJwk;

function keptText(path: string, make: () => string): string {
  if (!existsSync(path)) writeSecret(path, make());
  return readFileSync(path, "utf8");
}

const writeSecret = (path: string, text: string): void => writeFileSync(path, text, { mode: 0o600 });

type Values = Readonly<Record<string, unknown>>;

const table = (header: string, values: Values): string =>
  [header, ...Object.entries(values).map(([name, value]) => tomlLine(name, value)), ""].join("\n");

const standToml = (at: string, { standBroker, world }: Addresses): string =>
  [
    tomlLine("test_mode", true),
    table("[stand]", { id: STAND_ID, name: STAND_NAME }),
    table("[link]", { url: standBroker }),
    table("[keys]", { private_file: join(at, "key.pem"), backend_file: join(at, "backend-keys.json") }),
    table("[journal]", { file: join(at, "journal.sqlite") }),
    ...["screen", "printer", "pins"].map((part) => table(`[${part}]`, { driver: "simulated" })),
    table("[buttons]", { cancel: BUTTONS.cancel }),
    table("[signals]", { ...OUTPUTS, lamp_out_of_service: "blink" }),
    table("[simulated]", { address: world }),
    table("[[interlocks]]", { input: DOOR, means: "door-open" }),
    ...PRODUCTS.map(({ sensor, ...product }) =>
      table("[[products]]", { ...product, ...(sensor && { sensor: SENSOR }) }),
    ),
  ].join("\n");

const backendToml = (at: string, addresses: Addresses, paymentType: PaymentType): string =>
  [
    table("[http]", { port: addresses.backendPort, trusted_proxies: ["127.0.0.1"] }),
    table("[journal]", { file: ledgerAt(at) }),
    table("[link]", { url: addresses.backendBroker }),
    table("[keys]", { private_file: join(at, "key.pem") }),
    table("[[merchants]]", {
      base_url: addresses.midtrans,
      server_key_file: join(at, "server-key"),
      notification_path: NOTIFICATION_PATH,
      notification_urls: [`${httpOf(addresses)}${NOTIFICATION_PATH}`],
      payment_type: paymentType,
      site: "Demo",
    }),
    table("[operator]", { port: addresses.operatorPort, token_file: join(at, "operator-token") }),
    table("[console]", { port: addresses.consolePort }),
    table("[pay]", { base_url: httpOf(addresses), key_file: join(at, "pay-key") }),
    table("[pay.contact]", { name: STAND_NAME, phone: "+62 812-3456-7890" }),
  ].join("\n");
