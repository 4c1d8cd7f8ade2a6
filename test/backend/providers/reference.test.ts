import { describe, expect, test } from "vitest";
import { referenceOf } from "../../../backend/providers/provider.ts";
import { loggedReference, readReference } from "../../../backend/providers/reference.ts";
import { ORDER_ID } from "../../support/sale.ts";

describe("a provider's name for an attempt", () => {
  test.each([1, 9, 10, 99, 100, 999])("is taken apart as it was put together: attempt %i", (number) => {
    const reference = referenceOf({ order: ORDER_ID, number });
    expect(reference.length).toBeLessThanOrEqual(30);
    expect(readReference(reference)).toEqual({ order: ORDER_ID, attempt: number });
    expect(loggedReference(reference)).toEqual({ order: ORDER_ID, reference });
  });

  test.each([
    ...["0", "01", "1000", "", "-1", "1-2", "1 ", "１"].map((number) => `${ORDER_ID}-${number}`),
    ORDER_ID,
    `${ORDER_ID.toLowerCase()}-1`,
    "order102",
    "",
  ])("is nobody's where it is %j", (reference) => {
    expect(readReference(reference)).toBeUndefined();
    expect(loggedReference(reference)).toEqual({ reference });
  });
});
