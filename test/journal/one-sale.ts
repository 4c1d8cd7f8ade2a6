import { writeSync } from "node:fs";
import { openSqliteJournal } from "../../journal/sqlite/open.ts";
import { at, idsFrom, KINDS, paid, paying, print, release, shape, tell } from "./words.ts";

// `node one-sale.ts <file>`: uses a journal, and writes the name of every act to stdout before it and `done` after it, so that
// `strace -e trace=write,fsync,fdatasync` shows what the disk is asked to do for each.

const [, , file = ""] = process.argv;
const { journal } = openSqliteJournal({ file, shape, newId: idsFrom(Math.random, Date.now), wall: Date.now });

async function act<T>(name: string, work: () => Promise<T>): Promise<T> {
  writeSync(1, `${name}\n`);
  const result = await work();
  writeSync(1, "done\n");
  return result;
}

/** The first commit after opening also begins the log, with two fsyncs of its own. */
await journal.probe();

const now = at(0);
const pay = (effects: Parameters<typeof paying>[1] & object, options = {}) =>
  journal.advance("A", paid(1), paying(1, effects), { now, ...options });
const ignore = (options = {}) => journal.advance("A", paid(1), () => ({ ignored: "known" }), { now, ...options });
const taking = () => journal.take({ now: at(60_000), kinds: KINDS, limit: 10, leaseMs: 1_000 });

await act("advance: begun", () => pay([tell("charge")]));
await act("advance: offered", () => pay([print("qr"), { effect: tell("query"), afterMs: 1_000 }], { once: "offer" }));
await act("advance: settled", () => pay([release("coffee")], { once: "settled" }));
const owed = await act("take", taking);
const [charge, slip, query, coffee] = owed.map(({ id }) => id);
await act("start", () => journal.start(coffee ?? ""));
await act("advance: released", () => pay([tell("delivered")], { finishes: coffee }));
await act("finish", () => journal.finish(charge ?? ""));
await act("again", () => journal.again(slip ?? "", at(90_000)));
await act("hasten", () => journal.hasten("backend", now));
await act("note", () => journal.note("heat", 40));
await act("nextDue", () => journal.nextDue(KINDS, now));
await act("duplicate", () => pay([], { once: "settled" }));
await act("ignored", () => ignore());
await act("ignored statement", () => ignore({ once: "known" }));
await act("ignored outcome", () => ignore({ finishes: query }));
await act("sweep", () => journal.sweep(0));
await act("probe", () => journal.probe());
await journal.close();
