import { describe, expect, test } from "vitest";
import { deadlineOf, step } from "../../gateway/order/order.ts";
import { standShape } from "../../gateway/order/shape.ts";
import { firstReleaseOf } from "../../protocol/ids.ts";
import { handedOver, ORDER_ID, rules } from "../support/sale.ts";

/** As a stand of version 1 wrote them. */
const asWritten = {
  state: `{"at":"releasing","order":{"id":"${ORDER_ID}","amount":15000,"items":[{"product":"kopi","name":"Kopi Susu","price":15000,"quantity":1}],"opening":{"line":"gate","pulseMs":500},"begunAt":1767225600000},"paid":{"amount":15000,"paidAt":"2026-01-01T07:00:10+07:00"},"releases":["${ORDER_ID}-1"],"release":"${ORDER_ID}-1","since":{"clock":"boot-1","ms":99000}}`,
  event: `{"type":"not-released","release":"${ORDER_ID}-1","because":"release-failed"}`,
  effect: `{"do":"release","order":"${ORDER_ID}","release":"${ORDER_ID}-1","opening":{"line":"gate","pulseMs":500}}`,
};

describe("what the stand keeps", () => {
  test("is read as version 1 wrote it: a sale of a contact goes on as one", () => {
    const state = standShape.state.read(JSON.parse(asWritten.state), 1);
    const event = standShape.event.read(JSON.parse(asWritten.event), 1);
    const effect = standShape.effect.read(JSON.parse(asWritten.effect), 1);
    expect(deadlineOf(state)).toBeUndefined();
    expect(step(state, event, { clock: "boot-1", ms: 100_000 }, rules)).toMatchObject({ state: { at: "troubled" } });
    expect(standShape.traits(effect)).toEqual({ kind: "release" });
  });

  test("comes back as it was written, a controller's order too", () => {
    const release = firstReleaseOf(ORDER_ID);
    const event = { type: "not-released", release, because: "release-failed", words: "coil 3 is stuck" } as const;
    const begun = { type: "begun", order: handedOver } as const;
    for (const each of [event, begun])
      expect(standShape.event.read(JSON.parse(JSON.stringify(each)), standShape.event.version)).toEqual(each);
  });

  test.each([0, 3])("is not read as version %d, which nobody has written yet", (version) => {
    expect(() => standShape.state.read({}, version)).toThrow("versions 1 to 2");
  });
});
