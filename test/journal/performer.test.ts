import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { JournalFault } from "../../journal/journal.ts";
import { type Lane, type Outcome, Performer, type PerformerOptions, pauseAfter } from "../../journal/performer.ts";
import type { SqliteJournal } from "../../journal/sqlite/sqlite-journal.ts";
import { settle, VirtualClock } from "../support/virtual-clock.ts";
import { SqlitePlace } from "./sqlite-place.ts";
import { type Effect, type Event, KINDS, paid, paying, print, release, type State, tell } from "./words.ts";

type TestLane = Lane<Effect>;
type OwedEffect = Parameters<TestLane["perform"]>[0];

/** Somebody's answer, given when the test says so. */
class Answer {
  readonly promise: Promise<Outcome>;
  give: (outcome: Outcome) => void = () => undefined;
  constructor() {
    this.promise = new Promise((resolve) => {
      this.give = resolve;
    });
  }
}

let place: SqlitePlace;
let journal: SqliteJournal<State, Event, Effect>;
let clock: VirtualClock;
let performer: Performer<Effect>;
let faults: unknown[];
let warnings: unknown[];

beforeEach(() => {
  place = new SqlitePlace();
  journal = place.openAs({ file: ":memory:" }).journal;
  clock = new VirtualClock();
  faults = [];
  warnings = [];
});

afterEach(async () => {
  const stopped = performer.stop(0);
  clock.pass(0);
  await stopped;
  await place.remove();
});

const owe = (...effects: Parameters<typeof paying>[1] & object) =>
  journal.advance("A", paid(1), paying(1, effects), { now: clock.now() });

function employ(lanes: readonly TestLane[], more: Partial<PerformerOptions<Effect>> = {}): Performer<Effect> {
  const log = { warn: (...line: unknown[]) => void warnings.push(line), error: () => undefined };
  performer = new Performer({ journal, clock, log, lanes, onFault: (fault) => void faults.push(fault), ...more });
  performer.start();
  return performer;
}

/** A lane for every kind that notes what it did, and answers `done` unless told otherwise. */
function lane(did: string[], more: Partial<TestLane> = {}): TestLane {
  return {
    kinds: KINDS,
    atOnce: 1,
    perform: async ({ effect }) => {
      did.push(effect.text);
      return "done";
    },
    ...more,
  };
}

/** A lane whose effects stay under way until their answer is given. */
function slowLane(more: Partial<TestLane> = {}) {
  const underWay = new Map<string, Answer>();
  const perform = ({ effect }: OwedEffect) => {
    const answer = new Answer();
    underWay.set(effect.text, answer);
    return answer.promise.finally(() => underWay.delete(effect.text));
  };
  const names = () => [...underWay.keys()];
  const give = async (text: string, outcome: Outcome) => {
    underWay.get(text)?.give(outcome);
    await settle();
  };
  return { lane: { kinds: KINDS, atOnce: 1, perform, ...more }, names, give };
}

test("what is owed is performed oldest first and then finished", async () => {
  const did: string[] = [];
  await owe(tell("1"), print("2"), tell("3"));
  await employ([lane(did)]).idle();
  expect(did).toEqual(["1", "2", "3"]);
  expect(await journal.backlog(KINDS)).toEqual({ count: 0 });
});

test("what becomes owed later is performed after a wake, and before it nothing happens", async () => {
  const did: string[] = [];
  employ([lane(did)]);
  await performer.idle();
  await owe(tell("1"));
  await settle();
  expect(did).toEqual([]);
  performer.wake();
  await performer.idle();
  expect(did).toEqual(["1"]);
});

test("what is due later is performed when its time has come, with one timer for all lanes", async () => {
  const did: string[] = [];
  await owe({ effect: tell("query"), afterMs: 15_000 }, { effect: print("slip"), afterMs: 20_000 });
  employ([lane(did, { kinds: ["tell"] }), lane(did, { kinds: ["print"] })]);
  await clock.advance(10_000);
  performer.wake();
  await clock.advance(4_999);
  expect([did, clock.pending]).toEqual([[], 1]);
  await clock.advance(1);
  expect(did).toEqual(["query"]);
  await clock.advance(5_000);
  expect([did, clock.pending]).toEqual([["query", "slip"], 0]);
});

