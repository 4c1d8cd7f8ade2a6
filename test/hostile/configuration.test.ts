import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { parse, stringify, type TomlTable } from "smol-toml";
import { describe, expect, onTestFinished, test } from "vitest";
import type { z } from "zod";
import { backendConfigSchema } from "../../backend/config/config.ts";
import { main as callBackend } from "../../backend/main.ts";
import { gatewayConfig } from "../../gateway/config.ts";
import { main as callGateway } from "../../gateway/main.ts";
import { readConfig } from "../../host/config.ts";
import { typed } from "../support/typed.ts";

/* Every key of both configurations with values that cannot be meant. */

const ROOT = join(import.meta.dirname, "../..");
const PASSWORD = "hunter2-do-not-print";

const GATEWAY = `
test_mode = true
log_level = "info"
[stand]
id = "lobby-1"
name = "Kopi Lobi"
site = "Bandung"
zone = "WIB"
[link]
url = "mqtts://broker.example.id"
username = "lobby-1"
password_file = "/etc/password"
ca_file = "/etc/ca.pem"
cert_file = "/etc/cert.pem"
key_file = "/etc/cert-key.pem"
[keys]
private_file = "/etc/key.pem"
backend_file = "/etc/backend-keys.json"
[journal]
file = "/var/lib/journal.sqlite"
keep_days = 90
[screen]
driver = "simulated"
[printer]
driver = "simulated"
[pins]
driver = "simulated"
[prints]
qr = true
receipt = true
[[interlocks]]
input = "door"
means = "door-open"
says = { id = "Sedang diisi ulang", en = "Being refilled" }
[signals]
lamp = "lamp"
buzzer = "buzzer"
lamp_out_of_service = "blink"
[service]
long_press_ms = 3000
page_seconds = 60
[buttons]
cancel = "cancel"
[rules]
charge_patience_ms = 20000
payment_patience_ms = 120000
grace_ms = 20000
[simulated]
address = "127.0.0.1:7070"
[controller]
socket = "/run/qris-gateway/orders.sock"
[controller.tcp]
port = 8090
token_file = "/etc/controller-token"
[[products]]
id = "coffee"
name = "Kopi susu"
price = 15000
button = "a1"
line = "slot-1"
pulse_ms = 500
sensor = "chute"
sensor_window_ms = 5000
`;

const BACKEND = `
[http]
host = "127.0.0.1"
port = 8080
notification_sources = ["203.0.113.0/24", "2001:db8::/64"]
trusted_proxies = ["127.0.0.1"]
[journal]
file = "/var/lib/ledger.sqlite"
keep_days = 90
[link]
url = "mqtts://broker.example.id"
client_id = "backend-1"
username = "backend"
password_file = "/etc/password"
ca_file = "/etc/ca.pem"
cert_file = "/etc/cert.pem"
key_file = "/etc/cert-key.pem"
shared_group = "backends"
[keys]
private_file = "/etc/key.pem"
[operator]
host = "127.0.0.1"
port = 8081
token_file = "/etc/operator-token"
[metrics]
host = "127.0.0.1"
port = 9464
token_file = "/etc/metrics-token"
[tracing]
url = "http://127.0.0.1:4318/v1/traces"
ratio = 0.5
token_file = "/etc/tracing-token"
[terms]
payable_seconds = 180
retry_pauses_seconds = [1, 3]
first_ask_seconds = 15
slowest_ask_seconds = 300
lapse_seconds = 30
[log]
level = "info"
[[merchants]]
name = "kopi"
retired = false
base_url = "https://api.midtrans.com"
server_key_file = "/etc/server-key"
old_server_key_file = "/etc/old-server-key"
notification_path = "/midtrans/kopi/notification"
notification_urls = ["https://pay.example.id/midtrans/kopi/notification"]
append_notification_urls = []
payment_type = "qris"
acquirer = "gopay"
min_amount = 1000
max_amount = 2000000
charges_a_minute = 600
charges_burst = 100
timeout_seconds = 15
site = "Bandung"
[[merchants]]
name = "teh"
api = "snap"
retired = false
base_url = "https://merchants.midtrans.com"
client_id = "962489e9-de5d-4eb7-92a4-b07d44d64bf4"
client_secret_file = "/etc/client-secret"
partner_id = "partner-1"
merchant_id = "G123456789"
private_key_file = "/etc/private-key.pem"
midtrans_key_file = "/etc/midtrans-key.pem"
old_midtrans_key_file = "/etc/old-midtrans-key.pem"
notification_path = "/midtrans/teh/notification"
channel_id = "95221"
device_id = "vending-backend-1"
acquirer = "airpay shopee"
min_amount = 1
max_amount = 10000000
charges_a_minute = 60
charges_burst = 10
timeout_seconds = 15
site = "Bandung"
[[stands]]
id = "gate-1"
merchant = "teh"
[stands.key]
kty = "OKP"
crv = "Ed25519"
x = "ebVWLo_mVPlAeLES6KmLp5AfhTrmlb7X4OORC60ElmQ"
[[stands]]
id = "lobby-1"
merchant = "kopi"
charges_a_minute = 20
charges_burst = 10
late_payment = "hold"
failed_release = "hold"
[stands.key]
kty = "OKP"
crv = "Ed25519"
x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
`;

