import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { main } from "../../../backend/main.ts";
import { behindDoor } from "../../../backend/operator/door.ts";
import type { Day } from "../../../backend/reconcile/day.ts";
import type { Reconciler } from "../../../backend/reconcile/reconciler.ts";
import { columnsSchema } from "../../../backend/reconcile/report/columns.ts";
import { pickReport } from "../../../backend/reconcile/report/pick.ts";
import { RECONCILE_BODY_BYTES, reconcileRoutes } from "../../../backend/reconcile/routes.ts";
import { utcClock } from "../../../host/clock.ts";
import { type Server, serve } from "../../../host/http.ts";
import { silentLog } from "../../../host/log.ts";
import { Secret } from "../../../host/secret.ts";
import { until } from "../../support/until.ts";
import { openShop, passing, type Shop } from "./shop.ts";

const TOKEN = "a-long-random-text";
const DAY = "2026-11-20";
const clock = utcClock({ keepsAlive: false });

let shop: Shop;
let reconciler: Reconciler;
let server: Server;
let folder = "";

/** A running backend's address for staff; its time is the shop's, and passes whenever somebody waits for it. */
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "desk-"));
  shop = await openShop();
  reconciler = shop.reconciler();
  const { results } = shop;
  const reportOf = (day: Day) => pickReport(folder, day, columnsSchema.parse({}));
  const desk = { reconciler, results, clock: shop.clock, reportOf };
  server = await serve({
    routes: behindDoor(reconcileRoutes(desk), { token: new Secret(TOKEN), clock, log: silentLog }),
    port: 0,
    clock,
    log: silentLog,
    bodyLimitBytes: RECONCILE_BODY_BYTES,
  });
  onTestFinished(async () => {
    await reconciler.stop();
    await server.close();
    rmSync(folder, { recursive: true });
  });
});

const live = <Value>(promise: Promise<Value>): Promise<Value> => passing(shop.clock, promise);

describe("over the operator's address", () => {
  type Answer = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

  async function call(method: string, path: string, body?: unknown, token = TOKEN): Promise<Answer> {
    const said = body === undefined ? {} : { body: JSON.stringify(body) };
    const answer = await live(
      fetch(server.url + path, { method, headers: { authorization: `Bearer ${token}` }, ...said }),
    );
    return { status: answer.status, body: (await answer.json()) as Answer["body"] };
  }

  async function ended(date: string): Promise<Answer> {
    for (;;) {
      const answer = await call("GET", `/reconcile/${date}`);
      if (answer.body["running"] === undefined) return answer;
    }
  }

  test.each([
    ["POST", "/reconcile"],
    ["GET", `/reconcile/${DAY}`],
    ["GET", `/reconcile/${DAY}/orders.csv`],
  ])("nobody is let in without the token: %s %s", async (method, path) => {
    expect((await call(method, path, undefined, "wrong")).status).toBe(401);
    expect((await call(method, path, undefined, "")).status).toBe(401);
    expect(reconciler.running).toBeUndefined();
  });

  test("yesterday is reconciled when no day is named, and what came out is told", async () => {
    expect(await call("POST", "/reconcile", {})).toMatchObject({ status: 202, body: { date: "2026-11-19" } });
    const { status, body } = await ended("2026-11-19");
    expect([status, body["result"]]).toMatchObject([200, { day: "2026-11-19", isWhole: true, orders: 0 }]);
  });

  test("one day at a time is reconciled, and how far it is can be asked", async () => {
    await shop.sold();
    const held = { go: (): void => undefined };
    shop.provider.meanwhile = () =>
      new Promise<void>((resolve) => {
        held.go = resolve;
      });
    await call("POST", "/reconcile", { date: DAY });
    await live(asked(1));
    expect((await call("GET", `/reconcile/${DAY}`)).body).toEqual({ date: DAY, running: { done: 0, of: 1 } });
    expect(await call("POST", "/reconcile", { date: "2026-11-18" })).toMatchObject({
      status: 409,
      body: { date: DAY },
    });
    held.go();
    expect((await ended(DAY)).body).toMatchObject({ result: { isWhole: false, orders: 1 } });
  });

  const asked = async (times: number): Promise<void> => {
    while (shop.provider.asked.length < times) await new Promise((resolve) => clock.after(1, () => resolve(undefined)));
  };

  test("a run that came to nothing says why", async () => {
    const mend = await shop.breakStore();
    await call("POST", "/reconcile", { date: DAY });
    expect((await ended(DAY)).body).toEqual({ date: DAY, failed: expect.stringContaining("no results today") });
    expect((await call("GET", "/reconcile/2026-11-18")).status).toBe(404);
    await mend();
  });

  test.each([
    ["POST", "/reconcile", { date: "yesterday" }, 400],
    ["POST", "/reconcile", { date: "2026-11-21" }, 400],
    ["POST", "/reconcile", { when: DAY }, 400],
    ["POST", "/reconcile", { date: DAY, report: { name: "r", rows: [{ line: 1 }], unread: [] } }, 400],
    ["GET", `/reconcile/${DAY}`, undefined, 404],
    ["GET", `/reconcile/${DAY}/orders.csv`, undefined, 404],
    ["GET", "/reconcile/20-11-2026", undefined, 400],
    ["GET", "/reconcile/..%2f..%2fledger", undefined, 400],
  ])("%s %s %j is answered with what is wrong", async (method, path, body, status) => {
    const answer = await call(method, path, body);
    expect(answer.status).toBe(status);
    expect(String(answer.body["error"]).length).toBeGreaterThan(5);
  });
});

