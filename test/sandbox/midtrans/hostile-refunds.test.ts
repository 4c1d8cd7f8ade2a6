import fc from "fast-check";
import { expect, test } from "vitest";
import { readGopay } from "../../../sandbox/midtrans/gopay.ts";
import { readRefund } from "../../../sandbox/midtrans/refund-request.ts";
import { readSnapRefund } from "../../../sandbox/snap/refund-request.ts";

const bytesOf = (json: unknown): Uint8Array => Buffer.from(JSON.stringify(json) ?? "");
const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.jsonValue().map(bytesOf),
  fc
    .record(
      { refund_key: fc.jsonValue(), amount: fc.jsonValue(), reason: fc.jsonValue(), refundAmount: fc.jsonValue() },
      { requiredKeys: [] },
    )
    .map(bytesOf),
);

test("whatever comes as a refund is read, and what is good has whole rupiah and a short reason", () => {
  fc.assert(
    fc.property(bodies, (bytes) => {
      const read = readRefund(bytes);
      if (read.is === "bad") expect(read.code).toMatch(/^(400|408|413)$/);
      else {
        expect(Number.isSafeInteger(read.ask.amount ?? 0)).toBe(true);
        expect(read.ask.reason.length).toBeLessThanOrEqual(255);
      }
    }),
  );
});

test("whatever comes as a refund over BI-SNAP is read", () => {
  const context = { merchantId: "m", externalId: "r" };
  const named = { merchantId: "m", originalPartnerReferenceNo: "a", originalExternalId: "a", partnerRefundNo: "r" };
  fc.assert(
    fc.property(bodies, fc.jsonValue(), fc.jsonValue(), (bytes, refundAmount, reason) => {
      for (const body of [bytes, bytesOf({ ...named, refundAmount, reason })]) {
        const read = readSnapRefund(body, context);
        if ("bad" in read) expect(read.bad).toMatch(/^4\d\d \d\d$/);
        else expect(read.ask.key).toBe("r");
      }
    }),
  );
});

test("whatever comes as gopay is read, and no callback is one that a browser would run", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.oneof(fc.webUrl(), fc.string(), fc.jsonValue()), (gopay, callback_url) => {
      for (const value of [gopay, { enable_callback: true, callback_url }]) {
        const messages: string[] = [];
        const { callback } = readGopay(value, messages);
        if (messages.length === 0)
          expect(callback).toMatch(/^(none|dashboard|(?!javascript|data)[a-z][a-z0-9+.-]*:\/\/\S*)$/i);
      }
    }),
  );
});
