import { readFileSync, statSync } from "node:fs";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { step } from "../../../gateway/order/order.ts";
import { standShape } from "../../../gateway/order/shape.ts";
import type { Effect, Event, State } from "../../../gateway/order/words.ts";
import { orderFor } from "../../../gateway/trade/menu.ts";
import { openSqliteJournal } from "../../../journal/sqlite/open.ts";
import type { SqliteJournal } from "../../../journal/sqlite/sqlite-journal.ts";
import { claimCodeOf, firstReleaseOf, newOrderId, newUlid, type OrderId } from "../../../protocol/ids.ts";
import { rupiah } from "../../../protocol/rupiah.ts";
import { coffee, PAGE, PRICE, qrFor, rules, settlementOf } from "../../support/sale.ts";
import { seeded } from "../../support/stand-on-bench.ts";
import { called, StandFiles } from "./stand-files.ts";

/** The journal's own process has it open all the while: reading must not mind. */
let files: StandFiles;
let config: string;
let journal: SqliteJournal<State, Event, Effect>;
let wall = 0;
const random = seeded(5);

beforeEach(() => {
  files = new StandFiles();
  config = files.configure();
  wall = Date.UTC(2026, 10, 21, 2, 4, 31);
  const newId = (): string => newUlid(wall, random);
  journal = openSqliteJournal({ file: files.journal, shape: standShape, newId, wall: () => wall }).journal;
});
afterEach(async () => {
  await journal.close();
  files.remove();
});

const ask = (...words: readonly string[]) => called("journal", ...words, "--config", config);

async function tell(order: OrderId, event: Event): Promise<void> {
  const now = { clock: "boot-1", ms: wall };
  const done = await journal.advance(order, event, (state) => step(state, event, now, rules), { now });
  if ("ignored" in done) throw new Error(done.ignored);
  wall += 5_000;
}

/** A new order that these events happen to. */
async function sale(...events: readonly ((order: OrderId) => Event)[]): Promise<OrderId> {
  const id = newOrderId(wall, random);
  await tell(id, { type: "begun", order: orderFor(coffee, id, wall) });
  for (const event of events) await tell(id, event(id));
  return id;
}

const offered = (): Event => ({ type: "offered", qr: qrFor(PRICE), amount: PRICE, validForMs: 60_000, page: PAGE });
const paid = (order: OrderId): Event => ({ type: "settled", order, settlement: settlementOf(PRICE), inFront: true });
const released = (order: OrderId): Event => ({ type: "released", release: firstReleaseOf(order), confirmed: true });
const jammed = (order: OrderId): Event => ({
  type: "not-released",
  release: firstReleaseOf(order),
  because: "not-confirmed",
});
const cancelled = (): Event => ({ type: "cancel-pressed" });

const tamper = (sql: string): void => {
  const database = new Database(files.journal);
  database.exec(sql);
  database.close();
};

describe("journal list", () => {
  test("names the orders begun last, the latest first, with claim code, time in the stand's zone and how they stand", async () => {
    const first = await sale(offered, paid, released);
    const second = await sale(offered);
    const { code, out } = await ask("list");
    expect(code).toBe(0);
    expect(out.map((line) => line.slice(0, 26))).toEqual([second, first]);
    expect(out[1]).toContain(
      `${claimCodeOf(first)}  21/11/2026 10:04:31 WITA  Rp 15.000  delivered: seen by a sensor, or told by the controller`,
    );
  });

  test("names only what is open, or only what is owed, where that is asked for", async () => {
    await sale(offered, paid, released);
    const owed = await sale(offered, paid, jammed);
    const open = await sale(offered, cancelled);
    const namesOf = async (flag: string) => (await ask("list", flag)).out.map((line) => line.slice(0, 26));
    expect(await namesOf("--owed")).toEqual([owed]);
    expect(await namesOf("--open")).toEqual([open, owed]);
    expect((await ask("list", "--owed")).out[0]).toContain("OWED, paid and not delivered (not-confirmed)");
  });

  test("stops after twenty, or as many as are asked for, and says how many there are besides", async () => {
    for (let count = 0; count < 23; count += 1) await sale();
    expect(await ask("list")).toMatchObject({ err: "3 more: --all or --limit N\n" });
    expect((await ask("list")).out).toHaveLength(20);
    expect((await ask("list", "--limit", "2")).out).toHaveLength(2);
    expect((await ask("list", "--all")).out).toHaveLength(23);
    expect(await ask("list", "--limit", "-1")).toMatchObject({ code: 64 });
    expect(await ask("list", "--limit", "none")).toMatchObject({ code: 64, err: expect.stringContaining("none") });
  });

  test("says so where there are none", async () => {
    expect(await ask("list", "--owed")).toEqual({ code: 0, out: [], err: "no such orders\n" });
  });
});

