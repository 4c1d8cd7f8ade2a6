import { readFileSync } from "node:fs";
import { z } from "zod";
import { explainErrors, readConfigFile } from "../../host/config.ts";
import { type Asked, type Command, FAILED, MISUSED } from "../../host/program.ts";
import { checkSettings } from "../settings/check.ts";
import { ask } from "./operator.ts";
import { whoIs } from "./stands.ts";

/** What staff says of stands' settings at a terminal, told to the running backend over its operator's address. */

/** `--json`: the settings alone, to be changed and given to `set`. */
export const showSettings: Command = (asked) =>
  ask(asked, { method: "GET", path: pathOf(asked.argument) }, (answer) => {
    const { desired, using, is } = shown.parse(answer);
    if (asked.flags.has("json")) return desired === undefined ? [] : [JSON.stringify(desired.settings, undefined, 2)];
    return [
      desired === undefined
        ? "nothing was saved: it sells by its own file"
        : `shall use version ${desired.version}, saved by ${desired.by} on ${wallOf(desired.atMs)}: ${desired.why}`,
      using === undefined ? "it never said by what it sells" : usingLine(using),
      ...(is in ADVICE ? [ADVICE[is as keyof typeof ADVICE]] : []),
    ];
  });

const ADVICE = {
  push: "it is told as soon as it is there, and once a minute",
  refused: "save what it can use, or put right at the stand what it misses",
  ahead: "it works by a newer one than these books have: save the settings anew",
} as const;

export const settingsHistory: Command = (asked) =>
  ask(asked, { method: "GET", path: pathOf(asked.argument, "/history") }, (answer) => {
    const { versions } = historyAnswer.parse(answer);
    if (versions.length === 0) return ["nothing was saved: it sells by its own file"];
    return versions.map(
      ({ version, by, why, atMs, products }) => `${version}  ${wallOf(atMs)}  ${by}  ${products} products  ${why}`,
    );
  });

/** Reads and judges the file here, so that mistakes are told with their places before anything is sent. */
export const setSettings: Command = async (asked) => {
  const { stand, why } = asked.options;
  if (stand === undefined || why === undefined)
    return misused(asked, "say for whom and why: --stand ID[,ID…] --why TEXT");
  const settings = readSettings(asked);
  if (settings === undefined) return FAILED;
  for (const each of stand.split(",").map((id) => id.trim())) {
    const body = { settings, by: whoIs(asked), why };
    const code = await ask(asked, { method: "POST", path: pathOf(each), body }, saved);
    if (code !== 0) return code;
  }
  return 0;
};

/** Saves an earlier version as the newest one. */
export const backToSettings: Command = (asked) => {
  const { version, why } = asked.options;
  const number = Number(version);
  if (!Number.isSafeInteger(number) || number < 1 || why === undefined)
    return Promise.resolve(misused(asked, "say which version and why: --version N --why TEXT"));
  const body = { version: number, by: whoIs(asked), why };
  return ask(asked, { method: "POST", path: pathOf(asked.argument), body }, saved);
};

const version = z.object({ version: z.number(), by: z.string(), why: z.string(), atMs: z.number() });
const using = z.object({
  version: z.number(),
  software: z.string(),
  refused: z.object({ version: z.number(), because: z.string() }).optional(),
  atMs: z.number(),
});
const shown = z.object({
  desired: version.extend({ settings: z.unknown() }).optional(),
  using: using.optional(),
  is: z.string(),
});
const historyAnswer = z.object({ versions: z.array(version.extend({ products: z.number() })) });
const savedAnswer = z.object({ stand: z.string(), version: z.number() });

const saved = (answer: unknown): readonly string[] => {
  const { stand, version: number } = savedAnswer.parse(answer);
  return [`${stand} shall use version ${number}; \`settings show ${stand}\` tells whether it does`];
};

function usingLine({ version: number, software, refused, atMs }: z.output<typeof using>): string {
  const by = number === 0 ? "its own file" : `version ${number}`;
  const not = refused === undefined ? "" : `; cannot use version ${refused.version}: ${refused.because}`;
  return `sells by ${by} (software ${software}, said on ${wallOf(atMs)})${not}`;
}

function readSettings(asked: Asked): unknown {
  const { argument: file } = asked;
  const read = file.endsWith(".json") ? readJson(file) : readToml(file);
  if ("problem" in read) return problem(asked, read.problem);
  const checked = checkSettings(read.settings);
  if (checked.is === "good") return checked.settings;
  return problem(asked, [`${file} is not usable:`, ...checked.issues.map(issueLine)].join("\n"));
}

const issueLine = ({ path, message }: { readonly path: string; readonly message: string }): string =>
  `  ${path === "" ? "" : `${path}: `}${message}`;

type Read = { readonly settings: unknown } | { readonly problem: string };

function readToml(file: string): Read {
  const read = readConfigFile(file, z.record(z.string(), z.unknown()));
  return read.is === "good" ? { settings: read.config } : { problem: explainErrors(file, read.errors) };
}

function readJson(file: string): Read {
  try {
    return { settings: JSON.parse(readFileSync(file, "utf8")) };
  } catch (error) {
    return { problem: `${file} is not usable: ${error instanceof Error ? error.message : String(error)}` };
  }
}

function problem({ say }: Asked, words: string): undefined {
  say(words);
}

function misused({ say }: Asked, words: string): number {
  say(words);
  return MISUSED;
}

const pathOf = (stand: string, more = ""): string => `/stands/${encodeURIComponent(stand)}/settings${more}`;
const wallOf = (ms: number): string => new Date(ms).toISOString();
