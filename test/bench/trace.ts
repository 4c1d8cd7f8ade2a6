import type { AdvanceOptions, Journal, Step } from "../../journal/journal.ts";
import type { OpenTransport } from "../../wire/transport.ts";
import { nowMs } from "./stopwatch.ts";

export type Side = "stand" | "backend";

/** What a sale asks of disk and network: a commit that waits for the disk, or a statement that waits for the broker. */
export type Toll = { readonly at: number; readonly is: "commit" | "hop"; readonly side: Side; readonly bytes: number };

/** What the journals and the wires of one bench did, in order. */
export class Trace {
  #tolls: Toll[] = [];

  add(is: Toll["is"], side: Side, bytes: number, at = nowMs()): void {
    this.#tolls.push({ at, is, side, bytes });
  }

  /** What happened from `since` until `until`; everything before is forgotten. */
  take(since: number, until: number): readonly Toll[] {
    const found = this.#tolls.filter(({ at }) => at >= since && at <= until);
    this.#tolls = this.#tolls.filter(({ at }) => at > until);
    return found.sort((one, other) => one.at - other.at);
  }
}

/** What is heard of a journal while it is used as always. */
export type Ears<Event> = {
  /** On the disk; `bytes` is what was new in it. */
  committed?(bytes: number, at: number): void;
  advanced?(event: Event, order: string): void;
  finished?(): void;
};

/** The journal itself, and a word to `ears` for everything that waited for the disk. */
export function overheard<State, Event, Effect, J extends Journal<State, Event, Effect>>(
  journal: J,
  ears: Ears<Event>,
): J {
  const advance: Journal<State, Event, Effect>["advance"] = async (order, event, decide, options) => {
    const answer = journal.advance(order, event, decide, options);
    const at = nowMs();
    const step = await answer;
    if (isDurable(step, options)) ears.committed?.(JSON.stringify([step, event]).length, at);
    ears.advanced?.(event, order);
    return step;
  };
  const whenDone =
    (act: (...args: never[]) => Promise<unknown>, tell: (at: number) => void) =>
    async (...args: never[]): Promise<void> => {
      const answer = act.apply(journal, args);
      const at = nowMs();
      await answer;
      tell(at);
    };
  const instead = new Map<string | symbol, unknown>([
    ["advance", advance],
    ["start", whenDone(journal.start, (at) => ears.committed?.(1, at))],
    ["probe", whenDone(journal.probe, (at) => ears.committed?.(26, at))],
    ["finish", whenDone(journal.finish, () => ears.finished?.())],
  ]);
  return new Proxy(journal, {
    get: (target, name) => {
      const value: unknown = instead.get(name) ?? Reflect.get(target, name, target);
      return typeof value === "function" && !instead.has(name) ? value.bind(target) : value;
    },
  });
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
        if (isStatement(payload)) trace.add("hop", side, payload.length);
        return wire.publish(topic, payload, how);
      },
      close: () => wire.close(),
    };
  };

function isStatement(payload: string): boolean {
  const [, body] = payload.split(".");
  if (!payload.startsWith("ey") || body === undefined) return false;
  const { body: said } = JSON.parse(Buffer.from(body, "base64url").toString("utf8"));
  return said.type !== "ack" && said.type !== "sync";
}
