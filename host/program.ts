import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

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

/** `takes`: what its one argument is, for the message when it is missing. `options`: the names it knows. Loaded when called. */
export type CommandEntry = {
  readonly takes?: string;
  readonly options?: readonly string[];
  load(): Promise<Command>;
};

type Named = {
  readonly is: "command";
  readonly command: string;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, string | undefined>>;
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
  if (line.is === "bad") return misused(program, line.because, terminal);
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
  const { command, args, options, config } = line;
  const entry = Object.hasOwn(program.commands, command) ? program.commands[command] : undefined;
  if (entry === undefined) return misused(program, `there is no command "${command}"`, terminal);
  const wrong = wrongWith(entry, line);
  if (wrong !== undefined) return misused(program, wrong, terminal);
  const perform = await entry.load();
  const say = (text: string): void => terminal.err(`${text}\n`);
  const print = (text: string): void => terminal.out(`${text}\n`);
  return perform({ config, argument: args[0] ?? "", options, env, say, print });
}

function wrongWith(
  { takes, options: known = [] }: CommandEntry,
  { command, args, options }: Named,
): string | undefined {
  if (takes !== undefined && args.length === 0) return `${command} needs ${takes}`;
  const tooMany = args.slice(takes === undefined ? 0 : 1);
  if (tooMany.length > 0) return `one command at a time, not also "${tooMany.join(" ")}"`;
  const unknown = Object.keys(options).find((name) => !known.includes(name));
  return unknown === undefined ? undefined : `${command} knows no --${unknown}`;
}

function misused({ usage }: Program, because: string, terminal: Terminal): number {
  terminal.err(`${because}\n\n${usage}`);
  return MISUSED;
}

function read({ defaultConfig, commands }: Program, argv: readonly string[]): Line {
  const names = Object.values(commands).flatMap(({ options = [] }) => options);
  const own = Object.fromEntries(names.map((name) => [name, { type: "string" } as const]));
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { ...own, config: { type: "string", default: defaultConfig }, help: { type: "boolean", short: "h" } },
    });
    const { help, config, ...options } = values;
    if (help === true) return { is: "help" };
    const [command = "run", ...args] = positionals;
    return { is: "command", command, args, options, config };
  } catch (error) {
    return { is: "bad", because: error instanceof Error ? error.message : String(error) };
  }
}
