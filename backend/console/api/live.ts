import { every } from "../../../host/every.ts";
import type { HttpAnswer } from "../../../host/http.ts";
import type { EventStream } from "../../../host/http-events.ts";
import type { Log } from "../../../host/log.ts";
import type { Clock, Stop } from "../../../protocol/time.ts";
import type { Sessions, Signed } from "../sessions/sessions.ts";
import { refusal } from "./answers.ts";
import type { Desks } from "./desks.ts";
import { type Endpoint, get } from "./endpoint.ts";
import type { liveEvents, Overview } from "./words.ts";

export type LiveParts = {
  readonly desks: Pick<Desks, "sales" | "stands" | "alarms">;
  readonly sessions: Pick<Sessions, "lasting" | "onChange">;
  readonly clock: Clock;
  readonly log: Log;
  overview(): Promise<Overview>;
};

export type Live = { readonly endpoint: Endpoint; readonly size: number; stop(): void };

type LiveEvent = (typeof liveEvents)[number];
type Listener = { readonly session: string; readonly account: string; readonly stream: EventStream; close(): void };

/** Pages that are open; of one account no more than a few. A page that cannot be had asks again by itself. */
const MOST = 200;
const MOST_OF_ONE = 8;
const BEAT_MS = 15_000;
/** How long a page goes on that another backend has ended the session of. */
const LOOK_MS = 5_000;
/** The whole is worked out no more often than this, however much happens. */
const OVERVIEW_MS = 2_000;

/** Tells open pages what changes, as long as their sessions last. Nothing is followed while no page is open. */
export function openLive(parts: LiveParts): Live {
  const listeners = new Set<Listener>();
  const tell = (event: LiveEvent, value: unknown): void => {
    if (listeners.size === 0) return;
    const data = JSON.stringify(value);
    for (const listener of [...listeners]) if (!listener.stream.send({ event, data })) drop(listener, listeners);
  };
  const digest = overviewOn(parts, tell);
  const ears = following(parts, listeners, tell, digest);
  const look = (): Promise<void> => endOver(parts, listeners);
  const stopAsking = parts.sessions.onChange(() => {
    look().catch((error: unknown) => parts.log.warn("sessions not looked at", { error }));
  });
  return {
    endpoint: get("viewer", "/api/live", async ({ who }) => listen(who, listeners, ears, digest.now)),
    get size() {
      return listeners.size;
    },
    stop: () => {
      stopAsking();
      for (const listener of [...listeners]) end(listener, "the console closes", listeners);
      ears.check();
    },
  };
}

/** Whether anybody listens has changed. */
type Ears = { check(): void };

function following(
  parts: LiveParts,
  listeners: Set<Listener>,
  tell: (event: LiveEvent, value: unknown) => void,
  digest: Digest,
): Ears {
  const { clock, log, desks } = parts;
  const on =
    (event: LiveEvent) =>
    (value: unknown): void => {
      tell(event, value);
      digest.later();
    };
  const begin = (): (Stop | undefined)[] => [
    every(clock, log, { firstMs: BEAT_MS, everyMs: BEAT_MS, what: "no beat", run: async () => beat(listeners) }),
    every(clock, log, {
      firstMs: LOOK_MS,
      everyMs: LOOK_MS,
      what: "sessions not looked at",
      run: () => endOver(parts, listeners),
    }),
    desks.sales?.onChange(on("order")),
    desks.stands?.onChange(on("stand")),
    desks.alarms?.onChange(on("alarm")),
    digest.stop,
  ];
  let stops: readonly (Stop | undefined)[] | undefined;
  return {
    check: () => {
      if (listeners.size > 0) stops ??= begin();
      else {
        for (const stop of stops ?? []) stop?.();
        stops = undefined;
      }
    },
  };
}

type Digest = { later(): void; now(stream: EventStream): void; readonly stop: Stop };

/** The overview, once for many changes. */
function overviewOn({ clock, log, overview }: LiveParts, tell: (event: LiveEvent, value: unknown) => void): Digest {
  let stopTimer: Stop | undefined;
  const failed = (error: unknown): void => log.warn("overview not known", { error });
  const run = (): void => {
    stopTimer = undefined;
    overview().then((value) => tell("overview", value), failed);
  };
  return {
    later: () => {
      stopTimer ??= clock.after(OVERVIEW_MS, run);
    },
    now: (stream) => {
      overview().then((value) => void stream.send({ event: "overview", data: JSON.stringify(value) }), failed);
    },
    stop: () => {
      stopTimer?.();
      stopTimer = undefined;
    },
  };
}

async function listen(
  who: Signed,
  listeners: Set<Listener>,
  ears: Ears,
  begin: (stream: EventStream) => void,
): Promise<HttpAnswer> {
  const own = [...listeners].filter(({ account }) => account === who.name);
  if (listeners.size >= MOST || own.length >= MOST_OF_ONE) return TOO_MANY;
  return {
    events: (stream) => {
      const listener = { session: who.session, account: who.name, stream, close: () => stream.end() };
      listeners.add(listener);
      ears.check();
      begin(stream);
      return () => {
        listeners.delete(listener);
        ears.check();
      };
    },
  };
}

const TOO_MANY = refusal("unavailable", "Too many pages are open: close one.", { headers: { "retry-after": "30" } });

function beat(listeners: Set<Listener>): void {
  for (const listener of [...listeners]) if (!listener.stream.beat()) drop(listener, listeners);
}

/** Ends the streams whose sessions are over. */
async function endOver({ sessions }: LiveParts, listeners: Set<Listener>): Promise<void> {
  const now = [...listeners];
  const lasting = await sessions.lasting([...new Set(now.map(({ session }) => session))]);
  for (const listener of now) if (!lasting.has(listener.session)) end(listener, "the session is over", listeners);
}

function end(listener: Listener, because: string, listeners: Set<Listener>): void {
  listener.stream.send({ event: "end", data: JSON.stringify({ because }) });
  drop(listener, listeners);
}

function drop(listener: Listener, listeners: Set<Listener>): void {
  listeners.delete(listener);
  listener.close();
}
