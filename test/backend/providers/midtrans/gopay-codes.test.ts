import { describe, expect, test } from "vitest";
import { answerSchema } from "../../../../backend/providers/midtrans/answers.ts";
import { GOPAY_CODES } from "../../../../backend/providers/midtrans/gopay-codes.ts";
import { judgeCharge } from "../../../../backend/providers/midtrans/judge.ts";
import { attempt, fixture } from "./samples.ts";

const denied = (channel_response_code: unknown) =>
  judgeCharge(answerSchema.parse({ ...fixture("charge-deny-900"), channel_response_code }), attempt);

test("a denial with 900, GoPay's passing trouble, may be tried again", () => {
  expect(denied("900")).toEqual({
    is: "refused",
    retriable: true,
    because: "denied",
    detail:
      "202 (denied, or still running), deny, channel_response_code 900 (GENERIC_SERVICE_ERROR: GoPay's own trouble, it passes), " +
      "GO-PAY transaction is rejected",
  });
});

describe("a denial is not tried again, and named, with", () => {
  const others = Object.entries(GOPAY_CODES).filter(([code]) => code !== "900");

  test("27 documented codes", () => {
    expect(others).toHaveLength(27);
  });

  test.each(others)("%s, %s", (code, name) => {
    expect(denied(code)).toMatchObject({
      is: "refused",
      retriable: false,
      because: "denied",
      detail: expect.stringContaining(`channel_response_code ${code} (${name}: ask Midtrans' support`),
    });
  });
});

test.each(["999", "0900", "constructor"])("a denial with %s, which is in no page, is not tried again", (code) => {
  expect(denied(code)).toMatchObject({ retriable: false, detail: expect.stringContaining("not in the documentation") });
});

test("a denial without a code is not tried again", () => {
  expect(denied(undefined)).toMatchObject({ is: "refused", retriable: false, because: "denied" });
  expect(denied(900)).toMatchObject({ retriable: false });
});
