import { expect, test } from "vitest";
import type { OrderId } from "../../protocol/ids.ts";
import { openRig } from "./open-rig.ts";
import type { Rig } from "./rig.ts";

/* What both halves logged of a sale is found by its order, and by nothing else. */

type Line = { readonly who: string; readonly what: string; readonly order: unknown };

/** Every line of stand and backend in which this order is spoken of, in whatever way. */
function linesOn(rig: Rig, order: OrderId): readonly Line[] {
  return rig.diary.lines.flatMap((line) => {
    const [, who = "", what = "", facts = "{}"] = /^\d+ (\S+) \w+ (.*?) (\{.*\})$/s.exec(line) ?? [];
    const isOurs = who === "backend" || who.startsWith("stand");
    return isOurs && line.includes(order)
      ? [{ who, what, order: (JSON.parse(facts) as { order?: unknown }).order }]
      : [];
  });
}

test("every line about an order names it as `order`, at the stand and at the backend, whatever became of it", async () => {
  const rig = await openRig();
  const delivered = await rig.orders();
  await rig.pays(delivered.qr);
  await rig.endsWell();
  const cancelled = await rig.orders();
  rig.stand.press("cancel");
  await rig.endsWell();
  for (const { order } of [delivered, cancelled]) {
    const lines = linesOn(rig, order);
    expect(lines.filter((line) => line.order !== order)).toEqual([]);
    expect(new Set(lines.map(({ who }) => who))).toEqual(new Set(["stand-1", "backend"]));
    expect(lines.filter(({ who, what }) => who === "backend" && what === "midtrans answered").length).toBeGreaterThan(
      0,
    );
    expect(lines.filter(({ what }) => what === "step").length).toBeGreaterThan(4);
  }
});
