import { describe, expect, test } from "vitest";
import { type BackendConfig, backendConfigSchema } from "../../backend/config/config.ts";
import { placeOf } from "../../backend/config/journal-config.ts";
import { notificationPathOf } from "../../backend/merchants/config.ts";
import { merchantBounds } from "../../backend/setup.ts";
import { commonTerms, configuredStands } from "../../backend/stands/configured.ts";
import { readConfig } from "../../host/config.ts";
import { Secret } from "../../host/secret.ts";
import { newKeyPair } from "../../protocol/keys.ts";

type Parts = {
  readonly http?: string;
  readonly link?: string;
  readonly journal?: string;
  /** One each. */
  readonly merchants?: readonly string[];
  /** One each; the id is the first word. */
  readonly stands?: readonly string[];
};

const CORE = 'base_url = "https://api.midtrans.com"\nserver_key_file = "/k"\n';
const SNAP = `api = "snap"\nbase_url = "https://merchants.midtrans.com"\nclient_id = "c"\nclient_secret_file = "/s"
partner_id = "p"\nmerchant_id = "G1"\nprivate_key_file = "/p"\nmidtrans_key_file = "/m"\n`;
const core = (more = ""): string => CORE + more;
const named = (name: string, more = ""): string => core(`name = "${name}"\n${more}`);

const toml = ({
  http = "",
  link = "",
  journal = 'file = "/ledger.sqlite"',
  merchants = [core()],
  stands = [],
}: Parts): string =>
  `[http]
${http}
[journal]
${journal}
[link]
url = "mqtts://broker.example.id"
${link}
[keys]
private_file = "/key.pem"
${merchants.map((each) => `[[merchants]]\n${each}`).join("\n")}
${stands.map(standPart).join("\n")}`;

function standPart(text: string): string {
  const [id, ...more] = text.split(" ");
  return `[[stands]]\nid = "${id}"\nkey = { kty = "OKP", crv = "Ed25519", x = "${newKeyPair().publicJwk.x}" }\n${more.join(" ")}`;
}

function good(parts: Parts): BackendConfig {
  const read = readConfig(toml(parts), backendConfigSchema);
  if (read.is === "bad") throw new Error(JSON.stringify(read.errors));
  return read.config;
}

const sellersOf = (config: BackendConfig): object =>
  Object.fromEntries(configuredStands(config).map(({ id, merchant }) => [id, merchant]));

/** Path and problem of everything that is wrong. */
function wrong(parts: Parts): readonly string[] {
  const read = readConfig(toml(parts), backendConfigSchema);
  return read.is === "good" ? [] : read.errors.map(({ path, problem }) => `${path}: ${problem}`);
}

describe("merchants", () => {
  test("are one by the name of main where there is one, and every stand sells for it", () => {
    const config = good({ stands: ["stand-1", "stand-2"] });
    expect(config.merchants.map(({ name }) => name)).toEqual(["main"]);
    expect(sellersOf(config)).toEqual({ "stand-1": "main", "stand-2": "main" });
  });

  test("of both APIs stand side by side, and each stand names its own", () => {
    const merchants = [named("kopi"), `${SNAP}name = "teh"`];
    const config = good({ merchants, stands: ['stand-1 merchant = "kopi"', 'stand-2 merchant = "teh"'] });
    expect(sellersOf(config)).toEqual({ "stand-1": "kopi", "stand-2": "teh" });
  });

  test("that are retired need no stand, and stands need not name the one that sells", () => {
    const config = good({ merchants: [named("old", "retired = true"), named("new")], stands: ["stand-1"] });
    expect(sellersOf(config)).toEqual({ "stand-1": "new" });
  });

  test("are complained of all at once, each at its place", () => {
    const merchants = [named("kopi"), named("kopi"), named("teh"), named("jamu", "retired = true")];
    const stands = [
      'stand-1 merchant = "koppi"',
      "stand-2",
      'stand-3 merchant = "jamu"',
      'stand-4 merchant = "zzzzzz"',
    ];
    expect(wrong({ merchants, stands })).toEqual([
      'merchants[1].name: "kopi" is there twice: each merchant has its own name',
      'stands[0].merchant: "koppi" is no merchant here; did you mean kopi?',
      "stands[1].merchant: is missing: write one of kopi, teh",
      'stands[2].merchant: "jamu" is retired: write one of kopi, teh',
      'stands[3].merchant: "zzzzzz" is no merchant here; known are kopi, teh',
      'merchants[0].name: no stand sells for "kopi": name it in a stand, or write retired = true',
      'merchants[2].name: no stand sells for "teh": name it in a stand, or write retired = true',
    ]);
  });

  test("that all are retired leave no stand a merchant", () => {
    expect(wrong({ merchants: [core("retired = true")], stands: ["stand-1"] })).toEqual([
      "stands[0].merchant: is missing: write one of [[merchants]] that are not retired, of which there are none",
    ]);
  });

  test("that both took the usual name are told so, and nothing else", () => {
    expect(wrong({ merchants: [core(), core('notification_path = "/n"')], stands: ["stand-1"] })).toEqual([
      'merchants[1].name: "main" is there twice: each merchant has its own name',
    ]);
  });

  test("are judged whatever is wrong elsewhere", () => {
    expect(wrong({ http: 'port = "x"', merchants: [core(), core()] })).toContain(
      'merchants[1].name: "main" is there twice: each merchant has its own name',
    );
  });

  test.each([
    ["min_amount = 5000\nmax_amount = 1000", "min_amount: is more than max_amount"],
    ['payment_type = "gopay"\nacquirer = "airpay shopee"', 'acquirer: must be "gopay"'],
    [
      'notification_urls = ["https://a.id/n"]\nappend_notification_urls = ["https://b.id/n"]',
      "append_notification_urls: cannot be there beside notification_urls",
    ],
    ['notification_path = "/midtrans/:id"', "notification_path: a path of letters"],
    ['notification_path = "/*"', "notification_path: a path of letters"],
    ['notification_path = "midtrans"', "notification_path: a path of letters"],
    ['notification_urls = ["https://a.id/n,https://b.id/n"]', "notification_urls[0]: a comma or space"],
    ["max_amount = 10000001", "max_amount: "],
    ["min_amount = 0", "min_amount: "],
    ["charges_a_minute = 0", "charges_a_minute: "],
    ['name = "Kopi Lobi"', "name: 1 to 32 of a-z"],
  ])("are refused with %j", (more, problem) => {
    expect(wrong({ merchants: [core(more)] })).toEqual([expect.stringContaining(`merchants[0].${problem}`)]);
  });
});

