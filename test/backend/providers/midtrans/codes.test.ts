import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { answerSchema } from "../../../../backend/providers/midtrans/answers.ts";
import { CODES } from "../../../../backend/providers/midtrans/codes.ts";
import { judgeCharge, judgeEnding, judgeStatus } from "../../../../backend/providers/midtrans/judge.ts";
import { attempt, charged, type Json, paid, REFERENCE, refund, refunded, settled, without } from "./samples.ts";
import { NEVER, refusing, TapeRig } from "./tape-rig.ts";

type Row = readonly [
  code: string,
  charge: string,
  status: string,
  cancel: string,
  expire: string,
  direct: string,
  general: string,
  source: string,
];

/**
 * Every code and what each call makes of the body that usually comes with it: an error's has a code and a message only.
 * `!`: not to be tried again; `?`: a later attempt may work; `ask`: the standing is looked up at once. Of refunds, asked for
 * directly or by the general way: what is said while the books show none of them; `>`: the general way is tried as well.
 * The source: a page of docs.midtrans.com, or where else the code was seen: in copies of its table, or in merchants' logs.
 */
const rows: readonly Row[] = [
  ["200", "unclear", "settled", "cancelled", "ask", "taken", "taken", "status-codes, refund-transaction"],
  ["201", "issued", "pending", "ask", "ask", "unclear", "unclear", "status-codes"],
  ["202", "denied!", "denied", "unclear", "unclear", "by-bank", "by-bank", "status-codes, direct-refund-transaction"],
  ["300", "misconfigured!", "unclear", "ask", "ask", "invalid", "invalid", "copied by merchants"],
  ["400", "misconfigured!", "unclear", "ask", "ask", "invalid", "invalid", "code-4xx"],
  ["401", "misconfigured!", "unclear", "unclear", "unclear", ">", "not-activated", "code-4xx, cancel-transaction"],
  ["402", "misconfigured!", "unclear", "ask", "ask", ">", "not-activated", "code-4xx"],
  ["403", "misconfigured!", "unclear", "unclear", "unclear", "invalid", "invalid", "code-4xx"],
  ["404", "misconfigured!", "unknown", "unknown", "unknown", ">", "not-activated", "code-4xx"],
  ["405", "misconfigured!", "unclear", "ask", "ask", ">", "not-activated", "code-4xx"],
  ["406", "unclear", "unclear", "ask", "ask", "unclear", "unclear", "code-4xx, refund-transaction"],
  ["407", "unclear", "expired", "ask", "expired", "unclear", "unclear", "code-4xx, expire-transaction"],
  ["408", "misconfigured!", "unclear", "ask", "ask", "invalid", "invalid", "code-4xx"],
  ["409", "denied!", "unclear", "ask", "ask", "unclear", "unclear", "code-4xx (older)"],
  ["410", "misconfigured!", "unclear", "ask", "ask", "by-bank", "by-bank", "code-4xx"],
  ["411", "misconfigured!", "unclear", "ask", "ask", "invalid", "invalid", "code-4xx"],
  ["412", "unclear", "unclear", "ask", "ask", ">", "not-activated", "code-4xx, refund-transaction"],
  ["413", "misconfigured!", "unclear", "ask", "ask", "invalid", "invalid", "code-4xx"],
  ["414", "unclear", "unclear", "ask", "ask", "invalid", "invalid", "code-4xx, refund-transaction"],
  ["418", "unclear", "unclear", "ask", "ask", "closed-hours", "closed-hours", "answered to merchants"],
  ["429", "unavailable?", "unclear", "unclear", "unclear", "unclear", "unclear", "code-4xx"],
  ["500", "unclear", "unclear", "unclear", "unclear", "unclear", "unclear", "copied by merchants"],
  ["501", "misconfigured!", "unclear", "ask", "ask", ">", "not-activated", "copied by merchants"],
  ["502", "unclear", "unclear", "unclear", "unclear", "unclear", "unclear", "copied by merchants"],
  ["503", "unavailable?", "unclear", "unclear", "unclear", "unclear", "unclear", "error-code-and-response-code"],
  ["504", "unclear", "unclear", "unclear", "unclear", "unclear", "unclear", "copied by merchants"],
  ["505", "unclear", "unclear", "unclear", "unclear", "unclear", "unclear", "copied by merchants"],
  ["999", "unclear", "unclear", "unclear", "unclear", "unclear", "unclear", "nowhere"],
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
  "refund 200": refunded,
  "refund 202": { ...refunded, transaction_status: "settlement", refund_amount: "0.00" },
};

const bodyOf = (call: string, code: string): Json => ({
  ...(bodies[`${call} ${code}`] ?? { status_message: "as documented", id: "a-request-id" }),
  status_code: code,
});
const answerOf = (call: string, code: string) => answerSchema.parse(bodyOf(call, code));

test("every code that has a row is in this table, once", () => {
  expect(new Set(rows.map(([code]) => code)).size).toBe(rows.length);
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

describe("in answer to a refund", () => {
  let rig: TapeRig;
  beforeEach(() => {
    rig = new TapeRig();
  });
  afterEach(() => rig.close());

  /** Asks while Midtrans' books show a payment that nobody refunded, whatever its two ways of refunding say. */
  async function ask(direct: Json, general: Json): Promise<string> {
    const provider = await rig.against(({ line }) => {
      if (line.endsWith("/status")) return { body: paid };
      return { body: line.endsWith("/direct") ? direct : general };
    });
    const outcome = await provider.refund(refund, NEVER);
    const wentOn = rig.lines().some((line) => line.endsWith("/refund"));
    return wentOn ? `> ${told(outcome)}` : told(outcome);
  }
  const told = (outcome: { is: string; because?: string }) => outcome.because ?? outcome.is;

  test.each(rows)("asked for directly, code %s", async (code, ...columns) => {
    const direct = columns[4];
    const expected = direct === ">" ? "> taken" : direct;
    expect(await ask(bodyOf("refund", code), refunded)).toBe(expected);
  });

  test.each(rows)("by the general way, where the direct one is closed, code %s", async (code, ...columns) => {
    const closed: Json = refusing("405").body;
    expect(await ask(closed, bodyOf("refund", code))).toBe(`> ${columns[5]}`);
  });
});
