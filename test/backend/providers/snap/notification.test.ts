import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Notification } from "../../../../backend/providers/provider.ts";
import { readPublicKey } from "../../../../backend/providers/snap/keys.ts";
import { acknowledge, readSnapNotification } from "../../../../backend/providers/snap/notification.ts";
import { signNotification } from "../../../../sandbox/snap/signature.ts";
import { SNAP_KEYS } from "../../../support/snap-keys.ts";
import { type Json, ORDER, REFERENCE, without } from "../midtrans/samples.ts";
import { fixture } from "./samples.ts";

const KEY = readPublicKey(SNAP_KEYS.provider.publicKey);
const NOTIFY = "/v1.0/qr/qr-mpm-notify";
const SENT_AT = "2026-01-01T09:00:00+07:00";
/** The documented notification, made to speak of an order of ours. */
const paid: Json = { ...fixture("notification-2026"), originalPartnerReferenceNo: REFERENCE };

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
type Sent = { readonly path?: string; readonly headers?: Readonly<Record<string, string>> };

const read = (body: Uint8Array, { path = NOTIFY, headers = {} }: Sent): Notification =>
  readSnapNotification({ path, headers, body }, [KEY], Date.UTC(2026, 0, 2));

/** As Midtrans signs it. */
const headersFor = (text: string, path = NOTIFY, key = SNAP_KEYS.provider.privateKey) => ({
  "x-timestamp": SENT_AT,
  "x-signature": signNotification(path, text, SENT_AT, key),
  "x-partner-id": SNAP_KEYS.partnerId,
  "x-external-id": "12345678901234567890",
});
const hearText = (text: string): Notification => read(bytesOf(text), { headers: headersFor(text) });
const hear = (body: Json): Notification => hearText(JSON.stringify(body));

describe("a genuine notification of an order of ours is news", () => {
  const payment = {
    amount: 12_345_678,
    fee: 0,
    transaction: "2020102977770000000009",
    paidAt: "2026-01-01T09:00:00+07:00",
    issuer: "gopay",
    acquirer: "gopay",
    isOnUs: true,
    traces: { externalStoreID: "124928924949487" },
  };

  test("of a payment, paid when it was told unless it says more", () => {
    expect(hear(paid)).toEqual({ is: "news", reference: REFERENCE, standing: { is: "settled", payment } });
    expect(hear({ ...paid, finishedTime: "2026-01-01T08:59:59+07:00" })).toMatchObject({
      standing: { payment: { paidAt: "2026-01-01T08:59:59+07:00" } },
    });
  });

  test("where the details of QRIS are a list, as the documentation's table has them", () => {
    const additionalInfo = { qris: [{ issuerName: "bca", acquirerName: "gopay", transactionType: "OFF-US" }] };
    expect(hear({ ...paid, additionalInfo })).toMatchObject({ standing: { payment: { issuer: "bca" } } });
  });

  test("where the order is named by its external id alone", () => {
    const { originalPartnerReferenceNo: _, ...body } = paid;
    expect(hear({ ...body, originalExternalId: REFERENCE })).toMatchObject({ is: "news", reference: REFERENCE });
  });

  test("where another external id stands beside our own number", () => {
    const body = { ...paid, originalExternalId: "41807553358950093184162180797837" };
    expect(hear(body)).toMatchObject({ is: "news", reference: REFERENCE });
  });

  test("however it is spaced, and with slashes escaped or not", () => {
    const spaced = JSON.stringify({ ...paid, more: "https://a.example/ b" }, null, 2).replaceAll("/", "\\/");
    expect(hearText(spaced)).toMatchObject({ is: "news", standing: { is: "settled" } });
    const respaced = spaced.replaceAll("\n", "\r\n\t");
    expect(read(bytesOf(respaced), { headers: headersFor(spaced) })).toMatchObject({ is: "news" });
  });

  test.each([
    ["the documented address", NOTIFY, NOTIFY],
    ["the documented address behind a prefix that a proxy took off", "/qris/v1.0/qr/qr-mpm-notify", NOTIFY],
    ["the address without v", "/qris/v1.0/qr/qr-mpm-notify", "/1.0/qr/qr-mpm-notify"],
    ["the address as it is called", "/qris/v1.0/qr/qr-mpm-notify", "/qris/v1.0/qr/qr-mpm-notify"],
  ])("signed for %s", (_, path, signedPath) => {
    const text = JSON.stringify(paid);
    expect(read(bytesOf(text), { path, headers: headersFor(text, signedPath) })).toMatchObject({ is: "news" });
  });

  test.each([
    ["03", "pending"],
    ["05", "cancelled"],
    ["06", "denied"],
    ["08", "expired"],
    ["09", "denied"],
  ])("latestTransactionStatus %s: %s", (latestTransactionStatus, is) => {
    expect(hear({ ...paid, latestTransactionStatus })).toMatchObject({
      is: "news",
      reference: REFERENCE,
      standing: { is, transaction: "2020102977770000000009" },
    });
  });
});

