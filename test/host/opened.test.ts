import { expect, test } from "vitest";
import { Opened } from "../../host/opened.ts";

test("what was opened last ends first, and one that does not end well keeps no other open", async () => {
  const [open, ended] = [new Opened(), [] as string[]];
  const stop = async (part: string): Promise<void> => {
    ended.push(part);
    if (part === "a broken store") throw new Error("it does not close");
  };
  expect(open.keep("journal", "a journal", stop)).toBe("a journal");
  open.keep("store", "a broken store", stop);
  open.keep("door", "a door", stop);
  expect(open.endings.map(({ what }) => what)).toEqual(["door", "store", "journal"]);
  expect(await open.end()).toEqual([new Error("it does not close")]);
  expect(await open.end()).toEqual([]);
  expect(ended).toEqual(["a door", "a broken store", "a journal"]);
});
