import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { standShape } from "../../../gateway/order/shape.ts";
import type { Effect, Event, State } from "../../../gateway/order/words.ts";
import { openSqliteJournal } from "../../../journal/sqlite/open.ts";
import { newUlid } from "../../../protocol/ids.ts";
import { standOnBench } from "../../support/stand-on-bench.ts";
import { seeded } from "../../world/seeded.ts";
import { mistaken } from "../../world/stand-process.ts";
import { closings, lost, type Mark, settlements, understoodPaid } from "./truth.ts";

const JOURNAL = "journal.sqlite";
/** Longer than a pulse, a look at a sensor and the pauses of whatever is tried again. */
const RECOVERY_MS = 30_000;

export type Recovered = {
  readonly wrongs: readonly string[];
  /** Where the newest order was when the power came back. */
  readonly newest?: State["at"];
};

/** A control: a stand that does not know any more which release it had begun. */
export type Mistake = "forgets-started";

/** What is wrong with a stand that finds this disk when the power comes back, after the world has seen these marks. */
export async function wrongsOn(disk: Buffer, marks: readonly Mark[], mistake?: Mistake): Promise<Recovered> {
  const folder = mkdtempSync(join(tmpdir(), "qris-cut-"));
  try {
    const file = filesOn(disk, folder);
    if (!existsSync(file)) return { wrongs: marks.length === 0 ? [] : ["there is no journal on the disk"] };
    return await wrongsIn(file, marks, mistake);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** As a kernel that mounts it would: the file system's journal first. e2fsprogs' own code, for which nobody needs to be root. */
function filesOn(disk: Buffer, folder: string): string {
  const [image, files] = [join(folder, "disk"), join(folder, "files")];
  writeFileSync(image, disk);
  mkdirSync(files);
  quietly("e2fsck", "-y", "-E", "journal_only", image);
  quietly("debugfs", "-R", `rdump / ${files}`, image);
  return join(files, JOURNAL);
}

/** e2fsck's exit codes up to 2 say that it has put something right. */
function quietly(program: string, ...words: readonly string[]): void {
  try {
    execFileSync(`/sbin/${program}`, words, { stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { status, stderr } = error as { readonly status?: number; readonly stderr?: Buffer };
    if (program !== "e2fsck" || (status ?? 8) > 2) throw new Error(`${program}: ${status} ${stderr?.toString()}`);
  }
}

async function wrongsIn(file: string, marks: readonly Mark[], mistake?: Mistake): Promise<Recovered> {
  const random = seeded(1);
  const newId = (): string => newUlid(0, random);
  const { journal, quarantined } = openSqliteJournal<State, Event, Effect>({
    ...{ file, shape: standShape, newId, wall: () => 0, lock: false },
  });
  const before = (await journal.latest(1_000)).map(stateOf);
  const damage = quarantined === undefined ? [] : ["the journal is damaged"];
  const bench = await standOnBench({
    shape: { relays: ["slot-1"] },
    has: { screen: true, printer: false },
    parts: { journal: mistaken(journal, mistake) },
  });
  try {
    await bench.clock.advance(RECOVERY_MS);
    for (const said of settlements(marks)) await bench.backend.say(said);
    await bench.clock.advance(RECOVERY_MS);
    const after = (await journal.latest(1_000)).map(stateOf);
    const pulses = (order: string): number => bench.world.pulses.filter((pulse) => pulse.order === order).length;
    const wrongs = after.flatMap((state) => wrongsOf(state, marks, pulses(state.order.id)));
    const [newest] = before;
    return {
      wrongs: [...damage, ...lost(marks, new Map(before.map(({ order, at }) => [order.id, at]))), ...wrongs],
      ...(newest === undefined ? {} : { newest: newest.at }),
    };
  } finally {
    await bench.close();
    await journal.close();
  }
}

const stateOf = ({ state }: { readonly state: State }): State => state;

/** `after`: pulses that the recovery made. */
function wrongsOf({ at, order }: State, marks: readonly Mark[], after: number): readonly string[] {
  const before = closings(marks, order.id);
  const isStranded = understoodPaid(marks).has(order.id) && at !== "delivered" && at !== "troubled";
  return [
    ...(before + after > 1
      ? [`${order.id}: the contact closed ${before} times before the cut and ${after} after it`]
      : []),
    ...(isStranded ? [`${order.id} is paid, and ${at} in the end`] : []),
    ...(at === "delivered" && before + after === 0 ? [`${order.id} is delivered, and nothing moved`] : []),
  ];
}