type Program = {
  readonly name: "gateway" | "backend";
  readonly good: string;
  readonly schema: z.ZodType;
  readonly main: typeof callBackend;
};

const programs: readonly Program[] = [
  { name: "gateway", good: GATEWAY, schema: gatewayConfig, main: callGateway },
  { name: "backend", good: BACKEND, schema: backendConfigSchema, main: callBackend },
];

type Way = readonly (string | number)[];

/** The ways to every value of a document. */
function waysIn(value: unknown, above: Way = []): readonly Way[] {
  if (Array.isArray(value)) return value.flatMap((each, nth) => waysIn(each, [...above, nth]));
  if (typeof value !== "object" || value === null) return [above];
  return Object.entries(value).flatMap(([name, each]) => waysIn(each, [...above, name]));
}

const textOf = (way: Way): string =>
  way.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");

/** The document with this value there. */
function put(document: TomlTable, way: Way, value: unknown): TomlTable {
  const copy = structuredClone(document);
  const last = way.at(-1) ?? "";
  const parent = way.slice(0, -1).reduce<unknown>((at, step) => Reflect.get(at as object, step), copy);
  Reflect.set(parent as object, last, value);
  return copy;
}

/** No key of ours can mean any of these. */
const absurd: readonly unknown[] = [{}, { deep: { er: [1, 2] } }, [[]], [{ a: 1 }], -1e300, Number.NaN, new Date(0)];
const doubtful = fc.oneof(
  fc.string({ maxLength: 200 }),
  fc.integer(),
  fc.double(),
  fc.boolean(),
  fc.array(fc.string({ maxLength: 5 }), { maxLength: 3 }),
  fc.constantFrom("", " ", "\n", "x".repeat(10_000), "../../etc/passwd", "mqtt://", "http://", "file:///etc/passwd"),
);

const judge = ({ schema }: Program, document: TomlTable) => readConfig(stringify(document), schema);

