import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, test } from "vitest";
import { needs } from "../support/needs.ts";
import { commandOf } from "./other-process.ts";
import { SqlitePlace } from "./sqlite-place.ts";

const STRACE = needs("strace");

let place: SqlitePlace;
beforeEach(() => {
  place = new SqlitePlace();
});
afterEach(() => place.remove());

/** Runs a program under strace; returns what it said and what the kernel was asked to do. */
function traced(program: readonly string[], ...more: readonly string[]) {
  const trace = place.path("trace");
  const options = ["-f", "-o", trace, "-e", "trace=write,fsync,fdatasync", ...more];
  const { stdout } = spawnSync(STRACE, [...options, ...program], { encoding: "utf8" });
  return { said: stdout.trim().split("\n"), calls: readFileSync(trace, "utf8").split("\n") };
}

/** How many fsyncs lie between an act's name and its `done`. */
function fsyncsByAct(calls: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  let act = "done";
  for (const call of calls) {
    act = /write\(1, "(.+)\\n"/.exec(call)?.[1] ?? act;
    if (act !== "done") counts[act] = (counts[act] ?? 0) + (/ (fsync|fdatasync)\(/.test(call) ? 1 : 0);
  }
  return counts;
}

test("a sale of four advances and one start waits for the disk five times; what may be forgotten never does", async () => {
  await place.openAs().journal.close();
  expect(fsyncsByAct(traced(commandOf("./one-sale.ts", place.file)).calls)).toEqual({
    "advance: begun": 1,
    "advance: offered": 1,
    "advance: settled": 1,
    take: 0,
    start: 1,
    "advance: released": 1,
    finish: 0,
    again: 0,
    hasten: 0,
    note: 0,
    nextDue: 0,
    duplicate: 0,
    ignored: 0,
    "ignored statement": 0,
    "ignored outcome": 1,
    sweep: 0,
    probe: 1,
  });
});

test("after an fsync that failed the journal takes nothing more until it is opened anew", async () => {
  await place.openAs().journal.close();
  const thirdFails = ["-e", "inject=fsync,fdatasync:error=EIO:when=3"];
  const { said } = traced(commandOf("./keeper.ts", place.file, "distrust"), ...thirdFails);
  expect(said.map((word) => JSON.parse(word))).toEqual(["held", { fault: "unwritable" }, { fault: "unwritable" }, [3]]);
});
