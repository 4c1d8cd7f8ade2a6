import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { StandId, StatementId } from "../../../protocol/ids.ts";
import { newKeyPair } from "../../../protocol/keys.ts";
import { seal } from "../../../protocol/seal.ts";
import type { UpBody } from "../../../protocol/statements.ts";
import { readLogLine } from "../../../sandbox/demo/log-line.ts";
import { tellBackendLine } from "../../../sandbox/demo/story-backend.ts";
import { tellStandLine } from "../../../sandbox/demo/story-stand.ts";
import { tellPublication } from "../../../sandbox/demo/story-wire.ts";
import { Timeline } from "../../../sandbox/demo/timeline.ts";
import { ORDER_ID, PRICE, STAND } from "../../support/sale.ts";

const pair = newKeyPair();
const topic = `qris/v1/stands/${STAND}/up`;

function sealed(body: UpBody): Uint8Array {
  const id = ORDER_ID as string as StatementId;
  const statement = { v: 1, id, from: STAND as StandId, to: "backend", at: { journal: "j", seq: 1 }, body } as const;
  return Buffer.from(seal(statement, pair.signing));
}

describe("the wire", () => {
  test("is told in the words of what was sealed, and of nothing else of it", () => {
    const items = [{ product: "kopi", name: "Kopi", price: PRICE, quantity: 1 }];
    const payload = sealed({
      type: "charge",
      order: ORDER_ID,
      amount: PRICE,
      items,
      method: "qris",
      patienceMs: 20_000,
    });
    const told = tellPublication(topic, payload);
    expect(told).toEqual({
      chapter: "wire",
      from: "stand",
      to: "backend",
      words: "charge Rp 15.000",
      detail: "20 s patience",
      order: ORDER_ID,
    });
  });

  test("is told whatever anybody publishes on it", () => {
    fc.assert(
      fc.property(fc.string(), fc.uint8Array({ maxLength: 300 }), (elsewhere, payload) => {
        expect(tellPublication(elsewhere, payload)?.minor ?? true).toBe(true);
        for (const channel of ["up", "down"]) {
          expect(tellPublication(`qris/v1/stands/${STAND}/${channel}`, payload)?.words).toBe(
            "Something that is no statement",
          );
        }
      }),
    );
  });
});

describe("logs", () => {
  const line = (facts: object): NonNullable<ReturnType<typeof readLogLine>> => {
    const read = readLogLine(JSON.stringify({ level: "info", time: "…", name: "x", ...facts }));
    if (read === undefined) throw new Error("no line");
    return read;
  };

  test("that are no lines of ours are left out", () => {
    for (const text of ["", "Warning: deprecated", "[]", "null", '{"level":"loud","what":"x"}']) {
      expect(readLogLine(text)).toBeUndefined();
    }
  });

  test("tell a step of the stand with what it was and became", () => {
    const facts = {
      what: "step",
      order: ORDER_ID,
      from: "awaiting",
      event: "settled",
      to: "releasing",
      amount: 15_000,
    };
    expect(tellStandLine(line(facts))).toMatchObject({ tone: "good", detail: "awaiting → releasing", order: ORDER_ID });
    expect(tellStandLine(line({ ...facts, to: "troubled" }))).toMatchObject({ tone: "bad" });
    const begun = tellStandLine(line({ ...facts, from: "none", event: "begun", to: "charging" }));
    expect(begun?.detail).toBe("Rp 15.000, none → charging");
  });

  test("tell whether the backend learnt of the money by being told or by asking", () => {
    const news = { what: "step", order: ORDER_ID, from: "payable", event: "news", to: "paid", standing: "settled" };
    expect(tellBackendLine(line({ ...news, via: "notification" }))?.words).toBe("Learnt by notification: paid");
    expect(tellBackendLine(line({ ...news, via: "answer" }))?.words).toBe("Learnt by asking: paid");
  });

  test.each([
    [{ event: "refund-ordered", from: "owed", to: "refunding" }, "Staff gives the money back", undefined],
    [{ event: "refund-answered", answer: "taken", to: "refunding" }, "Refund is under way", undefined],
    [{ event: "refund-answered", answer: "confirmed", to: "remedied" }, "Money is back", "good"],
    [{ event: "refund-answered", answer: "refused", to: "refunding" }, "Refund not possible now", "warn"],
    [{ event: "refund-answered", answer: "refused", to: "owed" }, "Midtrans refuses the refund", "bad"],
    [{ event: "refund-answered", answer: "unclear", to: "refunding" }, "Nobody knows", "warn"],
    [
      { event: "news", standing: "refunded", via: "answer", to: "remedied" },
      "Learnt by asking: the money is back",
      "good",
    ],
    [{ event: "remedied", to: "remedied" }, "Staff settled it", "good"],
  ])("tell of a refund how far it is: %o", (facts, words, tone) => {
    const told = tellBackendLine(line({ what: "step", order: ORDER_ID, from: "refunding", ...facts }));
    expect(told?.words).toMatch(new RegExp(`^${words}`));
    expect(told?.tone).toBe(tone);
  });

  test("that nobody has words for are told when they warn, and not when they do not", () => {
    for (const tell of [tellStandLine, tellBackendLine]) {
      expect(tell(line({ level: "error", what: "something odd", because: "of it" }))).toMatchObject({
        words: "something odd",
        detail: "of it",
        tone: "bad",
      });
      expect(tell(line({ what: "something odd" }))).toBeUndefined();
    }
  });
});

test("the timeline keeps the newest, by number, and only the end of an order's id", () => {
  const timeline = new Timeline(() => 5);
  const heard: number[] = [];
  const stop = timeline.watch(({ id }) => heard.push(id));
  for (let nth = 1; nth <= 700; nth += 1)
    timeline.tell({ chapter: "stand", from: "stand", words: `${nth}`, order: `${ORDER_ID}-1` });
  stop();
  timeline.tell({ chapter: "stand", from: "stand", words: "unheard" });
  expect(heard).toHaveLength(700);
  expect(timeline.since(0)).toHaveLength(600);
  expect(timeline.since(700)).toEqual([{ chapter: "stand", from: "stand", words: "unheard", id: 701, at: 5 }]);
  expect(timeline.since(699)[0]?.order).toBe("CDEF");
});
