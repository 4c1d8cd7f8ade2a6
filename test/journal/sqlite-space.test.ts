import { execFileSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { JournalFault } from "../../journal/journal.ts";
import { commandOf, OtherProcess } from "./other-process.ts";
import { SqlitePlace } from "./sqlite-place.ts";
import { at, paid, paying, print, takeAll } from "./words.ts";

let place: SqlitePlace;
let other: OtherProcess | undefined;
beforeEach(() => {
  place = new SqlitePlace();
  other = undefined;
});
afterEach(async () => {
  await other?.kill();
  await place.remove();
});

describe("a journal without space", () => {
  const big = paying(1, [print("x".repeat(3_000))], { finished: true });

  test("refuses with `full`, forgets nothing it acknowledged, and works again when space is made", async () => {
    const { journal } = place.openAs({ maxBytes: 400_000 });
    let kept = 0;
    const fill = async () => {
      for (;;) {
        await journal.advance(`order-${kept}`, paid(1), big, { now: at(0) });
        kept += 1;
      }
    };
    const refused = fill();
    await expect(refused).rejects.toBeInstanceOf(JournalFault);
    await expect(refused).rejects.toMatchObject({ code: "full", message: expect.stringContaining("free some") });
    expect(kept).toBeGreaterThan(20);
    const owed = await takeAll(journal);
    expect(owed).toHaveLength(kept);
    for (const { id } of owed) await journal.finish(id);
    expect(await journal.sweep(Number.MAX_SAFE_INTEGER)).toBe(kept);
    await journal.advance("after", paid(1), big, { now: at(0) });
    await journal.probe();
    expect((await journal.newest())?.order).toBe("after");
  });

  test("on a disk that refuses a write says so, keeps what it acknowledged, and goes on when the disk does", async () => {
    const limited = ["sh", "-c", 'ulimit -S -f 600; exec "$@"', "sh", ...commandOf("./keeper.ts", place.file, "fill")];
    other = new OtherProcess(limited);
    expect(await other.hear()).toBe("held");
    const refused = await other.hear();
    expect(refused).toMatchObject({ fault: "unwritable", paid: expect.any(Number) });
    expect(refused).toHaveProperty("kept", Object(refused).paid);
    execFileSync("prlimit", ["--pid", String(other.child.pid), "--fsize=unlimited"]);
    other.say("\n");
    expect(await other.hear()).toEqual({ kept: Object(refused).kept + 1, paid: Object(refused).kept + 1 });
  });
});

describe("a journal that cannot be written", () => {
  test("in a folder that is not there says so", () => {
    const open = () => place.openAs({ file: place.path("nowhere/journal.sqlite") });
    expect(open).toThrow(JournalFault);
    expect(open).toThrow(/has no folder/);
  });

  test("by its owner's rights is refused at opening, and left as it is", async () => {
    await place.openAs().journal.close();
    writeFileSync(`${place.file}.lock`, "");
    chmodSync(place.file, 0o444);
    chmodSync(`${place.file}.lock`, 0o666);
    chmodSync(place.folder, 0o555);
    other = new OtherProcess(commandOf("./keeper.ts", place.file, "look"));
    expect(await other.hear()).toEqual({ fault: "unwritable" });
    chmodSync(place.folder, 0o755);
    chmodSync(place.file, 0o644);
    expect(place.openAs().quarantined).toBeUndefined();
  });
});
