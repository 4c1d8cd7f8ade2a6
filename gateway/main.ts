import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Command, MISUSED } from "./commands/command.ts";

/** Every sub-command, loaded when it is called. A new one is one file and one line. */
const commands: Readonly<Record<string, () => Promise<Command>>> = {
  run: async () => (await import("./commands/run.ts")).run,
};

const USAGE = `qris-gateway [COMMAND] [--config FILE]

  run       drives the stand (default)

  --config  the configuration; default /etc/qris-gateway/gateway.toml
  --help    this
`;

const DEFAULT_CONFIG = "/etc/qris-gateway/gateway.toml";

/** Runs what `argv` (without node and script) asks for; sets the process's exit code when it comes back with a refusal. */
export async function main(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const asked = read(argv);
  if (asked.is === "help") process.stdout.write(USAGE);
  else if (asked.is === "bad") misused(asked.because);
  else await begin(asked, env);
}

async function begin({ command, config }: Named, env: NodeJS.ProcessEnv): Promise<void> {
  const load = Object.hasOwn(commands, command) ? commands[command] : undefined;
  if (load === undefined) return misused(`there is no command "${command}"`);
  const perform = await load();
  const code = await perform({ config, env, say: (line) => void process.stderr.write(`${line}\n`) });
  if (code !== 0) process.exitCode = code;
}

function misused(because: string): void {
  process.stderr.write(`${because}\n\n${USAGE}`);
  process.exitCode = MISUSED;
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
  await main(process.argv.slice(2), process.env);
}
