import { expect, test } from "vitest";
import { claimCodeOf } from "../../protocol/ids.ts";
import { reconcileToday } from "./books-desk.ts";
import { openRig } from "./open-rig.ts";

/* What only a look at the provider's books brings to light. */

test("money that came after the sale was over, and was never told, is found: it is owed, the stand says so, and so does the list", async () => {
  const rig = await openRig();
  const { order } = await rig.orders();
  rig.stand.press("cancel");
  await rig.standIs("closed");
  await rig.endsWell();
  rig.arms({ fault: "drop", of: "settlement", times: 1 });
  rig.midtrans.midtrans.settle(`${order}-1`);
  await rig.until("the notification is lost", () => !rig.isArmed("drop"));
  expect(await rig.backend.stateOf(order)).toMatchObject({ at: "voided" });

  const { code, out, csv } = await reconcileToday(rig);
  expect(code).toBe(1);
  expect(out).toMatch(
    new RegExp(`Differences: 1\n {2}${order} {2}1 {2}paid-there-not-here {2}the provider has Rp 15\\.000 in `),
  );
  expect(out).toMatch(/stand-1 {2}main {6}gopay {5}1 {9}Rp 15\.000 {2}Rp 0 {2}Rp 0 {6}Rp 15\.000/);
  expect(csv.split("\r\n")[1]).toMatch(
    new RegExp(`^${order},${order}-1,.*,15000,15000,0,.*,0,15000,0,0,paid-there-not-here$`),
  );

  await rig.backendIs("owed", order);
  await rig.standIs("troubled");
  await rig.endsWell();
  expect(rig.stand.front).toMatchObject({ because: "paid-late" });
  expect(rig.stand.page.figure).toBe(claimCodeOf(order));
  expect(rig.stand.pulsesOf(order)).toBe(0);
  expect(rig.diary.has("alarm", order, "paid-after-void")).toBe(true);
});

test("after an ordinary sale and a cancelled one both books say the same", async () => {
  const rig = await openRig();
  const sold = await rig.orders();
  await rig.pays(sold.qr);
  await rig.standIs("delivered");
  await rig.endsWell();
  const cancelled = await rig.orders();
  rig.stand.press("cancel");
  await rig.standIs("closed");
  await rig.endsWell();
  const { code, out, csv } = await reconcileToday(rig);
  expect([code, out]).toEqual([0, expect.stringContaining("No differences.")]);
  expect(csv.split("\r\n").map((line) => line.split(",")[0])).toEqual(["order", sold.order, cancelled.order, ""]);
});
