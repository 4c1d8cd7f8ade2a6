import { existsSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { JournalFault } from "../../journal/journal.ts";
import { SqlitePlace } from "./sqlite-place.ts";
import { at, KINDS, paid, paying, seeded, takeAll, tell } from "./words.ts";

let place: SqlitePlace;
beforeEach(() => {
  place = new SqlitePlace();
});
afterEach(() => place.remove());

const WAL_HEADER = 32;
const FRAME = 24 + 4_096;

describe("a power cut", () => {
  /** One order with `commits` events; how long the log was when each was acknowledged; file and log as they lay at the end. */
  async function written(commits: number) {
    const { journal } = place.openAs();
    const lengths: number[] = [];
    for (let nth = 1; nth <= commits; nth += 1) {
      await journal.advance("A", paid(nth), paying(nth, [tell(`${nth}`)]), { now: at(0) });
      lengths.push(statSync(`${place.file}-wal`).size);
    }
    return { lengths, file: readFileSync(place.file), log: readFileSync(`${place.file}-wal`) };
  }

  async function expectPrefix(file: Buffer, log: Buffer, commits: number): Promise<void> {
    const path = place.path("cut.sqlite");
    writeFileSync(path, file);
    writeFileSync(`${path}-wal`, log);
    const { journal, quarantined } = place.openAs({ file: path, lock: false });
    const amounts = Array.from({ length: commits }, (_, nth) => nth + 1);
    expect(quarantined).toBeUndefined();
    expect((await journal.story("A")).map(({ event }) => event.amount)).toEqual(amounts);
    expect(await journal.stateOf("A")).toEqual(
      commits === 0 ? undefined : { at: "paying", paid: (commits * (commits + 1)) / 2 },
    );
    expect((await takeAll(journal)).map(({ effect }) => effect.text)).toEqual(amounts.map(String));
    await journal.close();
    for (const end of ["", "-wal", "-shm"]) rmSync(path + end, { force: true });
  }

  const kept = (lengths: readonly number[], cut: number) => lengths.filter((length) => length <= cut).length;

  /** Every edge of every frame, one byte before and after, and bytes in between. */
  function cutsOf(length: number, between: number): readonly number[] {
    const random = seeded(7);
    const edges = Array.from({ length: Math.ceil(length / FRAME) }, (_, frame) => WAL_HEADER + frame * FRAME);
    const near = edges.flatMap((edge) => [edge - 1, edge, edge + 1, edge + 24]);
    const others = Array.from({ length: between }, () => Math.floor(random() * length));
    return [0, 1, length, ...near, ...others].filter((cut) => cut >= 0 && cut <= length);
  }

  test("anywhere in the log leaves every commit that was acknowledged before that byte, and nothing of the next", async () => {
    const { lengths, file, log } = await written(3);
    for (const cut of cutsOf(log.length, 80)) await expectPrefix(file, log.subarray(0, cut), kept(lengths, cut));
  }, 60_000);

  test("that leaves rubbish behind the last whole commit does no more harm", async () => {
    const { lengths, file, log } = await written(3);
    const random = seeded(11);
    for (const cut of cutsOf(log.length, 20)) {
      const rubbish = Buffer.from(Array.from({ length: 5_000 }, () => Math.floor(random() * 256)));
      await expectPrefix(file, Buffer.concat([log.subarray(0, cut), rubbish]), kept(lengths, cut));
    }
  }, 60_000);

  test("while the journal is being made leaves nothing that a next start would stumble over", async () => {
    writeFileSync(place.path("journal.sqlite.new"), "half a journ");
    writeFileSync(place.path("journal.sqlite.new-journal"), "rubbish");
    const { journal, quarantined } = place.openAs();
    expect(quarantined).toBeUndefined();
    await journal.probe();
    expect(readdirSync(place.folder).filter((name) => name.includes(".new"))).toEqual([]);
  });
});

describe("a damaged file", () => {
  async function fill(orders: number): Promise<Buffer> {
    const { journal } = place.openAs();
    for (let nth = 0; nth < orders; nth += 1)
      await journal.advance(`order-${nth}`, paid(nth), paying(nth, [tell("x".repeat(200))]), { now: at(0) });
    await journal.note("heat", 40);
    await journal.close();
    return readFileSync(place.file);
  }

  /** A journal was begun anew; the old file lies aside, byte for byte. */
  async function expectSetAside(bytes: Buffer, lostId?: string): Promise<void> {
    const { journal, quarantined } = place.openAs();
    expect(quarantined).toMatch(/journal\.sqlite\.damaged-[0-9A-Z]{26}$/);
    expect(readFileSync(quarantined ?? "").equals(bytes)).toBe(true);
    expect(journal.id).not.toBe(lostId);
    expect(await journal.newest()).toBeUndefined();
    await journal.probe();
    await journal.close();
    expect(place.openAs().quarantined).toBeUndefined();
  }

  test("whose header is rubbish is set aside, and a fresh journal is begun", async () => {
    const bytes = await fill(5);
    bytes.write("SQLite format 9", 0);
    writeFileSync(place.file, bytes);
    await expectSetAside(bytes);
  });

  test("that is empty is set aside", async () => {
    await fill(1);
    truncateSync(place.file, 0);
    await expectSetAside(Buffer.alloc(0));
  });

  test("that was never a journal is set aside", async () => {
    const bytes = Buffer.from("the owner's shopping list\n".repeat(400));
    writeFileSync(place.file, bytes);
    await expectSetAside(bytes);
  });

  test("that is cut short is set aside", async () => {
    const bytes = (await fill(50)).subarray(0, 3 * 4_096 + 17);
    writeFileSync(place.file, bytes);
    await expectSetAside(bytes);
  });

  test("whose rows alone are damaged is set aside when it is opened, not when somebody comes to read them", async () => {
    const bytes = await fill(50);
    const page = 4_096 * Math.floor(bytes.indexOf('"amount":') / 4_096);
    expect(page).toBeGreaterThan(0);
    bytes.fill(0xff, page, page + 12);
    writeFileSync(place.file, bytes);
    await expectSetAside(bytes);
  });

  test("takes its log along when it is set aside, and a log alone is set aside too", async () => {
    const { journal } = place.openAs();
    await journal.advance("A", paid(1), paying(1), { now: at(0) });
    const log = readFileSync(`${place.file}-wal`);
    await journal.close();
    for (const beside of ["rubbish", undefined]) {
      writeFileSync(`${place.file}-wal`, log);
      if (beside === undefined) rmSync(place.file);
      else writeFileSync(place.file, beside);
      const opened = place.openAs();
      expect(readFileSync(`${opened.quarantined}-wal`).equals(log)).toBe(true);
      expect(existsSync(opened.quarantined ?? "")).toBe(beside !== undefined);
      expect(await opened.journal.stateOf("A")).toBeUndefined();
      await opened.journal.close();
    }
  });

  test("never overwrites one that was set aside under the same name", async () => {
    const newId = () => "01JD5S3V8Q4R6T2W9Y0ZABCDEF";
    const asides = [];
    for (const text of ["first", "second", "third"]) {
      writeFileSync(place.file, text);
      const { journal, quarantined = "" } = place.openAs({ newId });
      asides.push(quarantined);
      await journal.close();
    }
    expect(asides.map((aside) => readFileSync(aside, "utf8"))).toEqual(["first", "second", "third"]);
  });

  test("with bytes flipped anywhere opens, is set aside or is refused; every answer is a value or a fault", async () => {
    const sound = await fill(40);
    const flips = fc.array(fc.tuple(fc.nat(sound.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 12,
    });
    let setAside = 0;
    const check = async (flipped: readonly (readonly [number, number])[]) => {
      const bytes = Buffer.from(sound);
      for (const [offset, mask] of flipped) bytes.writeUInt8(bytes.readUInt8(offset) ^ mask, offset);
      const file = place.path(`flipped-${setAside}-${Math.abs(bytes.readInt32LE(100))}.sqlite`);
      for (const end of ["-wal", "-shm"]) rmSync(file + end, { force: true });
      writeFileSync(file, bytes);
      setAside += (await openAndAsk(file, bytes)) ? 1 : 0;
      rmSync(file, { force: true });
    };
    await fc.assert(fc.asyncProperty(flips, check), { numRuns: 80, seed: 5 });
    expect(setAside).toBeGreaterThan(10);
  }, 60_000);

  /** Returns whether the file was set aside. */
  async function openAndAsk(file: string, bytes: Buffer): Promise<boolean> {
    let opened: ReturnType<SqlitePlace["openAs"]>;
    try {
      opened = place.openAs({ file, lock: false });
    } catch (fault) {
      expect(fault).toMatchObject({ code: "newer" });
      return false;
    }
    const { journal, quarantined } = opened;
    if (quarantined !== undefined) expect(readFileSync(quarantined).equals(bytes)).toBe(true);
    const questions = [
      journal.unfinished(),
      journal.newest(),
      journal.story("order-3"),
      journal.notes("heat", 10),
      journal.nextDue(KINDS, at(0)),
      takeAll(journal),
      journal.advance("order-3", paid(1), paying(1, [tell("more")]), { now: at(0) }),
      journal.backlog(KINDS),
    ];
    for (const answer of await Promise.allSettled(questions))
      if (answer.status === "rejected") expect(answer.reason).toBeInstanceOf(JournalFault);
    await journal.close();
    return quarantined !== undefined;
  }
});
