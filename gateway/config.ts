import type { z } from "zod";
import { brokerLinkIssues } from "../host/broker-files.ts";
import { type Complaint, complaint, withRules } from "../host/config-rules.ts";
import { menuIssues } from "../protocol/settings.ts";
import { configTables } from "./config-tables.ts";
import { wireIssues } from "./config-wires.ts";

/** The stand's configuration: one TOML file. */
export type GatewayConfig = z.output<typeof configTables>;

/** What is wrong with what the stand sells, given its wires; the same wherever the menu comes from. */
export const tradeIssues = (config: GatewayConfig): readonly Complaint[] => [
  ...nothingToSell(config),
  ...nothingToSellWith(config),
  ...mistakenProducts(config),
  ...mistakenInterlocks(config),
  ...wireIssues(config),
];

/** The whole file: its tables, and what one of them demands of another. */
export const gatewayConfig = withRules(configTables, [
  { on: ["screen", "printer", "prints"], judge: carrierIssues },
  { on: ["link"], judge: brokerLinkIssues },
  { on: ["products", "controller", "enrolment"], judge: nothingToSell },
  { on: ["products", "pins"], judge: nothingToSellWith },
  { on: ["products", "buttons"], judge: (config) => mistakenProducts(config) },
  { on: ["interlocks", "products", "buttons"], judge: mistakenInterlocks },
  { on: ["pins", "products", "buttons", "interlocks", "signals"], judge: wireIssues },
]);

function carrierIssues({ screen, printer, prints: { qr } }: GatewayConfig): readonly Complaint[] {
  const hasNone = screen.driver === "none" && printer.driver === "none";
  return [
    hasNone && complaint("neither a screen nor a printer: one of them must carry the QR code", "screen", "driver"),
    qr === true && printer.driver === "none" && complaint("there is no printer to print the QR code", "prints", "qr"),
    qr === false &&
      screen.driver === "none" &&
      complaint("there is no screen: the QR code must be printed", "prints", "qr"),
  ].filter((found) => found !== false);
}

function nothingToSell({ products, controller, enrolment }: GatewayConfig): readonly Complaint[] {
  if (products.length > 0 || controller !== undefined || enrolment !== undefined) return [];
  return [complaint("is missing: there is nothing to sell, and no controller that orders", "products")];
}

function nothingToSellWith({ products, pins }: GatewayConfig): readonly Complaint[] {
  if (pins.driver !== "none" || products.length === 0) return [];
  return [complaint("there is no button and no relay for the products", "pins", "driver")];
}

function mistakenProducts({ products, buttons }: GatewayConfig): readonly Complaint[] {
  const offered = products.map(({ sensor_window_ms, ...product }) => ({
    ...product,
    sensorWindowMs: sensor_window_ms,
  }));
  const cancels = products.flatMap(({ button }, place) =>
    button === buttons.cancel ? [complaint(`"${button}" is the cancel button`, "products", place, "button")] : [],
  );
  const issues = menuIssues(offered).map(({ path, message }) => complaint(message, "products", ...path));
  return [...issues, ...cancels];
}

/** A button that is an interlock would stop the stand whenever it is pressed, and so would what sees goods leave. */
function mistakenInterlocks({ interlocks = [], products, buttons }: GatewayConfig): readonly Complaint[] {
  const others = new Set([buttons.cancel, ...products.flatMap(({ button, sensor }) => [button, sensor])]);
  return interlocks.flatMap(({ input, means, says }, place) => {
    const before = interlocks.slice(0, place);
    const path = ["interlocks", place];
    const told = before.find((other) => other.means === means && other.says !== undefined);
    return [
      ...(others.has(input) ? [{ path: [...path, "input"], message: `"${input}" is a button or a sensor` }] : []),
      ...(before.some((other) => other.input === input)
        ? [{ path: [...path, "input"], message: `"${input}" is an interlock already` }]
        : []),
      ...(told !== undefined && says !== undefined
        ? [{ path: [...path, "says"], message: `"${means}" has words already: one meaning, one text` }]
        : []),
    ];
  });
}
