import { describe, expect, test } from "vitest";
import type { Slip } from "../../device/drawing/slip.ts";
import { qrSlip, type Receipt, receipt } from "../../gateway/paper/slips.ts";
import { claimCodeOf } from "../../protocol/ids.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import { troubles } from "../../protocol/statements.ts";
import { wallText } from "../../protocol/wall-text.ts";
import { ORDER_ID, order, PAGE, PRICE, qrFor, settlementOf } from "../support/sale.ts";

const textsOf = ({ blocks }: Slip): readonly string[] =>
  blocks.flatMap((block) => {
    if (block.is === "pair") return [`${block.left}: ${block.right}`];
    return block.is === "text" || block.is === "qr" ? [block.text] : [];
  });

const printed: Receipt = { order, paid: settlementOf(PRICE), standName: "Kopi Lobi", zone: "WIB", isTest: false };

describe("the slip to scan", () => {
  const about = { order, qr: qrFor(PRICE), standName: "Kopi Lobi", isTest: false };

  test("carries the payload itself, the price, the goods, who is paid, and until when", () => {
    const slip = qrSlip({ ...about, until: "01/01/2026 07:02 WIB" });
    expect(slip.blocks.filter(({ is }) => is === "qr")).toEqual([{ is: "qr", text: qrFor(PRICE) }]);
    expect(textsOf(slip)).toEqual(
      expect.arrayContaining([
        "Kopi Lobi",
        "Kopi Susu: Rp 15.000",
        "Warung Uji",
        "Rp 15.000",
        "Berlaku sampai / valid until 01/01/2026 07:02 WIB",
      ]),
    );
  });

  test("names no time that nobody knows", () => {
    expect(textsOf(qrSlip(about)).join()).not.toMatch(/valid until/);
  });
});

describe("a receipt", () => {
  test("names goods, money, the provider's time in the stand's zone, the app and the order", () => {
    const texts = textsOf(receipt({ ...printed, zone: "WIT" }));
    expect(texts).toEqual(
      expect.arrayContaining([
        "Kopi Susu: Rp 15.000",
        "Dibayar / paid: Rp 15.000",
        "Waktu / time: 01/01/2026 09:00 WIT",
        "Aplikasi / app: gopay",
        `Pesanan / order ${ORDER_ID}`,
      ]),
    );
    expect(texts.join()).not.toMatch(/CALL THE STAFF|fee|missing/);
  });

  test("names a fee that came on top, and what is missing", () => {
    const feeOf = (paid: number): string => textsOf(receipt({ ...printed, paid: settlementOf(rupiah(paid)) })).join();
    expect(feeOf(15_700)).toContain("Biaya layanan / fee: Rp 700");
    expect(feeOf(14_000)).toContain("Kurang / missing: Rp 1.000");
  });

  test.each([undefined, ...troubles])(
    "carries the order's page and the code to tell, when there is a page (%s)",
    (because) => {
      const about = because === undefined ? printed : { ...printed, because };
      const slip = receipt({ ...about, order: { ...order, page: PAGE } });
      expect(slip.blocks).toContainEqual({ is: "qr", text: PAGE, small: true });
      expect(textsOf(slip)).toEqual(expect.arrayContaining([PAGE, `Bantuan / help: ${claimCodeOf(ORDER_ID)}`]));
      expect(textsOf(receipt(about)).join()).not.toContain("Bantuan");
    },
  );

  test.each(troubles)("is the customer's proof when the goods did not come: %s", (because) => {
    const texts = textsOf(receipt({ ...printed, because }));
    expect(texts).toContain(claimCodeOf(ORDER_ID));
    expect(texts).toContain(`Pesanan / order ${ORDER_ID}`);
    expect(texts).toContain("HUBUNGI PETUGAS / CALL THE STAFF");
    expect(texts.join()).not.toContain("Thank you");
  });
});

test("both kinds of slip say that the stand is in test mode", () => {
  const slips = [receipt({ ...printed, isTest: true }), qrSlip({ ...printed, qr: qrFor(PRICE), isTest: true })];
  for (const slip of slips) expect(textsOf(slip)[0]).toBe("MODE UJI / TEST MODE");
});

describe("the time on paper", () => {
  test.each([
    ["WIB", "01/01/2026 06:30 WIB"],
    ["WITA", "01/01/2026 07:30 WITA"],
    ["WIT", "01/01/2026 08:30 WIT"],
  ] as const)("is that of the zone %s", (zone, text) => {
    expect(wallText(Date.UTC(2025, 11, 31, 23, 30), zone)).toBe(text);
  });

  test("is left out while a Pi has not yet been told it", () => {
    expect(wallText(Date.UTC(1970, 0, 1), "WIB")).toBeUndefined();
    expect(wallText(Date.UTC(2024, 11, 31), "WIB")).toBeUndefined();
  });
});
