import type { Words } from "../../device/drawing/page.ts";
import type { Meaning } from "../../protocol/settings.ts";
import type { Instant } from "../../protocol/time.ts";
import type { State } from "../order/words.ts";
import type { Obstacle } from "../readiness/preflight.ts";
import type { ServiceFacts } from "../service/report.ts";
import type { Menu } from "../trade/menu.ts";

/** All that the screen depends on. */
export type View = {
  /** The order begun last, whatever became of it. */
  readonly front: State | undefined;
  readonly obstacles: readonly Obstacle[];
  /** A backend can be asked, as far as is known. */
  readonly isOnline: boolean;
  readonly menu: Menu;
  readonly now: Instant;
  readonly standName: string;
  /** The provider's test service answers; its QR codes can take real money nevertheless. */
  readonly isTest: boolean;
  readonly says?: Says;
  /** Whether a customer can press something to end an order; true when absent. */
  readonly hasCancel?: boolean;
  /** Somebody mends the stand. */
  readonly service?: ServiceFacts;
};

/** The stand's own words for what an interlock means, in place of ours. */
export type Says = Partial<Readonly<Record<Meaning, Words>>>;
