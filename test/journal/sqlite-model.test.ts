import { test } from "vitest";
import { playAgainstModel } from "./play.ts";
import { SqlitePlace } from "./sqlite-place.ts";

test("whatever is done to it in whatever order, cuts and reboots included, the journal answers as its model does", async () => {
  await playAgainstModel(async () => new SqlitePlace(), 30);
}, 60_000);