describe("where notifications arrive", () => {
  const paths = (...merchants: readonly string[]): readonly string[] =>
    good({ merchants }).merchants.map(notificationPathOf);

  test("is each merchant's own, and main's is the same with or without others", () => {
    expect(paths(core())).toEqual(["/midtrans/notification"]);
    expect(paths(core(), named("teh"), `${SNAP}name = "jamu"`)).toEqual([
      "/midtrans/notification",
      "/midtrans/teh/notification",
      "/midtrans/jamu/notification/v1.0/qr/qr-mpm-notify",
    ]);
  });

  test("can be chosen, with what BI-SNAP appends behind it", () => {
    expect(paths(core('notification_path = "/n/1"'), `${SNAP}name = "b"\nnotification_path = "/n/2"`)).toEqual([
      "/n/1",
      "/n/2/v1.0/qr/qr-mpm-notify",
    ]);
  });

  test.each([
    ["another merchant's", ['notification_path = "/midtrans/teh/notification"'], 1],
    ["the backend's own", ['notification_path = "/healthz"'], 0],
  ])("cannot be %s", (_, [more], nth) => {
    expect(wrong({ merchants: [core(more), named("teh")] })).toEqual([
      expect.stringMatching(new RegExp(`^merchants\\[${nth}\\].notification_path: .* is taken already`)),
    ]);
  });
});

describe("stands", () => {
  test("are active and of the configuration, each with its rules and its pace", () => {
    const rules = 'late_payment = "refund"\nfailed_release = "deliver"\ncharges_a_minute = 7\ncharges_burst = 3';
    const [one] = configuredStands(good({ stands: [`stand-1 ${rules}`] }));
    expect(one).toMatchObject({ id: "stand-1", name: "stand-1", state: "active", isConfigured: true });
    expect(one).toMatchObject({ policies: { late: "refund", failed: "deliver" }, rate: { aMinute: 7, burst: 3 } });
  });

  test("have terms in milliseconds, whatever they are written in", () => {
    const asked = "first_ask_seconds = 12\nslowest_ask_seconds = 240\nlapse_seconds = 31";
    const pauses = "retry_pauses_seconds = [2]\nrefund_pauses_minutes = [5]";
    const terms = `[terms]\npayable_seconds = 90\n${asked}\n${pauses}`;
    expect(commonTerms(good({ journal: `file = "/ledger.sqlite"\n${terms}` }))).toEqual({
      payableMs: 90_000,
      retryPausesMs: [2_000],
      firstAskMs: 12_000,
      slowestAskMs: 240_000,
      lapseMs: 31_000,
      refundPausesMs: [300_000],
    });
  });

  test("with two keys are there twice, and one stand all the same", () => {
    const stands = configuredStands(good({ stands: ["stand-1", "stand-1"] }));
    expect(stands.map(({ id, keys }) => [id, keys.length])).toEqual([["stand-1", 2]]);
  });

  test("that are there twice must be the same but for the key", () => {
    expect(wrong({ stands: ["stand-2", "stand-1 charges_burst = 3", "stand-1 charges_burst = 4"] })).toEqual([
      "stands[2]: differs from stands[1], the same stand, in more than its key",
    ]);
  });
});

