import { expect, test } from "vitest";
import { type SeveralRow, wholesOf } from "../../journal/several.ts";
import { paid, shape } from "./words.ts";

/* Orders that were asked for together, out of the rows that a database has of them. */

const STATE = { at: "paying", paid: 5_000 };
const EVENT = paid(2_500);

const row = (id: string, nth: number, more: Partial<SeveralRow> = {}): SeveralRow => ({
  id,
  nth,
  wall: 1_000 + nth,
  state_version: shape.state.version,
  state: nth === 1 ? JSON.stringify(STATE) : null,
  version: shape.event.version,
  event: JSON.stringify(EVENT),
  ...more,
});

test("one that a later program wrote, or that is damaged, is told as such, and the others are whole", () => {
  const rows = [
    row("A", 1),
    row("A", 2),
    row("B", 1, { state_version: shape.state.version + 1 }),
    row("C", 1),
    row("C", 2, { event: "{" }),
    row("D", 1),
  ];
  const wholes = wholesOf(rows, shape);
  expect(wholes.map(({ order }) => order)).toEqual(["A", "B", "C", "D"]);
  expect(wholes.filter((whole) => "fault" in whole).map(({ order }) => order)).toEqual(["B", "C"]);
  const [first] = wholes;
  if (first === undefined || "fault" in first) throw new Error("A is whole");
  expect([first.state, first.story]).toEqual([
    STATE,
    [
      { event: EVENT, wall: 1_001 },
      { event: EVENT, wall: 1_002 },
    ],
  ]);
});
