import type { Random } from "../../protocol/ids.ts";
import { writeQris } from "../../protocol/qris.ts";
import { type Rupiah, rupiah } from "../../protocol/rupiah.ts";
import type { AcquirerName } from "./acquirer.ts";
import { newUuid } from "./uuid.ts";

/** The shop as it stands in a customer's wallet; `name` up to 25 characters, `city` up to 15. */
export type Shop = { readonly id: string; readonly name: string; readonly city: string };

export type BadQr = "crc" | "amount" | "static" | "garbage";

/** A payload for one payment, laid out as Midtrans does it; with `bad`, one that must not be shown. */
export function qrPayload(
  shop: Shop,
  charge: { readonly amount: Rupiah; readonly acquirer: AcquirerName },
  random: Random,
  bad?: BadQr,
): string {
  const amount = bad === "amount" ? rupiah(charge.amount + 1) : charge.amount;
  const text = writeQris({
    acquirer: { ...ACCOUNTS[charge.acquirer], merchant: shop.id },
    nmid: "AID060733612866",
    criteria: "UKE",
    category: "5499",
    merchantName: shop.name,
    city: shop.city,
    postalCode: "40284",
    ...(bad === "static" ? {} : { amount }),
    reference: newUuid(random),
    terminal: "A01",
  });
  return spoil(text, bad);
}

/** Made-up account numbers that keep to the rule: eight digits name the institution, the last is a Luhn check digit. */
const ACCOUNTS: Readonly<Record<AcquirerName, { readonly guid: string; readonly mpan: string }>> = {
  gopay: { guid: "COM.GO-JEK.WWW", mpan: "9360091434905263034" },
  "airpay shopee": { guid: "ID.CO.SHOPEE.WWW", mpan: "9360091800000000010" },
};

function spoil(text: string, bad: BadQr | undefined): string {
  if (bad === "crc") return text.slice(0, -1) + (text.endsWith("0") ? "1" : "0");
  return bad === "garbage" ? `https://example.com/${text.slice(-12)}` : text;
}
