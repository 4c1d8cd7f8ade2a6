import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AlarmRules,
  backendConditions,
  type Condition,
  certificate,
  orderConditions,
  type StandFacts,
  standConditions,
  type Watcher,
} from "../../../backend/alarms/conditions.ts";
import { type Ends, type Judged, judge, type Lasting, type Pending } from "../../../backend/alarms/judge.ts";
import { alarmKinds, backendKinds, isMoment, orderKinds, standKinds, topicOf } from "../../../backend/alarms/kinds.ts";
import { bodyOf, kindWords, subjectOf } from "../../../backend/alarms/mail-words.ts";
import { noticeOf } from "../../../backend/alarms/notice.ts";
import type { OrderId, StandId } from "../../../protocol/ids.ts";

const NOW = 10_000_000_000;
const MINUTE = 60_000;
const DAY = 86_400_000;
const LOBBY = "lobby-1" as StandId;
const ORDER = "01ARZ3NDEKTSV4RRFFQ69G5FAV" as OrderId;
const RULES: AlarmRules = {
  silentMs: 5 * MINUTE,
  undeliveredMs: MINUTE,
  clockOffsetMs: MINUTE,
  certificateMs: 14 * DAY,
  diskBytes: 300_000_000,
  degrees: 80,
};
const WATCHER: Watcher = { rules: RULES, nowMs: NOW, linkUpMs: NOW - DAY };
type Said = NonNullable<StandFacts["latest"]>["health"];

const stand = (said: Partial<Said> = {}, more: Partial<StandFacts> = {}): StandFacts => ({
  record: { id: LOBBY, state: "active" },
  presence: { online: true, boot: "b", connection: 1, heardMs: NOW - DAY, before: [] },
  latest: { heardMs: NOW - MINUTE, health: { obstacles: [], ...said } },
  using: undefined,
  desired: undefined,
  ...more,
});
const using = (more: object) => ({ version: 1, software: "0.1.0", keysVersion: 0, atMs: NOW - DAY, ...more });
const told = (facts: StandFacts, watcher = WATCHER) =>
  standConditions(facts, watcher).map(({ kind, is }) => `${kind} ${is}`);