test("a refund is news with its key and amount, and not confirmed: notifications do not say how far it is", () => {
  const refundHistory = [
    { refundNo: "A12", partnerReferenceNo: "key-1", refundAmount: { value: "5000.00", currency: "IDR" }, reason: "r" },
  ];
  expect(hear({ ...paid, latestTransactionStatus: "04", additionalInfo: { refundHistory } })).toEqual({
    is: "news",
    reference: REFERENCE,
    standing: {
      is: "refunded",
      transaction: "2020102977770000000009",
      isFull: false,
      refunds: [{ key: "key-1", amount: 5_000, isConfirmed: false }],
    },
  });
});

describe("what is signed, and still doubtful, is to be confirmed", () => {
  test.each([
    ["a refund without its history", { ...paid, latestTransactionStatus: "04" }],
    ["a refund with a history that cannot be read", { ...paid, additionalInfo: { refundHistory: "?" } }],
    ["no state", without(paid, "latestTransactionStatus")],
    ["not found, which is for queries", { ...paid, latestTransactionStatus: "07" }],
    ["a state that is not documented", { ...paid, latestTransactionStatus: "12" }],
    ["a payment without an amount", without(paid, "amount")],
    ["a payment of a part of a rupiah", { ...paid, amount: { value: "1.50", currency: "IDR" } }],
    ["a payment in another currency", { ...paid, amount: { value: "1.00", currency: "SGD" } }],
  ])("%s", (_, body) => {
    expect(hear(body)).toMatchObject({ is: "confirm", reference: REFERENCE });
  });
});

describe("forged is", () => {
  const text = JSON.stringify(paid);
  const headers = headersFor(text);

  test("a body of which a single digit was changed", () => {
    expect(read(bytesOf(text.replace("12345678.00", "12345679.00")), { headers }).is).toBe("forged");
  });

  test("another time, and a signature of another's key", () => {
    expect(read(bytesOf(text), { headers: { ...headers, "x-timestamp": "2026-01-01T09:00:01+07:00" } }).is).toBe(
      "forged",
    );
    const foreign = headersFor(text, NOTIFY, SNAP_KEYS.merchant.privateKey);
    expect(read(bytesOf(text), { headers: foreign }).is).toBe("forged");
  });

  test("a signature for another service's address", () => {
    expect(read(bytesOf(text), { headers: headersFor(text, "/v1.0/debit/notify") }).is).toBe("forged");
  });
});

describe("unreadable is", () => {
  test.each(["x-signature", "x-timestamp"])("what comes without %s", (name) => {
    const text = JSON.stringify(paid);
    const headers = Object.fromEntries(Object.entries(headersFor(text)).filter(([each]) => each !== name));
    expect(read(bytesOf(text), { headers }).is).toBe("unreadable");
  });

  test.each(["", "{", "null", "[]", "17", '"text"', "{}"])("%j, even when it is signed", (text) => {
    expect(hearText(text).is).toBe("unreadable");
  });

  test("a body longer than 64 KiB, signed or not", () => {
    expect(hear({ ...paid, padding: "x".repeat(65_536) })).toEqual({
      is: "unreadable",
      because: "longer than 65536 bytes",
    });
  });

  test.each(["order102", ORDER, `${ORDER}-0`, `${ORDER}-1-1`, "2020102900000000000001"])(
    "a genuine word on %s, which is no order of ours",
    (originalPartnerReferenceNo) => {
      expect(hear({ ...paid, originalPartnerReferenceNo })).toEqual({
        is: "unreadable",
        because: "not an order of ours",
      });
    },
  );
});

