import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Cashier, type LedgerJournal } from "../../backend/cashier.ts";
import { ledgerShape } from "../../backend/ledger/shape.ts";
import { main } from "../../backend/main.ts";
import { decisionsOn } from "../../backend/operator/decisions.ts";
import { behindDoor } from "../../backend/operator/door.ts";
import { operatorRoutes } from "../../backend/operator/routes.ts";
import type { PaymentProvider } from "../../backend/providers/provider.ts";
import { utcClock } from "../../host/clock.ts";
import { type Server, serve } from "../../host/http.ts";
import { type Facts, silentLog } from "../../host/log.ts";
import { Secret } from "../../host/secret.ts";
import { JournalFault } from "../../journal/journal.ts";
import { openSqliteJournal } from "../../journal/sqlite/open.ts";
import { newUlid, type OrderId, type StatementId } from "../../protocol/ids.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import { onlyMerchant } from "../support/only-merchant.ts";
import { ORDER_ID, order, PRICE, STAND } from "../support/sale.ts";
import { usualTerms } from "../support/terms.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { seeded } from "../world/seeded.ts";

const TOKEN = "a-long-random-text";
const clock = utcClock({ keepsAlive: false });
const random = seeded(3);
const CALL = {
  ...{ method: "GET", path: "/owed", params: {}, query: new URLSearchParams(), headers: {} },
  ...{ peer: "198.51.100.1", body: new Uint8Array() },
};

/** Nobody calls it here: the order was charged and paid before the test begins. */
const unused: PaymentProvider = {
  name: "unused",
  isTest: true,
  charge: () => Promise.reject(new Error("not asked for")),
  standing: () => Promise.reject(new Error("not asked for")),
  void: () => Promise.reject(new Error("not asked for")),
  refund: () => Promise.reject(new Error("not asked for")),
  readNotification: () => ({ is: "unreadable", because: "not asked for" }),
};

let folder = "";
let journal: LedgerJournal;
let cashier: Cashier;
let server: Server;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "operator-"));
  const newId = (): string => newUlid(clock.wall(), random);
  journal = openSqliteJournal({ file: ":memory:", shape: ledgerShape, newId, wall: () => clock.wall() }).journal;
  cashier = new Cashier({
    journal,
    merchants: onlyMerchant(unused),
    clock,
    log: silentLog,
    termsFor: () => usualTerms,
    wake: () => undefined,
  });
  const waiting = async (): Promise<readonly OrderId[]> =>
    (await journal.unfinished()).map(({ order: name }) => name as OrderId);
  const routes = operatorRoutes({ cashier, journal, waiting, token: new Secret(TOKEN), clock, random, log: silentLog });
  server = await serve({ routes, port: 0, clock, log: silentLog });
});
afterEach(async () => {
  await server.close();
  await journal.close();
  rmSync(folder, { recursive: true });
});

const statement = (): StatementId => newUlid(clock.wall(), random) as StatementId;

/** Paid, and the stand could not release it. */
async function owe(): Promise<void> {
  const items = [...order.items];
  await cashier.hear(
    STAND,
    { type: "charge", order: ORDER_ID, amount: PRICE, items, method: "qris", patienceMs: 20_000 },
    statement(),
  );
  const payment = { amount: PRICE, fee: rupiah(0), transaction: "t", paidAt: "2026-01-01T07:00:10+07:00" };
  await cashier.learned(ORDER_ID, 1, { is: "settled", payment });
  await cashier.hear(STAND, { type: "not-delivered", order: ORDER_ID, because: "release-failed" }, statement());
}

type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

async function call(method: string, path: string, body?: unknown, token = TOKEN): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const said = body === undefined ? {} : { body: JSON.stringify(body) };
  const answer = await fetch(server.url + path, { method, headers, ...said });
  return { status: answer.status, body: (await answer.json()) as Answer["body"] };
}

