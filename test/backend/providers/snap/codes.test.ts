import { describe, expect, test } from "vitest";
import { readSnapAnswer } from "../../../../backend/providers/snap/answers.ts";
import { CODES, SERVICES } from "../../../../backend/providers/snap/codes.ts";
import { judgeCancel, judgeGenerate, judgeQuery } from "../../../../backend/providers/snap/judge.ts";
import { type Json, REFERENCE } from "../midtrans/samples.ts";
import { fixture } from "./samples.ts";

/**
 * Every response code of Midtrans' table, and what each call makes of it. `!`: not to be tried again; `?`: a later attempt may
 * work; `ask`: the standing is looked up at once. An error's body has code and message only.
 */
const rows: readonly (readonly [code: string, generate: string, query: string, cancel: string])[] = [
  ["200..00", "issued", "settled", "cancelled"],
  ["202..00", "unclear", "unclear", "unclear"],
  ["400..00", "misconfigured!", "unclear", "ask"],
  ["400..01", "misconfigured!", "unclear", "ask"],
  ["400..02", "misconfigured!", "unclear", "ask"],
  ["401..00", "misconfigured!", "unclear", "unclear"],
  ["401..01", "unavailable?", "unclear", "unclear"],
  ["401..03", "unavailable?", "unclear", "unclear"],
  ["403..00", "unclear", "unclear", "ask"],
  ["403..01", "misconfigured!", "unclear", "unclear"],
  ["403..02", "bad-amount!", "unclear", "ask"],
  ["403..03", "denied!", "unclear", "ask"],
  ["403..04", "unavailable?", "unclear", "unclear"],
  ["403..05", "misconfigured!", "unclear", "ask"],
  ["403..09", "misconfigured!", "unclear", "ask"],
  ["403..14", "denied!", "unclear", "ask"],
  ["403..15", "misconfigured!", "unclear", "ask"],
  ["403..16", "denied!", "unclear", "ask"],
  ["403..18", "misconfigured!", "unclear", "ask"],
  ["403..19", "misconfigured!", "unclear", "unclear"],
  ["403..20", "denied!", "unclear", "ask"],
  ["403..22", "misconfigured!", "unclear", "ask"],
  ["403..23", "denied!", "unclear", "ask"],
  ["404..00", "unclear", "unclear", "ask"],
  ["404..01", "misconfigured!", "unknown", "unknown"],
  ["404..02", "misconfigured!", "unclear", "ask"],
  ["404..04", "unclear", "unclear", "ask"],
  ["404..08", "misconfigured!", "unclear", "ask"],
  ["404..10", "unclear", "unclear", "ask"],
  ["404..13", "bad-amount!", "unclear", "ask"],
  ["404..17", "misconfigured!", "unclear", "ask"],
  ["404..18", "unclear", "unclear", "ask"],
  ["405..00", "misconfigured!", "unclear", "ask"],
  ["405..01", "unclear", "unclear", "ask"],
  ["409..00", "unclear", "unclear", "ask"],
  ["409..01", "unclear", "unclear", "ask"],
  ["429..00", "unavailable?", "unclear", "unclear"],
  ["500..00", "unclear", "unclear", "unclear"],
  ["500..01", "unclear", "unclear", "unclear"],
  ["500..02", "unclear", "unclear", "unclear"],
  ["504..00", "unclear", "unclear", "unclear"],
  // Not in the table: nobody knows.
  ["200..01", "unclear", "unclear", "unclear"],
  ["418..00", "unclear", "unclear", "unclear"],
];

/** The documented answers, made to speak of `REFERENCE`. */
const good: Readonly<Record<string, Json>> = {
  generate: { ...fixture("generate-2026"), partnerReferenceNo: REFERENCE },
  query: { ...fixture("query-2025"), originalPartnerReferenceNo: REFERENCE, originalExternalId: REFERENCE },
  cancel: { ...fixture("cancel-2025"), originalPartnerReferenceNo: REFERENCE, originalExternalId: REFERENCE },
};
const asked = { reference: REFERENCE, original: { originalExternalId: REFERENCE }, heardAt: 0 };

function answerOf(operation: keyof typeof SERVICES, code: string, service = SERVICES[operation]) {
  const responseCode = code.replace("..", service);
  const body = code.startsWith("200") ? good[operation] : { responseMessage: "as documented" };
  const answer = readSnapAnswer(Buffer.from(JSON.stringify({ ...body, responseCode })));
  if (answer === undefined) throw new Error(`${responseCode} cannot be read`);
  return answer;
}
const charged = (code: string, service?: string): string => {
  const verdict = judgeGenerate(answerOf("generate", code, service), REFERENCE);
  return verdict.is === "refused" ? `${verdict.because}${verdict.retriable ? "?" : "!"}` : verdict.is;
};

