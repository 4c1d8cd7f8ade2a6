import type { Settings } from "../../../protocol/settings.ts";

/** Settings as an operator would write them, with so many products. */
export const menuOf = (products = 1, name = "Kopi Lobi"): Settings => ({
  products: Array.from({ length: products }, (_, nth) => ({
    id: `product-${nth + 1}`,
    name: `Kopi ${nth + 1}`,
    price: (15_000 + nth) as Settings["products"][number]["price"],
    button: `a${nth + 1}`,
    line: `slot-${nth + 1}`,
    pulseMs: 500,
    sensorWindowMs: 5_000,
  })),
  rules: { chargePatienceMs: 20_000, paymentPatienceMs: 120_000, graceMs: 20_000 },
  texts: { name },
});