describe("staff, over the operator's address,", () => {
  test.each(["", "wrong", `${TOKEN} `, TOKEN.slice(1)])("is not let in with the token %j", async (token) => {
    expect((await call("GET", "/owed", undefined, token)).status).toBe(token.trim() === TOKEN ? 200 : 401);
  });

  test("is told of in the log once a minute when a stranger tries one token after another, with how often", async () => {
    const [told, then] = [[] as unknown[], new VirtualClock()];
    const log = { ...silentLog, warn: (what: string, facts?: Facts) => void told.push([what, facts]) };
    const [door] = behindDoor([{ method: "GET", path: "/owed", answer: async () => ({ status: 200, body: {} }) }], {
      token: new Secret(TOKEN),
      clock: then,
      log,
    });
    const guess = (nth: number) => door?.answer({ ...CALL, headers: { authorization: `Bearer ${nth}` } });
    for (let nth = 0; nth < 100; nth += 1) expect(await guess(nth)).toMatchObject({ status: 401 });
    await then.advance(60_000);
    await guess(100);
    const [what, peer] = ["operator call without the token", "198.51.100.1"];
    expect(told).toEqual([
      [what, { peer }],
      [what, { peer, unsaid: 99 }],
    ]);
  });

  test("sees what is owed, with the code that the customer reads out", async () => {
    await owe();
    const { body } = await call("GET", "/owed");
    expect(body["orders"]).toEqual([
      expect.objectContaining({
        order: ORDER_ID,
        claim: "0ZAB-CDEF",
        stand: STAND,
        because: "release-failed",
      }),
    ]);
  });

  test("sees the thousand that were paid first, and that there are more; what the journal knows better is left out", async () => {
    await owe();
    const names = Array.from({ length: 1_001 }, (_, nth) => `01JD5S3V8Q4R6T2W9Y0Z${String(nth).padStart(6, "0")}`);
    const seen: number[] = [];
    const several: LedgerJournal["several"] = async (some) => {
      seen.push(some.length);
      const unreadable = new JournalFault("corrupt", "not to be read");
      return [...(await journal.several(some)), { order: some[1] ?? "", fault: unreadable }];
    };
    const routes = operatorRoutes({
      cashier,
      journal: { several, stateOf: (name) => journal.stateOf(name), story: (name) => journal.story(name) },
      waiting: async (most) => [ORDER_ID, ...names].slice(0, most) as OrderId[],
      token: new Secret(TOKEN),
      clock,
      random,
      log: silentLog,
    });
    const list = routes.find(({ path }) => path === "/owed");
    const request = { headers: { authorization: `Bearer ${TOKEN}` } };
    const answer = await list?.answer(request as unknown as Parameters<typeof list.answer>[0]);
    expect(answer).toMatchObject({ status: 200, body: { orders: [{ order: ORDER_ID }], more: true } });
    expect(seen).toEqual(Array(10).fill(100));
  });

  test("has the stand release once more, and it is written down who wanted it and why", async () => {
    await owe();
    const answer = await call("POST", `/orders/${ORDER_ID}/release`, { by: "Ani", why: "motor freed" });
    expect(answer).toMatchObject({ status: 202, body: { release: expect.stringMatching(/^staff-/) } });
    const told = await journal.take({ now: clock.now(), kinds: ["tell release"], limit: 1, leaseMs: 1 });
    expect(told).toMatchObject([{ effect: { body: { release: answer.body["release"] } } }]);
    const { body } = await call("GET", `/orders/${ORDER_ID}`);
    expect(body["story"]).toContainEqual(
      expect.objectContaining({ type: "release-ordered", by: "Ani", why: "motor freed" }),
    );
  });

  test("closes an order that was dealt with otherwise, once", async () => {
    await owe();
    const decision = { how: "refunded", by: "Ani", why: "paid back in cash" };
    expect(await call("POST", `/orders/${ORDER_ID}/remedy`, decision)).toMatchObject({
      status: 202,
      body: { order: "remedied" },
    });
    expect((await call("POST", `/orders/${ORDER_ID}/remedy`, decision)).status).toBe(409);
    expect((await call("GET", "/owed")).body).toEqual({ orders: [] });
  });

  test("gives money back, once, and sees how far it is", async () => {
    await owe();
    const decision = { by: "Ani", why: "no change of heart" };
    expect(await call("POST", `/orders/${ORDER_ID}/refund`, decision)).toMatchObject({
      status: 202,
      body: { order: "refunding" },
    });
    expect((await call("POST", `/orders/${ORDER_ID}/refund`, decision)).status).toBe(409);
    const refused = await decisionsOn({ cashier, journal, clock, random }).refund(ORDER_ID, decision);
    expect(refused).toEqual({ is: "no", why: "going-back", because: "its money is on its way back" });
    const owedRefunds = await journal.take({ now: clock.now(), kinds: ["refund"], limit: 9, leaseMs: 1 });
    expect(owedRefunds.map(({ effect }) => effect.do === "refund" && effect.refund.amount)).toEqual([PRICE]);
    const { body } = await call("GET", "/owed");
    expect(body["orders"]).toMatchObject([
      { state: "refunding", refunds: [{ stage: "asked", amount: PRICE }], todo: expect.stringContaining("way back") },
    ]);
  });

  test("is told that there is no such order, and nothing is begun for it", async () => {
    for (const path of ["release", "refund"]) {
      const answer = await call("POST", `/orders/${ORDER_ID}/${path}`, { by: "Ani", why: "x" });
      expect(answer).toEqual({ status: 409, body: { error: "no such order here" } });
    }
    expect(await journal.story(ORDER_ID)).toEqual([]);
  });

  test.each([
    ["POST", `/orders/${ORDER_ID}/refund`, { by: "Ani", why: "x", amount: 0.5 }, 400],
    ["POST", `/orders/${ORDER_ID}/refund`, { by: "Ani", why: "x", amount: -1 }, 400],
    ["POST", `/orders/${ORDER_ID}/release`, {}, 400],
    ["POST", `/orders/${ORDER_ID}/release`, { by: "Ani", why: " " }, 400],
    ["POST", `/orders/${ORDER_ID}/remedy`, { by: "Ani", why: "x", how: "forgotten" }, 400],
    ["GET", `/orders/${ORDER_ID}`, undefined, 404],
    ["GET", "/orders/order102", undefined, 400],
  ])("is told what is wrong with %s %s %j", async (method, path, body, status) => {
    const answer = await call(method, path, body);
    expect(answer.status).toBe(status);
    expect(String(answer.body["error"]).length).toBeGreaterThan(5);
  });
});

