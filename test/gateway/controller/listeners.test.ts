import { beforeEach, expect, test } from "vitest";
import { Listeners } from "../../../gateway/controller/listeners.ts";
import { eventIdOf, shown } from "../../../gateway/controller/shown.ts";
import type { Order, State } from "../../../gateway/order/words.ts";
import type { EventStream } from "../../../host/http-events.ts";
import { silentLog } from "../../../host/log.ts";
import { handedOver, qrFor } from "../../support/sale.ts";
import { settle, VirtualClock } from "../../support/virtual-clock.ts";

let clock: VirtualClock;
beforeEach(() => {
  clock = new VirtualClock();
});

const charging = (order: Order = handedOver): State => ({ at: "charging", order, deadline: clock.now() });
const awaiting = (): State => ({
  at: "awaiting",
  order: handedOver,
  qr: qrFor(handedOver.amount),
  shownAt: clock.now(),
  deadline: clock.now(),
});

/** Somebody who listens to the order, and a journal that takes until `answer` to read it. */
function listen() {
  const said: (string | undefined)[] = [];
  const watchers = new Set<(state: State) => void>();
  let answer = (_: State): void => undefined;
  const read = new Promise<State>((resolve) => (answer = resolve));
  const listeners = new Listeners({
    stand: {
      watch: (watcher) => {
        watchers.add(watcher);
        return () => watchers.delete(watcher);
      },
    },
    journal: { stateOf: () => read },
    clock,
    log: silentLog,
  });
  const stream: EventStream = {
    send: ({ id }) => said.push(id) > 0,
    beat: () => said.push("beat") > 0,
    end: () => undefined,
  };
  const { events } = listeners.answer(handedOver.id, undefined) as { events: (stream: EventStream) => () => void };
  const stop = events(stream);
  const move = (state: State): void => {
    for (const watcher of watchers) watcher(state);
  };
  return { said, stop, answer, move, watchers };
}

test("a state that comes while the first one is read is the last that is heard", async () => {
  const { said, move, answer } = listen();
  move(awaiting());
  answer(charging());
  await settle();
  expect(said).toEqual(["awaiting"]);
});

test("another order's state is not the first one", async () => {
  const { said, move, answer } = listen();
  move(charging({ ...handedOver, id: "01JD5S3V8Q4R6T2W9Y0ZANTHER" as Order["id"] }));
  answer(awaiting());
  await settle();
  expect(said).toEqual(["awaiting"]);
});

test("whoever hangs up is neither watched for nor kept awake any more", async () => {
  const { said, stop, answer, watchers } = listen();
  answer(charging());
  await settle();
  stop();
  await clock.advance(60_000);
  expect(said).toEqual(["charging"]);
  expect(watchers.size).toBe(0);
  expect(clock.pending).toBe(0);
});

test("an order that is closed twice, first unpaid and then remedied, comes into two states", () => {
  const closed = { at: "closed", order: handedOver, since: clock.now() } as const;
  const unpaid: State = { ...closed, ending: { is: "voided", why: "expired" } };
  const remedied: State = { ...closed, ending: { is: "remedied", how: "refunded" } };
  expect(eventIdOf(unpaid)).not.toBe(eventIdOf(remedied));
  const refused: State = { ...closed, ending: { is: "refused", because: "too-late" } };
  const reasons = [unpaid, remedied, refused].map((state) => shown(state, clock.now())?.because);
  expect(reasons).toEqual(["expired", "refunded", "too-late"]);
});
