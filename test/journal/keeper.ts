import { readSync } from "node:fs";
import { JournalFault } from "../../journal/journal.ts";
import { openSqliteJournal } from "../../journal/sqlite/open.ts";
import { at, idsFrom, paid, paying, shape, tell } from "./words.ts";

// A process that holds a journal: `node keeper.ts <file> hold|write|fill|look|distrust`. Says one JSON value a line on stdout.

const [, , file = "", task = "hold"] = process.argv;
const WALL = 1_700_000_000_000;

const say = (word: unknown) => process.stdout.write(`${JSON.stringify(word)}\n`);
const wordOf = (fault: unknown) => (fault instanceof JournalFault ? { fault: fault.code } : { bug: String(fault) });
const stay = () => setInterval(() => undefined, 60_000);

async function keep(): Promise<void> {
  const newId = idsFrom(Math.random, () => WALL);
  const { journal } = openSqliteJournal({ file, shape, newId, wall: () => WALL });
  const pay = (amount: number, text = "") =>
    journal.advance("A", paid(amount), paying(1, [tell(text)]), { now: at(0) });

  say("held");
  if (task === "hold") stay();
  if (task === "look") await journal.close();
  if (task === "write")
    for (let nth = 1; ; nth += 1) {
      await pay(nth);
      say(nth);
      await new Promise((resolve) => setImmediate(resolve));
    }
  if (task === "distrust") {
    for (const amount of [1, 2])
      await pay(amount).then(
        () => say("kept"),
        (fault) => say(wordOf(fault)),
      );
    await journal.close();
    const again = openSqliteJournal({ file, shape, newId, wall: () => WALL }).journal;
    await again.advance("A", paid(3), paying(3), { now: at(0) });
    say((await again.story("A")).map(({ event }) => event.amount));
    await again.close();
  }
  if (task === "fill") {
    let kept = 0;
    try {
      for (;;) {
        await pay(1, "x".repeat(2_000));
        kept += 1;
      }
    } catch (fault) {
      say({ ...wordOf(fault), kept, paid: (await journal.stateOf("A"))?.paid });
    }
    readSync(0, Buffer.alloc(1));
    await pay(1);
    await journal.probe();
    say({ kept: kept + 1, paid: (await journal.stateOf("A"))?.paid });
    await journal.close();
  }
}

if (task === "look" && process.getuid?.() === 0) process.setuid?.(65_534);
try {
  await keep();
} catch (fault) {
  say(wordOf(fault));
}
