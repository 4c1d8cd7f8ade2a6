import { type Check, NO_CONFIGURATION, type Ruling, type Verdict } from "./check.ts";
import { COMMON } from "./examine.ts";

/** docs/doctor.md, made of the checks themselves so that it cannot lag behind them. */
export const documentOf = (checks: readonly Check[]): string =>
  [HEAD, ...checks.map((check) => sectionOf(withoutCommon(check))), sectionOf(anyOf(checks))].join("\n");

type Section = Pick<Check, "name" | "asks" | "outcomes">;

const withoutCommon = ({ name, asks, outcomes: { [NO_CONFIGURATION]: _, ...outcomes } }: Check): Section => ({
  name,
  asks,
  outcomes,
});

/** How every check may end besides its own ways. */
function anyOf(checks: readonly Check[]): Section {
  const [common] = checks.flatMap(({ outcomes }) => outcomes[NO_CONFIGURATION] ?? []);
  const outcomes = { ...COMMON, ...(common === undefined ? {} : { [NO_CONFIGURATION]: common }) };
  return { name: "any check", asks: "How every check may end besides.", outcomes };
}

const HEAD = `# doctor

    sudo qris-gateway doctor

checks everything that a stand needs, a line each: **ok**, **WARNING** (it works, and may not for long), **WRONG** (it does not
sell, or may lose money) or **–** (there is nothing to look at, or the running daemon has it), with what to do below it. The exit
code is 1 when something is wrong, else 0. It may be asked at any time: what the daemon has is left alone, the broker is talked to
under a client id of its own (\`doctor-ID\`), and the backend's ack to an empty sealed \`sync\` is timed. The journal's disk gets two
hundred small writes, which are removed. A stopped daemon is kept from starting for these seconds. As root it sees everything; permissions are judged for the user that the unit names.

\`--json\` prints one line instead, for programs: names and outcomes stay, more may be added.

\`\`\`json
{"stand": "lobby-1", "version": "1.0.0", "at": "2026-11-21T02:04:31.000Z", "verdict": "wrong", "checks": [
  {"check": "printer", "verdict": "wrong", "as": "no-paper", "found": "no-paper, 384 dots across", "todo": "put a roll in", "ms": 31}]}
\`\`\`

\`verdict\` is the worst of all (\`ok\`, \`warning\`, \`wrong\`), of a check also \`skipped\`; \`as\` names the outcome as below; \`ms\` is how long
it took; \`stand\` is absent where the configuration is not usable, \`todo\` where there is nothing to do.
`;

function sectionOf({ name, asks, outcomes }: Section): string {
  const rows = Object.entries(outcomes).map(([as, ruling]) => rowOf(as, ruling));
  return `## ${name}\n\n${asks}\n\n| | | means | what to do |\n| --- | --- | --- | --- |\n${rows.join("\n")}\n`;
}

const rowOf = (as: string, { verdict, means, todo }: Ruling): string =>
  `| \`${as}\` | ${MARKS[verdict]} | ${cell(means)} | ${todo === undefined ? "" : cell(todo)} |`;

const MARKS: Readonly<Record<Verdict, string>> = { ok: "ok", warning: "warning", wrong: "**wrong**", skipped: "–" };

const cell = (text: string): string => text.replaceAll("|", "\\|");
