import { expect, test } from "vitest";
import { midtransFor, simulate } from "./run.ts";

const AT_A_TIME = 50;
/** A bound, for a machine that has other things to do. */
const PATIENCE_MS = 900_000;

export type Banks = "virtual" | "midtrans";

/** The seeds from `first` to `last`; a failing one is replayed by `npm run simulate -- --seed N [--midtrans] --log`. */
export function everySeed(first: number, last: number, banks: Banks = "virtual"): void {
  for (let from = first; from <= last; from += AT_A_TIME) {
    const to = Math.min(last, from + AT_A_TIME - 1);
    test(
      `no rule is broken by seeds ${from} to ${to}`,
      async () => expect(await wrongsOf(from, to, banks)).toEqual([]),
      PATIENCE_MS,
    );
  }
}

async function wrongsOf(from: number, to: number, banks: Banks): Promise<readonly string[]> {
  const found: string[] = [];
  let paid = 0;
  for (let seed = from; seed <= to; seed += 1) {
    const report = await simulate(seed, banks === "virtual" ? {} : { banks: midtransFor(seed) });
    paid += report.paid;
    const how = banks === "virtual" ? "" : " --midtrans";
    found.push(...report.wrongs.map((wrong) => `--seed ${seed}${how}: ${wrong}`));
  }
  return paid > 0 ? found : ["nobody ever paid: the storm is no test"];
}
