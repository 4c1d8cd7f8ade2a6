import { type Program, runIfScript, runProgram, type Terminal } from "../host/program.ts";

/** The backend's program. A new sub-command is one file, one entry and one line of its usage. */
const program: Program = {
  usage: `qris-backend [COMMAND] [--config FILE]

  run           serves the stands (default)
  new-key FILE  makes the backend's key: the private half into FILE, the public half, for the stands, onto the screen

  --config      the configuration; default /etc/qris-backend/backend.toml
  --help        this
`,
  defaultConfig: "/etc/qris-backend/backend.toml",
  commands: {
    run: { load: async () => (await import("./commands/run.ts")).run },
    "new-key": { takes: "the name of a new file", load: async () => (await import("../wire/new-key.ts")).newKey },
  },
};

export const main = (argv: readonly string[], env: NodeJS.ProcessEnv, terminal: Terminal): Promise<number> =>
  runProgram(program, argv, env, terminal);

await runIfScript(import.meta.url, program);
