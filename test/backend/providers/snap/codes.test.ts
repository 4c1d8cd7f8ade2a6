import { describe, expect, test } from "vitest";
import { readSnapAnswer, type SnapAnswer } from "../../../../backend/providers/snap/answers.ts";
import { CODES, type Operation, type PAGES, rowOf, SERVICES } from "../../../../backend/providers/snap/codes.ts";
import { judgeCancel, judgeGenerate, judgeQuery, judgeRefund } from "../../../../backend/providers/snap/judge.ts";
import { rupiah } from "../../../../protocol/rupiah.ts";
import { type Json, REFERENCE, without } from "../midtrans/samples.ts";
import { fixture } from "./samples.ts";

/**
 * Every response code of Midtrans' tables, and what each call makes of it. Charge, `!`: not to be tried again; `?`: a later
 * attempt may work. Cancel, `ask`: the standing is looked up at once. Refund: why not, and when it may work. An error's body has
 * code and message only.
 */
const rows: readonly (readonly [
  code: string,
  token: string,
  generate: string,
  query: string,
  cancel: string,
  refund: string,
])[] = [
  ["200..00", "done", "issued", "settled", "cancelled", "taken"],
  ["202..00", "unavailable", "unclear", "unclear", "unclear", "unclear"],
  ["400..00", "misconfigured", "misconfigured!", "unclear", "ask", "invalid"],
  ["400..01", "misconfigured", "misconfigured!", "unclear", "ask", "invalid"],
  ["400..02", "misconfigured", "misconfigured!", "unclear", "ask", "invalid"],
  ["401..00", "misconfigured", "misconfigured!", "unclear", "unclear", "unclear"],
  ["401..01", "unavailable", "unavailable?", "unclear", "unclear", "unclear"],
  ["401..03", "unavailable", "unavailable?", "unclear", "unclear", "unclear"],
  ["403..00", "unavailable", "unclear", "unclear", "ask", "not-refundable"],
  ["403..01", "misconfigured", "misconfigured!", "unclear", "unclear", "not-activated"],
  ["403..02", "unavailable", "bad-amount!", "unclear", "ask", "invalid"],
  ["403..03", "unavailable", "denied!", "unclear", "ask", "not-refundable"],
  ["403..04", "unavailable", "unavailable?", "unclear", "unclear", "unclear"],
  ["403..05", "unavailable", "misconfigured!", "unclear", "ask", "by-bank"],
  ["403..06", "unavailable", "unavailable?", "unclear", "unclear", "closed-hours 1 h"],
  ["403..09", "unavailable", "misconfigured!", "unclear", "ask", "by-bank"],
  ["403..14", "unavailable", "denied!", "unclear", "ask", "no-balance 6 h"],
  ["403..15", "unavailable", "misconfigured!", "unclear", "ask", "not-activated"],
  ["403..16", "unavailable", "denied!", "unclear", "ask", "not-refundable"],
  ["403..18", "unavailable", "misconfigured!", "unclear", "ask", "by-bank"],
  ["403..19", "misconfigured", "misconfigured!", "unclear", "unclear", "not-activated"],
  ["403..20", "unavailable", "denied!", "unclear", "ask", "closed-hours 24 h"],
  ["403..21", "unavailable", "misconfigured!", "unclear", "ask", "invalid"],
  ["403..22", "unavailable", "misconfigured!", "unclear", "ask", "invalid"],
  ["403..23", "unavailable", "denied!", "unclear", "ask", "closed-hours 24 h"],
  ["404..00", "unavailable", "unclear", "unclear", "ask", "not-refundable"],
  ["404..01", "unavailable", "misconfigured!", "unknown", "ask", "not-refundable"],
  ["404..02", "unavailable", "misconfigured!", "unclear", "ask", "by-bank"],
  ["404..04", "unavailable", "unclear", "unclear", "ask", "not-refundable"],
  ["404..08", "misconfigured", "misconfigured!", "unclear", "ask", "not-activated"],
  ["404..10", "unavailable", "unclear", "unclear", "ask", "not-refundable"],
  ["404..13", "unavailable", "bad-amount!", "unclear", "ask", "invalid"],
  ["404..16", "unavailable", "misconfigured!", "unclear", "ask", "invalid"],
  ["404..17", "unavailable", "misconfigured!", "unclear", "ask", "invalid"],
  ["404..18", "unavailable", "unclear", "unclear", "ask", "unclear"],
  ["405..00", "unavailable", "misconfigured!", "unclear", "ask", "not-activated"],
  ["405..01", "unavailable", "unclear", "unclear", "ask", "window-over"],
  ["409..00", "unavailable", "unclear", "unclear", "ask", "unclear"],
  ["409..01", "unavailable", "unclear", "unclear", "ask", "unclear"],
  ["429..00", "unavailable", "unavailable?", "unclear", "unclear", "unclear"],
  ["500..00", "unavailable", "unclear", "unclear", "unclear", "unclear"],
  ["500..01", "unavailable", "unclear", "unclear", "unclear", "unclear"],
  ["500..02", "unavailable", "unclear", "unclear", "unclear", "unclear"],
  ["504..00", "unavailable", "unclear", "unclear", "unclear", "unclear"],
  // Not in any table: nobody knows.
  ["200..01", "unavailable", "unclear", "unclear", "unclear", "unclear"],
  ["418..00", "unavailable", "unclear", "unclear", "unclear", "unclear"],
];

/**
 * The tables of docs.midtrans.com/reference, letter for letter; the page on cancels has none for service 77, so that of 57 is
 * here.
 */