test("what is to be done again comes back after its pause, and counts its tries", async () => {
  const tries: number[] = [];
  await owe(tell("1"));
  const perform = async (owed: OwedEffect): Promise<Outcome> => {
    tries.push(owed.tries);
    return owed.tries < 2 ? { againMs: 700 } : "done";
  };
  employ([lane([], { perform })]);
  await clock.advance(699);
  expect(tries).toEqual([0]);
  await clock.advance(701);
  expect(tries).toEqual([0, 1, 2]);
});

test("what was reported is left to the event that finished it", async () => {
  await owe(release("coffee"));
  const perform = async ({ id }: OwedEffect): Promise<Outcome> => {
    await journal.advance("A", { type: "released" }, paying(0), { now: clock.now(), finishes: id });
    return "reported";
  };
  await employ([lane([], { perform })]).idle();
  expect(await journal.backlog(KINDS)).toEqual({ count: 0 });
});

test("what fails is told and put off with a growing pause, and is never lost", async () => {
  const at: number[] = [];
  await owe(tell("1"));
  const perform = async (): Promise<Outcome> => {
    at.push(clock.now().ms);
    throw new Error("no link");
  };
  employ([lane([], { perform })]);
  await clock.advance(20_000);
  expect(at).toEqual([0, 1_000, 3_000, 7_000, 15_000]);
  expect(warnings).toHaveLength(5);
  expect(await journal.backlog(KINDS)).toMatchObject({ count: 1 });
});

test("the pause after a failure doubles from a second to five minutes and stays there", () => {
  expect([0, 1, 5, 8, 9, 2_000].map(pauseAfter)).toEqual([1_000, 2_000, 32_000, 256_000, 300_000, 300_000]);
});

describe("a lane", () => {
  test("has no more under way than it may, and takes the next when one is done", async () => {
    const slow = slowLane({ atOnce: 2 });
    await owe(tell("1"), tell("2"), tell("3"));
    employ([slow.lane]);
    await settle();
    expect(slow.names()).toEqual(["1", "2"]);
    await slow.give("2", "done");
    expect(slow.names()).toEqual(["1", "3"]);
  });

  test("that is full does not hold up another", async () => {
    const slow = slowLane({ kinds: ["tell"] });
    const did: string[] = [];
    await owe(tell("1"), tell("2"), print("slip"));
    employ([slow.lane, lane(did, { kinds: ["print"] })]);
    await settle();
    await owe(print("slip 2"));
    performer.wake();
    await settle();
    expect([slow.names(), did]).toEqual([["1"], ["slip", "slip 2"]]);
  });

  test("that is closed takes nothing, sets no timer, and goes on when it is woken open", async () => {
    const did: string[] = [];
    let isOpen = false;
    await owe(tell("1"), tell("2"));
    employ([lane(did, { isOpen: () => isOpen })]);
    await clock.advance(60_000);
    expect([did, clock.pending]).toEqual([[], 0]);
    isOpen = true;
    performer.wake();
    await performer.idle();
    expect(did).toEqual(["1", "2"]);
  });

  test("has no more of one addressee under way than it may, and goes on with the others", async () => {
    const slow = slowLane({ atOnce: 10, perAddressee: 2 });
    await owe(tell("a1", "a"), tell("a2", "a"), tell("a3", "a"), tell("b1", "b"));
    employ([slow.lane]);
    await settle();
    expect(slow.names()).toEqual(["a1", "a2", "b1"]);
    await slow.give("a1", "done");
    expect(slow.names()).toEqual(["a2", "b1", "a3"]);
  });

  test("with a full addressee still sets the timer for what another one is owed later", async () => {
    const slow = slowLane({ atOnce: 10, perAddressee: 1 });
    await owe(tell("a1", "a"), tell("a2", "a"), { effect: tell("b1", "b"), afterMs: 500 });
    employ([slow.lane]);
    await settle();
    expect(clock.pending).toBe(1);
    await clock.advance(500);
    expect(slow.names()).toEqual(["a1", "b1"]);
  });

  test("takes no more of one addressee than still fit, however many are owed to it", async () => {
    const slow = slowLane({ atOnce: 10, perAddressee: 2 });
    await owe(tell("a1", "a"));
    employ([slow.lane]);
    await settle();
    await owe(tell("a2", "a"), tell("a3", "a"));
    performer.wake();
    await settle();
    expect(slow.names()).toEqual(["a1", "a2"]);
  });

  test("has what it took for ten minutes, before another process may take it", async () => {
    const slow = slowLane();
    await owe(tell("1"));
    employ([slow.lane]);
    const taken = () => journal.take({ now: clock.now(), kinds: KINDS, limit: 1, leaseMs: 0 });
    await clock.advance(599_999);
    expect(await taken()).toEqual([]);
    await clock.advance(1);
    expect(await taken()).toHaveLength(1);
  });

  test("does not perform a second time what outlives its lease", async () => {
    const slow = slowLane({ atOnce: 3 });
    let begun = 0;
    const perform: TestLane["perform"] = (owed, signal) => {
      begun += 1;
      return slow.lane.perform(owed, signal);
    };
    await owe(release("coffee"));
    employ([{ ...slow.lane, perform }], { leaseMs: 1_000 });
    await clock.advance(5_000);
    performer.wake();
    await settle();
    expect([slow.names(), begun]).toEqual([["coffee"], 1]);
    await slow.give("coffee", "done");
    expect(await journal.backlog(KINDS)).toEqual({ count: 0 });
  });
});

