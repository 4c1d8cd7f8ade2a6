import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll } from "vitest";

/** How many of each kind keep the process alive; timers and sockets that were told not to are not among them. */
type Counts = ReadonlyMap<string, number>;

const SETTLE_WITHIN_MS = 3_000;
/** Vitest itself lets these come and go. */
const PASSING = new Set(["Timeout", "Immediate"]);

function openNow(): Counts {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return counts;
}

const leftOver = (before: Counts): readonly string[] =>
  [...openNow()].flatMap(([kind, count]) => {
    const more = count - (before.get(kind) ?? 0);
    return kind === "Immediate" || more <= 0 ? [] : [`${more} × ${kind}`];
  });

let before: Counts = new Map();

beforeAll(() => {
  before = new Map([...openNow()].filter(([kind]) => !PASSING.has(kind)));
});

/** Every file must leave nothing open: no server, socket, child process or timer. Closing may take a moment. */
afterAll(async () => {
  const start = performance.now();
  while (leftOver(before).length > 0 && performance.now() - start < SETTLE_WITHIN_MS) {
    await pause(10, undefined, { ref: false });
  }
  const left = leftOver(before);
  if (left.length > 0) throw new Error(`this file leaves open: ${left.join(", ")}`);
});
