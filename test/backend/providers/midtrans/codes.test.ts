import { describe, expect, test } from "vitest";
import { answerSchema } from "../../../../backend/providers/midtrans/answers.ts";
import { CODES } from "../../../../backend/providers/midtrans/codes.ts";
import { judgeCharge, judgeEnding, judgeStatus } from "../../../../backend/providers/midtrans/judge.ts";
import { attempt, charged, type Json, REFERENCE, settled, without } from "./samples.ts";

/**
 * Every code and what each call makes of the body that usually comes with it: an error's has a code and a message only.
 * `!`: not to be tried again; `?`: a later attempt may work; `ask`: the standing is looked up at once.
 */
const rows: readonly (readonly [code: string, charge: string, status: string, cancel: string, expire: string])[] = [
  ["200", "unclear", "settled", "cancelled", "ask"],
  ["201", "issued", "pending", "ask", "ask"],
  ["202", "denied!", "denied", "unclear", "unclear"],
  ["300", "misconfigured!", "unclear", "ask", "ask"],
  ["400", "misconfigured!", "unclear", "ask", "ask"],
  ["401", "misconfigured!", "unclear", "unclear", "unclear"],
  ["402", "misconfigured!", "unclear", "ask", "ask"],
  ["403", "misconfigured!", "unclear", "unclear", "unclear"],
  ["404", "misconfigured!", "unknown", "unknown", "unknown"],
  ["405", "misconfigured!", "unclear", "ask", "ask"],
  ["406", "unclear", "unclear", "ask", "ask"],
  ["407", "unclear", "expired", "ask", "expired"],
  ["408", "misconfigured!", "unclear", "ask", "ask"],
  ["409", "denied!", "unclear", "ask", "ask"],
  ["410", "misconfigured!", "unclear", "ask", "ask"],
  ["411", "misconfigured!", "unclear", "ask", "ask"],
  ["412", "unclear", "unclear", "ask", "ask"],
  ["413", "misconfigured!", "unclear", "ask", "ask"],
  ["429", "unavailable?", "unclear", "unclear", "unclear"],
  ["500", "unclear", "unclear", "unclear", "unclear"],
  ["501", "misconfigured!", "unclear", "ask", "ask"],
  ["502", "unclear", "unclear", "unclear", "unclear"],
  ["503", "unavailable?", "unclear", "unclear", "unclear"],
  ["504", "unclear", "unclear", "unclear", "unclear"],
  ["505", "unclear", "unclear", "unclear", "unclear"],
  ["999", "unclear", "unclear", "unclear", "unclear"],
];

/** Bodies that say more than a code, by call. */
const bodies: Readonly<Record<string, Json>> = {
  "charge 200": settled,
  "charge 201": charged,
  "charge 202": { ...without(charged, "qr_string", "actions"), transaction_status: "deny" },
  "charge 407": { ...charged, transaction_status: "expire" },
  "status 200": settled,
  "status 201": charged,
  "status 202": { ...settled, transaction_status: "deny" },
  "status 407": { ...settled, transaction_status: "expire" },
  "cancel 200": { ...settled, transaction_status: "cancel" },
  "cancel 407": { ...settled, transaction_status: "expire" },
  "expire 407": { ...settled, transaction_status: "expire" },
};

const answerOf = (call: string, code: string) =>
  answerSchema.parse({
    ...(bodies[`${call} ${code}`] ?? { status_message: "as documented", id: "a-request-id" }),
    status_code: code,
  });

test("every code that has a row is in this table", () => {
  expect(rows.map(([code]) => code)).toEqual(expect.arrayContaining(Object.keys(CODES)));
});

describe.each(rows)("code %s", (code, charge, status, cancel, expire) => {
  test(`in answer to a charge: ${charge}`, () => {
    const verdict = judgeCharge(answerOf("charge", code), attempt);
    const told = verdict.is === "refused" ? `${verdict.because}${verdict.retriable ? "?" : "!"}` : verdict.is;
    expect(told).toBe(charge);
  });

  test(`in answer to a status query: ${status}`, () => {
    expect(judgeStatus(answerOf("status", code), REFERENCE, 0).is).toBe(status);
  });

  test(`in answer to a cancel: ${cancel}`, () => {
    expect(judgeEnding("cancel", answerOf("cancel", code), REFERENCE, 0).is).toBe(cancel);
  });

  test(`in answer to an expire: ${expire}`, () => {
    expect(judgeEnding("expire", answerOf("expire", code), REFERENCE, 0).is).toBe(expire);
  });
});