describe("at a terminal", () => {
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
  beforeEach(() => {
    out = "";
    err = "";
  });

  const configure = (more = `[operator]\nport = ${server.port}\ntoken_file = "${folder}/token"\n`): string => {
    const file = join(folder, "backend.toml");
    writeFileSync(join(folder, "token"), `${TOKEN}\n`);
    const merchant = `[[merchants]]\nbase_url = "http://127.0.0.1:9"\nserver_key_file = "/x"\n`;
    const common = `[journal]\nfile = "/x"\n[link]\nurl = "mqtt://127.0.0.1:9"\n[keys]\nprivate_file = "/x"\n`;
    writeFileSync(file, `${common}${merchant}${more}`);
    return file;
  };
  const type = (...argv: string[]): Promise<number> => live(main([...argv, "--config", configure()], {}, terminal));
  const path = (name: string): string => join(folder, name);

  test("a day without differences ends with 0, and its sums are printed", async () => {
    await shop.sold();
    expect(await type("reconcile", "--date", DAY)).toBe(0);
    expect(out).toContain(`${DAY} (the day was not over): 1 orders, compared 2026-11-20 11:4`);
    expect(out).toContain("No differences.");
    expect(out).toMatch(/stand {4}merchant {2}acquirer {2}payments {2}gross {6}fees {2}refunded {2}owed/);
    expect(out).toMatch(/stand-1 {2}main {6}gopay {5}1 {9}Rp 15\.000 {2}Rp 0 {2}Rp 0 {6}Rp 0/);
  });

  test("differences are printed, end with 1, and can be shown again", async () => {
    const order = await shop.cancelled();
    shop.settle(order);
    expect(await type("reconcile", "--date", DAY)).toBe(1);
    const told = `${order}  1  paid-there-not-here  the provider has Rp 15.000 in transaction t-1; the ledger has been told`;
    expect(out).toContain(`Differences: 1\n  ${told}\n`);
    const first = out;
    out = "";
    expect(await type("reconciled", "--date", DAY)).toBe(1);
    expect(out).toBe(first);
  });

  test("the orders of the day are written as CSV", async () => {
    const orders = [await shop.sold(), await shop.cancelled()];
    await type("reconcile", "--date", DAY, "--csv", path("orders.csv"));
    const lines = readFileSync(path("orders.csv"), "utf8").split("\r\n");
    expect(lines.map((line) => line.split(",")[0])).toEqual(["order", ...orders, ""]);
    expect(await type("reconciled", "--date", DAY, "--csv", path("again.csv"))).toBe(0);
    expect(readFileSync(path("again.csv"), "utf8")).toBe(lines.join("\r\n"));
    expect(await type("reconciled", "--date", DAY, "--csv", "/nowhere/orders.csv")).toBe(75);
    expect(err).toContain("/nowhere/orders.csv cannot be written");
  });

  test("a report is sent along; nothing of the payers in it leaves this terminal", async () => {
    const order = await shop.sold();
    writeFileSync(
      path("map.csv"),
      `Order ID,Status,Amount,Customer e-mail\n${order}-1,settlement,15000,ani@example.id\nQRIS-7,settlement,5000,budi@example.id\n`,
    );
    expect(await type("reconcile", "--date", DAY, "--report", path("map.csv"))).toBe(1);
    expect(out).toContain("with map.csv");
    expect(out).toContain("in-report-not-here  line 3: Rp 5.000 settled for QRIS-7, no order of this backend");
    const runs = await shop.store.selectFrom("reconcile_runs").selectAll().execute();
    expect(JSON.stringify(runs)).toContain("QRIS-7");
    expect(JSON.stringify(runs)).not.toContain("example.id");
  });

  test("the report of the folder is taken when none is sent", async () => {
    writeFileSync(path(`${DAY}.csv`), "Order ID,Status\nQRIS-7,settlement\n");
    expect(await type("reconcile", "--date", DAY)).toBe(1);
    expect(out).toContain(`with ${DAY}.csv`);
  });

  test("a report of ten thousand rows gets through", async () => {
    const rows = Array.from(
      { length: 10_000 },
      (_, at) => `QRIS-${at},c032f87c-f773-4619-aefa-675e1f06f921,settlement,15000.00,${DAY} 10:00:00`,
    );
    writeFileSync(path("big.csv"), `Order ID,Transaction ID,Status,Amount,Settlement time\n${rows.join("\n")}\n`);
    expect(await type("reconcile", "--date", DAY, "--report", path("big.csv"))).toBe(1);
    expect(out).toContain("Differences: 10000\n");
    expect(out).toContain("… and 9000 more: see the CSV");
  });

  test.each([
    [["reconcile", "--date", "gestern"], 64, '--date "gestern" is no day: write 2026-11-20'],
    [["reconcile", "--date", "2026-11-21"], 75, "refused (400)"],
    [["reconciled", "--date", "2026-11-18"], 75, "2026-11-18 has not been reconciled"],
    [["reconcile", "--date", DAY, "--report", "/nowhere/map.csv"], 75, "/nowhere/map.csv cannot be read"],
    [["reconciled", "--report", "x"], 64, "reconciled knows no --report"],
  ] as const)("%j ends with %i and says why", async (argv, code, because) => {
    expect(await type(...argv)).toBe(code);
    expect(err).toContain(because);
    expect(out).toBe("");
    expect(reconciler.running).toBeUndefined();
  });

  test("a report that cannot be read is refused before anything begins", async () => {
    writeFileSync(path("map.csv"), "Name,Amount\nAni,15000\n");
    expect(await type("reconcile", "--date", DAY, "--report", path("map.csv"))).toBe(75);
    expect(err).toContain('has no column for the order (looked for "order id")');
    expect(await shop.store.selectFrom("reconcile_runs").selectAll().execute()).toEqual([]);
  });

  test("a backend that is not there, or that staff cannot speak to, is told from a day with differences", async () => {
    const closed = configure(`[operator]\nport = 9\ntoken_file = "${folder}/token"\n`);
    expect(await main(["reconcile", "--config", closed], {}, terminal)).toBe(75);
    expect(err).toContain("the backend did not answer");
    expect(await main(["reconcile", "--config", configure("")], {}, terminal)).toBe(78);
  });

  test("a day that is being reconciled already is followed", async () => {
    await shop.sold();
    shop.provider.meanwhile = () => until("it is followed", () => err !== "");
    reconciler.begin(reconciler.partOf(DAY as Day));
    expect(await type("reconcile", "--date", DAY)).toBe(0);
    expect(err).toContain(`${DAY} is being reconciled already`);
  });
});
