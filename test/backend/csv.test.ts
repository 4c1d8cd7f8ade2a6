import { describe, expect, test } from "vitest";
import { csvLine } from "../../backend/csv.ts";
import { inPieces } from "../../backend/pieces.ts";

describe("a table that is handed out in pieces", () => {
  async function* lines(count: number, read: number[] = []): AsyncGenerator<string> {
    for (let nth = 0; nth < count; nth += 1) {
      read.push(nth);
      yield csvLine([nth, "kopi, susu"]);
    }
  }

  test("holds every line once, in order, some hundred to a piece", async () => {
    const pieces = [];
    for await (const piece of inPieces(lines(1_201))) pieces.push(piece);
    expect(pieces.map((piece) => piece.split("\r\n").length - 1)).toEqual([500, 500, 201]);
    expect(pieces.join("").split("\r\n").at(-2)).toBe('1200,"kopi, susu"');
  });

  test("has no piece where there is no line", async () => {
    expect(await inPieces([]).next()).toEqual({ done: true, value: undefined });
  });

  test("reads no further than somebody asks, and ends what it reads when nobody asks any more", async () => {
    const read: number[] = [];
    const source = lines(5_000, read);
    const table = inPieces(source);
    await table.next();
    expect(read).toHaveLength(500);
    await table.return(undefined);
    expect(await source.next()).toEqual({ done: true, value: undefined });
  });
});