describe.each(programs)("the $name's configuration", (program) => {
  const good = parse(program.good);
  const ways = waysIn(good);

  test("is good as it stands here, with every key", () => {
    expect(judge(program, good)).toMatchObject({ is: "good" });
  });

  test.each(ways.map((way) => [textOf(way), way] as const))(
    "%s is refused by its name when it is absurd",
    (name, way) => {
      for (const value of absurd) {
        const read = judge(program, put(good, way, value));
        expect(read.is).toBe("bad");
        if (read.is === "bad")
          expect(
            read.errors.map(({ path }) => path).some((path) => path.startsWith(name) || name.startsWith(path)),
          ).toBe(true);
      }
    },
  );

  test("never breaks the reader, whatever stands where", () => {
    const property = fc.property(fc.constantFrom(...ways), doubtful, (way, value) => {
      const read = judge(program, put(good, way, value));
      if (read.is === "bad") expect(read.errors.every(({ path, problem }) => path !== "" && problem !== "")).toBe(true);
    });
    fc.assert(property, { numRuns: 400 });
  });

  test("tells everything that is wrong at once", () => {
    // Which keys a merchant may have hangs on its api.
    const breakable = ways.filter((way) => way.at(-1) !== "api");
    const broken = breakable.reduce((document, way) => put(document, way, { absurd: true }), good);
    const read = judge(program, broken);
    if (read.is === "good") throw new Error("nothing was wrong with it");
    const told = read.errors.map(({ path }) => path);
    const silent = breakable
      .map(textOf)
      .filter((name) => !told.some((path) => path.startsWith(name) || name.startsWith(path)));
    expect(silent).toEqual([]);
  });

  test("does not break on text that is no TOML", () => {
    const property = fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      const { is } = readConfig(text, program.schema);
      expect(is).toBe("bad");
    });
    fc.assert(property, { numRuns: 300 });
  });

  test("with a key that nobody knows, in any table, is refused by that name, and its value is not repeated", () => {
    const tables = new Map(
      ways.filter((way) => typeof way.at(-1) === "string").map((way) => [textOf(way.slice(0, -1)), way]),
    );
    expect(tables.size).toBeGreaterThan(5);
    // A JWK may have members that its reader does not know (RFC 7517).
    for (const nth of [0, 1]) tables.delete(`stands[${nth}].key`);
    for (const [table, way] of tables) {
      const read = judge(program, put(good, [...way.slice(0, -1), "zzz_unknown"], PASSWORD));
      expect(read).toMatchObject({
        is: "bad",
        errors: [{ path: table === "" ? "zzz_unknown" : `${table}.zzz_unknown` }],
      });
      expect(JSON.stringify(read)).not.toContain(PASSWORD);
    }
  });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), "qris-config-"));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

type Ended = { readonly code: number | null; readonly said: string };

/** The program as a user starts it. */
function start({ name }: Program, config: string): Promise<Ended> {
  const loader = join(ROOT, "test/support/typescript.mjs");
  const args = ["--import", loader, join(ROOT, name, "main.ts"), "--config", config];
  return new Promise((resolve) => {
    const child = execFile(process.execPath, args, { timeout: 60_000 }, (_error, stdout, stderr) =>
      resolve({ code: child.exitCode, said: stdout + stderr }),
    );
  });
}

/** The same program in this process. */
async function call({ main }: Program, config: string): Promise<Ended> {
  return typed(main, ["--config", config]);
}

describe.each(programs)("the $name itself", (program) => {
  const bad: readonly (readonly [string, string | Buffer, typeof call])[] = [
    ["wrong in many places", program.good.replaceAll(/= (\d+|true|"[^"]*")$/gm, `= { secret = "${PASSWORD}" }`), start],
    ["random bytes", Buffer.from(Array.from({ length: 4_000 }, (_, nth) => (nth * 7_919) % 251)), call],
    ["far too long", `# ${"x".repeat(2_000_000)}\n${program.good}`, call],
    // How deep a reader can go hangs on the stack that its process has.
    ["nested beyond reason", `a = ${"[".repeat(50_000)}`, start],
    ["empty", "", call],
  ];

  test.each(bad)(
    "ends with code 78 and clear words on a file that is %s",
    {
      timeout: 60_000,
    },
    async (_what, text, answer) => {
      const file = join(folder(), "config.toml");
      writeFileSync(file, text);
      const { code, said } = await answer(program, file);
      expect(said).toContain(`${file} is not usable:`);
      expect(said).not.toMatch(/node_modules|^\s+at |\.ts:\d/m);
      expect(said).not.toContain(PASSWORD);
      expect(code).toBe(78);
      expect(readFileSync(file).equals(Buffer.from(text))).toBe(true);
    },
  );

  test("ends with code 78 on a folder in the place of a file", async () => {
    const { code, said } = await call(program, folder());
    expect(said).toContain("is not usable:");
    expect(code).toBe(78);
  });
});