describe("staff, at a terminal,", () => {
  let out = "";
  let err = "";
  const terminal = {
    out: (text: string): void => {
      out += text;
    },
    err: (text: string): void => {
      err += text;
    },
  };
  const site = (operator: string): string => {
    const file = join(folder, "backend.toml");
    writeFileSync(join(folder, "token"), `${TOKEN}\n`);
    writeFileSync(
      file,
      `[journal]\nfile = "/x"\n[link]\nurl = "mqtt://127.0.0.1:9"\n[keys]\nprivate_file = "/x"\n[[merchants]]\nbase_url = "http://127.0.0.1:9"\nserver_key_file = "/x"\n${operator}`,
    );
    return file;
  };
  const open = (): string => site(`[operator]\nport = ${server.port}\ntoken_file = "${folder}/token"\n`);
  const type = (...argv: string[]): Promise<number> => main([...argv, "--config", open()], {}, terminal);
  beforeEach(() => {
    out = "";
    err = "";
  });

  test("lists what is owed, decides, and reads the story", async () => {
    expect(await type("owed")).toBe(0);
    expect(out).toBe("nothing is owed\n");
    await owe();
    await type("owed");
    expect(out).toContain(`${ORDER_ID}  `);
    expect(out).toContain("Rp 15.000  release-failed");
    expect(await type("remedy", ORDER_ID, "--how", "refunded", "--by", "Ani", "--why", "cash")).toBe(0);
    await type("order", ORDER_ID);
    expect(out).toMatch(/remedied {2}\{"by":"Ani","why":"cash","how":"refunded"\}/);
  });

  test.each([
    [["--amount", "4.000"], 4_000],
    [[], PRICE],
  ])("gives back what it says, %j", async (amount, given) => {
    await owe();
    expect(await type("refund", ORDER_ID, ...amount, "--by", "Ani", "--why", "warm water")).toBe(0);
    expect(await journal.stateOf(ORDER_ID)).toMatchObject({ at: "refunding", backs: [{ amount: given }], by: "Ani" });
    await type("owed");
    expect(out).toContain("refunding\n    nothing: its money is on its way back");
  });

  test("is told when an amount is none", async () => {
    expect(await type("refund", ORDER_ID, "--amount", "4,5", "--by", "Ani", "--why", "x")).toBe(64);
    expect(err).toContain('--amount "4,5" is no amount in whole rupiah');
  });

  test("is told what the backend refuses", async () => {
    expect(await type("release", ORDER_ID, "--by", "Ani", "--why", "x")).toBe(1);
    expect(err).toContain("refused (409)");
  });

  test("is told when there is no address to ask, or nobody answers at it", async () => {
    expect(await main(["owed", "--config", site("")], {}, terminal)).toBe(78);
    expect(err).toContain("has no [operator]");
    const closed = site(`[operator]\nport = 9\ntoken_file = "${folder}/token"\n`);
    expect(await main(["owed", "--config", closed], {}, terminal)).toBe(1);
    expect(err).toContain("the backend did not answer");
  });

  test("is refused options that the command does not know", async () => {
    expect(await type("owed", "--by", "Ani")).toBe(64);
    expect(err).toContain("owed knows no --by");
  });
});
