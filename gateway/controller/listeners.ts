import { every } from "../../host/every.ts";
import type { HttpAnswer } from "../../host/http.ts";
import type { EventStream } from "../../host/http-events.ts";
import type { Log } from "../../host/log.ts";
import type { OrderId } from "../../protocol/ids.ts";
import type { Clock, Stop } from "../../protocol/time.ts";
import type { State } from "../order/words.ts";
import type { Stand, StandJournal } from "../stand.ts";
import { tooManyListeners } from "./refusals.ts";
import { eventIdOf, shown } from "./shown.ts";

export type ListenersOptions = {
  readonly stand: Pick<Stand, "watch">;
  readonly journal: Pick<StandJournal, "stateOf">;
  readonly clock: Clock;
  readonly log: Log;
};

export const MOST_LISTENERS = 32;
/** Shorter than any proxy's patience with silence. */
const BEAT_MS = 15_000;

/** Whoever listens to orders: each hears its order's state at once, then every other state that the order comes into. */
export class Listeners {
  readonly #options: ListenersOptions;
  #count = 0;

  constructor(options: ListenersOptions) {
    this.#options = options;
  }

  /** `heard`: the last event that this listener has had; it is not said again. */
  answer(order: OrderId, heard: string | undefined): HttpAnswer {
    if (this.#count >= MOST_LISTENERS) return tooManyListeners(MOST_LISTENERS);
    return { events: (stream) => this.#listen(order, stream, heard) };
  }

  /** A state that comes while the first one is being read is the newer. */
  #listen(order: OrderId, stream: EventStream, heard: string | undefined): Stop {
    const { stand, journal, clock, log } = this.#options;
    this.#count += 1;
    let last = heard;
    let hasMoved = false;
    const say = (state: State): void => {
      const id = eventIdOf(state);
      const order = id === last ? undefined : shown(state, clock.now());
      last = id;
      if (order !== undefined) stream.send({ event: "order", id, data: JSON.stringify(order) });
    };
    const stopWatching = stand.watch((state) => {
      if (state.order.id !== order) return;
      hasMoved = true;
      say(state);
    });
    journal
      .stateOf(order)
      .then((state) => state !== undefined && !hasMoved && say(state))
      .catch((error: unknown) => log.warn("listener not told the first state", { order, error }));
    const beat = async (): Promise<void> => void stream.beat();
    const stopBeating = every(clock, log, { firstMs: BEAT_MS, everyMs: BEAT_MS, what: "no heartbeat", run: beat });
    return () => {
      this.#count -= 1;
      stopWatching();
      stopBeating();
    };
  }
}
