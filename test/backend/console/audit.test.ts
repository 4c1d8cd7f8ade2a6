import { expect, onTestFinished, test } from "vitest";
import { Audit, type Entry } from "../../../backend/console/audit/audit.ts";
import { keepAudit } from "../../../backend/console/audit/keeping.ts";
import { Refusals } from "../../../backend/console/audit/refusals.ts";
import { sealAudit } from "../../../backend/console/audit/seal.ts";
import { verifyAudit } from "../../../backend/console/audit/verify.ts";
import type { Store } from "../../../backend/store/store.ts";
import { type Log, silentLog } from "../../../host/log.ts";
import { storeSuites } from "../../support/stores.ts";
import { pause } from "../../support/until.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { ofTwoBackends } from "./rig.ts";

const refund: Entry = {
  who: "ani",
  role: "staff",
  source: "192.0.2.7",
  what: "order.refund",
  about: "01JD5S3V8Q4R6T2W9Y0ZABCDEF",
  details: { why: "no change of heart", amount: 15_000 },
  result: "done",
};

const auditOn = (store: Store, clock = new VirtualClock()): Audit => new Audit({ store, clock, log: silentLog });

storeSuites("the audit log", (freshStore, freshPlace) => {
  const DAY = 86_400_000;
  const rows = (store: Store) => store.selectFrom("audit").select(["number", "hash"]).orderBy("number").execute();

  test("tells who did what about what, from where and why, the newest first, page by page", async () => {
    const audit = auditOn(await freshStore());
    for (const nth of [1, 2, 3]) await audit.write({ ...refund, details: { nth } });
    const first = await audit.list(2);
    expect(first.entries).toMatchObject([
      { number: 3, who: "ani", role: "staff", from: "192.0.2.7", what: "order.refund", details: { nth: 3 } },
      { number: 2, atMs: Date.UTC(2026, 0, 1), about: refund.about, result: "done" },
    ]);
    expect(first.next).toBe("2");
    const last = await audit.list(2, 2);
    expect(last.entries.map(({ number }) => number)).toEqual([1]);
    expect(last.next).toBeUndefined();
  });

  test("is whole, whoever wrote at the same time", async () => {
    const stores = await ofTwoBackends(await freshPlace());
    const audits = stores.map((each) => auditOn(each));
    await Promise.all(Array.from({ length: 40 }, (_, nth) => audits[nth % 2]?.write({ ...refund, details: { nth } })));
    const [store] = stores;
    expect(await verifyAudit(store)).toMatchObject({ is: "whole", entries: 40 });
    const { entries } = await auditOn(store).list(100);
    expect(new Set(entries.map(({ details }) => details["nth"])).size).toBe(40);
  });

  test("takes what is done and its entry together, or neither", async () => {
    const store = await freshStore();
    const audit = auditOn(store);
    const broken = audit.together(async (whole, pen) => {
      await whole.insertInto("sign_in_tries").values({ key: "x", failures: 1, last_ms: 1, until_ms: 1 }).execute();
      await pen(refund);
      throw new Error("the power goes");
    });
    await expect(broken).rejects.toThrow("the power goes");
    expect(await store.selectFrom("sign_in_tries").selectAll().execute()).toEqual([]);
    expect(await verifyAudit(store)).toMatchObject({ is: "whole", entries: 0 });
    await audit.write(refund);
    expect(await verifyAudit(store)).toMatchObject({ is: "whole", entries: 1 });
  });

  const tamperings: readonly [string, (store: Store) => Promise<unknown>, number][] = [
    [
      "an entry was rewritten",
      (store) => store.updateTable("audit").set({ who: "budi" }).where("number", "=", 2).execute(),
      2,
    ],
    [
      "a text moved from one field to the next",
      (store) => store.updateTable("audit").set({ who: "an", role: "istaff" }).where("number", "=", 3).execute(),
      3,
    ],
    ["an entry is missing", (store) => store.deleteFrom("audit").where("number", "=", 2).execute(), 2],
    ["the first is missing", (store) => store.deleteFrom("audit").where("number", "=", 1).execute(), 1],
    ["the last are missing", (store) => store.deleteFrom("audit").where("number", ">", 2).execute(), 3],
    [
      "two changed places",
      async (store) => {
        for (const [from, to] of [
          [1, 9],
          [2, 1],
          [9, 2],
        ] as const)
          await store.updateTable("audit").set({ number: to }).where("number", "=", from).execute();
      },
      1,
    ],
    ["the very last is missing", (store) => store.deleteFrom("audit").where("number", "=", 4).execute(), 4],
    ["the mark of the last is gone", (store) => store.deleteFrom("audit_end").execute(), 4],
    ["all is gone", (store) => store.deleteFrom("audit").execute(), 1],
  ];
  test.each(tamperings)("shows that %s", async (_what, tamper, number) => {
    const store = await freshStore();
    const audit = auditOn(store);
    for (const nth of [1, 2, 3, 4]) await audit.write({ ...refund, details: { nth } });
    await tamper(store);
    expect(await verifyAudit(store)).toMatchObject({ is: "broken", number });
  });

  test("shows of every word of an entry that it was rewritten", async () => {
    const store = await freshStore();
    const audit = auditOn(store);
    for (const nth of [1, 2, 3]) await audit.write({ ...refund, because: `reason ${nth}` });
    const second = (set: object) => store.updateTable("audit").set(set).where("number", "=", 2).execute();
    const { number: _, ...words } = await store
      .selectFrom("audit")
      .selectAll()
      .where("number", "=", 2)
      .executeTakeFirstOrThrow();
    for (const [name, word] of Object.entries(words)) {
      await second({ [name]: typeof word === "number" ? word + 1 : `${word} ` });
      expect(await verifyAudit(store), name).toMatchObject({ is: "broken", number: 2 });
      await second({ [name]: word });
    }
    expect(await verifyAudit(store)).toMatchObject({ is: "whole", entries: 3 });
  });

  test("says each entry's number and hash in the log, for a witness", async () => {
    const store = await freshStore();
    const said: unknown[] = [];
    const info = (what: string, facts?: object) => void said.push([what, facts]);
    const audit = new Audit({ store, clock: new VirtualClock(), log: { ...silentLog, info } });
    await audit.write(refund);
    const [row] = await rows(store);
    expect(said).toEqual([["audit", expect.objectContaining({ ...row, who: "ani", what: "order.refund" })]]);
  });

  test("shows to a witness that its end was cut off", async () => {
    const store = await freshStore();
    const audit = auditOn(store);
    for (const nth of [1, 2, 3, 4]) await audit.write({ ...refund, details: { nth } });
    const [, second, , fourth] = await rows(store);
    await store.deleteFrom("audit").where("number", ">", 2).execute();
    await store
      .updateTable("audit_end")
      .set({ number: 2, hash: second?.hash ?? "" })
      .execute();
    expect(await verifyAudit(store)).toMatchObject({ is: "whole" });
    expect(await verifyAudit(store, { number: 4, hash: fourth?.hash ?? "" })).toMatchObject({
      is: "broken",
      number: 3,
    });
  });

  test("is verified to its end, and sealed off some hundred at a time, however long it is", async () => {
    const store = await freshStore();
    const clock = new VirtualClock();
    const audit = auditOn(store, clock);
    await audit.together(async (_store, pen) => {
      for (let nth = 1; nth <= 1_001; nth += 1) await pen(refund);
    });
    expect(await verifyAudit(store)).toMatchObject({ is: "whole", entries: 1_001 });
    const writtenMs = clock.wall();
    clock.pass(DAY);
    expect(await sealAudit(audit, writtenMs + 1)).toMatchObject({ is: "sealed", entries: 1_001 });
    expect(await rows(store)).toHaveLength(3);
  });

  test("shows to a witness that all was linked anew", async () => {
    const store = await freshStore();
    await auditOn(store).write(refund);
    const before = await verifyAudit(store);
    await store.deleteFrom("audit").execute();
    await store.deleteFrom("audit_end").execute();
    await auditOn(store).write({ ...refund, who: "budi" });
    expect(await verifyAudit(store)).toMatchObject({ is: "whole" });
    const hash = "hash" in before ? before.hash : "";
    expect(await verifyAudit(store, { number: 1, hash })).toMatchObject({ is: "broken", number: 1 });
  });

  /** Twenty entries, one a day; whole days are what is sealed by. */
  async function twentyDays(store: Store) {
    const clock = new VirtualClock();
    const audit = auditOn(store, clock);
    for (let nth = 1; nth <= 20; nth += 1) {
      await audit.write({ ...refund, who: `person-${nth}` });
      clock.pass(DAY);
    }
    const numbers = async () => (await audit.list(100)).entries.map(({ number }) => number).reverse();
    return { clock, audit, numbers, begunMs: Date.UTC(2026, 0, 1) };
  }

  test("seals off its oldest part, and what is left is verified from there", async () => {
    const store = await freshStore();
    const { audit, numbers, begunMs } = await twentyDays(store);
    const [, , third, fourth] = await rows(store);
    expect(await sealAudit(audit, begunMs + 3 * DAY)).toMatchObject({ is: "sealed", entries: 3 });
    expect(await numbers()).toEqual(Array.from({ length: 18 }, (_, nth) => nth + 4));
    expect((await audit.list(1)).entries).toMatchObject([
      { number: 21, who: "-", from: "retention", what: "audit.seal", details: { number: 3, hash: third?.hash } },
    ]);
    expect(await verifyAudit(store)).toMatchObject({ is: "whole", entries: 21, sealed: 3 });
    expect(JSON.stringify(await store.selectFrom("audit").selectAll().execute())).not.toMatch(/person-[123]"/);
    for (const [number, is] of [
      [2, "gone"],
      [3, "whole"],
      [4, "whole"],
    ] as const) {
      const hash = number === 3 ? third?.hash : fourth?.hash;
      expect((await verifyAudit(store, { number, hash: hash ?? "" })).is).toBe(is);
    }
    expect(await verifyAudit(store, { number: 3, hash: "0".repeat(64) })).toMatchObject({ is: "broken", number: 3 });
    expect(await sealAudit(audit, begunMs + 3 * DAY)).toEqual({ is: "none" });
    expect(await sealAudit(audit, begunMs + 5 * DAY)).toMatchObject({ is: "sealed", entries: 2 });
    expect(await verifyAudit(store)).toMatchObject({ is: "whole", entries: 22, sealed: 5 });
  });

  test("seals off all of a log that nobody wrote to, and goes on from its last entry", async () => {
    const store = await freshStore();
    const { audit, numbers, begunMs } = await twentyDays(store);
    expect(await sealAudit(audit, begunMs + 20 * DAY)).toMatchObject({ is: "sealed", entries: 20 });
    await audit.write(refund);
    expect(await numbers()).toEqual([21, 22]);
    expect(await verifyAudit(store)).toMatchObject({ is: "whole", entries: 22, sealed: 20 });
  });

  test("takes no younger entry with it that stands before an older one", async () => {
    const store = await freshStore();
    const { audit, clock, numbers } = await twentyDays(store);
    clock.jumpWall(-100 * DAY);
    await audit.write(refund);
    expect(await sealAudit(audit, clock.wall() + DAY)).toEqual({ is: "none" });
    expect(await numbers()).toHaveLength(21);
  });

  test("seals nothing off that does not fit together, so that it can be looked into", async () => {
    const store = await freshStore();
    const { audit, begunMs } = await twentyDays(store);
    await store.deleteFrom("audit").where("number", "=", 2).execute();
    expect(await sealAudit(audit, begunMs + 10 * DAY)).toEqual({ is: "broken", because: "entry 2 is missing" });
    expect(await rows(store)).toHaveLength(19);
  });

  const seals: readonly [string, (store: Store) => Promise<unknown>][] = [
    ["a part was deleted as if for its age", (store) => store.deleteFrom("audit").where("number", "<=", 5).execute()],
    [
      "the seal was moved over more",
      async (store) => {
        const hash = (await rows(store)).find(({ number }) => number === 5)?.hash ?? "";
        await store.deleteFrom("audit").where("number", "<=", 5).execute();
        await store.updateTable("audit_seal").set({ number: 5, hash }).execute();
      },
    ],
    ["the seal is gone", (store) => store.deleteFrom("audit_seal").execute()],
    [
      "the seal is another",
      (store) =>
        store
          .updateTable("audit_seal")
          .set({ hash: "0".repeat(64) })
          .execute(),
    ],
    ["one entry is missing behind it", (store) => store.deleteFrom("audit").where("number", "=", 9).execute()],
    [
      "one was put where entries were sealed off",
      (store) => store.updateTable("audit").set({ number: 2 }).where("number", "=", 21).execute(),
    ],
  ];
  test.each(seals)("shows that %s", async (_what, tamper) => {
    const store = await freshStore();
    const { audit, begunMs } = await twentyDays(store);
    await sealAudit(audit, begunMs + 3 * DAY);
    await tamper(store);
    expect(await verifyAudit(store)).toMatchObject({ is: "broken" });
  });

  test("shows that somebody deleted its beginning and made a seal of his own", async () => {
    const store = await freshStore();
    await twentyDays(store);
    const [, , , fourth] = await rows(store);
    await store.deleteFrom("audit").where("number", "<=", 4).execute();
    await store
      .insertInto("audit_seal")
      .values({ name: "audit", number: 4, hash: fourth?.hash ?? "" })
      .execute();
    expect(await verifyAudit(store)).toMatchObject({ is: "broken", number: 4 });
  });

  test("is sealed once by two backends that do it at the same time, while others write", async () => {
    const [one, other] = await ofTwoBackends(await freshPlace());
    const { begunMs } = await twentyDays(one);
    const audits = [auditOn(one), auditOn(other)];
    const sealing = audits.map((audit) => sealAudit(audit, begunMs + 10 * DAY));
    const writing = Array.from({ length: 10 }, (_, nth) => audits[nth % 2]?.write(refund));
    const [sealed] = await Promise.all([Promise.all(sealing), ...writing]);
    expect(sealed.map(({ is }) => is).sort()).toEqual(["none", "sealed"]);
    expect(await verifyAudit(one)).toMatchObject({ is: "whole", sealed: 10, entries: 31 });
  });

  test("goes a month at a time when it is older than it is kept for, by the backend that leads", async () => {
    const store = await freshStore();
    const { clock, numbers } = await twentyDays(store);
    const backend = { leads: false, sealed: 0 };
    const info = (_what: string, facts?: object) => {
      backend.sealed += Number((facts as { readonly entries?: number } | undefined)?.entries ?? 0);
    };
    const log: Log = { ...silentLog, info };
    onTestFinished(keepAudit({ store, clock, log, keptDays: 365, leads: () => backend.leads }));
    const wait = async (days: number) => {
      for (let nth = 0; nth < days && backend.sealed < 20; nth += 1) {
        await clock.advance(DAY);
        await pause(1);
      }
    };
    await wait(344);
    backend.leads = true;
    await wait(1);
    expect(await numbers()).toHaveLength(20);
    backend.leads = false;
    await wait(60);
    expect(await numbers()).toHaveLength(20);
    backend.leads = true;
    await wait(1_000);
    expect((await numbers())[0]).toBe(21);
    expect(await verifyAudit(store)).toMatchObject({ is: "whole", sealed: 20 });
  });

  test("is left as it is where it does not fit together, and the log says so loudly", async () => {
    const store = await freshStore();
    const { clock } = await twentyDays(store);
    await store.deleteFrom("audit").where("number", "=", 2).execute();
    const loud: string[] = [];
    const log: Log = { ...silentLog, error: (what) => void loud.push(what) };
    onTestFinished(keepAudit({ store, clock, log, keptDays: 1, leads: () => true }));
    for (let nth = 0; nth < 60 && loud.length === 0; nth += 1) {
      await clock.advance(DAY);
      await pause(1);
    }
    expect(loud[0]).toBe("audit log is not whole, and nothing of it is deleted");
    expect(await rows(store)).toHaveLength(19);
  });

  test("keeps details that are too long out of the disk, and says so", async () => {
    const audit = auditOn(await freshStore());
    await audit.write({ ...refund, details: { text: "x".repeat(100_000) } });
    const { entries } = await audit.list(1);
    expect(entries[0]?.details).toEqual({ leftOut: expect.any(Number) });
  });

  test("writes down no more than sixty refusals of one a minute, and then how many it left out", async () => {
    const clock = new VirtualClock();
    const audit = auditOn(await freshStore(), clock);
    const refusals = new Refusals(audit, clock);
    for (let nth = 0; nth < 100; nth += 1) await refusals.write({ ...refund, who: "-" });
    await refusals.write({ ...refund, who: "ani" });
    expect((await audit.list(500)).entries).toHaveLength(61);
    clock.pass(60_000);
    await refusals.write({ ...refund, who: "-" });
    expect((await audit.list(1)).entries[0]).toMatchObject({ result: "refused", details: { leftOutBefore: 40 } });
  });
});

test("refusals that come one a second are all written down, and of more than a thousand people the quietest is forgotten", async () => {
  const clock = new VirtualClock();
  const written: string[] = [];
  const audit = { write: async ({ who }: Entry) => void written.push(who) } as unknown as Audit;
  const refusals = new Refusals(audit, clock);
  for (let nth = 0; nth < 150; nth += 1) {
    await refusals.write({ ...refund, who: "ani" });
    clock.pass(1_000);
  }
  expect(written).toHaveLength(150);
  for (let nth = 0; nth < 61; nth += 1) await refusals.write({ ...refund, who: "budi" });
  for (let nth = 0; nth < 1_000; nth += 1) await refusals.write({ ...refund, who: `person-${nth}` });
  await refusals.write({ ...refund, who: "budi" });
  expect(written.filter((who) => who === "budi")).toHaveLength(61);
});
