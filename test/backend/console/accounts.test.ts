import { expect, test } from "vitest";
import { Accounts, type Change } from "../../../backend/console/accounts/accounts.ts";
import { Hasher } from "../../../backend/console/accounts/hasher.ts";
import { Audit } from "../../../backend/console/audit/audit.ts";
import { changePassword, logIn } from "../../../backend/console/sessions/login.ts";
import { Sessions } from "../../../backend/console/sessions/sessions.ts";
import { pauseMs, Tries } from "../../../backend/console/sessions/tries.ts";
import type { Store } from "../../../backend/store/store.ts";
import { silentLog } from "../../../host/log.ts";
import { freshStore, storeSuites } from "../../support/stores.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { CHEAP, ofTwoBackends } from "./rig.ts";

const ACTOR = { who: "terminal", source: "terminal" };
const MINUTE_MS = 60_000;

function deskOn(store: Store, clock = new VirtualClock()) {
  const audit = new Audit({ store, clock, log: silentLog });
  const lifetimes = { idleMs: 30 * MINUTE_MS, longestMs: 120 * MINUTE_MS };
  return {
    store,
    clock,
    audit,
    accounts: new Accounts({ store, clock, audit, hasher: new Hasher(CHEAP) }),
    sessions: new Sessions({ store, clock, lifetimes }),
    tries: new Tries({ store, clock }),
  };
}

storeSuites("accounts", (freshStore, freshPlace) => {
  test("are made once, with a password that is stored nowhere in clear", async () => {
    const store = await freshStore();
    const { accounts } = deskOn(store);
    const added = await accounts.add(ACTOR, "ani", "admin");
    expect(added).toMatchObject({ is: "added", account: { role: "admin", mustChangePassword: true } });
    expect(await accounts.add(ACTOR, "ani", "viewer")).toEqual({ is: "taken" });
    const whole = JSON.stringify([
      await store.selectFrom("accounts").selectAll().execute(),
      await store.selectFrom("audit").selectAll().execute(),
    ]);
    expect(whole).toContain("account.add");
    expect(whole).not.toContain("password" in added ? added.password : "?");
  });

  test("keep one administrator, who can let others in", async () => {
    const { accounts } = deskOn(await freshStore());
    await accounts.add(ACTOR, "ani", "admin");
    await accounts.add(ACTOR, "budi", "staff");
    expect(await accounts.change(ACTOR, "ani", { role: "staff" })).toEqual({ is: "last-admin" });
    expect(await accounts.change(ACTOR, "ani", { isDisabled: true })).toEqual({ is: "last-admin" });
    expect(await accounts.change(ACTOR, "budi", { role: "admin" })).toMatchObject({ is: "changed" });
    expect(await accounts.change(ACTOR, "ani", { isDisabled: true })).toMatchObject({ is: "changed" });
    expect(await accounts.change(ACTOR, "budi", { isDisabled: true })).toEqual({ is: "last-admin" });
  });

  test("keep one administrator who needs no other house's word to come in", async () => {
    const store = await freshStore();
    const { accounts } = deskOn(store);
    for (const name of ["ani", "budi"]) await accounts.add(ACTOR, name, "admin");
    const foreign = { password: null, subject: "https://id.example 7" };
    await store.updateTable("accounts").set(foreign).where("name", "=", "budi").execute();
    expect(await accounts.change(ACTOR, "ani", { isDisabled: true })).toEqual({ is: "last-admin" });
    expect(await accounts.change(ACTOR, "ani", { role: "staff" })).toEqual({ is: "last-admin" });
    expect(await accounts.change(ACTOR, "budi", { isDisabled: true })).toMatchObject({ is: "changed" });
  });

  test("keep one administrator also when two switch each other off at the same time, on two backends", async () => {
    const desks = (await ofTwoBackends(await freshPlace())).map((store) => deskOn(store));
    await desks[0]?.accounts.add(ACTOR, "ani", "admin");
    await desks[0]?.accounts.add(ACTOR, "budi", "admin");
    const done = await Promise.all([
      desks[0]?.accounts.change(ACTOR, "budi", { isDisabled: true }),
      desks[1]?.accounts.change(ACTOR, "ani", { isDisabled: true }),
    ]);
    expect(done.map((each) => each?.is).toSorted()).toEqual(["changed", "last-admin"]);
  });

  test("lose their sessions with every change", async () => {
    const store = await freshStore();
    const { accounts, sessions } = deskOn(store);
    await accounts.add(ACTOR, "ani", "admin");
    await accounts.add(ACTOR, "budi", "staff");
    const another = await sessions.begin(store, "ani", "192.0.2.7");
    for (const change of [{ role: "viewer" }, { newPassword: true }, { isDisabled: true }] as const) {
      const id = await sessions.begin(store, "budi", "192.0.2.7");
      expect(await sessions.of(id)).toMatchObject({ name: "budi" });
      await accounts.change(ACTOR, "budi", change);
      expect(await sessions.of(id)).toBeUndefined();
    }
    expect(await sessions.of(another)).toMatchObject({ name: "ani" });
  });

  test("that come from elsewhere have their role and password there", async () => {
    const store = await freshStore();
    const { accounts } = deskOn(store);
    await accounts.add(ACTOR, "ani", "admin");
    await store.updateTable("accounts").set({ password: null, subject: "https://id.example 7" }).execute();
    expect(await accounts.change(ACTOR, "ani", { role: "viewer" })).toEqual({ is: "foreign" });
    expect(await accounts.change(ACTOR, "ani", { newPassword: true })).toEqual({ is: "foreign" });
    expect(await accounts.change(ACTOR, "ani", { isDisabled: true })).toMatchObject({ is: "changed" });
  });
});