describe("journal show", () => {
  test("tells an order's story, by its id and by the claim code as a customer reads it out", async () => {
    const order = await sale(offered, paid, jammed, () => ({ type: "remedied", how: "refunded" }));
    const { code, out } = await ask("show", order);
    expect(code).toBe(0);
    expect(out).toEqual([
      `order ${order}, claim code ${claimCodeOf(order)}, Rp 15.000`,
      "  1 × Kopi Susu, Rp 15.000",
      "21/11/2026 10:04:31 WITA  begun: a customer asked for 1 × Kopi Susu",
      "21/11/2026 10:04:36 WITA  offered: the backend sent a QR code for Rp 15.000, good for 60 s",
      "21/11/2026 10:04:41 WITA  settled: Rp 15.000 arrived, paid 2026-01-01T07:00:10+07:00 through gopay",
      `21/11/2026 10:04:46 WITA  not released: not-confirmed (${order}-1)`,
      "21/11/2026 10:04:51 WITA  remedied: refunded",
      "now: closed: refunded",
    ]);
    const code8 = claimCodeOf(order).toLowerCase().replace("-", " ");
    expect((await ask("show", code8)).out).toEqual(out);
  });

  test("tells every ending in words", async () => {
    const ends: readonly (readonly ((order: OrderId) => Event)[])[] = [
      [() => ({ type: "refused", because: "denied" })],
      [offered, () => ({ type: "rebooted" }), () => ({ type: "voided", as: "cancelled" })],
      [offered, () => ({ type: "not-shown", because: "no-paper" })],
      [paid, jammed, () => ({ type: "release-ordered", release: "STAFF-1" as never })],
    ];
    const stories: string[] = [];
    for (const end of ends) stories.push((await ask("show", await sale(...end))).out.slice(3).join("\n"));
    expect(
      stories.map((story) => story.replaceAll(/^\S+ \S+ \S+ {2}/gm, "").replaceAll(/[0-9A-Z]{26}/g, "ID")),
    ).toEqual([
      "refused: the backend sent no QR code (denied)\nnow: closed: no QR code (denied)",
      [
        "offered: the backend sent a QR code for Rp 15.000, good for 60 s",
        "rebooted: the machine had lost its power",
        "voided: the backend says that nobody can pay any more (cancelled)",
        "now: closed: not paid (rebooted)",
      ].join("\n"),
      [
        "offered: the backend sent a QR code for Rp 15.000, good for 60 s",
        "not shown: neither screen nor paper carried the QR code (no-paper)",
        "now: closing: ended here (no-paper); the backend has not answered yet",
      ].join("\n"),
      [
        "settled: Rp 15.000 arrived, paid 2026-01-01T07:00:10+07:00 through gopay",
        "not released: not-confirmed (ID-1)",
        "release ordered: staff lets it out once more (STAFF-1)",
        "now: releasing: paid, the release is under way",
      ].join("\n"),
    ]);
  });

  test("finds an order by what its controller calls it, and tells the controller's words", async () => {
    const id = newOrderId(wall, random);
    const order = { ...orderFor(coffee, id, wall), reference: "ticket-4711" };
    await tell(id, { type: "begun", order });
    await tell(id, paid(id));
    await tell(id, { ...jammed(id), words: "barrier stuck" } as Event);
    const { code, out } = await ask("show", "ticket-4711");
    expect(code).toBe(0);
    expect(out[2]).toContain('begun: the controller, "ticket-4711", asked for 1 × Kopi Susu');
    expect(out[4]).toContain(`not released: not-confirmed, "barrier stuck" (${id}-1)`);
  });

  test("does not guess", async () => {
    await sale();
    expect(await ask("show", "7K3M-9QXD")).toMatchObject({ code: 1, err: expect.stringContaining("7K3M-9QXD") });
    expect(await ask("show", "0")).toMatchObject({ code: 1 });
  });

  test("of a clock that was not set says so", async () => {
    wall = 5_000;
    expect((await ask("show", await sale())).out[2]).toContain("clock not set (05 s)  begun");
  });
});

