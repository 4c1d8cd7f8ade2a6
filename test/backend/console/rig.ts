import { onTestFinished } from "vitest";
import { Accounts } from "../../../backend/console/accounts/accounts.ts";
import { Hasher } from "../../../backend/console/accounts/hasher.ts";
import type { Cost } from "../../../backend/console/accounts/passwords.ts";
import type { Desks } from "../../../backend/console/api/desks.ts";
import type { AuditLine, Role } from "../../../backend/console/api/words.ts";
import { Audit } from "../../../backend/console/audit/audit.ts";
import { verifyAudit } from "../../../backend/console/audit/verify.ts";
import { type ConsoleConfig, consoleSchema } from "../../../backend/console/config.ts";
import { type ConsoleParts, openConsole } from "../../../backend/console/console.ts";
import { openStore, type Store } from "../../../backend/store/store.ts";
import { utcClock } from "../../../host/clock.ts";
import { type Log, silentLog } from "../../../host/log.ts";
import type { Clock } from "../../../protocol/time.ts";
import type { StoreTestPlace } from "../../support/stores.ts";
import { Browser } from "./browser.ts";
import { paperDesks } from "./paper-desks.ts";

/** As little work as scrypt does: what is looked at here is not how long a guess takes. */
export const CHEAP: Cost = { logN: 4, r: 8, p: 1 };
export const PASSWORD = "kopi susu di lobi barat";

/** As two backends have it: a file is one backend's alone, and its questions come one after the other. */
export async function ofTwoBackends({ place, open }: StoreTestPlace): Promise<readonly [Store, Store]> {
  const store = await open();
  return [store, "file" in place ? store : await open()];
}

/** What is asked of the console here is not what survives a power cut, so no disk is waited for. */
async function storeInMemory(clock: Clock): Promise<Store> {
  const store = await openStore({ place: { file: ":memory:" }, clock });
  onTestFinished(() => store.destroy());
  return store;
}

export type RigOptions = {
  readonly store?: Store;
  readonly desks?: Desks;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly config?: Partial<ConsoleConfig>;
  readonly more?: Partial<ConsoleParts>;
};

/** A console on a real port and store, over desks of paper. Gone when the test is. */
export async function openConsoleRig(options: RigOptions = {}) {
  const { clock = utcClock({ keepsAlive: false }), log = silentLog } = options;
  const store = options.store ?? (await storeInMemory(clock));
  const config = consoleSchema.parse({ port: 0, ...options.config });
  const parts = { config, store, clock, log, isTest: true, cost: CHEAP, desks: options.desks ?? paperDesks() };
  const console = await openConsole({ ...parts, ...options.more });
  onTestFinished(() => console.stop());
  const audit = new Audit({ store, clock, log });
  const accounts = new Accounts({ store, audit, clock, hasher: new Hasher(CHEAP) });
  const { url } = console.server;
  return {
    url,
    store,
    audit,
    accounts,
    console,
    stranger: () => new Browser(url),
    /** A new account, with the one-time password that it was given. */
    invited: async (name: string, role: Role) => {
      const added = await accounts.add({ who: "terminal", source: "terminal" }, name, role);
      if (added.is !== "added") throw new Error(`${name} is there already`);
      return added.password;
    },
    /** Signed in with a password of its own. */
    signedIn: async (name: string, role: Role) => {
      const added = await accounts.add({ who: "terminal", source: "terminal" }, name, role);
      if (added.is !== "added") throw new Error(`${name} is there already`);
      const browser = new Browser(url);
      await browser.signIn(name, added.password);
      const changed = await browser.post("/api/me/password", { old: added.password, new: PASSWORD });
      if (changed.status !== 200) throw new Error(`${name} has no password of its own: ${changed.text}`);
      return browser;
    },
    /** All that was written down, oldest first. */
    entries: async (): Promise<readonly AuditLine[]> => (await audit.list(500)).entries.toReversed(),
    verdict: () => verifyAudit(store),
  };
}

export type ConsoleRig = Awaited<ReturnType<typeof openConsoleRig>>;
