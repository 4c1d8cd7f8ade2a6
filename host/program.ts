import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type ParseArgsConfig, parseArgs } from "node:util";

/** Exit codes of sysexits.h; an unusable configuration has its own, beside the reader of configurations. */
export const MISUSED = 64;
export const FAILED = 1;

/** Where words for a person go. */
export type Terminal = { out(text: string): void; err(text: string): void };

/** What a sub-command is given. */
export type Asked = {
  /** The configuration's file. */
  readonly config: string;
  /** What the command takes, where it takes something. */
  readonly argument: string;
  /** What else was said, `--by ani`; only what the command knows. */
  readonly options: Readonly<Record<string, string | undefined>>;
  /** What was said without a value, `--json`; only what the command knows. */
  readonly flags: ReadonlySet<string>;
  readonly env: NodeJS.ProcessEnv;
  /** A line for the person at the terminal. */
  say(line: string): void;
  /** A line for whatever reads this command's output. */
  print(line: string): void;
};

/** Resolves to the exit code. A daemon resolves to 0 when it is up, and goes on. */
export type Command = (asked: Asked) => Promise<number>;

export type Program = {
  readonly usage: string;
  readonly defaultConfig: string;
  /** By name; `run` is the default. */
  readonly commands: Readonly<Record<string, CommandEntry>>;
};

/**
 * `takes`: what its one argument is, for the message when it is missing. `options`: the names it knows; `flags`: those without
 * a value. Loaded when called.
 */
export type SingleEntry = {
  readonly takes?: string;
  readonly options?: readonly string[];
  readonly flags?: readonly string[];
  load(): Promise<Command>;
};

/** One command, or several under one word: `journal show`. */
export type CommandEntry = SingleEntry | { readonly commands: Readonly<Record<string, SingleEntry>> };

type Named = {
  readonly is: "command";
  /** The command, and what it takes. */
  readonly words: readonly string[];
  readonly options: Readonly<Record<string, string | undefined>>;
  readonly flags: ReadonlySet<string>;
  readonly config: string;
};
type Line = Named | { readonly is: "help" } | { readonly is: "bad"; readonly because: string };

/** Runs what `argv` (without node and script) asks for. Resolves to the exit code. */
export async function runProgram(
  program: Program,
  argv: readonly string[],
  env: NodeJS.ProcessEnv,
  terminal: Terminal,
): Promise<number> {
  const line = read(program, argv);
  if (line.is === "bad") return misused(program, line.because, [], terminal);
  if (line.is === "command") return begin(program, line, env, terminal);
  terminal.out(program.usage);
  return 0;
}

/** Runs the program when `module` (an `import.meta.url`) is the script that node was started with; else does nothing. */
export async function runIfScript(module: string, program: Program): Promise<void> {
  const script = process.argv[1];
  if (script === undefined || realpathSync(script) !== fileURLToPath(module)) return;
  const { argv, env, stdout, stderr } = process;
  const terminal = { out: (text: string) => void stdout.write(text), err: (text: string) => void stderr.write(text) };
  process.exitCode = await runProgram(program, argv.slice(2), env, terminal);
}

async function begin(program: Program, line: Named, env: NodeJS.ProcessEnv, terminal: Terminal): Promise<number> {
  const found = find(program.commands, line.words);
  if (typeof found === "string") return misused(program, found, line.words.slice(0, 1), terminal);
  const wrong = wrongWith(found, line);
  if (wrong !== undefined) return misused(program, wrong, found.name.split(" "), terminal);
  const perform = await found.entry.load();
  const say = (text: string): void => terminal.err(`${text}\n`);
  const print = (text: string): void => terminal.out(`${text}\n`);
  const { config, options, flags } = line;
  return perform({ config, argument: found.args[0] ?? "", options, flags, env, say, print });
}

type Found = { readonly name: string; readonly entry: SingleEntry; readonly args: readonly string[] };

/** The command of these words, or what is wrong with them. */
function find(commands: Program["commands"], [name = "", ...args]: readonly string[]): Found | string {
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) return `there is no command "${name}"`;
  if (!("commands" in entry)) return { name, entry, args };
  if (args.length === 0) return `${name} needs one more word: ${Object.keys(entry.commands).join(", ")}`;
  const found = find(entry.commands, args);
  return typeof found === "string" ? `${name}: ${found}` : { ...found, name: `${name} ${found.name}` };
}

function wrongWith({ name, entry, args }: Found, line: Named): string | undefined {
  const { takes, options = [], flags = [] } = entry;
  if (takes !== undefined && args.length === 0) return `${name} needs ${takes}`;
  const tooMany = args.slice(takes === undefined ? 0 : 1);
  if (tooMany.length > 0) return `one command at a time, not also "${tooMany.join(" ")}"`;
  const unknown = [...Object.keys(line.options), ...line.flags].find((said) => ![...options, ...flags].includes(said));
  return unknown === undefined ? undefined : `${name} knows no --${unknown}`;
}

/** Says what was wrong, and of the usage what is about that command alone. */
function misused({ usage }: Program, because: string, command: readonly string[], terminal: Terminal): number {
  const start = `  ${command.join(" ")} `;
  const about = command.length === 0 ? [] : usage.split("\n").filter((line) => line.startsWith(start));
  terminal.err(`${[because, ...about, "--help lists all commands"].join("\n")}\n`);
  return MISUSED;
}

function read(program: Program, argv: readonly string[]): Line {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], allowPositionals: true, options: optionsOf(program) });
    if (values["help"] === true) return { is: "help" };
    const { config, ...said } = values;
    const options = Object.entries(said).filter((each): each is [string, string] => typeof each[1] === "string");
    const flags = Object.keys(said).filter((name) => said[name] === true);
    return {
      is: "command",
      words: positionals.length === 0 ? ["run"] : positionals,
      options: Object.fromEntries(options),
      flags: new Set(flags),
      config: String(config),
    };
  } catch (error) {
    return { is: "bad", because: firstSentence(error) };
  }
}

/** Node's second one explains how to name files that begin with a dash. */
const firstSentence = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/\. .*$/s, "");

/** A name has one meaning in a program: with a value, or without. */
function optionsOf({ defaultConfig, commands }: Program): NonNullable<ParseArgsConfig["options"]> {
  const singles = Object.values(commands).flatMap((entry) =>
    "commands" in entry ? Object.values(entry.commands) : [entry],
  );
  const flags = singles.flatMap(({ flags = [] }) => flags.map((name) => [name, { type: "boolean" }] as const));
  const options = singles.flatMap(({ options = [] }) => options.map((name) => [name, { type: "string" }] as const));
  return {
    ...Object.fromEntries([...flags, ...options]),
    config: { type: "string", default: defaultConfig },
    help: { type: "boolean", short: "h" },
  };
}
