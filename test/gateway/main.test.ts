import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { STOP_MS } from "../../gateway/drive.ts";
import { main } from "../../gateway/main.ts";
import { readSetup } from "../../gateway/setup.ts";
import { menuOf, rulesOf } from "../../gateway/trade/trade-of.ts";
import { readVersion } from "../../host/version.ts";
import { newKeyPair } from "../../protocol/keys.ts";
import { typed } from "../support/typed.ts";

let folder: string;
const backend = newKeyPair();
const files = { "stand.pem": newKeyPair().pem, "backend.json": JSON.stringify({ keys: [backend.publicJwk] }) };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "gateway-"));
  for (const [name, text] of Object.entries(files)) write(name, text);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

const configWith = (
  more: {
    readonly link?: string;
    readonly prints?: string;
    readonly screen?: string;
    readonly controller?: string;
  } = {},
): string =>
  write(
    "gateway.toml",
    `
[stand]
id = "lobby-1"
name = "Kopi Lobi"
[link]
url = "mqtt://127.0.0.1:1"
${more.link ?? ""}
[keys]
private_file = "${join(folder, "stand.pem")}"
backend_file = "${join(folder, "backend.json")}"
[journal]
file = "${join(folder, "journal.sqlite")}"
[screen]
driver = "${more.screen ?? "simulated"}"
[printer]
driver = "simulated"
[pins]
driver = "simulated"
[simulated]
address = "127.0.0.1:1"
[prints]
${more.prints ?? ""}
${more.controller ?? ""}
[[products]]
id = "coffee"
name = "Kopi susu"
price = 15000
button = "a1"
line = "slot-1"
pulse_ms = 700
`,
  );

async function called(...argv: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return typed(main, argv);
}

describe("the command line", () => {
  test("explains itself", async () => {
    const { code, out } = await called("--help");
    expect(code).toBe(0);
    expect(out).toContain("--config");
  });

  test.each([
    ["a command that there is not", ["fly"], 'no command "fly"'],
    ["a name that every object has", ["constructor"], 'no command "constructor"'],
    ["two commands", ["run", "run"], "one command at a time"],
    ["an option that there is not", ["--colour"], "--colour"],
    ["an order's story without an order", ["journal", "show"], "  journal show ORDER  "],
  ])("refuses %s with code 64, and says what there is", async (_, argv, because) => {
    const { code, err } = await called(...argv);
    expect(code).toBe(64);
    expect(err).toContain(because);
    expect(err).toContain("--help");
  });

  test("tells its version", async () => {
    const { code, out } = await called("version");
    expect([code, out]).toEqual([0, `${readVersion()}\n`]);
  });

  test("ends with code 78 for a configuration that is not usable, so that systemd does not try again", async () => {
    const file = write("bad.toml", "[stand]\nid = 7\n");
    const { code, err } = await called("--config", file);
    expect(code).toBe(78);
    expect(err).toContain("stand.id");
    expect(err).toContain("link");
  });

  test("ends with code 1, and lets go of the journal, when the hardware is not there", async () => {
    const first = await called("run", "--config", configWith());
    expect(first.code).toBe(1);
    expect(first.err).toContain("127.0.0.1:1");
    const second = await called("run", "--config", configWith());
    expect(second.err).toContain("127.0.0.1:1");
  });
});

describe("what the configuration's files hold", () => {
  test("is read with it", () => {
    const password = write("password", "s3cret\n");
    const read = readSetup(configWith({ link: `username = "lobby-1"\npassword_file = "${password}"` }), {});
    if (read.is === "bad") throw new Error(read.explained);
    const { setup } = read;
    expect(setup.brokerPassword).toBe("s3cret");
    expect(setup.backendKeys.get(backend.signing.kid)?.owner).toBe("backend");
    expect(menuOf(setup.config)).toMatchObject([
      { id: "coffee", button: "a1", opening: { line: "slot-1", pulseMs: 700 } },
    ]);
  });

  test("is explained all at once where it is wrong, without a word of its content", () => {
    write("stand.pem", "-----BEGIN NONSENSE-----hunter2");
    write("backend.json", '{"keys": [{"kty": "RSA", "n": "hunter2"}]}');
    const read = readSetup(configWith({ link: 'username = "u"\npassword_file = "/nowhere/at/all"' }), {});
    if (read.is === "good") throw new Error("it was read");
    expect(read.explained).toContain("keys.private_file");
    expect(read.explained).toContain("keys.backend_file");
    expect(read.explained).toContain("/nowhere/at/all does not exist");
    expect(read.explained).not.toContain("hunter2");
  });

  const orderedWith = (token: string) =>
    readSetup(
      configWith({ controller: `[controller.tcp]\nport = 8090\ntoken_file = "${write("token", `${token}\n`)}"` }),
      {},
    );

  test("is the token of whoever orders on the loopback port", () => {
    const read = orderedWith("0123456789abcdef01234567");
    if (read.is === "bad") throw new Error(read.explained);
    expect(read.setup.controllerToken?.reveal()).toBe("0123456789abcdef01234567");
  });

  test.each(["hunter2-hunter2-hunter2", "a token with spaces in it, of more than 24"])(
    "is no token that can be guessed, or not be said: %s",
    (token) => {
      const read = orderedWith(token);
      if (read.is === "good") throw new Error("it was read");
      expect(read.explained).toContain("controller.tcp.token_file");
      expect(read.explained).not.toContain(token);
    },
  );

  test("must not hold the backend's private key: it has no business on a stand", () => {
    const d = "A".repeat(43);
    write("backend.json", JSON.stringify({ keys: [{ ...backend.publicJwk, d }] }));
    expect(readSetup(configWith(), {}).is).toBe("bad");
  });
});

describe("what is printed", () => {
  const printsOf = (...more: Parameters<typeof configWith>) => {
    const read = readSetup(configWith(...more), {});
    if (read.is === "bad") throw new Error(read.explained);
    return rulesOf(read.setup.config).prints;
  };

  test("is receipts beside a screen, and QR codes too without one or on demand", () => {
    expect(printsOf()).toEqual({ qr: false, receipt: true });
    expect(printsOf({ screen: "none" })).toEqual({ qr: true, receipt: true });
    expect(printsOf({ prints: "qr = true\nreceipt = false" })).toEqual({ qr: true, receipt: false });
  });
});

test("the service does not try again what code 78 ends, and waits longer for the end than the stand does", () => {
  const unit = readFileSync(new URL("../../systemd/qris-gateway.service", import.meta.url), "utf8");
  expect(unit).toContain("\nRestartPreventExitStatus=78\n");
  expect(Number(/\nTimeoutStopSec=(\d+)\n/.exec(unit)?.[1]) * 1000).toBeGreaterThan(STOP_MS);
});