storeSuites("sessions", (freshStore) => {
  test("end when nobody calls, and in the end in any case", async () => {
    const store = await freshStore();
    const { accounts, sessions, clock } = deskOn(store);
    await accounts.add(ACTOR, "ani", "staff");
    const id = await sessions.begin(store, "ani", "192.0.2.7");
    const idle = await sessions.begin(store, "ani", "192.0.2.7");
    for (let minutes = 0; minutes < 120; minutes += 20) {
      expect(await sessions.of(id)).toMatchObject({ name: "ani" });
      clock.pass(20 * MINUTE_MS);
      if (minutes !== 40) continue;
      await sessions.sweep();
      expect(await sessions.of(idle)).toBeUndefined();
    }
    expect(await sessions.of(id)).toBeUndefined();
    await sessions.sweep();
    expect(await store.selectFrom("sessions").selectAll().execute()).toEqual([]);
  });

  test("that end after a minute without a call last as long as there is one every half", async () => {
    const store = await freshStore();
    const { accounts, clock } = deskOn(store);
    const sessions = new Sessions({ store, clock, lifetimes: { idleMs: MINUTE_MS, longestMs: 120 * MINUTE_MS } });
    await accounts.add(ACTOR, "ani", "staff");
    const id = await sessions.begin(store, "ani", "192.0.2.7");
    for (let halves = 0; halves < 6; halves += 1) {
      clock.pass(MINUTE_MS / 2);
      expect(await sessions.of(id)).toMatchObject({ name: "ani" });
    }
  });

  test("are not kept up by a page that is merely open", async () => {
    const store = await freshStore();
    const { accounts, sessions, clock } = deskOn(store);
    await accounts.add(ACTOR, "ani", "staff");
    const id = await sessions.begin(store, "ani", "192.0.2.7");
    clock.pass(29 * MINUTE_MS);
    expect(await sessions.of(id, false)).toMatchObject({ name: "ani" });
    clock.pass(2 * MINUTE_MS);
    expect(await sessions.of(id, false)).toBeUndefined();
  });

  test("of an account that was switched off count no more, whatever became of them", async () => {
    const store = await freshStore();
    const { accounts, sessions } = deskOn(store);
    await accounts.add(ACTOR, "ani", "staff");
    const id = await sessions.begin(store, "ani", "192.0.2.7");
    await store.updateTable("accounts").set({ is_disabled: 1 }).execute();
    expect(await sessions.of(id)).toBeUndefined();
  });

  test("are kept by hash: who reads the store cannot use one", async () => {
    const store = await freshStore();
    const { accounts, sessions } = deskOn(store);
    await accounts.add(ACTOR, "ani", "staff");
    const id = await sessions.begin(store, "ani", "192.0.2.7");
    const [row] = await store.selectFrom("sessions").selectAll().execute();
    expect(JSON.stringify(row)).not.toContain(id);
    expect(JSON.stringify(row)).not.toContain((await sessions.of(id))?.csrf);
    expect(await sessions.of(row?.hash)).toBeUndefined();
  });

  test("are ten of one account: the oldest ends", async () => {
    const store = await freshStore();
    const { accounts, sessions, clock } = deskOn(store);
    await accounts.add(ACTOR, "ani", "staff");
    await accounts.add(ACTOR, "budi", "staff");
    const another = await sessions.begin(store, "budi", "192.0.2.7");
    const ids: string[] = [];
    for (let nth = 0; nth < 11; nth += 1) {
      ids.push(await sessions.begin(store, "ani", "192.0.2.7"));
      clock.pass(1);
    }
    expect(await sessions.of(ids[0])).toBeUndefined();
    expect(await sessions.of(ids[1])).toMatchObject({ name: "ani" });
    expect(await sessions.of(ids[10])).toMatchObject({ name: "ani" });
    expect(await sessions.of(another)).toMatchObject({ name: "budi" });
  });
});

