import type { AdvanceOptions, Journal, Step } from "../../journal/journal.ts";
import type { OpenTransport } from "../../wire/transport.ts";
import { nowMs } from "./stopwatch.ts";

export type Side = "stand" | "backend";

/** What a sale asks of disk and network: a commit that waits for the disk, or a statement that waits for the broker. */
export type Toll = { readonly at: number; readonly is: "commit" | "hop"; readonly side: Side; readonly bytes: number };

/** `bytes` says how many they were, or `undefined` when nobody waited for it. Asked when the sale is over: it must not slow it. */
type Noted = Omit<Toll, "bytes"> & { readonly bytes: () => number | undefined };

/** What the journal and the wire of one side did, in order. */
export class Trace {
  #noted: Noted[] = [];

  add(is: Toll["is"], side: Side, bytes: Noted["bytes"], at = nowMs()): void {
    this.#noted.push({ at, is, side, bytes });
  }

  /** What happened from `since` until `until`; everything before is forgotten. */
  take(since: number, until: number): readonly Toll[] {
    const found = this.#noted.filter(({ at }) => at >= since && at <= until);
    this.#noted = this.#noted.filter(({ at }) => at > until);
    const tolls = found.flatMap(({ bytes, ...noted }) => {
      const count = bytes();
      return count === undefined ? [] : [{ ...noted, bytes: count }];
    });
    return tolls.sort((one, other) => one.at - other.at);
  }
}

/** What is heard of a journal while it is used as always. */
export type Ears<Event> = {
  /** On the disk; `bytes` tells how long it was what was new in it. */
  committed?(bytes: () => number, at: number): void;
  advanced?(event: Event, order: string): void;
  finished?(): void;
};

/** The journal itself, and a word to `ears` for everything that waited for the disk. */
export function overheard<State, Event, Effect, J extends Journal<State, Event, Effect>>(
  journal: J,
  ears: Ears<Event>,
): J {
  const advance: Journal<State, Event, Effect>["advance"] = (order, event, decide, options) => {
    const answer = journal.advance(order, event, decide, options);
    const at = nowMs();
    afterwards(answer, (step) => {
      if (isDurable(step, options)) ears.committed?.(() => JSON.stringify([step, event]).length, at);
      ears.advanced?.(event, order);
    });
    return answer;
  };
  const whenDone =
    <Value>(act: (...args: never[]) => Promise<Value>, tell: (at: number) => void) =>
    (...args: never[]): Promise<Value> => {
      const answer = act.apply(journal, args);
      const at = nowMs();
      afterwards(answer, () => tell(at));
      return answer;
    };
  return Object.assign(withOwnMethods(journal), {
    advance,
    start: whenDone(journal.start, (at) => ears.committed?.(() => 1, at)),
    probe: whenDone(journal.probe, (at) => ears.committed?.(() => 26, at)),
    finish: whenDone(journal.finish, () => ears.finished?.()),
  });
}

/** Whoever asked has the answer first: to be overheard must not cost him anything. */
function afterwards<Value>(answer: Promise<Value>, hear: (value: Value) => void): void {
  queueMicrotask(() => answer.then(hear, () => undefined));
}

/** The same object, whose methods can be replaced; a proxy would take its time at every call. */
function withOwnMethods<T extends object>(whole: T): T {
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(whole)).map((name) => {
    const value: unknown = Reflect.get(whole, name, whole);
    return [name, typeof value === "function" ? value.bind(whole) : value];
  });
  return { ...whole, ...Object.fromEntries(methods) };
}

const isDurable = <State, Effect>(step: Step<State, Effect>, { finishes }: AdvanceOptions): boolean =>
  !("ignored" in step) || finishes !== undefined;

/** The wire itself, and every statement on it that somebody waits for; acks and syncs are waited for by nobody. */
export const tolled =
  (open: OpenTransport, side: Side, trace: Trace): OpenTransport =>
  (options, events) => {
    const wire = open(options, events);
    return {
      get connected() {
        return wire.connected;
      },
      get lastAttempt() {
        return wire.lastAttempt;
      },
      publish: (topic, payload, how) => {
        trace.add("hop", side, () => (isStatement(payload) ? payload.length : undefined));
        return wire.publish(topic, payload, how);
      },
      hurry: () => wire.hurry(),
      close: () => wire.close(),
    };
  };

function isStatement(payload: string): boolean {
  const [, body] = payload.split(".");
  if (!payload.startsWith("ey") || body === undefined) return false;
  const { body: said } = JSON.parse(Buffer.from(body, "base64url").toString("utf8"));
  return !["ack", "sync", "using"].includes(said.type);
}
