import { type Program, runIfScript, runProgram, type SingleEntry, type Terminal } from "../host/program.ts";

const AN_ORDER = "an order's id";
const A_NAME = "an account's name";

const A_STAND = "a stand's id";
const ABOUT_A_STAND = ["name", "site", "merchant", "by"];

const standsCommands: Readonly<Record<string, SingleEntry>> = {
  list: { load: async () => (await import("./commands/stands.ts")).listStands },
  show: { takes: A_STAND, load: async () => (await import("./commands/stands.ts")).showStand },
  add: {
    takes: A_STAND,
    options: ABOUT_A_STAND,
    load: async () => (await import("./commands/stands.ts")).addStand,
  },
  invite: { takes: A_STAND, options: ["by"], load: async () => (await import("./commands/stands.ts")).inviteStand },
  change: {
    takes: A_STAND,
    options: ABOUT_A_STAND,
    load: async () => (await import("./commands/stands.ts")).changeStand,
  },
  revoke: {
    takes: A_STAND,
    options: ["why", "by"],
    load: async () => (await import("./commands/stands.ts")).revokeStand,
  },
};

const WHO_AND_WHY = ["by", "why"] as const;
const settingsCommands: Readonly<Record<string, SingleEntry>> = {
  show: { takes: A_STAND, flags: ["json"], load: async () => (await import("./commands/settings.ts")).showSettings },
  history: { takes: A_STAND, load: async () => (await import("./commands/settings.ts")).settingsHistory },
  set: {
    takes: "a file of settings, TOML or JSON",
    options: ["stand", ...WHO_AND_WHY],
    load: async () => (await import("./commands/settings.ts")).setSettings,
  },
  back: {
    takes: A_STAND,
    options: ["version", ...WHO_AND_WHY],
    load: async () => (await import("./commands/settings.ts")).backToSettings,
  },
};

/** The backend's program. A new sub-command is one file, one entry and one line of its usage. */
const program: Program = {
  usage: `qris-backend [COMMAND] [--config FILE]

  run           serves the stands (default)
  new-key FILE  makes the backend's key: the private half into FILE, the public half, for the stands, onto the screen
  keys status   tells how far the stands have learnt to trust its next key
  new-authority FILE  makes who vouches for stands at the broker: the key into FILE, the certificate onto the screen  [--name TEXT]

  stands list   lists them all
  stands show ID    tells all about one
  stands add ID     makes a new one, and the code by which its machine becomes it, once  [--name TEXT] [--site TEXT] [--merchant NAME]
  stands invite ID  makes a new code: for a new SD card, or for one that was revoked
  stands change ID  gives it another name, site or merchant  [--name TEXT] [--site TEXT] [--merchant NAME]
  stands revoke ID  believes it no more, at once            --why TEXT

  settings show ID      by what a stand shall sell, and by what it does  [--json]
  settings history ID   lists what was ever saved for it
  settings set FILE     saves menu, patience and texts (TOML or JSON)  --stand ID[,ID] --why TEXT
  settings back ID      saves an earlier version as the newest         --version N --why TEXT

  owed          lists paid orders that wait for a person
  order ID      tells one order's whole story
  release ID    lets the stand release an owed order once more      --by NAME --why TEXT
  refund ID     gives a paid order's money back: all, or a part, which ends the case  [--amount RUPIAH] --by NAME --why TEXT
  export ID     writes its whole story into a new folder, for a dispute   --to FOLDER --by NAME --why TEXT
  remedy ID     an owed order was dealt with otherwise              --how refunded|settled-by-staff --by NAME --why TEXT

  reconcile     compares a day with the provider's books            [--date DAY] [--report FILE.csv] [--csv FILE]
  reconciled    tells what came out of a day the last time          [--date DAY] [--csv FILE]

  accounts list             who may use the console
  accounts add NAME         makes one, and prints its one-time password      --role viewer|staff|admin
  accounts role NAME        gives it another role                            --role viewer|staff|admin
  accounts disable NAME     lets it in no more
  accounts enable NAME      lets it in again
  accounts password NAME    prints a new one-time password
  audit verify              whether what was done is as it was written down  [--number N --hash H]

  backup FOLDER   copies ledger and store, as they are now, into a new folder; the backend may run
  restore FOLDER  puts such a copy in their place; the backend must be stopped

  version       tells which one this is
  --by          who says so, where it is written down; for stands and settings your user name when absent
  --config      the configuration; default /etc/qris-backend/backend.toml
  --help        this
`,
  defaultConfig: "/etc/qris-backend/backend.toml",
  commands: {
    run: { load: async () => (await import("./commands/run.ts")).run },
    version: { load: async () => (await import("../host/version.ts")).version },
    keys: { commands: { status: { load: async () => (await import("./commands/stands.ts")).keysStatus } } },
    "new-authority": {
      takes: "the name of a new file",
      options: ["name"],
      load: async () => (await import("./commands/new-authority.ts")).newAuthorityFile,
    },
    stands: { commands: standsCommands },
    settings: { commands: settingsCommands },
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
    export: {
      takes: AN_ORDER,
      options: ["to", "by", "why"],
      load: async () => (await import("./commands/export.ts")).exportCase,
    },
    reconcile: {
      options: ["date", "report", "csv"],
      load: async () => (await import("./commands/reconcile.ts")).reconcile,
    },
    reconciled: {
      options: ["date", "csv"],
      load: async () => (await import("./commands/reconcile.ts")).reconciled,
    },
    accounts: {
      commands: {
        list: { load: async () => (await import("./commands/accounts.ts")).listAccounts },
        add: {
          takes: A_NAME,
          options: ["role"],
          load: async () => (await import("./commands/accounts.ts")).addAccount,
        },
        role: { takes: A_NAME, options: ["role"], load: async () => (await import("./commands/accounts.ts")).giveRole },
        disable: { takes: A_NAME, load: async () => (await import("./commands/accounts.ts")).disableAccount },
        enable: { takes: A_NAME, load: async () => (await import("./commands/accounts.ts")).enableAccount },
        password: { takes: A_NAME, load: async () => (await import("./commands/accounts.ts")).newPassword },
      },
    },
    audit: {
      commands: {
        verify: {
          options: ["number", "hash"],
          load: async () => (await import("./commands/accounts.ts")).verify,
        },
      },
    },
    backup: { takes: "the name of a new folder", load: async () => (await import("./commands/backup.ts")).backup },
    restore: { takes: "a backup's folder", load: async () => (await import("./commands/backup.ts")).restore },
    "new-key": { takes: "the name of a new file", load: async () => (await import("../wire/new-key.ts")).newKey },
  },
};

export const main = (argv: readonly string[], env: NodeJS.ProcessEnv, terminal: Terminal): Promise<number> =>
  runProgram(program, argv, env, terminal);

await runIfScript(import.meta.url, program);
