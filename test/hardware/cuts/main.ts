import { parseArgs } from "node:util";
import { seeded } from "../../world/seeded.ts";
import type { Plot } from "./customer.ts";
import { cutPower, type PowerTried } from "./cut-power.ts";
import { cutTape, partsOf, type Tried } from "./cut-tape.ts";
import { record } from "./recording.ts";

const USAGE = `npm run powercuts [-- --cuts 200] [--boots 4] [--seed 7]

  --cuts    moments of a recorded life of the disk at which the power goes, beside those after everything seen (default 200)
  --boots   times that the virtual machine's own power goes, with a boot after each (default 4; some 20 s each)
  --seed    another chance, the same again
`;

const PLOTS: readonly Plot[] = ["pays", "cancels", "pays", "pays", "cancels", "pays", "pays", "pays"];
const CONTROL_PLOTS: readonly Plot[] = ["pays", "pays", "pays"];

const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Exit code 1: something was lost, or a control lost nothing; 64: bad words. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { cuts: { type: "string" }, boots: { type: "string" }, seed: { type: "string" } },
  });
  const [cuts, boots, seed] = [values.cuts ?? "200", values.boots ?? "4", values.seed ?? "7"].map(Number);
  if (![cuts, boots, seed].every(Number.isSafeInteger)) {
    process.stderr.write(USAGE);
    return 64;
  }
  const random = seeded(seed ?? 7);
  print(`recording ${PLOTS.length} sales`);
  const tape = await record(PLOTS, CONTROL_PLOTS);
  const { careful, careless } = partsOf(tape);
  const tried = await cutTape(tape, { between: careful, more: cuts ?? 0, random });
  const control = await cutTape(tape, { between: careless, more: 0, random });
  const forgetful = await cutTape(tape, { between: careful, more: 0, random, mistake: "forgets-started" });
  print(`${tried.cuts} cuts of the recorded disk: ${words(tried)}`);
  print(`control, synchronous = OFF: wrong after ${control.found.length} of ${control.cuts} cuts`);
  print(`control, a begun release forgotten: wrong after ${forgetful.found.length} of ${forgetful.cuts} cuts`);
  const power = boots === 0 ? undefined : await cutPower({ cuts: boots ?? 0, random, say: print });
  if (power !== undefined) print(`${power.cuts} cuts of the machine's power: ${powerWords(power)}`);
  const controlsFail = control.found.length > 0 && forgetful.found.length > 0;
  const isWell = tried.found.length === 0 && (power?.wrongs ?? []).length === 0;
  return isWell && controlsFail ? 0 : 1;
}

const words = ({ found, where }: Tried): string =>
  `${found.length} lost something; the newest order was ${JSON.stringify(where)}${found.map((each) => `\n  ${JSON.stringify(each)}`).join("")}`;

const powerWords = ({ wrongs, where }: PowerTried): string =>
  `${wrongs.length} wrongs; the newest order was ${JSON.stringify(where)}${wrongs.map((wrong) => `\n  ${wrong}`).join("")}`;

process.exitCode = await main();