describe("journal verify", () => {
  test("finds every order's events in agreement with its state, in whatever way orders ended", async () => {
    await sale(offered, paid, released);
    await sale(offered, paid, jammed);
    await sale(offered, cancelled, () => ({ type: "voided", as: "cancelled" }));
    await sale(cancelled, paid);
    const { code, out, err } = await ask("verify");
    expect({ code, out }).toEqual({ code: 0, out: [] });
    expect(err).toMatch(/4 orders, 15 events, \d+ statements wait for the backend\nall of it agrees\n$/);
  });

  test.each([
    ["an event is gone", "DELETE FROM events WHERE nth = 2", "has events missing"],
    [
      "an event is gone and the count was put right",
      "DELETE FROM events WHERE nth = 4; UPDATE orders SET events = 3",
      "its events do not lead to the state",
    ],
    [
      "a state was changed by hand",
      `UPDATE orders SET state = replace(state, '"confirmed":true', '"confirmed":false')`,
      "its events do not lead to the state",
    ],
    [
      "an amount was changed by hand",
      "UPDATE events SET event = replace(event, '15000', '15') WHERE nth = 1",
      "its events do not lead to the state",
    ],
  ])("finds it when %s, and ends with 1", async (_, sql, means) => {
    const order = await sale(offered, paid, released);
    tamper(sql);
    const { code, out } = await ask("verify");
    expect(code).toBe(1);
    expect(out.join("\n")).toContain(order);
    expect(out.join("\n")).toContain(means);
  });
});

describe("journal export", () => {
  test("writes an order a line, with its story, for nobody else to read and without what opens the customer's page", async () => {
    const order = await sale(offered, paid, released);
    const file = files.path("orders.jsonl");
    expect(await ask("export", file)).toEqual({ code: 0, out: [], err: `1 orders are in ${file}\n` });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const text = readFileSync(file, "utf8");
    expect(text).not.toContain("pay.example.id");
    const [line = "", ...more] = text.trimEnd().split("\n");
    expect(more).toEqual([]);
    expect(JSON.parse(line)).toMatchObject({
      order,
      claim: claimCodeOf(order),
      state: { at: "delivered", paid: { amount: rupiah(15_000) } },
      story: [
        { type: "begun", at: "2026-11-21T02:04:31.000Z" },
        { type: "offered" },
        { type: "settled" },
        { type: "released" },
      ],
    });
  });

  test("begins with the day that is asked for, which begins at the stand's own midnight", async () => {
    wall = Date.UTC(2026, 10, 20, 15, 59, 0);
    await sale(cancelled);
    wall = Date.UTC(2026, 10, 20, 16, 0, 0);
    const today = await sale(cancelled);
    await ask("export", files.path("some.jsonl"), "--since", "2026-11-21");
    expect(readFileSync(files.path("some.jsonl"), "utf8").match(/"order":"\w{26}"/)?.[0]).toContain(today);
    expect(readFileSync(files.path("some.jsonl"), "utf8").trimEnd().split("\n")).toHaveLength(1);
    expect(await ask("export", files.path("no.jsonl"), "--since", "yesterday")).toMatchObject({ code: 64 });
    expect(await ask("export", files.path("no.jsonl"), "--since", "2026-13-41")).toMatchObject({ code: 64 });
  });

  test("never writes over a file", async () => {
    const file = files.write("orders.jsonl", "precious");
    expect(await ask("export", file)).toMatchObject({ code: 1, err: expect.stringContaining("EEXIST") });
    expect(readFileSync(file, "utf8")).toBe("precious");
  });
});

test("a stand that has never run is told so, and gets no journal from being asked", async () => {
  const fresh = new StandFiles();
  const asked = await called("journal", "list", "--config", fresh.configure());
  expect(asked).toMatchObject({ code: 1, err: expect.stringContaining("there is no journal") });
  expect(() => statSync(fresh.journal)).toThrow("ENOENT");
  fresh.remove();
});

test("a configuration that is not usable ends with 78", async () => {
  const file = files.write("bad.toml", "[stand]\n");
  expect(await called("journal", "list", "--config", file)).toMatchObject({ code: 78 });
});
