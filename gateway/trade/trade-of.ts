import type { Input } from "../../device/device.ts";
import type { GatewayConfig } from "../config.ts";
import { hasCancel } from "../config-wires.ts";
import type { DeliverySensor } from "../hands.ts";
import type { Rules } from "../order/words.ts";
import type { Says } from "../screen/view.ts";
import type { Menu } from "./menu.ts";
import type { Trade } from "./trade.ts";

/** What a configuration says of selling, on this machine's devices. */
export const tradeOf = (config: GatewayConfig, input: (name: string) => Input): Trade => ({
  name: config.stand.name,
  menu: menuOf(config),
  rules: rulesOf(config),
  says: saysOf(config),
  sensorOf: sensorsOf(config, input),
  inputs: inputsOf(config).map((name) => ({ name, input: input(name) })),
});

export const menuOf = ({ products }: GatewayConfig): Menu =>
  products.map(({ id, name, price, button, line, pulse_ms }) => ({
    id,
    name,
    price,
    button,
    opening: { line, pulseMs: pulse_ms },
  }));

/** A stand without a screen prints its QR codes, whatever it was told. */
export const rulesOf = ({ rules, prints, screen, printer }: GatewayConfig): Rules => ({
  chargePatienceMs: rules.charge_patience_ms,
  paymentPatienceMs: rules.payment_patience_ms,
  graceMs: rules.grace_ms,
  prints: {
    qr: prints.qr ?? screen.driver === "none",
    receipt: prints.receipt && printer.driver !== "none",
  },
});

/** The words of the configuration for what an interlock means. */
const saysOf = ({ interlocks = [] }: GatewayConfig): Says =>
  Object.fromEntries(
    interlocks.flatMap(({ means, says }) =>
      says === undefined ? [] : [[means, { first: says.id, ...(says.en === undefined ? {} : { second: says.en }) }]],
    ),
  );

const sensorsOf =
  ({ products }: GatewayConfig, input: (name: string) => Input) =>
  (line: string): DeliverySensor | undefined => {
    const product = products.find((each) => each.line === line);
    if (product?.sensor === undefined) return undefined;
    return { input: input(product.sensor), windowMs: product.sensor_window_ms };
  };

/** The names of all buttons and of what sees goods leave, each once. */
export const handlesOf = (config: GatewayConfig): readonly string[] => [
  ...new Set([
    ...config.products.map(({ button }) => button),
    ...(hasCancel(config) ? [config.buttons.cancel] : []),
    ...config.products.flatMap(({ sensor }) => sensor ?? []),
  ]),
];

/** The names of all inputs that something depends on, each once. */
const inputsOf = (config: GatewayConfig): readonly string[] => [
  ...new Set([...handlesOf(config), ...(config.interlocks ?? []).map(({ input }) => input)]),
];