test("every code that has a row is in this table", () => {
  const listed = rows.map(([code]) => code.replace("..", " "));
  expect(listed).toEqual(expect.arrayContaining(Object.keys(CODES)));
});

describe.each(rows)("code %s", (code, generate, query, cancel) => {
  test(`in answer to a charge: ${generate}`, () => {
    expect(charged(code)).toBe(generate);
  });

  test(`in answer to a query: ${query}`, () => {
    expect(judgeQuery(answerOf("query", code), asked).is).toBe(query);
  });

  test(`in answer to a cancel: ${cancel}`, () => {
    expect(judgeCancel(answerOf("cancel", code), asked).is).toBe(cancel);
  });

  test("of another service says nothing", () => {
    expect(charged(code, "54")).toBe("unclear");
    expect(judgeQuery(answerOf("query", code, "55"), asked).is).toBe("unclear");
    expect(judgeCancel(answerOf("cancel", code, "57"), asked).is).toBe("unclear");
  });
});

test("an invalid format that blames the amount is a bad amount", () => {
  const answer = { ...answerOf("generate", "400..01"), responseMessage: "Invalid Field Format {Amount.value}" };
  expect(judgeGenerate(answer, REFERENCE)).toMatchObject({ is: "refused", because: "bad-amount" });
});

describe("an answer that speaks of another transaction is not believed", () => {
  test("at a charge", () => {
    expect(judgeGenerate({ ...answerOf("generate", "200..00"), partnerReferenceNo: "other" }, REFERENCE).is).toBe(
      "unclear",
    );
  });

  test.each(["originalPartnerReferenceNo", "originalExternalId"])("at a query and a cancel, by %s", (field) => {
    expect(judgeQuery({ ...answerOf("query", "200..00"), [field]: "other" }, asked).is).toBe("unclear");
    expect(judgeCancel({ ...answerOf("cancel", "200..00"), [field]: "other" }, asked).is).toBe("ask");
  });

  test("at a query and a cancel that named Midtrans' own number", () => {
    const byNumber = { ...asked, original: { originalReferenceNo: "A1" } };
    expect(judgeQuery(answerOf("query", "200..00"), byNumber).is).toBe("unclear");
    expect(judgeCancel(answerOf("cancel", "200..00"), byNumber).is).toBe("ask");
  });
});

describe("latestTransactionStatus in answer to a query", () => {
  test.each([
    ["00", "settled"],
    ["01", "pending"],
    ["02", "pending"],
    ["03", "pending"],
    ["04", "refunded"],
    ["05", "cancelled"],
    ["06", "denied"],
    ["07", "unknown"],
    ["08", "expired"],
    ["09", "denied"],
    ["10", "unclear"],
    ["0", "unclear"],
    [undefined, "unclear"],
  ])("%s: %s", (latestTransactionStatus, standing) => {
    expect(judgeQuery({ ...answerOf("query", "200..00"), latestTransactionStatus }, asked).is).toBe(standing);
  });

  test("a payment has the amount, Midtrans' number, and its time in Indonesia", () => {
    expect(judgeQuery(answerOf("query", "200..00"), asked)).toEqual({
      is: "settled",
      payment: {
        amount: 12_345_678,
        fee: 0,
        transaction: "2020102977770000000009",
        paidAt: "2020-10-20T17:56:57+07:00",
      },
    });
  });

  test.each([
    ["without an amount", undefined],
    ["of a part of a rupiah", { value: "12345678.50", currency: "IDR" }],
    ["in another currency", { value: "12345678.00", currency: "SGD" }],
  ])("a payment %s is unclear", (_, amount) => {
    expect(judgeQuery({ ...answerOf("query", "200..00"), amount }, asked).is).toBe("unclear");
  });

  test("a charge that is named by nothing but its external id is known by that", () => {
    const pending = {
      ...answerOf("query", "200..00"),
      latestTransactionStatus: "03",
      originalReferenceNo: undefined,
      originalPartnerReferenceNo: undefined,
    };
    expect(judgeQuery(pending, asked)).toEqual({ is: "pending", transaction: REFERENCE });
  });
});
