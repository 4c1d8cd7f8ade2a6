import { beforeEach, describe, expect, test } from "vitest";
import { HardwareFault, type Relay } from "../../device/device.ts";
import { type DeliverySensor, Hands, type HandsOptions } from "../../gateway/hands.ts";
import type { Effect, Event } from "../../gateway/order/words.ts";
import { silentLog } from "../../host/log.ts";
import type { Owed } from "../../journal/journal.ts";
import { firstReleaseOf } from "../../protocol/ids.ts";
import type { Meaning } from "../../protocol/settings.ts";
import { ORDER_ID } from "../support/sale.ts";
import { settle, VirtualClock } from "../support/virtual-clock.ts";

const release = firstReleaseOf(ORDER_ID);
const owed: Owed<Effect> = {
  id: "effect-1",
  seq: 1,
  order: ORDER_ID,
  effect: { do: "release", order: ORDER_ID, release, opening: { line: "gate", pulseMs: 500 } },
  started: false,
  tries: 0,
};

/** What happened, in order: the journal's starts, the contact, the reports. */
let tape: string[];
let clock: VirtualClock;
beforeEach(() => {
  tape = [];
  clock = new VirtualClock();
});

const relay: Relay = {
  ready: async () => true,
  pulse: (ms) =>
    new Promise((resolve) => {
      tape.push("closed");
      clock.after(ms, () => {
        tape.push("opened");
        resolve();
      });
    }),
  close: async () => undefined,
};

type World = {
  /** The only one that there is; "gate" when absent. */
  readonly line?: string;
  readonly relay?: Relay | undefined;
  readonly sensor?: DeliverySensor;
  readonly interlocks?: NonNullable<HandsOptions["interlocks"]>;
  readonly reports?: (event: Event) => Promise<void>;
  readonly starts?: () => Promise<void>;
};

const lineOf = ({ line = "gate" }: World): string => line;

const handsIn = (world: World = {}): Hands =>
  new Hands({
    stand: {
      report: async (_order, event, finishes) => {
        await world.reports?.(event);
        const said = event.type === "released" ? `confirmed ${event.confirmed}` : event.type;
        tape.push(`${event.type === "not-released" ? event.because : said} (finishes ${finishes})`);
      },
    },
    journal: {
      start: async () => {
        await world.starts?.();
        tape.push("started");
      },
    },
    clock,
    log: silentLog,
    relayOf: (line) => (line === lineOf(world) ? ("relay" in world ? world.relay : relay) : undefined),
    sensorOf: (line) => (line === lineOf(world) ? world.sensor : undefined),
    ...(world.interlocks === undefined ? {} : { interlocks: world.interlocks }),
  });

describe("a release", () => {
  test("is on disk as started before the contact closes, and reported after it opened", async () => {
    const outcome = handsIn().release(owed);
    await clock.advance(500);
    expect(await outcome).toBe("reported");
    expect(tape).toEqual(["started", "closed", "opened", "confirmed false (finishes effect-1)"]);
  });

  test("that was started before this process began is not touched, and reported as unclear", async () => {
    await handsIn().release({ ...owed, started: true });
    expect(tape).toEqual(["release-unclear (finishes effect-1)"]);
  });

  test.each([
    ["there is none", undefined],
    ["it is not ready", { ...relay, ready: async () => false }],
    ["it cannot say", { ...relay, ready: () => Promise.reject(new HardwareFault("silent")) }],
  ])("does not begin without a relay: %s", async (_, given) => {
    await handsIn({ relay: given }).release(owed);
    expect(tape).toEqual(["release-failed (finishes effect-1)"]);
  });

  test("waits three seconds for a relay that does not answer, and no longer", async () => {
    const outcome = handsIn({ relay: { ...relay, ready: () => new Promise(() => undefined) } }).release(owed);
    await clock.advance(3_000);
    expect(await outcome).toBe("reported");
    expect(tape).toEqual(["release-failed (finishes effect-1)"]);
  });

  test("that the relay breaks off has failed", async () => {
    const broken = { ...relay, pulse: () => Promise.reject(new HardwareFault("stuck")) };
    await handsIn({ relay: broken }).release(owed);
    expect(tape).toEqual(["started", "release-failed (finishes effect-1)"]);
  });

  test("moves nothing when the journal does not take the start, and may be tried again", async () => {
    let isFull = true;
    const hands = handsIn({ starts: async () => (isFull ? Promise.reject(new Error("disk full")) : undefined) });
    await expect(hands.release(owed)).rejects.toThrow("disk full");
    expect(tape).toEqual([]);
    expect(hands.isReleasing).toBe(false);
    isFull = false;
    const outcome = hands.release(owed);
    await clock.advance(500);
    expect(await outcome).toBe("reported");
    expect(tape.filter((entry) => entry === "closed")).toHaveLength(1);
  });

  test("whose outcome the journal did not take is told again, never done again", async () => {
    let isFull = true;
    const hands = handsIn({ reports: async () => (isFull ? Promise.reject(new Error("disk full")) : undefined) });
    const first = hands.release(owed).catch((error: Error) => error.message);
    await clock.advance(500);
    expect(await first).toBe("disk full");
    expect(hands.isReleasing).toBe(true);
    isFull = false;
    expect(await hands.release({ ...owed, started: true, tries: 1 })).toBe("reported");
    expect(tape).toEqual(["started", "closed", "opened", "confirmed false (finishes effect-1)"]);
    expect(hands.isReleasing).toBe(false);
  });

  test("that is taken a second time while it is under way is still one pulse", async () => {
    const hands = handsIn();
    const both = Promise.all([hands.release(owed), hands.release(owed)]);
    await clock.advance(500);
    await both;
    expect(tape.filter((entry) => entry === "closed")).toHaveLength(1);
  });

  test("is counted, each one by its relay", async () => {
    const hands = handsIn();
    for (const id of ["effect-1", "effect-2"]) {
      const outcome = hands.release({ ...owed, id });
      await clock.advance(500);
      await outcome;
    }
    expect(hands.pulses).toEqual({ gate: 2 });
  });
});

