import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { JournalFault } from "../../journal/journal.ts";
import { ULID } from "../../protocol/ids.ts";
import { at, KINDS, paid, paying, print, release, type TestJournal, takeAll, tell, texts } from "./words.ts";

/** Where a journal lies, and how its process ends. */
export interface JournalPlace {
  /** The wall clock of whoever writes here. */
  readonly wall: { now: number };
  open(options?: { readonly notesBound?: number }): Promise<TestJournal>;
  /** The process that held the journal ends without a goodbye; opens what it left. */
  crash(): Promise<TestJournal>;
  /** Closes every journal opened here and removes what they wrote. */
  remove(): Promise<void>;
}

const HOUR = 3_600_000;

/** What every journal promises, wherever it lies. */
export function journalContract(name: string, newPlace: () => Promise<JournalPlace>): void {
  describe(`${name} keeps the journal's promises`, () => {
    let place: JournalPlace;
    let journal: TestJournal;
    beforeEach(async () => {
      place = await newPlace();
      journal = await place.open();
    });
    afterEach(() => place.remove());

    const pay = (order: string, amount: number, ...effects: Parameters<typeof paying>[1] & object) =>
      journal.advance(order, paid(amount), paying(amount, effects), { now: at(0) });
    const end = (order: string) =>
      journal.advance(order, { type: "ended" }, paying(0, [], { finished: true }), { now: at(0) });

    describe("an advance", () => {
      test("keeps the new state, the event and the effects it owes", async () => {
        place.wall.now = 1_700_000_000_000;
        const step = await pay("A", 5_000, tell("paid"));
        expect(step).toEqual({ state: { at: "paying", paid: 5_000 }, effects: [{ effect: tell("paid") }] });
        expect(await journal.stateOf("A")).toEqual({ at: "paying", paid: 5_000 });
        expect(await journal.story("A")).toEqual([{ event: paid(5_000), wall: 1_700_000_000_000 }]);
        const [owed] = await takeAll(journal);
        expect(owed).toMatchObject({ order: "A", effect: tell("paid"), to: "backend", started: false, tries: 0 });
        expect(owed?.id).toMatch(ULID);
      });

      test("hands the state of the step before to the next one, and tells the story in order", async () => {
        await pay("A", 2_000);
        await pay("B", 1);
        await pay("A", 3_000);
        expect(await journal.stateOf("A")).toEqual({ at: "paying", paid: 5_000 });
        expect((await journal.story("A")).map(({ event }) => event.amount)).toEqual([2_000, 3_000]);
      });

      test("is told of several orders at once, each with its state and story, and only of those that are here", async () => {
        await pay("A", 2_000);
        await pay("B", 1);
        await pay("A", 3_000);
        const told = [...(await journal.several(["B", "A", "nobody's"]))].sort((one, other) =>
          one.order < other.order ? -1 : 1,
        );
        const wall = place.wall.now;
        expect(told).toEqual([
          {
            order: "A",
            state: { at: "paying", paid: 5_000 },
            story: [
              { event: paid(2_000), wall },
              { event: paid(3_000), wall },
            ],
          },
          { order: "B", state: { at: "paying", paid: 1 }, story: [{ event: paid(1), wall }] },
        ]);
        expect(await journal.several([])).toEqual([]);
      });

      test("that is ignored changes nothing", async () => {
        await pay("A", 2_000);
        const step = await journal.advance("A", paid(9), () => ({ ignored: "not now" }), { now: at(0) });
        expect(step).toEqual({ ignored: "not now" });
        expect(await journal.stateOf("A")).toEqual({ at: "paying", paid: 2_000 });
        expect(await journal.story("A")).toHaveLength(1);
      });

      test("whose decision throws changes nothing and throws the same", async () => {
        const bug = new Error("an impossible pair");
        const broken = () => {
          throw bug;
        };
        await expect(journal.advance("A", paid(1), broken, { now: at(0) })).rejects.toBe(bug);
        expect(await journal.stateOf("A")).toBeUndefined();
        expect(await journal.story("A")).toEqual([]);
        await pay("A", 1);
      });

      test("never overlaps another one of its order", async () => {
        await Promise.all(Array.from({ length: 40 }, () => pay("A", 1)));
        expect(await journal.stateOf("A")).toEqual({ at: "paying", paid: 40 });
      });

      test("brought by a statement that was seen is a duplicate, and nobody is asked", async () => {
        const once = "01JD5S3V8Q4R6T2W9Y0ZABCDEF";
        await journal.advance("A", paid(7), paying(7), { now: at(0), once });
        const decide = () => {
          throw new Error("asked again");
        };
        expect(await journal.advance("A", paid(7), decide, { now: at(0), once })).toEqual({ ignored: "duplicate" });
        expect(await journal.stateOf("A")).toEqual({ at: "paying", paid: 7 });
      });

      test("remembers a statement that was ignored", async () => {
        const options = { now: at(0), once: "01JD5S3V8Q4R6T2W9Y0ZABCDEG" };
        await journal.advance("A", paid(7), () => ({ ignored: "too early" }), options);
        expect(await journal.advance("A", paid(7), paying(7), options)).toEqual({ ignored: "duplicate" });
      });

      test.each(["accepted", "ignored", "a duplicate"])("finishes an effect when it is %s", async (how) => {
        const once = "01JD5S3V8Q4R6T2W9Y0ZABCDEH";
        if (how === "a duplicate") await journal.advance("B", paid(1), paying(1), { now: at(0), once });
        await pay("A", 1, release("coffee"));
        const [owed] = await takeAll(journal);
        const decide = how === "ignored" ? () => ({ ignored: "known" }) : paying(0);
        const finishes = owed?.id ?? "";
        await journal.advance("A", { type: "released" }, decide, { now: at(0), finishes, once });
        expect((await journal.backlog(KINDS)).count).toBe(0);
        journal = await place.crash();
        expect(await takeAll(journal)).toEqual([]);
      });

      test("takes back what the order still owes of a kind, not what others owe nor what it adds itself", async () => {
        await pay("A", 1, tell("charge"), print("receipt"));
        await pay("B", 1, tell("other"));
        const decide = paying(0, [tell("void")], { takesBack: ["tell"] });
        await journal.advance("A", { type: "cancelled" }, decide, { now: at(0) });
        expect(texts(await takeAll(journal))).toEqual(["receipt", "other", "void"]);
      });
    });

    describe("an order", () => {
      test("is unfinished until a step says otherwise, and again when a later one does not", async () => {
        for (const order of ["C", "A", "B"]) await pay(order, 1);
        await end("A");
        const open = async () => (await journal.unfinished()).map(({ order }) => order);
        expect(await open()).toEqual(["C", "B"]);
        await pay("A", 1);
        expect(await open()).toEqual(["C", "A", "B"]);
      });

      test("is found among its party's while it is unfinished, with those that are nobody's", async () => {
        const step = (order: string, of: string | undefined, finished = false) =>
          journal.advance(
            order,
            { type: "said" },
            () => ({ state: { at: "said", paid: 0, ...(of && { of }) }, effects: [], finished }),
            { now: at(0) },
          );
        const openOf = async (party: string) => (await journal.unfinishedOf(party)).map(({ order }) => order);
        expect(await openOf("s-1")).toEqual([]);
        for (const [order, of] of [
          ["D", "s-1"],
          ["C", "s-2"],
          ["B", undefined],
          ["A", "s-1"],
        ] as const)
          await step(order, of);
        expect(await openOf("s-1")).toEqual(["D", "B", "A"]);
        expect(await openOf("s-2")).toEqual(["C", "B"]);
        expect(await openOf("s-3")).toEqual(["B"]);
        for (const [order, of] of [
          ["D", "s-1"],
          ["B", undefined],
        ] as const)
          await step(order, of, true);
        expect(await openOf("s-1")).toEqual(["A"]);
        journal = await place.crash();
        expect(await journal.unfinishedOf("s-1")).toEqual([{ order: "A", state: { at: "said", paid: 0, of: "s-1" } }]);
        await step("D", "s-1");
        expect(await openOf("s-1")).toEqual(["D", "A"]);
        expect(await openOf("s-2")).toEqual(["C"]);
        journal = await place.crash();
        await step("E", "s-1");
        expect(await openOf("s-1")).toEqual(["D", "A", "E"]);
      });

      test("is the newest when it was begun last, finished or not, touched or not", async () => {
        expect(await journal.newest()).toBeUndefined();
        await pay("Z", 1);
        await pay("A", 2);
        await end("A");
        place.wall.now += 1_000;
        await pay("Z", 3);
        expect((await journal.newest())?.order).toBe("A");
      });
    });

    describe("a span of wall time", () => {
      const DAY = 24 * HOUR;
      const FROM = 20_000 * DAY;
      const heardAt = async (wall: number, order: string, finished = true) => {
        place.wall.now = wall;
        await journal.advance(order, { type: "heard" }, paying(0, [], { finished }), { now: at(0) });
      };
      const pages = async (limit: number, meanwhile: () => Promise<void> = async () => undefined) => {
        const found: string[][] = [];
        for (let after: number | undefined = 0; after !== undefined; ) {
          const page = await journal.inSpan({ fromWall: FROM, toWall: FROM + DAY, after, limit });
          found.push([...page.orders]);
          after = page.next;
          await meanwhile();
        }
        return found;
      };

      test("names the orders that had an event in it, as they were begun, its first moment included, its end not", async () => {
        await heardAt(FROM - 1, "before");
        await heardAt(FROM, "first moment");
        await heardAt(FROM + DAY - 1, "last moment", false);
        await heardAt(FROM + DAY, "after");
        expect(await pages(10)).toEqual([["first moment", "last moment"]]);
      });

      test("names an order by any of its events, however much happened before and after", async () => {
        for (const finished of [true, false]) {
          const order = finished ? "finished" : "open";
          for (const wall of [FROM - DAY, FROM + HOUR, FROM + 5 * DAY]) await heardAt(wall, order, finished);
        }
        await heardAt(FROM - DAY, "around it");
        await heardAt(FROM + 2 * DAY, "around it");
        expect(await pages(10)).toEqual([["finished", "open"]]);
      });

      test("is told in pages, some of them empty, and the last says so", async () => {
        for (const order of ["A", "B", "C"]) await heardAt(FROM, order);
        await heardAt(FROM + DAY, "D");
        await heardAt(FROM, "E");
        expect(await pages(1)).toEqual([["A"], ["B"], ["C"], [], ["E"], []]);
        expect(await pages(2)).toEqual([["A", "B"], ["C"], ["E"]]);
      });

      test("misses no order that is opened, ended or touched between two pages, and names none twice", async () => {
        for (const order of ["A", "B", "C", "D"]) await heardAt(FROM, order, order < "C");
        let turn = 0;
        const found = await pages(1, async () => {
          turn += 1;
          for (const order of ["A", "B", "C", "D"]) await heardAt(FROM + DAY + turn, order, turn % 2 === 0);
        });
        expect(found.flat()).toEqual(["A", "B", "C", "D"]);
      });

      test("of a clock that went back is what the clock said", async () => {
        await heardAt(FROM + DAY, "later, begun first");
        await heardAt(FROM, "earlier, begun last");
        expect(await pages(10)).toEqual([["earlier, begun last"]]);
      });
    });

    describe("effects", () => {
      test("are taken oldest first, across kinds and orders, up to the limit", async () => {
        await pay("A", 1, tell("1"), print("2"));
        await pay("B", 1, release("3"), tell("4"));
        const some = await journal.take({ now: at(0), kinds: KINDS, limit: 3, leaseMs: 1_000 });
        expect(texts(some)).toEqual(["1", "2", "3"]);
        expect(texts(await takeAll(journal))).toEqual(["4"]);
      });

      test("of other kinds and for excepted addressees are left where they are", async () => {
        await pay("A", 1, print("paper"), tell("to s-1", "s-1"), tell("to s-2", "s-2"));
        const options = { now: at(0), kinds: ["tell", "release"], limit: 10, leaseMs: 1_000, except: ["s-1"] };
        expect(texts(await journal.take(options))).toEqual(["to s-2"]);
        expect(texts(await takeAll(journal))).toEqual(["paper", "to s-1"]);
      });

      test("without an addressee are taken whoever is excepted", async () => {
        await pay("A", 1, print("paper"));
        const taken = await journal.take({ now: at(0), kinds: KINDS, limit: 1, leaseMs: 1, except: ["s-1"] });
        expect(texts(taken)).toEqual(["paper"]);
      });

      test("in somebody's hands are not taken again before the lease is over", async () => {
        await pay("A", 1, tell("once"));
        await journal.take({ now: at(0), kinds: KINDS, limit: 1, leaseMs: 1_000 });
        expect(await takeAll(journal, at(999))).toEqual([]);
        expect(texts(await takeAll(journal, at(1_000)))).toEqual(["once"]);
      });

      test("that are finished never come back", async () => {
        await pay("A", 1, tell("once"));
        const [owed] = await takeAll(journal);
        await journal.finish(owed?.id ?? "");
        await journal.finish(owed?.id ?? "");
        expect(await takeAll(journal, at(HOUR))).toEqual([]);
      });

      test("become due after the time they were given, and not before", async () => {
        await pay("A", 1, { effect: tell("query"), afterMs: 15_000 });
        expect(await takeAll(journal, at(14_999))).toEqual([]);
        expect(texts(await takeAll(journal, at(15_000)))).toEqual(["query"]);
      });

      test("that wait on the clock of an earlier boot are due", async () => {
        await pay("A", 1, { effect: tell("query"), afterMs: HOUR });
        expect(await journal.nextDue(KINDS, at(5, "boot-2"))).toEqual(at(5, "boot-2"));
        expect(texts(await takeAll(journal, at(5, "boot-2")))).toEqual(["query"]);
      });

      test("do not notice that the wall clock jumps", async () => {
        await pay("A", 1, { effect: tell("query"), afterMs: 1_000 });
        place.wall.now += 10 * 365 * 24 * HOUR;
        expect(await takeAll(journal, at(999))).toEqual([]);
        place.wall.now = 0;
        expect(texts(await takeAll(journal, at(1_000)))).toEqual(["query"]);
      });

      test("given back come again when they are due, with one more try", async () => {
        await pay("A", 1, tell("stubborn"));
        const [first] = await takeAll(journal);
        await journal.again(first?.id ?? "", at(500));
        expect(await takeAll(journal, at(499))).toEqual([]);
        const [second] = await takeAll(journal, at(500));
        expect(second).toEqual({ ...first, tries: 1 });
      });

      test("for an addressee that is back are due at once, others are not", async () => {
        await pay(
          "A",
          1,
          { effect: tell("to s-1", "s-1"), afterMs: HOUR },
          { effect: tell("to s-2", "s-2"), afterMs: HOUR },
        );
        await journal.hasten("s-1", at(10));
        expect(texts(await takeAll(journal, at(10)))).toEqual(["to s-1"]);
      });

      test("keep rising numbers, also when all before were finished and the journal was opened anew", async () => {
        await pay("A", 1, tell("1"), tell("2"));
        const before = await takeAll(journal);
        for (const { id } of before) await journal.finish(id);
        await journal.probe();
        journal = await place.crash();
        await pay("A", 1, tell("3"));
        const [last] = await takeAll(journal);
        expect([...before, ...(last ? [last] : [])].map(({ seq }) => seq)).toEqual([1, 2, 3]);
      });

      test("say when the next of them is due: leased ones and excepted addressees do not count", async () => {
        expect(await journal.nextDue(KINDS, at(0))).toBeUndefined();
        await pay(
          "A",
          1,
          { effect: tell("late", "s-1"), afterMs: 900 },
          { effect: tell("later", "s-2"), afterMs: 2_000 },
        );
        expect(await journal.nextDue(KINDS, at(0))).toEqual(at(900));
        expect(await journal.nextDue(KINDS, at(0), ["s-1"])).toEqual(at(2_000));
        expect(await journal.nextDue(["print"], at(0))).toBeUndefined();
        await pay("B", 1, tell("now", "s-3"));
        expect(await journal.nextDue(KINDS, at(0))).toEqual(at(0));
        expect(await journal.nextDue(KINDS, at(0), ["s-3"])).toEqual(at(900));
        await takeAll(journal);
        expect(await journal.nextDue(KINDS, at(0))).toEqual(at(900));
      });

      test("are counted, with the time since when the oldest is owed", async () => {
        expect(await journal.backlog(KINDS)).toEqual({ count: 0 });
        place.wall.now = 5_000;
        await pay("A", 1, tell("1"));
        place.wall.now = 6_000;
        await pay("A", 1, tell("2"), print("3"));
        expect(await journal.backlog(["tell"])).toEqual({ count: 2, oldestWall: 5_000 });
        expect(await journal.backlog(["print"])).toEqual({ count: 1, oldestWall: 6_000 });
      });
    });

    describe("after a crash", () => {
      test("every acknowledged advance is there, under the same name of the journal", async () => {
        const { id } = journal;
        for (let nth = 1; nth <= 25; nth += 1) await pay(`order-${nth % 5}`, nth, tell(`${nth}`));
        journal = await place.crash();
        expect(journal.id).toBe(id);
        expect((await journal.unfinished()).map(({ state }) => state.paid)).toEqual([55, 60, 65, 70, 75]);
        expect(await takeAll(journal)).toHaveLength(25);
      });

      test("what was taken and not finished is owed again, and is not called started", async () => {
        await pay("A", 1, tell("1"));
        await takeAll(journal);
        journal = await place.crash();
        expect(await takeAll(journal)).toMatchObject([{ effect: tell("1"), started: false }]);
      });

      test("what was started comes back as started", async () => {
        await pay("A", 1, release("coffee"), release("tea"));
        const [coffee] = await takeAll(journal);
        await journal.start(coffee?.id ?? "");
        journal = await place.crash();
        const owed = await takeAll(journal, at(0, "boot-2"));
        expect(owed.map(({ effect, started }) => [effect.text, started])).toEqual([
          ["coffee", true],
          ["tea", false],
        ]);
      });

      test("a statement that was seen is still a duplicate", async () => {
        const options = { now: at(0), once: "01JD5S3V8Q4R6T2W9Y0ZABCDEJ" };
        await journal.advance("A", paid(7), paying(7), options);
        journal = await place.crash();
        expect(await journal.advance("A", paid(7), paying(7), options)).toEqual({ ignored: "duplicate" });
      });
    });

    describe("starting an effect", () => {
      test("tells how its order stands by then", async () => {
        await pay("B", 7, release("tea"));
        await pay("A", 1, release("coffee"));
        const [, coffee] = await takeAll(journal);
        await pay("A", 2);
        expect(await journal.start(coffee?.id ?? "")).toEqual({ at: "paying", paid: 3 });
      });

      test("that is given back afterwards leaves it started: the act may have happened", async () => {
        await pay("A", 1, release("coffee"));
        const [owed] = await takeAll(journal);
        await journal.start(owed?.id ?? "");
        await journal.again(owed?.id ?? "", at(10));
        expect(await takeAll(journal, at(10))).toMatchObject([{ started: true, tries: 1 }]);
      });

      test("that was taken back meanwhile is refused, so that the act is not done", async () => {
        await pay("A", 1, release("coffee"));
        const [owed] = await takeAll(journal);
        const decide = paying(0, [], { takesBack: ["release"] });
        await journal.advance("A", { type: "remedied" }, decide, { now: at(0) });
        const refused = journal.start(owed?.id ?? "");
        await expect(refused).rejects.toBeInstanceOf(JournalFault);
        await expect(refused).rejects.toMatchObject({ code: "gone" });
        await pay("A", 1);
      });
    });

    describe("notes", () => {
      test("are kept by kind; the latest are read, oldest first", async () => {
        for (let nth = 1; nth <= 4; nth += 1) {
          place.wall.now = nth;
          await journal.note("heat", { celsius: 40 + nth });
          await journal.note("load", nth);
        }
        expect(await journal.notes("heat", 2)).toEqual([
          { wall: 3, json: { celsius: 43 } },
          { wall: 4, json: { celsius: 44 } },
        ]);
        expect(await journal.notes("rain", 2)).toEqual([]);
      });

      test("beyond the bound are dropped, oldest first", async () => {
        await journal.close();
        journal = await place.open({ notesBound: 3 });
        for (let nth = 1; nth <= 10; nth += 1) await journal.note("heat", nth);
        expect((await journal.notes("heat", 100)).map(({ json }) => json)).toEqual([8, 9, 10]);
      });
    });

    describe("a sweep", () => {
      const seen = { now: at(0), once: "01JD5S3V8Q4R6T2W9Y0ZABCDEK" };
      const isSeen = async (order: string) => {
        const step = await journal.advance(order, paid(1), () => ({ ignored: "asked" }), seen);
        return "ignored" in step && step.ignored === "duplicate";
      };

      test("removes finished orders of which nothing was heard for long, with story and seen statements", async () => {
        place.wall.now = 1_000;
        await journal.advance("old", paid(1), paying(1, [], { finished: true }), seen);
        place.wall.now = 5_000;
        await end("young");
        expect(await isSeen("old")).toBe(true);
        expect(await journal.sweep(5_000)).toBe(1);
        expect(await journal.stateOf("old")).toBeUndefined();
        expect(await journal.story("old")).toEqual([]);
        expect(await journal.stateOf("young")).toBeDefined();
        expect(await isSeen("old")).toBe(false);
      });

      test("leaves nothing of an order to one that is begun later, not even under its name", async () => {
        place.wall.now = 1_000;
        await end("A");
        expect(await journal.sweep(5_000)).toBe(1);
        await pay("B", 1);
        await pay("A", 2);
        expect((await journal.story("B")).map(({ event }) => event)).toEqual([paid(1)]);
        expect((await journal.story("A")).map(({ event }) => event)).toEqual([paid(2)]);
      });

      test("leaves orders that are open or owe something, and what they have seen", async () => {
        place.wall.now = 1_000;
        await journal.advance("open", paid(1), paying(1), seen);
        await journal.advance("owing", paid(1), paying(1, [tell("paid")], { finished: true }), { now: at(0) });
        place.wall.now = 9_000;
        expect(await journal.sweep(5_000)).toBe(0);
        expect(await journal.stateOf("open")).toBeDefined();
        expect(await journal.stateOf("owing")).toBeDefined();
        expect(await isSeen("open")).toBe(true);
      });

      test("leaves young seen statements, though their order never was", async () => {
        place.wall.now = 6_000;
        await isSeen("nobody");
        await journal.sweep(5_000);
        expect(await isSeen("nobody")).toBe(true);
      });
    });

    test("a probe of a sound journal resolves and leaves no trace in orders and effects", async () => {
      await journal.probe();
      await journal.probe();
      expect(await journal.newest()).toBeUndefined();
      expect(await journal.backlog(KINDS)).toEqual({ count: 0 });
    });

    test("a closed journal refuses with a fault, opens again, and closing twice is harmless", async () => {
      await pay("A", 3);
      await journal.close();
      await journal.close();
      await expect(pay("A", 1)).rejects.toBeInstanceOf(JournalFault);
      await expect(journal.probe()).rejects.toBeInstanceOf(JournalFault);
      journal = await place.open();
      expect(await journal.stateOf("A")).toEqual({ at: "paying", paid: 3 });
    });
  });
}
