import { type Program, runIfScript, runProgram, type Terminal } from "../host/program.ts";

const AN_ORDER = "an order's id";

/** The backend's program. A new sub-command is one file, one entry and one line of its usage. */
const program: Program = {
  usage: `qris-backend [COMMAND] [--config FILE]

  run           serves the stands (default)
  new-key FILE  makes the backend's key: the private half into FILE, the public half, for the stands, onto the screen

  owed          lists paid orders that wait for a person
  order ID      tells one order's whole story
  release ID    lets the stand release an owed order once more      --by NAME --why TEXT
  refund ID     gives a paid order's money back: all, or a part, which ends the case  [--amount RUPIAH] --by NAME --why TEXT
  remedy ID     an owed order was dealt with otherwise              --how refunded|settled-by-staff --by NAME --why TEXT

  reconcile     compares a day with the provider's books            [--date DAY] [--report FILE.csv] [--csv FILE]
  reconciled    tells what came out of a day the last time          [--date DAY] [--csv FILE]

  backup FOLDER   copies ledger and store, as they are now, into a new folder; the backend may run
  restore FOLDER  puts such a copy in their place; the backend must be stopped

  --config      the configuration; default /etc/qris-backend/backend.toml
  --help        this
`,
  defaultConfig: "/etc/qris-backend/backend.toml",
  commands: {
    run: { load: async () => (await import("./commands/run.ts")).run },
    owed: { load: async () => (await import("./commands/operator.ts")).owed },
    order: { takes: AN_ORDER, load: async () => (await import("./commands/operator.ts")).order },
    release: {
      takes: AN_ORDER,
      options: ["by", "why"],
      load: async () => (await import("./commands/operator.ts")).release,
    },
    refund: {
      takes: AN_ORDER,
      options: ["amount", "by", "why"],
      load: async () => (await import("./commands/operator.ts")).refund,
    },
    remedy: {
      takes: AN_ORDER,
      options: ["how", "by", "why"],
      load: async () => (await import("./commands/operator.ts")).remedy,
    },
    reconcile: {
      options: ["date", "report", "csv"],
      load: async () => (await import("./commands/reconcile.ts")).reconcile,
    },
    reconciled: {
      options: ["date", "csv"],
      load: async () => (await import("./commands/reconcile.ts")).reconciled,
    },
    backup: { takes: "the name of a new folder", load: async () => (await import("./commands/backup.ts")).backup },
    restore: { takes: "a backup's folder", load: async () => (await import("./commands/backup.ts")).restore },
    "new-key": { takes: "the name of a new file", load: async () => (await import("../wire/new-key.ts")).newKey },
  },
};

export const main = (argv: readonly string[], env: NodeJS.ProcessEnv, terminal: Terminal): Promise<number> =>
  runProgram(program, argv, env, terminal);

await runIfScript(import.meta.url, program);
