import type { GatewayConfig } from "../../gateway/config.ts";
import { gatewayConfig } from "../../gateway/config.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import type { Settings } from "../../protocol/settings.ts";
import { STAND } from "./sale.ts";

/** A stand's configuration that fits the stand on the bench: one gate, a button for it, and one to cancel. */
export const benchConfig: GatewayConfig = gatewayConfig.parse({
  stand: { id: STAND, name: "Kopi Lobi" },
  link: { url: "mqtt://127.0.0.1:1883" },
  keys: { private_file: "/nowhere/key.pem", backend_file: "/nowhere/keys.json" },
  journal: { file: "/nowhere/journal.sqlite" },
  screen: { driver: "simulated" },
  printer: { driver: "simulated" },
  pins: { driver: "simulated" },
  products: [{ id: "kopi", name: "Kopi Susu", price: 15_000, button: "new", line: "gate" }],
});

/** Coffee at this price, from the same gate by the same button. */
export const settingsAt = (price: number, more: Partial<Settings["products"][number]> = {}): Settings => ({
  products: [
    {
      id: "kopi",
      name: "Kopi Susu",
      price: rupiah(price),
      button: "new",
      line: "gate",
      pulseMs: 500,
      sensorWindowMs: 5_000,
      ...more,
    },
  ],
  rules: { chargePatienceMs: 20_000, paymentPatienceMs: 120_000, graceMs: 20_000 },
  texts: { name: "Kopi Lobi" },
});
