import { type Program, runIfScript, runProgram, type Terminal } from "../host/program.ts";

/** The stand's program. A new sub-command is one file, one entry and one line of its usage. */
const program: Program = {
  usage: `qris-gateway [COMMAND] [--config FILE]

  run           drives the stand (default)
  new-key FILE  makes a key for this stand: the private half into FILE, the public half, for the backend, onto the screen
  public-key FILE  shows the public half of such a key once more
  open-relays   opens every relay's contact; for when the daemon has ended

  --config      the configuration; default /etc/qris-gateway/gateway.toml
  --help        this
`,
  defaultConfig: "/etc/qris-gateway/gateway.toml",
  commands: {
    run: { load: async () => (await import("./commands/run.ts")).run },
    "new-key": { takes: "the name of a new file", load: async () => (await import("../wire/new-key.ts")).newKey },
    "public-key": {
      takes: "the name of a key's file",
      load: async () => (await import("./commands/public-key.ts")).publicKey,
    },
    "open-relays": { load: async () => (await import("./commands/open-relays.ts")).openRelays },
  },
};

export const main = (argv: readonly string[], env: NodeJS.ProcessEnv, terminal: Terminal): Promise<number> =>
  runProgram(program, argv, env, terminal);

await runIfScript(import.meta.url, program);