describe("what is worth an alarm at a stand", () => {
  test.each<[string, StandFacts, string[]]>([
    ["nothing, where all is well", stand({ printer: "ready", panel: "ok", temperature: 50, diskFree: 9e9 }), []],
    ["nothing, where the paper is only low", stand({ printer: "paper-low" }), []],
    ["a printer without paper", stand({ printer: "no-paper" }), ["printer bad"]],
    ["a printer that nobody knows", stand({ printer: "unknown" }), ["printer bad"]],
    ["a screen that failed", stand({ panel: "no answer on the bus" }), ["screen bad"]],
    ["a screen that failed, as an obstacle", stand({ obstacles: ["screen-failed"] }), ["screen bad"]],
    ["goods that cannot go out", stand({ obstacles: ["sensor-stuck"] }), ["release bad"]],
    ["an open door is no alarm: somebody is there", stand({ obstacles: ["door-open"] }), []],
    ["a clock that is far off", stand({ clockOffsetMs: -61_000 }), ["clock bad"]],
    ["a clock that is half as far off", stand({ clockOffsetMs: 31_000 }), ["clock near"]],
    ["a clock that nobody set", stand({ isClockSynced: false }), ["clock bad"]],
    ["a disk that is nearly full", stand({ diskFree: 299_000_000 }), ["disk bad"]],
    ["a disk that is a little emptier", stand({ diskFree: 350_000_000 }), ["disk near"]],
    ["heat", stand({ temperature: 80 }), ["hot bad"]],
    ["some heat", stand({ temperature: 76 }), ["hot near"]],
    ["a processor that is slowed down", stand({ isThrottled: true }), ["throttled bad"]],
    ["a certificate that ends soon", stand({ certificateEndsInMs: 13 * DAY }), ["certificate-stand bad"]],
    ["a certificate that ends later", stand({ certificateEndsInMs: 15 * DAY }), []],
    [
      "settings that it refused",
      stand({}, { desired: 2, using: using({ refused: { version: 2, because: "no line x" } }) }),
      ["settings-refused bad"],
    ],
    [
      "settings that it refused before the newest",
      stand({}, { desired: 3, using: using({ refused: { version: 2, because: "no line x" } }) }),
      [],
    ],
    ["nothing, when it is revoked", stand({ printer: "no-paper" }, { record: { id: LOBBY, state: "revoked" } }), []],
    ["nothing, when it was never there", stand({}, { presence: undefined, latest: undefined }), []],
    [
      "a stand that enrolled and was never heard",
      {
        ...stand({}, { presence: undefined, latest: undefined }),
        record: { id: LOBBY, state: "active", enrolledMs: NOW - DAY },
      },
      ["stand-silent bad"],
    ],
  ])("%s", (_, facts, expected) => {
    expect(told(facts)).toEqual(expected);
  });

  const silentSince = (agoMs: number) =>
    stand({ printer: "no-paper" }, { latest: { heardMs: NOW - agoMs, health: { obstacles: [] } } });

  test("silence, and of a silent stand's parts nobody knows anything", () => {
    expect(told(silentSince(4 * MINUTE))).not.toContain("stand-silent bad");
    const conditions = told(silentSince(6 * MINUTE));
    expect(conditions[0]).toBe("stand-silent bad");
    expect(conditions).toContain("printer near");
    expect(conditions.slice(1).every((each) => each.endsWith(" near"))).toBe(true);
  });

  test("nobody is silent while the broker is away, nor right after it came back", () => {
    const { linkUpMs: _, ...rest } = WATCHER;
    expect(told(silentSince(60 * MINUTE), { ...rest, linkUpMs: undefined })).toContain("stand-silent near");
    const back = told(silentSince(60 * MINUTE), { ...WATCHER, linkUpMs: NOW - 4 * MINUTE });
    expect(back.filter((each) => each.startsWith("stand-silent"))).toEqual([]);
    expect(told(silentSince(60 * MINUTE), { ...WATCHER, linkUpMs: NOW - 5 * MINUTE })).toContain("stand-silent bad");
  });

  test("a paid order without a word of the goods, and one that is owed", () => {
    const paid = { order: ORDER, stand: LOBBY, state: "paid", because: undefined };
    expect(orderConditions([{ ...paid, paidMs: NOW - 59_000 }], WATCHER)).toEqual([]);
    expect(orderConditions([{ ...paid, paidMs: NOW - 60_000 }], WATCHER)).toMatchObject([{ kind: "not-delivered" }]);
    const owed = { ...paid, state: "owed", because: "paid-late", paidMs: NOW };
    expect(orderConditions([owed], WATCHER)).toMatchObject([
      { kind: "owed", order: ORDER, detail: { is: "owed", because: "paid-late" } },
    ]);
  });

  test("what is wrong with the backend itself", () => {
    const well = { linkDownMs: undefined, brokerEndsMs: NOW + 99 * DAY, ownEndsMs: undefined, diskFree: 9e9 };
    expect(backendConditions(well, WATCHER)).toEqual([]);
    const ill = { linkDownMs: NOW - MINUTE, brokerEndsMs: NOW - 1, ownEndsMs: NOW + DAY, diskFree: 1 };
    expect(backendConditions(ill, WATCHER)).toEqual([
      { kind: "broker-down", is: "bad", detail: { is: "broker-away" } },
      { kind: "certificate-broker", is: "bad", detail: { is: "certificate-ended" } },
      { kind: "certificate-backend", is: "bad", detail: { is: "certificate-ends", days: 1 } },
      { kind: "disk-backend", is: "bad", detail: { is: "disk-free", megabytes: 0 } },
    ]);
    const unknown = { ...well, brokerEndsMs: "unknown", diskFree: "unknown" } as const;
    expect(backendConditions(unknown, WATCHER)).toEqual([
      { kind: "certificate-broker", is: "near" },
      { kind: "disk-backend", is: "near" },
    ]);
    expect(certificate(undefined, WATCHER)).toBeUndefined();
  });
});

/** Judges again and again, as the evaluator does. */
class Bench {
  readonly #lasting = new Map<string, Lasting>();
  #pending: Pending = new Map();
  #ends: Ends = new Map();

