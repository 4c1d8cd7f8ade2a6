import { type Program, runIfScript, runProgram, type Terminal } from "../host/program.ts";

/** The stand's program. A new sub-command is one file, one entry and one line of its usage. */
const program: Program = {
  usage: `qris-gateway [COMMAND] [--config FILE]

  run           drives the stand (default)
  enroll        makes this machine a stand of a backend's, by a one-time code    --at https://… --code …
  new-key FILE  makes a key for this stand: the private half into FILE, the public half, for the backend, onto the screen
  public-key FILE  shows the public half of such a key once more
  drain         takes the running stand out of service, and waits until nobody is served     [--seconds N]
  open-relays   opens every relay's contact; for when the daemon has ended

  doctor           checks everything the stand needs, and says what to do; 1: something is wrong      [--json]
  show-test        shows a test page until Enter: edges, colours, codes to try with a phone           [--seconds N] [--png FILE]
  print-test       prints the same on paper                                                           [--png FILE]
  pulse-test LINE  closes a relay's contact once                                                      [--ms N] [--yes]

  journal list           names the orders begun last                      [--open | --owed | --all] [--limit N]
  journal show ORDER     tells one order's story, by its id or claim code
  journal verify         whether the journal is whole, and every order's events lead to its state
  journal export FILE    writes every order's story into a new file, one JSON line each    [--since 2026-11-20]

  version       tells which one this is
  --config      the configuration; default /etc/qris-gateway/gateway.toml
  --help        this
`,
  defaultConfig: "/etc/qris-gateway/gateway.toml",
  commands: {
    run: { load: async () => (await import("./commands/run.ts")).run },
    version: { load: async () => (await import("../host/version.ts")).version },
    enroll: { options: ["at", "code"], load: async () => (await import("./commands/enroll.ts")).enroll },
    "new-key": { takes: "the name of a new file", load: async () => (await import("../wire/new-key.ts")).newKey },
    "public-key": {
      takes: "the name of a key's file",
      load: async () => (await import("./commands/public-key.ts")).publicKey,
    },
    doctor: { flags: ["json"], load: async () => (await import("./commands/doctor.ts")).doctor },
    "show-test": { options: ["seconds", "png"], load: async () => (await import("./commands/show-test.ts")).showTest },
    "print-test": { options: ["png"], load: async () => (await import("./commands/print-test.ts")).printTest },
    "pulse-test": {
      takes: "the name of a relay",
      options: ["ms"],
      flags: ["yes"],
      load: async () => (await import("./commands/pulse-test.ts")).pulseTest,
    },
    journal: {
      commands: {
        list: {
          flags: ["open", "owed", "all"],
          options: ["limit"],
          load: async () => (await import("./commands/journal.ts")).list,
        },
        show: {
          takes: "an order's id or claim code",
          load: async () => (await import("./commands/journal.ts")).show,
        },
        verify: { load: async () => (await import("./commands/journal.ts")).verify },
        export: {
          takes: "the name of a new file",
          options: ["since"],
          load: async () => (await import("./commands/journal.ts")).exportLines,
        },
      },
    },
    drain: { options: ["seconds"], load: async () => (await import("./commands/drain.ts")).drain },
    "open-relays": { load: async () => (await import("./commands/open-relays.ts")).openRelays },
  },
};

export const main = (argv: readonly string[], env: NodeJS.ProcessEnv, terminal: Terminal): Promise<number> =>
  runProgram(program, argv, env, terminal);

await runIfScript(import.meta.url, program);
