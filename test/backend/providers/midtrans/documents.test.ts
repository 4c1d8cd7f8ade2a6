import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { answerSchema } from "../../../../backend/providers/midtrans/answers.ts";
import { chargeBody } from "../../../../backend/providers/midtrans/charge-body.ts";
import { judgeCharge, judgeEnding, judgeStatus } from "../../../../backend/providers/midtrans/judge.ts";
import { judgeRefund } from "../../../../backend/providers/midtrans/judge-refund.ts";
import { readMidtransNotification } from "../../../../backend/providers/midtrans/notification.ts";
import { signNotification } from "../../../../backend/providers/midtrans/signature.ts";
import type { Attempt, Refund } from "../../../../backend/providers/provider.ts";
import { rupiah } from "../../../../protocol/rupiah.ts";
import { attempt, fixture, type Json, REFERENCE, refund, SERVER_KEY } from "./samples.ts";

/** Every sample of Midtrans' pages, and what is made of it. Refunds of the samples are called `reference1`. */
const documents: Readonly<Record<string, string>> = {
  "charge-request-qris-2021": "asked",
  "charge-request-gopay-2016": "asked",
  "charge-request-gopay-2017": "asked",
  "charge-request-gopay-2019": "asked",
  "charge-request-gopay-callback-2019": "asked",
  "charge-qris-2021": "issued",
  "charge-qris-2023": "issued",
  "charge-qris-2025": "pictured",
  "charge-gopay-2017": "pictured",
  "charge-gopay-2019": "pictured",
  "charge-gopay-2026": "pictured",
  "charge-deny-900": "refused",
  "charge-error-406-2025": "unclear",
  "status-pending-2025": "pending",
  "status-settlement-2026": "settled",
  "status-settlement-gopay-2026": "settled",
  "status-refund-2026": "refunded",
  "status-refund-confirmed-2026": "refunded",
  "cancel-2025": "cancelled",
  "cancel-error-401-2025": "unclear",
  "cancel-error-412-2025": "ask",
  "expire-2021": "expired",
  "refund-2026": "taken",
  "refund-partial-2026": "taken",
  "refund-error-406-2026": "ask",
  "refund-error-412-2026": "ask",
  "refund-error-414-amount-2026": "ask",
  "refund-error-414-funds-2025": "ask",
  "direct-refund-2025": "taken",
  "direct-refund-denied-2025": "refused",
  "notification-gopay-pending-2016": "pending",
  "notification-gopay-expire-2016": "expired",
  "notification-gopay-settlement-2016": "settled",
  "notification-gopay-settlement-2019": "settled",
  "notification-qris-pending-2020": "pending",
  "notification-qris-expire-2020": "expired",
  "notification-qris-settlement-2021": "settled",
  "notification-qris-cancel-2025": "cancelled",
  "notification-shopee-settlement-2020": "settled",
  "notification-refund-2026": "confirm",
  "notification-refund-confirmed-2026": "confirm",
};

test("every sample is here", () => {
  const files = readdirSync(new URL("../fixtures/midtrans", import.meta.url));
  expect(files.map((file) => file.replace(/\.json$/, "")).sort()).toEqual(Object.keys(documents).sort());
});

/** An attempt at what the sample is about: the reader refuses to take it for anything else. */
const attemptOf = ({ gross_amount }: Json): Attempt => ({ ...attempt, amount: rupiah(Number(gross_amount ?? 0)) });

function refundOf(body: Json): Refund {
  const { refund_amount } = body;
  return { ...refund, attempt: attemptOf(body), key: "reference1", amount: rupiah(Number(refund_amount ?? 0)) };
}

const ours = (body: Json): Json => ("order_id" in body ? { ...body, order_id: REFERENCE } : body);

function heard(body: Json): string {
  const texts = { order_id: REFERENCE, status_code: String(body["status_code"]) };
  const signature_key = signNotification({ ...texts, gross_amount: String(body["gross_amount"]) }, SERVER_KEY);
  const bytes = Buffer.from(JSON.stringify({ ...body, signature_key }));
  const read = readMidtransNotification({ path: "/", headers: {}, body: bytes }, [SERVER_KEY], 0);
  return read.is === "news" ? read.standing.is : read.is;
}

function madeOf(name: string): string {
  const body = ours(fixture(name));
  const answer = answerSchema.parse(body);
  switch (/^(?:direct-)?[a-z]+/.exec(name)?.[0]) {
    case "charge":
      return judgeCharge(answer, attemptOf(body)).is;
    case "status":
      return judgeStatus(answer, REFERENCE, 0).is;
    case "cancel":
      return judgeEnding("cancel", answer, REFERENCE, 0).is;
    case "expire":
      return judgeEnding("expire", answer, REFERENCE, 0).is;
    case "refund":
    case "direct-refund":
      return judgeRefund(answer, refundOf(body)).is;
    default:
      return heard(body);
  }
}

describe("Midtrans' own sample", () => {
  const answers = Object.entries(documents).filter(([, outcome]) => outcome !== "asked");
  test.each(answers)("%s: %s", (name, outcome) => {
    expect(madeOf(name)).toBe(outcome);
  });
});

describe("our request has what Midtrans' own sample of one has, the customer left out:", () => {
  const requests = Object.keys(documents).filter((name) => documents[name] === "asked");
  const kindsIn = (value: unknown): unknown =>
    typeof value === "object" && value !== null
      ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, kindsIn(each)]))
      : typeof value;

  test.each(requests)("%s", (name) => {
    const { customer_details: _, ...sample } = fixture(name);
    const paymentType = sample["payment_type"] === "gopay" ? "gopay" : "qris";
    const finishUrl = "gopay" in sample ? "https://pay.example.id" : undefined;
    const body = chargeBody(attempt, { paymentType, acquirer: "gopay", finishUrl });
    expect(body).toMatchObject({ payment_type: sample["payment_type"] });
    expect(kindsIn(body)).toMatchObject(kindsIn(sample) as object);
  });
});
