import type { z } from "zod";
import { writeQris } from "./qris.ts";
import { rupiah } from "./rupiah.ts";
import type { downSchema, upSchema } from "./statements.ts";

const order = "01JD3W9V7Q8XKZ2M4N6P8R0STA";
const release = `${order}-1`;
const amount = 15_000;
const qr = writeQris({
  acquirer: { guid: "COM.GO-JEK.WWW", mpan: "9360091434905263034", merchant: "G490526303" },
  nmid: "AID060733612866",
  criteria: "UKE",
  category: "3414",
  merchantName: "Test",
  city: "BANDUNG",
  postalCode: "40284",
  amount: rupiah(amount),
  reference: "c032f87c-f773-4619-aefa-675e1f06f921",
  terminal: "A01",
});

type ExamplesOf<Body extends { readonly type: string }> = {
  readonly [Type in Body["type"]]: Extract<Body, { readonly type: Type }>;
};

/** One of each, for the documents; what is true of all of them: they are valid. */
export const upExamples: ExamplesOf<z.input<typeof upSchema>> = {
  charge: {
    type: "charge",
    order,
    amount,
    items: [{ product: "coffee", name: "Kopi susu", price: amount, quantity: 1 }],
    method: "qris",
    patienceMs: 30_000,
  },
  void: { type: "void", order, why: "cancelled" },
  delivered: { type: "delivered", order, release, confirmed: true },
  "not-delivered": { type: "not-delivered", order, because: "not-confirmed", release },
  sync: { type: "sync", orders: [{ order, at: "awaiting" }], lost: false },
  using: {
    type: "using",
    software: "1.4.0",
    settings: { version: 6, refused: { version: 7, because: 'products.0.line: "slot-9" hangs on no line' } },
    keys: { version: 2 },
    certificateEndsInMs: 2_592_000_000,
  },
  seen: { type: "seen", png: "iVBORw0KGgo", page: "welcome" },
  ack: { type: "ack", ids: ["01JD3W9V7Q8XKZ2M4N6P8R0STE"] },
};

export const downExamples: ExamplesOf<z.input<typeof downSchema>> = {
  offer: {
    type: "offer",
    order,
    qr,
    amount,
    validForMs: 120_000,
    page: `https://pay.example.id/pay/${order}4C7HM2QX9RT0VKZ5`,
  },
  refused: { type: "refused", order, because: "busy", retryAfterMs: 5_000 },
  voided: { type: "voided", order, as: "cancelled" },
  settled: { type: "settled", order, amount, paidAt: "2026-11-21T09:00:00+07:00", issuer: "gopay" },
  release: { type: "release", order, release: `${order}-2`, by: "Budi", product: "coffee" },
  remedied: { type: "remedied", order, how: "refunded" },
  settings: {
    type: "settings",
    version: 7,
    settings: {
      products: [
        {
          id: "coffee",
          name: "Kopi susu",
          price: amount,
          button: "a1",
          line: "slot-1",
          pulseMs: 500,
          sensor: "chute",
          sensorWindowMs: 5_000,
        },
      ],
      rules: { chargePatienceMs: 20_000, paymentPatienceMs: 120_000, graceMs: 20_000 },
      texts: {
        name: "Kopi Lobi",
        site: "Bandung",
        says: { "door-open": { id: "Sedang diisi ulang", en: "Being refilled" } },
      },
    },
  },
  keys: {
    type: "keys",
    version: 2,
    keys: [{ kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }],
  },
  look: { type: "look" },
  ack: { type: "ack", ids: ["01JD3W9V7Q8XKZ2M4N6P8R0STB"] },
};
