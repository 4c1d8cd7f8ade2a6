import type { Instant } from "../protocol/time.ts";

/** Names one effect for ever, across journals: a ULID made when it was committed. */
export type EffectId = string;

/**
 * What `decide` answers. `finished`: nothing more is expected of the order; it may be swept away when it is old, and a later
 * event may open it again. `takesBack`: kinds of this order's effects, not yet finished, that must not be performed any more.
 * `ignored`: why nothing changes, for the log; `code`: the same for programs, where one asks.
 */
export type Step<State, Effect> =
  | {
      readonly state: State;
      readonly effects: readonly DueEffect<Effect>[];
      readonly takesBack?: readonly string[];
      readonly finished?: boolean;
    }
  | { readonly ignored: string; readonly code?: string };

/** An effect, and how long after the commit it becomes due (at once when absent). */
export type DueEffect<Effect> = { readonly effect: Effect; readonly afterMs?: number };

/** An effect that the journal still owes the world. */
export type Owed<Effect> = {
  readonly id: EffectId;
  /** Rises with every effect of this journal. */
  readonly seq: number;
  readonly order: string;
  readonly effect: Effect;
  /** For whom it is: `to` of its traits. */
  readonly to?: string;
  /** `start` was recorded, `finish` was not, and whoever did so is gone or gave it back: the act may have happened. */
  readonly started: boolean;
  /** How often it was put off with `again`. */
  readonly tries: number;
};

export type Kept<State> = { readonly order: string; readonly state: State };

export type AdvanceOptions = {
  readonly now: Instant;
  /** The effect whose outcome this event is; it is finished in the same commit, also when the event is ignored. */
  readonly finishes?: EffectId;
  /**
   * The statement that brought the event: a second one with this id is ignored with `"duplicate"`. That an ignored statement
   * was seen is not waited for by the disk; after a crash `decide` may be asked about it again.
   */
  readonly once?: string;
  /** Most likely the journal has not heard of this order: that is tried first, where to look would cost more than to be wrong. */
  readonly isNew?: boolean;
};

/** How the journal reads what an effect is, without knowing what it means. */
export type EffectTraits = {
  /** Lanes and `takesBack` go by this word. */
  readonly kind: string;
  /** For whom it is, where several addressees share a lane; a full or absent addressee does not hold up the others. */
  readonly to?: string;
};

/**
 * Turns stored JSON back into values. `read` receives what an earlier version wrote, with that version's number, and returns
 * today's shape; it throws on what it cannot understand.
 */
export type Codec<Value> = { readonly version: number; read(json: unknown, version: number): Value };

/** What a journal keeps for its owner: the plain words, without any idea of payments. */
export type JournalShape<State, Event, Effect> = {
  readonly state: Codec<State>;
  readonly event: Codec<Event>;
  readonly effect: Codec<Effect>;
  traits(effect: Effect): EffectTraits;
  /** Whose order it is, for `unfinishedOf`: the same in every state of an order; not known when absent. */
  partyOf?(state: State): string | undefined;
};

export type TakeOptions = {
  readonly now: Instant;
  readonly kinds: readonly string[];
  readonly limit: number;
  /** Addressees whose effects are left where they are. */
  readonly except?: readonly string[];
  /** After this long without `finish` or `again` another worker may take it. */
  readonly leaseMs: number;
};

/** All of one order, as it was at one moment; or why it cannot be read (`newer`, `corrupt`). */
export type Whole<State, Event> =
  | {
      readonly order: string;
      readonly state: State;
      readonly story: readonly { readonly event: Event; readonly wall: number }[];
    }
  | { readonly order: string; readonly fault: JournalFault };

/** A stretch of the wall clock: `fromWall` lies in it, `toWall` does not. */
export type Span = {
  readonly fromWall: number;
  readonly toWall: number;
  /** `next` of the page before; absent for the first one. */
  readonly after?: number;
  /** How many orders are looked at for one page. */
  readonly limit: number;
};

/** Names of orders, as they were begun. `next`: there may be more, `after` it; without it that was all. */
export type SpanPage = { readonly orders: readonly string[]; readonly next?: number };

/**
 * An event, the new state and the effects it owes are one durable commit; effects are performed afterwards, and whoever
 * restarts performs what is still owed. Every promise resolves only when the thing is done; it rejects with `JournalFault`.
 */
