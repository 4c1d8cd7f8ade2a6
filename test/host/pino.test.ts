import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import type { Log } from "../../host/log.ts";
import { type PinoLogOptions, pinoLog } from "../../host/pino.ts";
import { Secret } from "../../host/secret.ts";

type Line = Record<string, unknown>;

function written(use: (log: Log) => void, level: PinoLogOptions["level"] = "debug"): { text: string; lines: Line[] } {
  let text = "";
  use(
    pinoLog({
      level,
      name: "gateway",
      write: (line) => {
        text += line;
      },
    }),
  );
  return {
    text,
    lines: text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line)),
  };
}

const lineOf = (facts: Line): Line => written((log) => log.info("told", facts)).lines[0] ?? {};

describe("a log line", () => {
  test("is one line of JSON that says when, who, what, and the facts", () => {
    const { lines } = written((log) => log.warn("paper low", { order: "A", left: 3 }));
    expect(lines).toEqual([
      { level: "warn", time: expect.any(String), name: "gateway", order: "A", left: 3, what: "paper low" },
    ]);
    expect(lines[0]?.["time"]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  });

  test("of a child says the facts of those above it too", () => {
    const { lines } = written((log) => log.child({ order: "A" }).child({ step: 2 }).info("moved", { to: "awaiting" }));
    expect(lines[0]).toMatchObject({ order: "A", step: 2, to: "awaiting", what: "moved" });
  });

  test("below the level is not written", () => {
    const speak = (log: Log): void => {
      log.debug("a");
      log.info("b");
      log.warn("c");
      log.error("d");
    };
    expect(written(speak, "warn").lines.map((line) => line["what"])).toEqual(["c", "d"]);
    expect(written(speak, "silent").lines).toEqual([]);
  });

  test("keeps a fact that is named like one of its own fields apart", () => {
    const line = lineOf({ level: 9, time: "noon", name: "coffee", what: "?" });
    expect(line).toMatchObject({ level: "info", name: "gateway", what: "told" });
    expect(line).toMatchObject({ level_: 9, time_: "noon", name_: "coffee", what_: "?" });
  });

  test("stays one line, whatever the facts hold", () => {
    expect(written((log) => log.info("told", { text: "a\nb\u2028c" })).text.split("\n")).toHaveLength(2);
  });
});

describe("a log never shows", () => {
  const names = [
    ["serverKey", "server_key", "SERVER-KEY", "apikey", "clientSecret", "signature", "signature_key", "Authorization"],
    ["password", "passphrase", "token", "accessToken", "email", "e_mail", "phone", "customer_details", "cookie"],
  ].flat();

  test.each(names)("a field called %s, at any depth", (name) => {
    const facts = { [name]: "hidden-1", deep: [{ deeper: { [name]: { inner: "hidden-2" } } }] };
    const { text } = written((log) => log.child({ also: facts }).info("told", facts));
    expect(text).not.toContain("hidden");
    expect(text).toContain("[secret]");
  });

  test("the same fields in an error and its cause", () => {
    const cause = Object.assign(new Error("inner"), { serverKey: "hidden-1" });
    const error = Object.assign(new Error("outer", { cause }), { token: "hidden-2", status: 401 });
    const { text, lines } = written((log) => log.error("call failed", { error }));
    expect(text).not.toContain("hidden");
    expect(lines[0]).toMatchObject({ error: { message: "outer", status: 401, cause: { message: "inner" } } });
  });

  test.each([
    ["a Secret", { place: new Secret("hidden") }],
    ["the password in an address", { url: "mqtts://stand-1:hidden@broker:8883/" }],
    ["an authorization header within a text", { text: "sent Basic hiddenhidden==, got 401" }],
    ["a bearer's token within a text", { text: "authorization: Bearer hidden.hidden.hidden" }],
    ["raw bytes", { raw: Buffer.from("hidden") }],
  ])("%s", (_, facts) => {
    expect(written((log) => log.info("told", facts)).text).not.toContain("hidden");
    expect(written((log) => log.info("told", facts)).text).not.toContain(String(Buffer.from("hidden")[0]));
  });

  test("more than a line can bear", () => {
    const ring: Record<string, unknown> = {};
    ring["again"] = ring;
    const facts = { ring, text: "x".repeat(1_000_000), list: Array.from({ length: 100_000 }, () => "y") };
    const { text } = written((log) => log.info("told", facts));
    expect(text.length).toBeLessThan(10_000);
    expect(text).toContain("(1000000 characters)");
    expect(text).toContain("(100000 items)");
  });
});

test("a Secret is shown to be there", () => {
  expect(lineOf({ place: new Secret("hidden") })).toMatchObject({ place: "[secret]" });
});

test("a date that is none breaks no line", () => {
  expect(lineOf({ at: new Date(Number.NaN) })).toMatchObject({ at: "[no date]", what: "told" });
});

test("amounts, ids, dates, big numbers and absent values are shown as they are", () => {
  const at = new Date("2026-11-21T00:00:00Z");
  expect(lineOf({ amount: 15000, paid: true, none: null, at, big: 2n ** 60n, never: undefined })).toMatchObject({
    amount: 15000,
    paid: true,
    none: null,
    at: "2026-11-21T00:00:00.000Z",
    big: "1152921504606846976",
  });
});

describe("lines that are written afterwards", () => {
  const said = (use: (log: Log) => void): { readonly lines: () => readonly string[] } => {
    const text: string[] = [];
    use(pinoLog({ level: "info", name: "gateway", afterwards: true, write: (line) => void text.push(line) }));
    return { lines: () => text.map((line) => JSON.parse(line).what) };
  };

  test("wait until the turn is over", async () => {
    const { lines } = said((log) => {
      log.info("first");
      log.child({ order: "A" }).info("second");
    });
    expect(lines()).toEqual([]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(lines()).toEqual(["first", "second"]);
  });

  test.each(["warn", "error"] as const)("do not wait for each other when one is a %s", (level) => {
    const { lines } = said((log) => {
      log.info("before");
      log[level]("bad");
      log.info("after");
    });
    expect(lines()).toEqual(["before", "bad"]);
  });

  test("do not wait when there are a thousand", () => {
    const { lines } = said((log) => {
      for (let nth = 0; nth <= 1_000; nth += 1) log.info(String(nth));
    });
    expect(lines()).toHaveLength(1_001);
  });

  test("bear the time at which they were said", async () => {
    const text: string[] = [];
    const log = pinoLog({ level: "info", name: "gateway", afterwards: true, write: (line) => void text.push(line) });
    const begun = Date.now();
    log.info("said");
    while (Date.now() < begun + 20);
    await new Promise((resolve) => setImmediate(resolve));
    expect(Date.parse(JSON.parse(text.join("")).time) - begun).toBeLessThan(20);
  });

  test("are written when the process ends in the same turn", () => {
    const program = `
      const { pinoLog } = await import(${JSON.stringify(new URL("../../host/pino.ts", import.meta.url).href)});
      pinoLog({ level: "info", name: "gateway" }).info("last words");
      process.exit(3);`;
    const args = ["--import", "./test/support/typescript.mjs", "--input-type=module", "--eval", program];
    const { stdout, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
    expect([JSON.parse(stdout).what, status]).toEqual(["last words", 3]);
  });
});
