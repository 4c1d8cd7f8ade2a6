import { type Program, runIfScript, runProgram, type Terminal } from "../host/program.ts";

/** The stand's program. A new sub-command is one file, one entry and one line of its usage. */
const program: Program = {
  usage: `qris-gateway [COMMAND] [--config FILE]

  run           drives the stand (default)
  new-key FILE  makes a key for this stand: the private half into FILE, the public half, for the backend, onto the screen

  --config      the configuration; default /etc/qris-gateway/gateway.toml
  --help        this
`,
  defaultConfig: "/etc/qris-gateway/gateway.toml",
  commands: {
    run: { load: async () => (await import("./commands/run.ts")).run },
    "new-key": { takes: "the name of a new file", load: async () => (await import("../wire/new-key.ts")).newKey },
  },
};

export const main = (argv: readonly string[], env: NodeJS.ProcessEnv, terminal: Terminal): Promise<number> =>
  runProgram(program, argv, env, terminal);

await runIfScript(import.meta.url, program);
