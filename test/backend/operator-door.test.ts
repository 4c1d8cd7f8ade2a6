import { describe, expect, test } from "vitest";
import type { Entry } from "../../backend/console/audit/audit.ts";
import type { Back } from "../../backend/ledger/words.ts";
import type { Decided, Decisions } from "../../backend/operator/decisions.ts";
import { recordedDecisions, writeDeed } from "../../backend/operator/recorded.ts";
import { whatToDo } from "../../backend/operator/what-to-do.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import { ORDER_ID } from "../support/sale.ts";
import { back, owed, refunding, states } from "./pay/kit.ts";

/* What the operator's door writes down of those who decide there, and what it tells them to do. */

const SAID = { by: "ani", why: "motor jammed" };
const DOOR = { who: "ani", role: "operator", source: "operator's door", about: ORDER_ID };

/** A door whose decisions end so; what happens, in its order. */
function doorWhere(ends: () => Promise<Decided>) {
  const happened: (Entry | string)[] = [];
  const decides = (what: string) => () => {
    happened.push(what);
    return ends();
  };
  const decisions: Decisions = { refund: decides("refund"), release: decides("release"), remedy: decides("remedy") };
  const write = async (entry: Entry): Promise<void> => void happened.push(entry);
  return { door: recordedDecisions(decisions, { write }), happened };
}

describe("a decision at the operator's door stands in the audit log", () => {
  const done: Decided = { is: "yes", state: "refunding" };

  test.each<[keyof Decisions, (door: Decisions) => Promise<Decided>, object]>([
    ["refund", (door) => door.refund(ORDER_ID, { ...SAID, amount: rupiah(4_000) }), { amount: 4_000 }],
    ["release", (door) => door.release(ORDER_ID, SAID), {}],
    ["remedy", (door) => door.remedy(ORDER_ID, { ...SAID, how: "refunded" }), { how: "refunded" }],
  ])("before it is made and after it: %s", async (name, decide, more) => {
    const { door, happened } = doorWhere(async () => done);
    expect(await decide(door)).toEqual(done);
    const entry = { ...DOOR, what: `order.${name}`, details: { why: SAID.why, ...more } };
    expect(happened).toEqual([{ ...entry, result: "begun" }, name, { ...entry, result: "done" }]);
  });

  test.each<[Decided, string]>([
    [
      { is: "no", why: "going-back", because: "its money is on its way back" },
      "conflict: its money is on its way back",
    ],
    [{ is: "unknown" }, "not-found"],
  ])("as refused, and why: %j", async (decided, because) => {
    const { door, happened } = doorWhere(async () => decided);
    await door.refund(ORDER_ID, SAID);
    expect(happened.slice(2)).toEqual([expect.objectContaining({ ...DOOR, result: "refused", because })]);
  });

  test("as unknown where nobody can say whether it was made", async () => {
    const { door, happened } = doorWhere(() => Promise.reject(new Error("disk full")));
    await expect(door.release(ORDER_ID, SAID)).rejects.toThrow("disk full");
    expect(happened.slice(2)).toEqual([expect.objectContaining({ ...DOOR, what: "order.release", result: "unknown" })]);
  });

  test("and so does what else is done there", async () => {
    const written: Entry[] = [];
    const audit = { write: async (entry: Entry): Promise<void> => void written.push(entry) };
    const deed = { what: "stand.revoke", by: "ani", about: "lobby-1", details: { why: "stolen" } };
    await writeDeed(audit, deed);
    await writeDeed(audit, { ...deed, because: "there is no stand lobby-1" });
    const entry = { ...DOOR, what: "stand.revoke", about: "lobby-1", details: { why: "stolen" } };
    expect(written).toEqual([
      { ...entry, result: "done" },
      { ...entry, result: "refused", because: "there is no stand lobby-1" },
    ]);
  });
});

describe("what to do with an order is", () => {
  const failed = (stage: Back["stage"], because: Back["because"]): Back => ({
    ...back(stage),
    ...(because && { because }),
  });
  const [inTheMorning, lookFirst] = [failed("refused", "closed-hours"), failed("stuck", "unanswered")];
  const given = back("confirmed");

  test.each([
    ["to wait while its money is on its way back", refunding(back("taken")), /^nothing/],
    ["to wait for the stand's word, unless it is gone for good", states.paid, /^wait for the stand; if it is gone/],
    ["to wait while a release is on its way", owed({ isReleasing: true }), /^wait for the stand: a release/],
    ["to give back what came twice when the goods are out", owed({ delivered: true }), /money came twice/],
    ["a refund or a release when they are not", owed(), /^`backend refund ID`, or `backend release ID` when/],
    ["what a refused refund says", owed({ backs: [inTheMorning, given] }), /in the morning$/],
    ["what a stuck refund says", owed({ backs: [lookFirst] }), /nobody knows whether the provider has it/],
    ["what the last of several says", owed({ backs: [inTheMorning, lookFirst] }), /nobody knows/],
  ])("%s", (_, state, told) => {
    expect(whatToDo(state)).toMatch(told);
  });
});