describe("while an interlock is active", () => {
  const door = (...looks: readonly (readonly Meaning[])[]) => {
    let [now = [], ...later] = looks;
    const look = async (): Promise<readonly Meaning[]> => {
      const seen = now;
      [now = seen, ...later] = later;
      return seen;
    };
    return {
      look,
      get active() {
        return now;
      },
    };
  };

  test("nothing moves, and the release has failed", async () => {
    await handsIn({ interlocks: door(["door-open"]) }).release(owed);
    expect(tape).toEqual(["release-failed (finishes effect-1)"]);
  });

  test("nothing moves either when it trips in the last moment, while the start goes to disk", async () => {
    await handsIn({ interlocks: door([], ["door-open"]) }).release(owed);
    expect(tape).toEqual(["started", "release-failed (finishes effect-1)"]);
  });

  test("is over, what was paid may be released", async () => {
    const outcome = handsIn({ interlocks: door([]) }).release(owed);
    await clock.advance(500);
    await outcome;
    expect(tape).toEqual(["started", "closed", "opened", "confirmed false (finishes effect-1)"]);
  });
});

describe("a delivery sensor", () => {
  let hear: (() => void) | undefined;
  let isCovered = false;
  let isSilent = false;
  const sensor: DeliverySensor = {
    windowMs: 2_000,
    input: {
      isActive: async () => (isSilent ? new Promise<boolean>(() => undefined) : isCovered),
      onChange: () => () => undefined,
      onPress: (listener) => {
        tape.push("listening");
        hear = listener;
        return () => {
          hear = undefined;
        };
      },
      close: async () => undefined,
    },
  };

  test("is the one of the line that is opened, and so is the relay", async () => {
    const opening = { line: "hatch", pulseMs: 500 };
    const outcome = handsIn({ sensor, line: "hatch" }).release({
      ...owed,
      effect: { ...owed.effect, opening } as Effect,
    });
    await settle();
    expect(tape).toEqual(["started", "listening", "closed"]);
    hear?.();
    await clock.advance(500);
    expect(await outcome).toBe("reported");
  });

  test("is listened to before the contact closes, and not any more afterwards", async () => {
    const outcome = handsIn({ sensor }).release(owed);
    await settle();
    expect(tape).toEqual(["started", "listening", "closed"]);
    hear?.();
    await clock.advance(500);
    await outcome;
    expect(tape.at(-1)).toBe("confirmed true (finishes effect-1)");
    expect(hear).toBeUndefined();
  });

  test("may see the goods until its window after the pulse has passed", async () => {
    const outcome = handsIn({ sensor }).release(owed);
    await clock.advance(500 + 1_999);
    hear?.();
    await outcome;
    expect(tape.at(-1)).toBe("confirmed true (finishes effect-1)");
  });

  test("that sees something before anything has moved confirms nothing, whatever it says afterwards", async () => {
    isCovered = true;
    const outcome = handsIn({ sensor }).release(owed);
    await settle();
    hear?.();
    await clock.advance(500);
    await outcome;
    isCovered = false;
    expect(tape.slice(-2)).toEqual(["opened", "not-confirmed (finishes effect-1)"]);
  });

  test("that does not say how it is before the release confirms what it sees afterwards", async () => {
    isSilent = true;
    const outcome = handsIn({ sensor }).release(owed);
    await clock.advance(3_000);
    isSilent = false;
    expect(tape.at(-1)).toBe("closed");
    hear?.();
    await clock.advance(500);
    await outcome;
    expect(tape.at(-1)).toBe("confirmed true (finishes effect-1)");
  });

  test("is heard of a moment late where the program was busy when its window ended", async () => {
    const outcome = handsIn({ sensor }).release(owed);
    await clock.advance(500 + 2_000 + 50);
    hear?.();
    await outcome;
    expect(tape.at(-1)).toBe("confirmed true (finishes effect-1)");
  });

  test("that sees nothing in its window means that nobody knows", async () => {
    const outcome = handsIn({ sensor }).release(owed);
    await clock.advance(500 + 2_000);
    await clock.advance(100);
    await outcome;
    expect(tape.at(-1)).toBe("not-confirmed (finishes effect-1)");
    expect(hear).toBeUndefined();
  });
});
