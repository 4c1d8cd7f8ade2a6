import type { Owed } from "../../journal/journal.ts";
import type { OrderId, StandId } from "../../protocol/ids.ts";
import type { Effect, Event, State, Step } from "../ledger/words.ts";
import type { Attempt, MerchantId, Reception } from "../providers/provider.ts";

/**
 * What a running backend sees of itself, told to whoever counts or traces it. Each call returns at once, never throws, and
 * changes nothing; `tookMs` has fractions. Nothing told here may hold keys or payer data.
 */
export interface Meter {
  /** An event went through the ledger, into one commit. */
  stepped(stepped: Stepped): void;
  /** The journal refused a commit. */
  faulted(): void;
  /** A provider was called, and has answered or not. */
  called(called: Called): void;
  /** A notification was answered. */
  notified(notified: Notified): void;
  /** What the ledger owes was tried once. */
  performed(performed: Performed): void;
  /** A message on a stand's topic for the backend. */
  heard(heard: Heard): void;
  answered(answered: Answered): void;
  /** The link to the broker came up, or went. */
  link(is: "up" | "down"): void;
}

export type Stepped = {
  readonly order: OrderId;
  readonly event: Event;
  readonly from: State | undefined;
  readonly done: Step;
  readonly tookMs: number;
};

export type Called = {
  readonly merchant: MerchantId;
  readonly call: "charge" | "standing" | "void" | "refund";
  /** `is` of its answer. */
  readonly outcome: string;
  readonly attempt: Attempt;
  readonly tookMs: number;
};

export type Notified = {
  readonly merchant: MerchantId;
  /** `stranger`: from an address that may not notify. */
  readonly outcome: Reception | "stranger";
  /** The provider's name for the attempt, where the notification was one of an attempt. */
  readonly reference?: string;
  readonly tookMs: number;
};

export type Performed = {
  readonly owed: Owed<Effect>;
  /** `again`: put off. `failed`: it threw, and is put off. */
  readonly outcome: "done" | "reported" | "again" | "failed";
  readonly tookMs: number;
};

/** `because`: why it was not believed, in the seal's words, which may hold names that somebody made up. */
export type Heard =
  | { readonly is: "statement"; readonly type: string; readonly from: StandId | "backend" }
  | { readonly is: "refused"; readonly because: string };

export type Answered = {
  /** Whose side it is: `public`, `operator`, `console` … */
  readonly door: string;
  readonly method: string;
  /** As the route is written, with `:order` for what varies. */
  readonly route: string;
  readonly status: number;
  readonly tookMs: number;
};

const nothing = (): void => undefined;

export const noMeter: Meter = {
  stepped: nothing,
  faulted: nothing,
  called: nothing,
  notified: nothing,
  performed: nothing,
  heard: nothing,
  answered: nothing,
  link: nothing,
};

/** Tells all of them. */
export function allMeters(meters: readonly Meter[]): Meter {
  const [only, ...others] = meters;
  if (only === undefined) return noMeter;
  if (others.length === 0) return only;
  const tell =
    <What extends keyof Meter>(what: What) =>
    (...said: Parameters<Meter[What]>): void => {
      for (const meter of meters) (meter[what] as (...args: Parameters<Meter[What]>) => void)(...said);
    };
  return {
    stepped: tell("stepped"),
    faulted: tell("faulted"),
    called: tell("called"),
    notified: tell("notified"),
    performed: tell("performed"),
    heard: tell("heard"),
    answered: tell("answered"),
    link: tell("link"),
  };
}
