import type { Order, Rules, Settlement } from "../../gateway/order/words.ts";
import type { Product } from "../../gateway/trade/menu.ts";
import { orderFor } from "../../gateway/trade/menu.ts";
import type { OrderId, StandId } from "../../protocol/ids.ts";
import { writeQris } from "../../protocol/qris.ts";
import { type Rupiah, rupiah } from "../../protocol/rupiah.ts";

/** The words of one ordinary sale, for tests that are about something else. */

export const STAND = "stand-1" as StandId;
export const ORDER_ID = "01JD5S3V8Q4R6T2W9Y0ZABCDEF" as OrderId;
/** The customer's page of this order. */
export const PAGE = `https://pay.example.id/pay/${ORDER_ID}4C7HM2QX9RT0VKZ5`;
export const PRICE = rupiah(15_000);

export const coffee: Product = {
  id: "kopi",
  name: "Kopi Susu",
  price: PRICE,
  button: "new",
  opening: { line: "gate", pulseMs: 500 },
};

export const order: Order = orderFor(coffee, ORDER_ID, Date.UTC(2026, 0, 1));

/** The same sale, begun by a controller that lets the goods out itself. */
export const handedOver: Order = {
  ...order,
  reference: "ticket-17",
  opening: { by: "controller", windowMs: 30_000 },
};

export const rules: Rules = {
  chargePatienceMs: 20_000,
  paymentPatienceMs: 120_000,
  graceMs: 20_000,
  prints: { qr: false, receipt: true },
};

export const settlementOf = (amount: Rupiah): Settlement => ({
  amount,
  paidAt: "2026-01-01T07:00:10+07:00",
  issuer: "gopay",
});

/** A payload as the provider makes it, for this amount. */
export const qrFor = (amount: Rupiah, terminal = "A01"): string =>
  writeQris({
    acquirer: { guid: "COM.GO-JEK.WWW", mpan: "9360091434905263034", merchant: "G490526303" },
    criteria: "UKE",
    nmid: "ID1020304050607",
    category: "5814",
    amount,
    merchantName: "Warung Uji",
    city: "BANDUNG",
    postalCode: "40284",
    reference: "c032f87c-f773-4619-aefa-675e1f06f921",
    terminal,
  });