const documented: Readonly<Record<keyof typeof PAGES, string>> = {
  G: `2004700 2024700 4004700 4004701 4004702 4014700 4014701 4014703 4034700 4034701 4034702 4034703 4034704 4034705 4034709
    4034714 4034715 4034716 4034718 4034719 4034720 4034722 4034723 4044700 4044701 4044702 4044704 4044708 4044710 4044713
    4044717 4044718 4054700 4054701 4094700 4094701 4294700 5004700 5004701 5004702 5044700`,
  g: `2004700 2024700 4004700 4004701 4004702 4014700 4014701 4014703 4034702 4034703 4034715 4044708 4044713 4094700 5004701
    5004702 5044700`,
  q: "2005100 4005102 4015100 5005101 5045100",
  c: "2005700 4005702 4015700 4015701 4035715 5005701 5045700",
  r: `2007800 4007802 4017800 4017801 4037814 4047800 4047801 4047813 4037802 4097801 4057801 5007801 5047800`,
  n: `2005200 2025200 4005200 4005201 4005202 4015200 4015201 4015203 4035200 4035201 4035202 4035203 4035204 4035205 4035206
    4035209 4035214 4035215 4035216 4035218 4035219 4035220 4035221 4035222 4035223 4045200 4045201 4045202 4045204 4045208
    4045210 4045213 4045216 4045217 4045218 4055200 4055201 4095200 4095201 4295200 5005200 5005201 5005202 5045200`,
  t: "2007300 4017300 5007300",
};
const nameOf = (code: string): string => `${code.slice(0, 3)} ${code.slice(5)}`;

/** The documented answers, made to speak of `REFERENCE`. */
const good: Readonly<Record<Operation, Json>> = {
  token: fixture("token-2026"),
  generate: { ...fixture("generate-2026"), partnerReferenceNo: REFERENCE },
  query: {
    ...without(fixture("query-2025"), "additionalInfo"),
    originalPartnerReferenceNo: REFERENCE,
    originalExternalId: REFERENCE,
  },
  cancel: { ...fixture("cancel-2025"), originalPartnerReferenceNo: REFERENCE, originalExternalId: REFERENCE },
  refund: { ...fixture("refund-2026"), originalPartnerReferenceNo: REFERENCE, originalExternalId: REFERENCE },
};
const KEY = "239850918204981205970";
const back = { key: KEY, amount: rupiah(10_000) };
const asked = { reference: REFERENCE, original: { originalExternalId: REFERENCE }, heardAt: 0 };

function answerOf(operation: Operation, code: string, service = SERVICES[operation]) {
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

const refunded = (code: string, service?: string): string => {
  const verdict = judgeRefund(answerOf("refund", code, service), asked, back);
  if (verdict.is !== "refused") return verdict.is;
  return verdict.againMs === undefined ? verdict.because : `${verdict.because} ${verdict.againMs / 3_600_000} h`;
};

test("every code that has a row is in this table", () => {
  const listed = rows.map(([code]) => code.replace("..", " "));
  expect(listed).toEqual(expect.arrayContaining(Object.keys(CODES)));
});

test.each(Object.entries(documented))(
  "the codes listed on page %s, and no others, have it as their source",
  (page, text) => {
    const codes = text.split(/\s+/).map(nameOf).sort();
    const ours = Object.entries(CODES).filter(([, { listed }]) => listed.includes(page));
    expect(ours.map(([name]) => name).sort()).toEqual(codes);
  },
);

describe.each(rows)("code %s", (code, token, generate, query, cancel, refund) => {
  test(`in answer to a request for a token: ${token}`, () => {
    expect(rowOf(code.replace("..", "73"), "token").token).toBe(token);
  });

  test(`in answer to a charge: ${generate}`, () => {
    expect(charged(code)).toBe(generate);
  });

  test(`in answer to a query: ${query}`, () => {
    expect(judgeQuery(answerOf("query", code), asked).is).toBe(query);
  });

  test(`in answer to a cancel: ${cancel}`, () => {
    expect(judgeCancel(answerOf("cancel", code), asked).is).toBe(cancel);
  });

  test(`in answer to a refund: ${refund}`, () => {
    expect(refunded(code)).toBe(refund);
  });

  test("of another service says nothing", () => {
    expect(rowOf(code.replace("..", "47"), "token").token).toBe("unavailable");
    expect(refunded(code, "58")).toBe("unclear");
    expect(charged(code, "54")).toBe("unclear");
    expect(judgeQuery(answerOf("query", code, "55"), asked).is).toBe("unclear");
    expect(judgeCancel(answerOf("cancel", code, "57"), asked).is).toBe("unclear");
  });
});

test.each(["refund-gopay-2026", "cancel-gopay-2025"])("the code of eight digits in %s is no code at all", (name) => {
  expect(readSnapAnswer(Buffer.from(JSON.stringify(fixture(name))))).toBeUndefined();
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

  test.each<[string, Partial<SnapAnswer>]>([
    ["transaction", { originalPartnerReferenceNo: "other" }],
    ["external id", { originalExternalId: "other" }],
    ["refund", { partnerRefundNo: "other" }],
    ["amount", { refundAmount: { value: "10.00", currency: "IDR" } }],
    ["money", { refundAmount: { value: "10000.00", currency: "SGD" } }],
  ])("at a refund, by another %s", (_, more) => {
    expect(judgeRefund({ ...answerOf("refund", "200..00"), ...more }, asked, back).is).toBe("unclear");
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