storeSuites("signing in", (freshStore) => {
  const opened = async () => {
    const desk = deskOn(await freshStore());
    const added = await desk.accounts.add(ACTOR, "ani", "staff");
    if (added.is !== "added") throw new Error("ani is there already");
    const hasher = new Hasher(CHEAP);
    const { audit, sessions, tries, clock } = desk;
    const knock = { name: "ani", password: added.password, source: "192.0.2.7" };
    return { ...desk, hasher, knock, parts: { store: desk.store, clock, audit, hasher, sessions, tries } };
  };

  test("ends the session that the browser had, and no other", async () => {
    const { store, sessions, knock, parts } = await opened();
    const [had, other] = [await sessions.begin(store, "ani", "a"), await sessions.begin(store, "ani", "b")];
    expect(await logIn({ ...knock, session: had }, parts)).toMatchObject({ is: "in" });
    expect(await sessions.of(had)).toBeUndefined();
    expect(await sessions.of(other)).toMatchObject({ name: "ani" });
  });

  test("with the right password costs no pause, however often", async () => {
    const { knock, parts } = await opened();
    for (let nth = 0; nth < 8; nth += 1) expect(await logIn(knock, parts)).toMatchObject({ is: "in" });
  });

  test("with a one-time password works for three days, and so does one that was given anew", async () => {
    const { accounts, clock, knock, parts } = await opened();
    clock.pass(72 * 60 * MINUTE_MS - 1);
    expect(await logIn(knock, parts)).toMatchObject({ is: "in" });
    clock.pass(1);
    expect(await logIn(knock, parts)).toEqual({ is: "not-let-in", known: "ani" });
    const anew = await accounts.change(ACTOR, "ani", { newPassword: true });
    const password = "password" in anew ? String(anew.password) : "";
    expect(anew).toMatchObject({ account: { mustChangePassword: true } });
    expect(await logIn({ ...knock, password }, parts)).toMatchObject({ is: "in" });
    clock.pass(72 * 60 * MINUTE_MS);
    expect(await logIn({ ...knock, password }, parts)).toEqual({ is: "not-let-in", known: "ani" });
  });

  const changes: readonly [string, Change][] = [
    ["given another password", { newPassword: true }],
    ["switched off", { isDisabled: true }],
  ];
  /** A hasher that takes so long that the account is changed meanwhile. */
  const slowed = (hasher: Hasher, accounts: Accounts, change: Change): Hasher =>
    Object.assign(Object.create(hasher) as Hasher, {
      isPassword: async (...said: Parameters<Hasher["isPassword"]>) => {
        const is = await hasher.isPassword(...said);
        await accounts.change(ACTOR, "ani", change);
        return is;
      },
      hash: (said: string) => hasher.hash(said),
    });

  test.each(changes)("lets nobody into an account that is %s while the password is looked at", async (_, change) => {
    const { accounts, hasher, knock, parts, store } = await opened();
    const slow = slowed(hasher, accounts, change);
    expect(await logIn(knock, { ...parts, hasher: slow })).toEqual({ is: "not-let-in", known: "ani" });
    expect(await store.selectFrom("sessions").selectAll().execute()).toEqual([]);
  });

  test.each(changes)("changes no password of an account that is %s meanwhile", async (_, change) => {
    const { accounts, hasher, knock, parts, sessions, store } = await opened();
    const who = await sessions.of(await sessions.begin(store, "ani", knock.source));
    if (who === undefined) throw new Error("ani is signed in");
    const said = { old: knock.password, new: "kopi susu di lobi barat", source: knock.source };
    const slow = slowed(hasher, accounts, change);
    expect(await changePassword(who, said, { ...parts, hasher: slow })).toEqual({ is: "not-let-in" });
    expect(await store.selectFrom("sessions").selectAll().execute()).toEqual([]);
    await accounts.change(ACTOR, "ani", { isDisabled: false });
    expect(await logIn({ ...knock, password: said.new }, parts)).toMatchObject({ is: "not-let-in" });
  });
});

