import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Command, MISUSED } from "./commands/command.ts";

/** Every sub-command, loaded when it is called. A new one is one file and one line. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import("./commands/run.ts")).run,
};

const USAGE = `qris-backend [COMMAND] [--config FILE]

  run       serves the stands (default)

  --config  the configuration; default /etc/qris-backend/backend.toml
  --help    this
`;

const DEFAULT_CONFIG = "/etc/qris-backend/backend.toml";

/** Where words for a person go. */
export type Terminal = { out(text: string): void; err(text: string): void };

/** Runs what `argv` (without node and script) asks for. Resolves to the exit code; a daemon that is up resolves to 0 and goes on. */
export async function main(argv: readonly string[], env: NodeJS.ProcessEnv, terminal: Terminal): Promise<number> {
  const asked = read(argv);
  if (asked.is === "bad") return misused(asked.because, terminal);
  if (asked.is === "command") return begin(asked, env, terminal);
  terminal.out(USAGE);
  return 0;
}

async function begin({ command, config }: Named, env: NodeJS.ProcessEnv, terminal: Terminal): Promise<number> {
  const load = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (load === undefined) return misused(`there is no command "${command}"`, terminal);
  const perform = await load();
  return perform({ config, env, say: (line) => terminal.err(`${line}\n`) });
}

function misused(because: string, terminal: Terminal): number {
  terminal.err(`${because}\n\n${USAGE}`);
  return MISUSED;
}

type Named = { readonly is: "command"; readonly command: string; readonly config: string };
type Asked = Named | { readonly is: "help" } | { readonly is: "bad"; readonly because: string };

function read(argv: readonly string[]): Asked {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: { config: { type: "string", default: DEFAULT_CONFIG }, help: { type: "boolean", short: "h" } },
    });
    if (values.help === true) return { is: "help" };
    const [command = "run", ...rest] = positionals;
    if (rest.length > 0) return { is: "bad", because: `one command at a time, not also "${rest.join(" ")}"` };
    return { is: "command", command, config: values.config };
  } catch (error) {
    return { is: "bad", because: error instanceof Error ? error.message : String(error) };
  }
}

const script = process.argv[1];
if (script !== undefined && realpathSync(script) === fileURLToPath(import.meta.url)) {
  const { argv, env, stdout, stderr } = process;
  const terminal = { out: (text: string) => void stdout.write(text), err: (text: string) => void stderr.write(text) };
  process.exitCode = await main(argv.slice(2), env, terminal);
}