  step(conditions: readonly Condition[], nowMs: number): Judged {
    const judged = judge(conditions, this.#lasting, this.#pending, nowMs, this.#ends);
    this.#pending = judged.pending;
    this.#ends = judged.ends;
    for (const { topic, kind } of judged.opens) this.#lasting.set(topic, { id: topic, topic, kind });
    for (const { topic } of judged.closes) this.#lasting.delete(topic);
    return judged;
  }

  get lasting(): readonly string[] {
    return [...this.#lasting.keys()];
  }
}

const NO_PAPER = { is: "printer", condition: "no-paper" } as const;
const printer = (is: Condition["is"] = "bad"): Condition => ({ kind: "printer", stand: LOBBY, is, detail: NO_PAPER });
const silent: Condition = { kind: "stand-silent", stand: LOBBY, is: "bad", detail: { is: "not-heard", minutes: 5 } };

type Look = { readonly is: "bad" | "near" | "good"; readonly ms: number };

/** What an evaluator that looks like this tells of the printer. */
function changesIn(looks: readonly Look[]) {
  const bench = new Bench();
  let ms = 0;
  return looks.flatMap((look) => {
    ms += look.ms;
    const { opens, closes } = bench.step(look.is === "good" ? [] : [printer(look.is)], ms);
    return [...opens.map(() => "begins"), ...closes.map(() => "ends")].map((is) => ({ is, because: look.is, ms }));
  });
}

describe("when an alarm begins and ends", () => {
  test("a cover that is open while paper is filled in is no alarm, one that stays open is", () => {
    const bench = new Bench();
    bench.step([printer()], 0);
    expect(bench.step([printer()], 60_000).opens).toEqual([]);
    expect(bench.step([], 70_000).opens).toEqual([]);
    bench.step([printer()], 80_000);
    expect(bench.step([printer()], 160_000).opens).toEqual([]);
    expect(bench.step([printer()], 170_000).opens).toMatchObject([{ topic: "printer/lobby-1", detail: NO_PAPER }]);
    expect(bench.step([printer()], 180_000).opens).toEqual([]);
  });

  test("it ends when all was well for a while, and begins anew after that only", () => {
    const bench = new Bench();
    expect(bench.step([silent], 0).opens).toHaveLength(1);
    expect(bench.step([], 10_000).closes).toEqual([]);
    bench.step([silent], 100_000);
    bench.step([], 110_000);
    expect(bench.step([], 220_000).closes).toEqual([]);
    expect(bench.step([], 230_000).closes).toMatchObject([{ topic: "stand-silent/lobby-1" }]);
    expect(bench.step([silent], 240_000).opens).toHaveLength(1);
  });

  test("what ends again and again must be good for longer each time, an hour at the most, and is forgiven after four", () => {
    const bench = new Bench();
    let ms = 0;
    /** So long it had to be good. */
    const end = (): number => {
      bench.step([silent], ms);
      const begunMs = ms + 10_000;
      for (ms = begunMs; bench.step([], ms).closes.length === 0; ) ms += 10_000;
      return (ms - begunMs) / MINUTE;
    };
    expect(Array.from({ length: 8 }, end)).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
    ms += 240 * MINUTE;
    bench.step([], ms);
    expect(end()).toBe(2);
  });

  test("what is neither good nor bad keeps an alarm, and begins none", () => {
    const bench = new Bench();
    bench.step([printer("near")], 0);
    expect(bench.step([printer("near")], 10 * DAY).opens).toEqual([]);
    bench.step([printer()], 11 * DAY);
    bench.step([printer()], 12 * DAY);
    bench.step([printer("near")], 13 * DAY);
    expect(bench.step([printer("near")], 14 * DAY).closes).toEqual([]);
    expect(bench.lasting).toEqual(["printer/lobby-1"]);
  });

  test("what happened once lasts until somebody acknowledges it", () => {
    const topic = topicOf({ kind: "journal-lost", stand: LOBBY });
    const lasting = new Map([[topic, { id: "1", topic, kind: "journal-lost" as const }]]);
    const longGood: Pending = new Map([[topic, { is: "good", sinceMs: 0 }]]);
    expect(judge([], lasting, longGood, DAY).closes).toEqual([]);
    expect(isMoment("journal-lost")).toBe(true);
  });

  test("what the ledger says happens and does not last, but for what is owed; of a stand, only a lost journal", () => {
    expect(orderKinds.filter((kind) => !isMoment(kind))).toEqual(["not-delivered", "owed"]);
    expect([...standKinds, ...backendKinds].filter(isMoment)).toEqual(["journal-lost"]);
  });

  test("however things come and go, an alarm begins when none lasts and ends when one does, and not too soon", () => {
    const look = fc.record({ is: fc.constantFrom("bad", "near", "good"), ms: fc.integer({ min: 1, max: 60_000 }) });
    fc.assert(
      fc.property(fc.array(look, { maxLength: 80 }), (looks) => {
        const changes = changesIn(looks as readonly Look[]);
        changes.forEach(({ is, because, ms }, nth) => {
          expect([is, because]).toEqual(nth % 2 === 0 ? ["begins", "bad"] : ["ends", "good"]);
          expect(ms - (changes[nth - 1]?.ms ?? Number.NEGATIVE_INFINITY)).toBeGreaterThanOrEqual(90_000);
        });
      }),
    );
  });

  test("ten thousand stands are judged in a moment", () => {
    const conditions = Array.from({ length: 10_000 }, (_, nth) => ({ ...silent, stand: `stand-${nth}` as StandId }));
    expect(new Bench().step(conditions, 0).opens).toHaveLength(10_000);
  });
});

describe("what a message says", () => {
  const alarm = (nth: number, more = {}) => ({
    id: `a${nth}`,
    kind: "stand-silent" as const,
    stand: `stand-${nth}` as StandId,
    detail: { is: "not-heard", minutes: 5 } as const,
    sinceMs: Date.UTC(2026, 10, 21, 3),
    ...more,
  });

  test("ten thousand alarms of one kind make one line, and the first of them are named", () => {
    const notice = noticeOf("n1", NOW, Array.from({ length: 10_000 }, (_, nth) => alarm(nth)), []); // biome-ignore format: short
    expect(notice.opened).toMatchObject([{ kind: "stand-silent", count: 10_000 }]);
    expect(notice.opened[0]?.alarms).toHaveLength(20);
    expect(JSON.stringify(notice).length).toBeLessThan(8_000);
    expect(subjectOf(notice, "en")).toBe("[qris] Stand is silent (10000)");
    expect(bodyOf(notice, "id")).toContain("… +9980");
  });

  test("in Indonesian and in English, with place and time", () => {
    const ended = alarm(2, { kind: "printer", detail: NO_PAPER, endedMs: Date.UTC(2026, 10, 21, 4) });
    const notice = noticeOf("n1", NOW, [alarm(1)], [ended]);
    expect(subjectOf(notice, "id")).toBe("[qris] Mesin tidak terdengar: stand-1, dan lainnya");
    expect(bodyOf(notice, "en")).toBe(`New
* Stand is silent: 1
  - stand stand-1, nothing was heard for 5 minutes (since 2026-11-21 10:00 WIB)

Over
* Printer does not work: 1
  - stand stand-2, it is out of paper (since 2026-11-21 10:00 WIB, until 2026-11-21 11:00 WIB)

Message n1
`);
  });

  test("whatever a stand says of itself stays in its line", () => {
    const notice = noticeOf(
      "n1",
      NOW,
      [alarm(1, { detail: { is: "panel", failure: "x\r\nBcc: all@example.id\u2028\u202Ey" } })],
      [],
    );
    expect(bodyOf(notice, "en")).toContain("- stand stand-1, the stand says: x Bcc: all@example.id y (since");
    expect(subjectOf(notice, "en")).not.toContain("Bcc");
  });

  test("what began and is over already is told once, with its end", () => {
    const brief = alarm(1, { endedMs: NOW });
    expect(noticeOf("n1", NOW, [brief], [brief])).toMatchObject({ opened: [{ count: 1 }], closed: [] });
  });

  test.each(alarmKinds)("%s has words in both languages", (kind) => {
    expect(kindWords[kind].id).not.toBe(kindWords[kind].en);
  });
});