describe("when the journal fails", () => {
  test("while taking, the owner hears of it and the performer tries again", async () => {
    const did: string[] = [];
    await owe(tell("1"));
    let left = 2;
    const take: typeof journal.take = async (options) => {
      left -= 1;
      if (left >= 0) throw new JournalFault("full", "no space");
      return journal.take(options);
    };
    const finish = journal.finish.bind(journal);
    const again = journal.again.bind(journal);
    const nextDue = journal.nextDue.bind(journal);
    employ([lane(did)], { journal: { take, finish, again, nextDue } });
    await clock.advance(1_999);
    expect([did, faults.length]).toEqual([[], 2]);
    await clock.advance(1);
    expect(did).toEqual(["1"]);
  });

  test("while finishing, the effect is not performed again but finished when the journal works", async () => {
    const did: string[] = [];
    await owe(tell("1"));
    let left = 3;
    const finish: typeof journal.finish = async (id) => {
      left -= 1;
      if (left >= 0) throw new JournalFault("full", "no space");
      return journal.finish(id);
    };
    const take = journal.take.bind(journal);
    const again = journal.again.bind(journal);
    const nextDue = journal.nextDue.bind(journal);
    employ([lane(did)], { journal: { take, finish, again, nextDue }, leaseMs: 1_500 });
    await clock.advance(10_000);
    expect([did, faults.length]).toEqual([["1"], 3]);
    expect(await journal.backlog(KINDS)).toEqual({ count: 0 });
  });
});