test("a password that is given anew while its owner comes in with the old one stays what it was made", async () => {
  const { store, accounts, audit, sessions, tries, clock } = deskOn(await freshStore());
  const added = await accounts.add(ACTOR, "ani", "staff");
  if (added.is !== "added") throw new Error("ani is there already");
  const hasher = new Hasher({ ...CHEAP, logN: CHEAP.logN + 1 });
  const slow = Object.assign(Object.create(hasher) as Hasher, {
    admit: hasher.admit,
    isCheap: (stored: string) => hasher.isCheap(stored),
    isPassword: (...said: Parameters<Hasher["isPassword"]>) => hasher.isPassword(...said),
    hash: async (said: string) => {
      await accounts.change(ACTOR, "ani", { newPassword: true });
      return hasher.hash(said);
    },
  });
  const parts = { store, clock, audit, sessions, tries, hasher: slow };
  const knock = { name: "ani", password: added.password, source: "192.0.2.7" };
  await logIn(knock, parts);
  expect(await logIn(knock, { ...parts, hasher })).toMatchObject({ is: "not-let-in" });
});

test("a password is changed by who knows the old one, to another one, and ends every session that there was", async () => {
  const { store, accounts, audit, sessions, tries, clock } = deskOn(await freshStore());
  const added = await accounts.add(ACTOR, "ani", "staff");
  if (added.is !== "added") throw new Error("ani is there already");
  const parts = { store, clock, audit, sessions, tries, hasher: new Hasher(CHEAP) };
  const ids = [await sessions.begin(store, "ani", "192.0.2.7"), await sessions.begin(store, "ani", "192.0.2.8")];
  const who = await sessions.of(ids[0]);
  if (who === undefined) throw new Error("ani is signed in");
  const said = { old: added.password, new: "kopi susu di lobi barat", source: "192.0.2.7" };
  const same = await changePassword(who, { ...said, new: added.password }, parts);
  expect(same).toEqual({ is: "bad", because: "is the old one" });
  expect(await changePassword(who, { ...said, old: "not the old one at all" }, parts)).toEqual({ is: "not-let-in" });
  expect(await sessions.of(ids[1])).toMatchObject({ mustChangePassword: true });
  expect(await changePassword(who, said, parts)).toMatchObject({ is: "changed" });
  for (const id of ids) expect(await sessions.of(id)).toBeUndefined();
  expect((await accounts.list())[0]?.mustChangePassword).toBe(false);
});