export interface Journal<State, Event, Effect> {
  /** Names this journal for ever; a journal that was lost and begun anew has another id. */
  readonly id: string;
  /**
   * Reads the order's state, lets `decide` answer, and stores event, state and effects in one durable commit. Serial per
   * order. `decide` must be pure; it may run more than once. What it throws is thrown, and nothing is stored.
   */
  advance(
    order: string,
    event: Event,
    decide: (state: State | undefined) => Step<State, Effect>,
    options: AdvanceOptions,
  ): Promise<Step<State, Effect>>;
  /**
   * Leases effects that are due, and hands them out oldest first. Where more are due than `limit`, those of a kind that were due from the
   * beginning go oldest first; what had to wait for its time, or was in somebody's hands, goes among them or after them.
   */
  take(options: TakeOptions): Promise<readonly Owed<Effect>[]>;
  /**
   * Durable before an act that must not be repeated. After a crash such an effect comes back with `started: true`. Rejects
   * with `gone` when the effect was finished or taken back: then the act must not be done. Answers its order's state as it is then.
   */
  start(effect: EffectId): Promise<State>;
  /**
   * Not waited for by the disk: a crash may forget it, and the effect is performed again. What must not be ends with its
   * outcome, by `finishes`.
   */
  finish(effect: EffectId): Promise<void>;
  /** Gives the effect back, due at `due`, with one more try. What was started stays started. */
  again(effect: EffectId, due: Instant): Promise<void>;
  /** Makes what waits for this addressee due now: it is back. */
  hasten(to: string, now: Instant): Promise<void>;
  /**
   * When the next effect of these kinds becomes due, leased ones and those for `except` left out; `undefined` when none is
   * owed. No later than `now` means: something can be taken.
   */
  nextDue(kinds: readonly string[], now: Instant, except?: readonly string[]): Promise<Instant | undefined>;

  stateOf(order: string): Promise<State | undefined>;
  /** Orders that are not finished, oldest first. */
  unfinished(): Promise<readonly Kept<State>[]>;
  /**
   * This party's orders that are not finished, oldest first, found without looking at the others'. Those of which the journal does not
   * know whose they are, because an earlier program wrote them, are among them.
   */
  unfinishedOf(party: string): Promise<readonly Kept<State>[]>;
  /** The order that was begun last, finished or not. */
  newest(): Promise<Kept<State> | undefined>;
  /** One order's events, oldest first: its whole story. */
  story(order: string): Promise<readonly { readonly event: Event; readonly wall: number }[]>;
  /** Several orders at once, some hundreds at most, in whatever sequence; those that are not here are left out. */
  several(orders: readonly string[]): Promise<readonly Whole<State, Event>[]>;
  /**
   * Orders that had an event in this stretch, by the wall clock of that time. An order keeps its place among the pages whatever
   * happens to it between them: none is missed, none comes twice.
   */
  inSpan(span: Span): Promise<SpanPage>;
  /** How many effects of these kinds are owed, and since when the oldest (wall clock, for health only). */
  backlog(kinds: readonly string[]): Promise<{ readonly count: number; readonly oldestWall?: number }>;

  /** Telemetry: the only thing that may be dropped, oldest first, beyond the bound given at opening. Not durable. */
  note(kind: string, json: unknown): Promise<void>;
  /** The latest `limit` notes of this kind, oldest first. */
  notes(kind: string, limit: number): Promise<readonly { readonly wall: number; readonly json: unknown }[]>;

  /**
   * Deletes finished orders that owe nothing and whose last event is older than `beforeWall`, with events and seen statements.
   * Deletes at most some hundreds, to be quick; returns how many. Call it until it returns 0.
   */
  sweep(beforeWall: number): Promise<number>;
  /** Writes and reads a row: resolves when the disk still takes commits. */
  probe(): Promise<void>;
  close(): Promise<void>;
}

/**
 * The journal cannot keep its promise. `busy`: another process holds it; `full`: no space is left; `corrupt`: what was stored
 * cannot be read; `unwritable`: the disk refuses; `newer`: a later version of this program wrote it; `gone`: the effect is
 * not owed any more.
 */
export class JournalFault extends Error {
  readonly code: "busy" | "full" | "corrupt" | "unwritable" | "newer" | "gone";
  constructor(code: JournalFault["code"], message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "JournalFault";
    this.code = code;
  }
}
