import { expect, onTestFinished, test } from "vitest";
import { paidOrders } from "../../../backend/alarms/paid-orders.ts";
import { followServing } from "../../../backend/health/serving.ts";
import { silentLog } from "../../../host/log.ts";
import { storeSuites } from "../../support/stores.ts";
import { pause } from "../../support/until.ts";
import { settle, VirtualClock } from "../../support/virtual-clock.ts";
import { type EventName, intoBook, openShop, SOLD, sell, standIn } from "../sales/orders.ts";

storeSuites("the orders that stands and people are told by", (fresh) => {
  test("paid without the goods, and owed, are found with their reasons; all others are not", async () => {
    const [store, shop] = [await fresh(), openShop(Date.UTC(2026, 0, 1))];
    const ways: readonly (readonly EventName[])[] = [
      ["asked"],
      ["asked", "offered"],
      ["asked", "offered", "paid"],
      ["asked", "offered", "paid", "failed"],
      ["asked", "offered", "paid", "failed", "refund"],
      ["asked", "offered", "paid", "failed", "remedied"],
      SOLD,
    ];
    const orders = [];
    for (const names of ways) orders.push(await sell(shop, names, { stand: `stand-${names.length}` }));
    await intoBook(store, shop, orders);
    expect(await paidOrders(store)).toEqual([
      { order: orders[2], stand: "stand-3", state: "paid", because: undefined, paidMs: expect.any(Number) },
      { order: orders[3], stand: "stand-4", state: "owed", because: "release-failed", paidMs: expect.any(Number) },
    ]);
  });

  test("a stand serves from the asking until the goods are out, and nobody for longer than an hour", async () => {
    const [store, clock] = [await fresh(), new VirtualClock()];
    const shop = openShop(clock.wall());
    const serving = followServing({ store, clock, log: silentLog });
    onTestFinished(serving.stop);
    // A database takes its own time, however the clock goes.
    const passing = async (until: () => boolean): Promise<void> => {
      for (let looks = 0; looks < 200 && !until(); looks += 1) {
        await clock.advance(2_000);
        await settle(20);
        await pause(10);
      }
    };
    const ways = { one: ["asked"], two: ["asked", "offered", "paid"], three: SOLD, four: ["asked", "voided"] } as const;
    const orders = [];
    for (const [stand, names] of Object.entries(ways)) orders.push(await sell(shop, names, { stand }));
    await intoBook(store, shop, orders);
    const serves = () => Object.keys(ways).filter((stand) => serving.has(standIn(stand)));
    await passing(() => serves().length > 0);
    expect(serves()).toEqual(["one", "two"]);
    await clock.advance(3_600_000);
    await passing(() => serves().length === 0);
    expect(serves()).toEqual([]);
  });
});