storeSuites("sign-ins that fail", (freshStore, freshPlace) => {
  test("cost growing pauses, for this account from this network", async () => {
    const { tries, clock } = deskOn(await freshStore());
    for (let nth = 0; nth < 5; nth += 1) expect(await tries.begin("ani", "192.0.2.7")).toBe(0);
    for (const pause of [1_000, 2_000, 4_000, 8_000]) {
      expect(await tries.begin("ani", "192.0.2.7")).toBe(pause);
      clock.pass(pause);
      expect(await tries.begin("ani", "192.0.2.7")).toBe(0);
    }
    expect(await tries.begin("ani", "198.51.100.9")).toBe(0);
    expect(await tries.begin("budi", "192.0.2.7")).toBe(0);
  });

  test("are forgotten with the right password, nobody else's by it, and after a day", async () => {
    const { tries, clock } = deskOn(await freshStore());
    for (let nth = 0; nth < 5; nth += 1) await tries.begin("ani", "192.0.2.7");
    expect(await tries.begin("ani", "192.0.2.7")).toBeGreaterThan(0);
    for (let nth = 0; nth < 5; nth += 1) await tries.begin("budi", "192.0.2.7");
    await tries.succeed("ani", "192.0.2.7");
    expect(await tries.begin("budi", "192.0.2.7")).toBeGreaterThan(0);
    for (let nth = 0; nth < 5; nth += 1) expect(await tries.begin("ani", "192.0.2.7")).toBe(0);
    clock.pass(25 * 60 * MINUTE_MS);
    for (let nth = 0; nth < 5; nth += 1) expect(await tries.begin("ani", "192.0.2.7")).toBe(0);
  });

  test("of one network on many accounts, and of many networks on one account, cost pauses too", async () => {
    const { tries } = deskOn(await freshStore());
    const across = [];
    for (let nth = 0; nth < 25; nth += 1) across.push(await tries.begin(`account-${nth}`, "192.0.2.7"));
    expect(across.findIndex((wait) => wait > 0)).toBe(20);
    const onOne = [];
    for (let nth = 0; nth < 55; nth += 1) onOne.push(await tries.begin("ani", `198.51.${nth}.1`));
    expect(onOne.findIndex((wait) => wait > 0)).toBe(50);
  });

  test("count as many when many come at once, on two backends", async () => {
    const clock = new VirtualClock();
    const all = (await ofTwoBackends(await freshPlace())).map((store) => deskOn(store, clock).tries);
    const waits = await Promise.all(Array.from({ length: 30 }, (_, nth) => all[nth % 2]?.begin("ani", "192.0.2.7")));
    expect(waits.filter((wait) => wait === 0).length).toBeLessThanOrEqual(5);
  });

  test("count for a network and not for an address where a customer has a whole network", async () => {
    const { tries } = deskOn(await freshStore());
    for (let nth = 1; nth <= 5; nth += 1) expect(await tries.begin("ani", `2001:db8::${nth}`)).toBe(0);
    expect(await tries.begin("ani", "2001:db8::6")).toBeGreaterThan(0);
    expect(await tries.begin("ani", "2001:db8:0:1::6")).toBe(0);
  });

  test("from everywhere keep an account's owner out for half a minute at the most", async () => {
    const { tries, clock } = deskOn(await freshStore());
    const waits: number[] = [];
    for (let nth = 0; nth < 70; nth += 1) {
      const wait = await tries.begin("ani", `198.51.${nth}.1`);
      waits.push(wait);
      clock.pass(wait);
    }
    expect(Math.max(...waits)).toBe(30_000);
  });

  test("are deleted when they are a day old, and the quietest of more than a hundred thousand", async () => {
    const { store, tries, clock } = deskOn(await freshStore());
    await tries.begin("ani", "192.0.2.7");
    clock.pass(24 * 60 * MINUTE_MS);
    await tries.begin("budi", "198.51.100.9");
    const left = async () =>
      Number(
        (
          await store
            .selectFrom("sign_in_tries")
            .select(({ fn }) => fn.countAll().as("n"))
            .executeTakeFirst()
        )?.n,
      );
    await tries.sweep();
    expect(await left()).toBe(6);
    clock.pass(1);
    await tries.sweep();
    expect(await left()).toBe(3);
    for (let from = 0; from < 100_000; from += 5_000) {
      const some = Array.from({ length: 5_000 }, (_, nth) => ({
        key: `k${from + nth}`,
        failures: 1,
        last_ms: clock.wall() + from + nth,
        until_ms: 0,
      }));
      await store.insertInto("sign_in_tries").values(some).execute();
    }
    await tries.sweep();
    expect(await left()).toBe(100_000);
    expect(await tries.begin("budi", "198.51.100.9")).toBe(0);
  });

  test("keep nothing of what was typed as a name: it may be a password", async () => {
    const store = await freshStore();
    await deskOn(store).tries.begin("hunter2hunter2", "192.0.2.7");
    expect(JSON.stringify(await store.selectFrom("sign_in_tries").selectAll().execute())).not.toContain("hunter");
  });
});

test("pauses end where they would keep an account's owner out for long", () => {
  expect(pauseMs(10_000, { free: 5, longestMs: 900_000 })).toBe(900_000);
});
