import { statSync } from "node:fs";
import { dirname } from "node:path";
import { utcClock } from "../../host/clock.ts";
import { EXIT_BAD_CONFIG, explainErrors, readConfigFile } from "../../host/config.ts";
import { silentLog } from "../../host/log.ts";
import { type Asked, type Command, FAILED, MISUSED } from "../../host/program.ts";
import { NamedFiles } from "../../host/setup.ts";
import { JournalFault } from "../../journal/journal.ts";
import { type BackendConfig, backendConfigSchema } from "../config/config.ts";
import { placeOf } from "../config/journal-config.ts";
import { Accounts, type Change, ONE_TIME_MS } from "../console/accounts/accounts.ts";
import { Hasher } from "../console/accounts/hasher.ts";
import { accountNameSchema } from "../console/api/bodies.ts";
import { type Role, roles } from "../console/api/words.ts";
import { type Actor, Audit } from "../console/audit/audit.ts";
import { verifyAudit, type Witness } from "../console/audit/verify.ts";
import { databaseSecrets } from "../setup.ts";
import { openStore, type Store, type StorePlace, storeFileBeside } from "../store/store.ts";

/**
 * Who may use the console, from a terminal of the machine itself: `backend accounts …`, `backend audit verify`. They work on the
 * store, whether or not a backend runs; one that does acts by it at the next call.
 */

export const listAccounts: Command = (asked) =>
  onBook(asked, async ({ accounts }) => {
    const all = await accounts.list();
    if (all.length === 0) asked.say("there is no account: `backend accounts add NAME --role admin` makes the first");
    for (const { name, role, isDisabled, mustChangePassword, isForeign, signedInMs } of all) {
      const marks = [
        isDisabled && "disabled",
        mustChangePassword && "has a one-time password",
        isForeign && "comes through OpenID Connect",
        signedInMs === undefined ? "never signed in" : `signed in ${new Date(signedInMs).toISOString()}`,
      ];
      asked.print(`${name}  ${role}  ${marks.filter((mark) => mark !== false).join(", ")}`);
    }
    return 0;
  });

export const addAccount: Command = (asked) =>
  withRole(asked, (role) => {
    const name = accountNameSchema.safeParse(asked.argument);
    if (!name.success)
      return misused(asked, `"${asked.argument}" is no account's name: ${name.error.issues[0]?.message}`);
    return onBook(asked, async ({ accounts, actor }) => {
      const added = await accounts.add(actor, name.data, role);
      if (added.is === "taken") return failed(asked, `there is an account ${name.data} already`);
      tellPassword(asked, added.password);
      return 0;
    });
  });

export const giveRole: Command = (asked) => withRole(asked, (role) => change(asked, { role }));
export const disableAccount: Command = (asked) => change(asked, { isDisabled: true });
export const enableAccount: Command = (asked) => change(asked, { isDisabled: false });
export const newPassword: Command = (asked) => change(asked, { newPassword: true });

/** `--number N --hash H`: that entry had this hash, as the backend's log says. */
export const verify: Command = (asked) => {
  const witness = witnessOf(asked);
  if (witness === "bad") return misused(asked, "--number and --hash go together, as in the log's line `audit`");
  return onBook(asked, async ({ store }) => {
    const verdict = await verifyAudit(store, witness);
    if (verdict.is === "broken") return failed(asked, `the audit log is not whole: ${verdict.because}`);
    if (verdict.is === "gone")
      return failed(asked, `entries 1 to ${verdict.sealed} were deleted for their age: take a later one as witness`);
    const { entries, sealed, hash } = verdict;
    const left = sealed === 0 ? "" : `, of which 1 to ${sealed} were deleted for their age`;
    asked.print(`whole: ${entries} entries${left}, the last with the hash ${hash}`);
    return 0;
  });
};

const WHY_NOT = {
  unknown: "there is no such account: `backend accounts list` tells them",
  "last-admin": "it is the last administrator that has a password: make another one first",
  foreign: "its role and password come through OpenID Connect",
} as const;

const change = (asked: Asked, wanted: Change): Promise<number> =>
  onBook(asked, async ({ accounts, actor }) => {
    const done = await accounts.change(actor, asked.argument, wanted);
    if (done.is !== "changed") return failed(asked, `${asked.argument}: ${WHY_NOT[done.is]}`);
    if (done.password === undefined) asked.say(`${asked.argument}: done, and signed out everywhere`);
    else tellPassword(asked, done.password);
    return 0;
  });

function tellPassword(asked: Asked, password: string): void {
  asked.say(`One-time password, good for ${ONE_TIME_MS / 3_600_000} hours, told only here:`);
  asked.print(password);
}

function withRole(asked: Asked, act: (role: Role) => Promise<number>): Promise<number> {
  const role = roles.find((each) => each === asked.options["role"]);
  return role === undefined ? misused(asked, `say --role, one of ${roles.join(", ")}`) : act(role);
}

function witnessOf({ options }: Asked): Witness | undefined | "bad" {
  const { number, hash } = options;
  if (number === undefined && hash === undefined) return undefined;
  const isGood = /^[1-9]\d{0,14}$/.test(number ?? "") && /^[0-9a-f]{64}$/.test(hash ?? "");
  return isGood ? { number: Number(number), hash: hash ?? "" } : "bad";
}

type Book = { readonly store: Store; readonly accounts: Accounts; readonly actor: Actor };

async function onBook(asked: Asked, work: (book: Book) => Promise<number>): Promise<number> {
  const read = readConfigFile(asked.config, backendConfigSchema);
  if (read.is === "bad") return misread(asked, explainErrors(asked.config, read.errors));
  const place = storePlace(read.config, asked.env);
  if ("unusable" in place) return misread(asked, place.unusable);
  const clock = utcClock();
  try {
    const store = await openStore({ place, clock });
    try {
      const audit = new Audit({ store, clock, log: silentLog });
      const accounts = new Accounts({ store, audit, clock, hasher: new Hasher() });
      return await work({ store, accounts, actor: { who: "terminal", source: sourceOf(asked.env) } });
    } finally {
      await store.destroy();
    }
  } catch (error) {
    if (!(error instanceof JournalFault)) throw error;
    return failed(asked, error.message);
  }
}

/** A file that another user begins here, the backend could not write. */
function storePlace({ journal }: BackendConfig, env: NodeJS.ProcessEnv): StorePlace | { readonly unusable: string } {
  if (!("file" in journal)) {
    const files = new NamedFiles(env, []);
    const secrets = databaseSecrets({ journal }, files) ?? {};
    const [problem] = files.problems;
    return problem === undefined ? { postgres: placeOf(journal, secrets) } : { unusable: problem.problem };
  }
  const folder = dirname(journal.file);
  const owner = statSync(folder, { throwIfNoEntry: false })?.uid;
  if (owner === undefined)
    return { unusable: `${folder}, the journal's folder, is not there: start the backend first` };
  if (owner !== process.getuid?.()) return { unusable: `${folder} is another user's: run this as the backend's user` };
  return { file: storeFileBeside(journal.file) };
}

const sourceOf = (env: NodeJS.ProcessEnv): string =>
  `terminal ${env["SUDO_USER"] ?? env["USER"] ?? ""}`.trim().slice(0, 64);

function misused({ say }: Asked, because: string): Promise<number> {
  say(because);
  return Promise.resolve(MISUSED);
}

function misread({ say }: Asked, because: string): number {
  say(because);
  return EXIT_BAD_CONFIG;
}

function failed({ say }: Asked, because: string): number {
  say(because);
  return FAILED;
}
