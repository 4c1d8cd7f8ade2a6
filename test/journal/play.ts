import fc from "fast-check";
import { expect } from "vitest";
import type { Owed } from "../../journal/journal.ts";
import { JournalFault } from "../../journal/journal.ts";
import { later, leftMs } from "../../protocol/time.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import type { JournalPlace } from "./contract.ts";
import { JournalModel, type Payment, passedOver, plain } from "./model.ts";
import { type Effect, KINDS, paid, paying, print, release, type TestJournal, tell } from "./words.ts";

/** A journal and its model side by side, and the effects that were taken once, finished or not. */
type Bench = {
  readonly place: JournalPlace;
  readonly model: JournalModel;
  readonly clock: VirtualClock;
  readonly taken: Owed<Effect>[];
  journal: TestJournal;
};

type Act = (bench: Bench) => Promise<void>;

const anOrder = fc.constantFrom("A", "B", "C", "D");
const anAddressee = fc.constantFrom("s-1", "s-2");
const someKinds = fc.subarray([...KINDS]);
const aPause = fc.constantFrom(0, 0, 1, 50, 1_000);
const anEffect = fc.oneof(
  fc.tuple(fc.string(), anAddressee).map(([text, to]) => tell(text, to)),
  fc.string().map(print),
  fc.string().map(release),
);
const aPayment: fc.Arbitrary<Payment> = fc.record({
  order: anOrder,
  amount: fc.nat(1_000_000),
  effects: fc.array(fc.record({ effect: anEffect, afterMs: aPause }), { maxLength: 3 }),
  takesBack: fc.oneof(fc.constant([]), someKinds),
  finished: fc.boolean(),
});
const anId = fc.option(fc.constantFrom("statement-1", "statement-2", "statement-3"), { nil: undefined });
const aTaking = fc.record({
  kinds: someKinds,
  except: fc.subarray(["s-1", "s-2"]),
  limit: fc.nat(4),
  leaseMs: fc.constantFrom(1, 100, 10_000),
});

const pay = (payment: Payment, once: string | undefined, finishing: number | undefined): Act => {
  const { order, amount, effects, takesBack, finished } = payment;
  return async ({ journal, model, clock, taken }) => {
    const finishes = finishing === undefined ? undefined : taken[finishing % Math.max(1, taken.length)];
    const options = {
      now: clock.now(),
      ...(once === undefined ? {} : { once }),
      ...(finishes === undefined ? {} : { finishes: finishes.id }),
    };
    if (finishes !== undefined) model.finish(finishes.seq);
    const answer = model.pay(payment, clock.now(), once);
    const step = await journal.advance(order, paid(amount), paying(amount, effects, { takesBack, finished }), options);
    expect("ignored" in step ? step.ignored : "kept").toBe(answer);
  };
};

const take =
  (options: { kinds: readonly string[]; except: readonly string[]; limit: number; leaseMs: number }): Act =>
  async ({ journal, model, clock, taken }) => {
    const now = clock.now();
    const due = model.due(options.kinds, now, options.except);
    const got = await journal.take({ now, ...options });
    taken.push(...got);
    const expected = due.filter(({ seq }) => got.some((owed) => owed.seq === seq));
    expect(got.map(plain)).toEqual(expected.map(plain));
    expect(got).toHaveLength(Math.min(options.limit, due.length));
    const before = passedOver(due, expected);
    model.lease(expected, later(now, options.leaseMs));
    expect(before).toEqual([]);
  };

/** Does something with one of the effects that were ever taken; it may long be gone. */
const withTaken =
  (nth: number, act: (owed: Owed<Effect>, bench: Bench) => Promise<void>): Act =>
  async (bench) => {
    const owed = bench.taken[nth % Math.max(1, bench.taken.length)];
    if (owed !== undefined) await act(owed, bench);
  };

const finish = (nth: number) =>
  withTaken(nth, async ({ id, seq }, { journal, model }) => {
    model.finish(seq);
    await journal.finish(id);
  });

const again = (nth: number, ms: number) =>
  withTaken(nth, async ({ id, seq }, { journal, model, clock }) => {
    model.again(seq, later(clock.now(), ms));
    await journal.again(id, later(clock.now(), ms));
  });

const start = (nth: number) =>
  withTaken(nth, async ({ id, seq }, { journal, model }) => {
    const owed = model.of(seq);
    if (owed === undefined) return expect(journal.start(id)).rejects.toBeInstanceOf(JournalFault);
    owed.started = true;
    await journal.start(id);
  });

const crash: Act = async (bench) => {
  bench.model.crash();
  bench.journal = await bench.place.crash();
};

const reboot: Act = async (bench) => {
  bench.clock.reboot();
  await crash(bench);
};

const anAct: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.tuple(aPayment, anId, fc.option(fc.nat(), { nil: undefined })).map((args) => pay(...args)),
  },
  { weight: 6, arbitrary: aTaking.map(take) },
  { weight: 2, arbitrary: fc.nat().map(finish) },
  { weight: 2, arbitrary: fc.tuple(fc.nat(), aPause).map((args) => again(...args)) },
  { weight: 2, arbitrary: fc.nat().map(start) },
  {
    weight: 2,
    arbitrary: aPause.map(
      (ms): Act =>
        async ({ clock }) =>
          clock.pass(ms),
    ),
  },
  {
    weight: 1,
    arbitrary: anAddressee.map(
      (to): Act =>
        async ({ journal, model, clock }) => {
          model.hasten(to, clock.now());
          await journal.hasten(to, clock.now());
        },
    ),
  },
  { weight: 1, arbitrary: fc.constant(crash) },
  { weight: 1, arbitrary: fc.constant(reboot) },
);

async function expectSame({ journal, model, clock }: Bench): Promise<void> {
  const orders = [...model.orders].map(([order, { state, finished }]) => ({ order, state, finished }));
  const kept = ({ order, state }: (typeof orders)[number]) => ({ order, state });
  expect(await journal.unfinished()).toEqual(orders.filter(({ finished }) => !finished).map(kept));
  expect(await journal.newest()).toEqual(orders.slice(-1).map(kept)[0]);
  expect((await journal.backlog(KINDS)).count).toBe(model.owed.length);
  for (const except of [[], ["s-1"]]) {
    const due = await journal.nextDue(KINDS, clock.now(), except);
    expect(due && leftMs(due, clock.now())).toBe(model.untilDue(KINDS, clock.now(), except));
  }
}

/** Plays sequences of acts on a journal and on its model; what they answer must be the same. */
export async function playAgainstModel(newPlace: () => Promise<JournalPlace>, numRuns: number): Promise<void> {
  const play = async (acts: readonly Act[]) => {
    const place = await newPlace();
    const bench = {
      place,
      model: new JournalModel(),
      clock: new VirtualClock(),
      taken: [],
      journal: await place.open(),
    };
    try {
      for (const act of acts) {
        await act(bench);
        await expectSame(bench);
      }
      for (const [order, { amounts }] of bench.model.orders)
        expect((await bench.journal.story(order)).map(({ event }) => event.amount)).toEqual(amounts);
    } finally {
      await place.remove();
    }
  };
  const acts = fc.array(anAct, { minLength: 5, maxLength: 40, size: "max" });
  await fc.assert(fc.asyncProperty(acts, play), { numRuns });
}
