import { expect, test } from "vitest";
import { jsonList } from "../../backend/json-list.ts";

const wordsOf = async (count: number): Promise<readonly string[]> => {
  const pieces: string[] = [];
  const items = Array.from({ length: count }, (_, nth) => nth);
  for await (const piece of jsonList("stands", items, (nth) => ({ id: `"${nth}"` }))) pieces.push(piece);
  return pieces;
};

test.each([0, 1, 2, 1_234])("a list of %i is the same JSON in pieces as in one", async (count) => {
  const pieces = await wordsOf(count);
  expect(JSON.parse(pieces.join(""))).toEqual({
    stands: Array.from({ length: count }, (_, nth) => ({ id: `"${nth}"` })),
  });
  expect(pieces).toHaveLength(Math.ceil((count + 2) / 500));
});
