import type { DeliverySensor } from "../hands.ts";
import type { Rules } from "../order/words.ts";
import type { Says } from "../screen/view.ts";
import type { NamedInput } from "../service/service.ts";
import type { Menu } from "./menu.ts";

/** What a stand sells, how, and under what name: all that may become another between two orders. */
export type Trade = {
  /** What customers read above the menu. */
  readonly name: string;
  readonly menu: Menu;
  readonly rules: Rules;
  /** What customers read instead of our own words while an interlock is active. */
  readonly says?: Says;
  /** What confirms a delivery on this line. */
  sensorOf(line: string): DeliverySensor | undefined;
  /** Every button, sensor and switch, for who mends the stand. */
  readonly inputs: readonly NamedInput[];
};
