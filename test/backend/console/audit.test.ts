import { expect, test } from "vitest";
import { Audit, type Entry } from "../../../backend/console/audit/audit.ts";
import { Refusals } from "../../../backend/console/audit/refusals.ts";
import { verifyAudit } from "../../../backend/console/audit/verify.ts";
import type { Store } from "../../../backend/store/store.ts";
import { silentLog } from "../../../host/log.ts";
import { storeSuites } from "../../support/stores.ts";
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
    ["all is gone", (store) => store.deleteFrom("audit").execute(), 1],
  ];
  test.each(tamperings)("shows that %s", async (_what, tamper, number) => {
    const store = await freshStore();
    const audit = auditOn(store);
    for (const nth of [1, 2, 3, 4]) await audit.write({ ...refund, details: { nth } });
    await tamper(store);
    expect(await verifyAudit(store)).toMatchObject({ is: "broken", number });
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