test("bounds are a stand's 20 a minute and a merchant's 600, of any amount that QRIS may carry, unless it says otherwise", () => {
  const config = good({ stands: ["stand-1", "stand-2 charges_a_minute = 7"] });
  expect(Object.fromEntries(configuredStands(config).map(({ id, rate }) => [id, rate]))).toEqual({
    "stand-1": { aMinute: 20, burst: 10 },
    "stand-2": { aMinute: 7, burst: 10 },
  });
  expect(Object.fromEntries(merchantBounds(config))).toEqual({
    main: { aMinute: 600, burst: 100, least: 1, most: 10_000_000 },
  });
});

test("a password without a user is refused", () => {
  expect(wrong({ link: 'password_file = "/p"' })).toEqual([
    "link.username: is missing: there is a password, but whose?",
  ]);
});

describe("the sources of notifications", () => {
  const SOURCES = 'notification_sources = ["203.0.113.0/24"]\n';

  test("need a proxy by name where nobody but a proxy can come", () => {
    expect(wrong({ http: SOURCES })).toEqual([expect.stringContaining("http.trusted_proxies: is empty")]);
    expect(wrong({ http: `${SOURCES}host = "::1"` })).toHaveLength(1);
    expect(wrong({ http: `${SOURCES}host = "localhost"` })).toHaveLength(1);
  });

  test.each([
    `${SOURCES}trusted_proxies = ["127.0.0.1"]`,
    `${SOURCES}host = "0.0.0.0"`,
    'notification_sources = ["127.0.0.1", "203.0.113.0/24"]',
  ])("are good otherwise: %j", (http) => {
    expect(wrong({ http })).toEqual([]);
  });

  test("are addresses", () => {
    const http = 'host = "0.0.0.0"\nnotification_sources = ["midtrans.com"]\ntrusted_proxies = ["10.0.0.0/33"]';
    expect(wrong({ http })).toEqual([
      expect.stringContaining("http.notification_sources[0]: no address"),
      expect.stringContaining("http.trusted_proxies[0]: no address"),
    ]);
  });
});

describe("the books", () => {
  const inDatabase = (url: string, more = ""): { readonly journal: string } => ({ journal: `url = "${url}"\n${more}` });
  const at = (url: string, more = "") => {
    const { journal } = good(inDatabase(url, more));
    if ("file" in journal) throw new Error("the books are in a file");
    return placeOf(journal, { password: new Secret("s3cret") });
  };

  test("are in a file or in a database, and not in both", () => {
    expect(wrong({ journal: "" })).toEqual(["journal.file: is missing"]);
    const both = wrong({ journal: 'file = "/ledger.sqlite"\nurl = "postgres://backend@db/ledger"' });
    expect(both).toEqual(["journal.url: is not known; it belongs to another kind of this table"]);
  });

  test("in a database are reached over TLS, and over a Unix socket or where it is said so without", () => {
    const place = at("postgres://backend@db.example.id/ledger");
    expect(place).toMatchObject({
      host: "db.example.id",
      port: 5432,
      user: "backend",
      database: "ledger",
      ca: "system",
    });
    expect(place.password?.()).toBe("s3cret");
    expect(at("postgresql://b@db:6432/l", "plaintext = true")).toMatchObject({ host: "db", port: 6432 });
    expect(at("postgresql://b@db:6432/l", "plaintext = true").ca).toBeUndefined();
    const socket = at("postgres://backend@localhost/ledger?host=/var/run/postgresql");
    expect([socket.host, socket.ca]).toEqual(["/var/run/postgresql", undefined]);
  });

  test("are refused with a password in the address, and nothing of it is told", () => {
    const read = readConfig(toml(inDatabase("postgres://backend:hunter2@db/ledger")), backendConfigSchema);
    expect(JSON.stringify(read)).toContain("write it into a file");
    expect(JSON.stringify(read)).not.toContain("hunter2");
  });

  test.each(["postgres://db/ledger", "postgres://backend@db/", "mysql://backend@db/ledger", "ledger"])(
    "are refused where %s names no user, no database or no PostgreSQL",
    (url) => expect(wrong(inDatabase(url))).toEqual([expect.stringContaining("journal.url: ")]),
  );
});
