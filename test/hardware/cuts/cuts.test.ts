import { beforeAll, describe, expect, test } from "vitest";
import { seeded } from "../../world/seeded.ts";
import { cutPower } from "./cut-power.ts";
import { cutTape, partsOf } from "./cut-tape.ts";
import { record } from "./recording.ts";
import type { Tape } from "./tape.ts";
import type { Mark } from "./truth.ts";

/** The short form; `npm run powercuts` is the long one. What it shows, and what not, stands in docs/decisions/cutting-the-power.md. */

const CUTS = 40;
const BOOTS = 2;
/** Some of them, on a machine that has other things to do. */
const MINUTES_MS = 900_000;

describe("a stand whose power is cut", () => {
  const random = seeded(Math.floor(performance.timeOrigin));
  let tape: Tape<Mark>;

  beforeAll(async () => {
    tape = await record(["pays", "cancels", "pays"], ["pays", "pays"]);
  }, MINUTES_MS);

  test(
    "at any moment of its disk's recorded life has lost nothing, and gives nothing away twice",
    async () => {
      const { found, where } = await cutTape(tape, { between: partsOf(tape).careful, more: CUTS, random });
      expect(found).toEqual([]);
      const states = ["charging", "awaiting", "closing", "releasing", "delivered", "closed"];
      for (const at of states) expect(where[at], at).toBeGreaterThan(0);
    },
    MINUTES_MS,
  );

  test(
    "that does not wait for its disk, as a control, has lost what the world has seen",
    async () => {
      const { found } = await cutTape(tape, { between: partsOf(tape).careless, more: 0, random });
      expect(found.length).toBeGreaterThan(0);
    },
    MINUTES_MS,
  );

  test(
    "that forgets which release it had begun, as a control, lets the goods out twice",
    async () => {
      const options = { between: partsOf(tape).careful, more: 0, random, mistake: "forgets-started" } as const;
      const { found } = await cutTape(tape, options);
      expect(found.flatMap(({ wrongs }) => wrongs).join()).toContain(
        "the contact closed 1 times before the cut and 1 after it",
      );
    },
    MINUTES_MS,
  );

  test(
    "with its whole machine, boots on the same disk and ends every sale once",
    async () => {
      expect((await cutPower({ cuts: BOOTS, random, first: "closed" })).wrongs).toEqual([]);
    },
    MINUTES_MS,
  );
});
