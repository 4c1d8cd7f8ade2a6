import type { StandShape } from "../../device/simulated/shape.ts";
import type { Rules } from "../../gateway/order/words.ts";
import type { Menu } from "../../gateway/trade/menu.ts";
import { coffee } from "../support/sale.ts";

export type StandOptions = {
  readonly id?: string;
  /** Whom it sells for; `main` when absent. */
  readonly merchant?: "main" | "kedai";
  readonly shape?: Partial<StandShape>;
  /** What the stand of `SHAPE` is built without. */
  readonly without?: "screen" | "printer";
  readonly rules?: Partial<Rules>;
  readonly menu?: Menu;
  /** Whether controllers may order. */
  readonly controller?: boolean;
};

/** What a controller on the loopback port says. */
export const CONTROLLER_TOKEN = "journeys-0123456789abcdef";

const SHAPE: StandShape = {
  screen: { width: 480, height: 320 },
  printer: { dots: 384, msPerRow: 0 },
  relays: ["gate"],
  buttons: ["new", "cancel"],
  sensors: [],
};

/** Long enough for a busy test machine; journeys about time say their own. */
export const RULES: Rules = {
  chargePatienceMs: 40_000,
  paymentPatienceMs: 90_000,
  graceMs: 1_000,
  prints: { qr: false, receipt: true },
};

export const MENU: Menu = [{ ...coffee, opening: { line: "gate", pulseMs: 120 } }];
/** Soon back, so that a journey need not wait for it. */
export const SOON = { firstMs: 60, capMs: 200, stableMs: 10_000 };

/** A stand with everything, changed as the options say. */
export function shapeOf({ shape, without }: StandOptions): StandShape {
  const { screen, printer, ...rest } = { ...SHAPE, ...shape };
  return {
    ...rest,
    ...(screen === undefined || without === "screen" ? {} : { screen }),
    ...(printer === undefined || without === "printer" ? {} : { printer }),
  };
}