describe("stopping", () => {
  test("fires the signal, waits for what is under way and takes nothing more", async () => {
    const heard: string[] = [];
    await owe(tell("1"), tell("2"));
    const perform = (_: OwedEffect, signal: AbortSignal) =>
      new Promise<Outcome>((resolve) => {
        signal.addEventListener("abort", () => {
          heard.push("ended");
          resolve("done");
        });
      });
    employ([lane([], { perform })]);
    await settle();
    await performer.stop();
    performer.wake();
    await settle();
    expect(heard).toEqual(["ended"]);
    expect(await journal.backlog(KINDS)).toMatchObject({ count: 1 });
    expect(clock.pending).toBe(0);
  });

  test("does not wait longer than it may", async () => {
    const slow = slowLane();
    await owe(tell("1"));
    employ([slow.lane]);
    await settle();
    let isStopped = false;
    void performer.stop(3_000).then(() => {
      isStopped = true;
    });
    await clock.advance(2_999);
    expect(isStopped).toBe(false);
    await clock.advance(1);
    await settle();
    expect(isStopped).toBe(true);
  });

  test("gives back what was taken too late to begin", async () => {
    const did: string[] = [];
    await owe(tell("1"));
    const door = new Answer();
    const take: typeof journal.take = async (options) => {
      const taken = await journal.take(options);
      await door.promise;
      return taken;
    };
    const finish = journal.finish.bind(journal);
    const again = journal.again.bind(journal);
    const nextDue = journal.nextDue.bind(journal);
    employ([lane(did, { atOnce: 2 })], { journal: { take, finish, again, nextDue } });
    await settle();
    const stopped = performer.stop();
    door.give("done");
    await stopped;
    await settle();
    expect([did, clock.pending]).toEqual([[], 0]);
    expect(await journal.nextDue(KINDS, clock.now())).toEqual(clock.now());
  });

  test("waits five seconds where nobody says how long, and leaves no timer", async () => {
    const slow = slowLane();
    await owe(tell("1"), { effect: print("2"), afterMs: 3_600_000 });
    employ([{ ...slow.lane, kinds: ["tell"] }, lane([], { kinds: ["print"] })]);
    await settle();
    expect(clock.pending).toBe(1);
    let isStopped = false;
    void performer.stop().then(() => {
      isStopped = true;
    });
    await clock.advance(4_999);
    expect([isStopped, clock.pending]).toEqual([false, 1]);
    await clock.advance(1);
    await settle();
    expect([isStopped, clock.pending]).toEqual([true, 0]);
  });

  test("is not held up by a journal that takes no outcome", async () => {
    await owe(tell("1"));
    const finish = () => Promise.reject(new JournalFault("full", "no space"));
    const [take, again] = [journal.take.bind(journal), journal.again.bind(journal)];
    employ([lane([])], { journal: { take, finish, again, nextDue: (...asked) => journal.nextDue(...asked) } });
    await settle();
    expect(faults).toHaveLength(1);
    await performer.stop();
    expect(clock.pending).toBe(0);
  });

  test("gives back at once what broke off because of it", async () => {
    await owe(tell("1"));
    const perform = (_: OwedEffect, signal: AbortSignal) =>
      new Promise<Outcome>((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(new Error("aborted")));
      });
    employ([lane([], { perform })]);
    await settle();
    await performer.stop();
    expect(await journal.nextDue(KINDS, clock.now())).toEqual(clock.now());
  });
});

test("nothing is called idle while the journal is still being asked", async () => {
  const did: string[] = [];
  await owe(tell("1"));
  const door = new Answer();
  const take: typeof journal.take = async (options) => {
    await door.promise;
    return journal.take(options);
  };
  const finish = journal.finish.bind(journal);
  const again = journal.again.bind(journal);
  const nextDue = journal.nextDue.bind(journal);
  employ([lane(did)], { journal: { take, finish, again, nextDue } });
  await settle();
  performer.wake();
  performer.wake();
  await settle();
  const idle = performer.idle().then(() => did.push("idle"));
  await settle();
  door.give("done");
  await idle;
  expect(did).toEqual(["1", "idle"]);
});

test("many wakes before the next turn are one look into the journal", async () => {
  let looks = 0;
  const take: typeof journal.take = async (options) => {
    looks += 1;
    return journal.take(options);
  };
  const { finish, again } = journal;
  employ([lane([])], { journal: { take, finish, again, nextDue: (...asked) => journal.nextDue(...asked) } });
  await performer.idle();
  looks = 0;
  for (let nth = 0; nth < 100; nth += 1) performer.wake();
  await performer.idle();
  expect(looks).toBe(1);
});