describe("whatever comes in", () => {
  const isDisbelieved = (heard: Notification): boolean => heard.is === "forged" || heard.is === "unreadable";
  const header = fc.oneof(fc.string(), fc.base64String(), fc.constant(SENT_AT));

  test("arbitrary bytes under arbitrary headers never throw and are never believed", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), header, header, fc.string(), (body, signature, time, path) =>
        isDisbelieved(read(body, { path, headers: { "x-signature": signature, "x-timestamp": time } })),
      ),
    );
  });

  test("arbitrary JSON in the right fields, under another's signature, is never believed", () => {
    const genuine = headersFor(JSON.stringify(paid));
    const field = fc.oneof(
      fc.string(),
      fc.jsonValue(),
      fc.constantFrom("00", REFERENCE, { value: "1.00", currency: "IDR" }),
    );
    const body = fc.record(Object.fromEntries(Object.keys(paid).map((name) => [name, field])), { requiredKeys: [] });
    fc.assert(fc.property(body, (json) => isDisbelieved(read(bytesOf(JSON.stringify(json)), { headers: genuine }))));
  });

  test("a genuine one with a few bytes changed says the same or nothing", () => {
    const text = JSON.stringify(paid, null, 1);
    const headers = headersFor(text);
    const genuine = bytesOf(text);
    const change = fc.tuple(fc.nat(genuine.length - 1), fc.integer({ min: 0, max: 255 }));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const body = Uint8Array.from(genuine);
        for (const [at, byte] of changes) body[at] = byte;
        const heard = read(body, { headers });
        if (!isDisbelieved(heard)) expect(heard).toEqual(hear(paid));
      }),
      { numRuns: 500 },
    );
  });

  test("a genuine one with something put in, taken out or moved, in its body, signature, time or path, neither", () => {
    const text = JSON.stringify(paid, null, 1);
    const genuine = { ...headersFor(text), path: NOTIFY, body: text };
    const part = fc.constantFrom("body", "x-signature", "x-timestamp", "path");
    const edit = fc.record({
      part,
      at: fc.nat(700),
      removed: fc.nat(3),
      added: fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom("0", " ", '"00"')),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => {
        const sent = { ...genuine };
        for (const { part: name, at, removed, added } of edits) {
          const old = sent[name];
          const from = at % (old.length + 1);
          sent[name] = old.slice(0, from) + added + old.slice(from + removed);
        }
        const { path, body, ...headers } = sent;
        const heard = read(bytesOf(body), { path, headers });
        if (!isDisbelieved(heard)) expect(heard).toEqual(hear(paid));
      }),
      { numRuns: 500 },
    );
  });

  test("arbitrary JSON that Midtrans did sign never throws, and settles only with state and amount", () => {
    const body = fc.record(
      {
        originalPartnerReferenceNo: fc.constantFrom(REFERENCE, 7, null),
        latestTransactionStatus: fc.oneof(fc.constantFrom("00", "0", "03", "07"), fc.jsonValue()),
        amount: fc.oneof(
          fc.record({
            value: fc.constantFrom("5.00", 5, "5.01", "-5.00", ""),
            currency: fc.constantFrom("IDR", "USD"),
          }),
          fc.jsonValue(),
        ),
        additionalInfo: fc.oneof(
          fc.jsonValue(),
          fc.record({ qris: fc.jsonValue(), refundHistory: fc.jsonValue() }, { requiredKeys: [] }),
        ),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(body, (json) => {
        const heard = hear(json);
        const { latestTransactionStatus: state, amount } = json;
        const money = JSON.stringify(amount) ?? "";
        const isPaid = state === "00" && /^\{"value":("5\.00"|5),"currency":"IDR"\}$/.test(money);
        if (heard.is === "news" && heard.standing.is === "settled") expect(isPaid).toBe(true);
      }),
    );
  });
});

test.each([
  ["taken", 200, "2005200"],
  ["unknown-order", 404, "4045201"],
  ["forged", 401, "4015200"],
  ["unreadable", 400, "4005200"],
  ["not-recorded", 500, "5005201"],
] as const)("%s is acknowledged with HTTP %i and %s", (reception, status, responseCode) => {
  expect(acknowledge(reception)).toMatchObject({ status, body: { responseCode } });
});

test("the acknowledgement of what was taken is the documented one", () => {
  expect(acknowledge("taken").body).toEqual({ responseCode: "2005200", responseMessage: "Successful" });
});
