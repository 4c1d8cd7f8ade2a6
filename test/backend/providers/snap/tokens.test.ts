import { beforeEach, describe, expect, test } from "vitest";
import type { Keys } from "../../../../backend/providers/snap/keyring.ts";
import { readPrivateKey } from "../../../../backend/providers/snap/keys.ts";
import { AccessTokens, type Renewed } from "../../../../backend/providers/snap/tokens.ts";
import { Secret } from "../../../../host/secret.ts";
import { SNAP_KEYS } from "../../../support/snap-keys.ts";
import { settle, VirtualClock } from "../../../support/virtual-clock.ts";

const KEYS: Keys = {
  clientSecret: new Secret(SNAP_KEYS.clientSecret),
  privateKey: readPrivateKey(SNAP_KEYS.merchant.privateKey),
  edition: 1,
};
const NEW_KEYS: Keys = { ...KEYS, edition: 2 };
const NEVER = new AbortController().signal;
const NONE: Renewed = { is: "none", misconfigured: false, detail: "no" };
const tokenOf = (token: string, seconds = 900): Renewed => ({ is: "token", token, lifetimeMs: seconds * 1_000 });

let clock: VirtualClock;
let asked: ((renewed: Renewed) => void)[];
let askedWith: Keys[];
let tokens: AccessTokens;

beforeEach(() => {
  clock = new VirtualClock();
  asked = [];
  askedWith = [];
  const renew = (keys: Keys): Promise<Renewed> => {
    askedWith.push(keys);
    return new Promise((resolve) => asked.push(resolve));
  };
  tokens = new AccessTokens({ clock, renew });
});

/** Midtrans answers the `nth` request for a token. */
async function answer(nth: number, renewed: Renewed): Promise<void> {
  asked[nth - 1]?.(renewed);
  await settle();
}
/** Holds a token from now on. */
async function hold(token: string, seconds?: number): Promise<void> {
  const read = tokens.get(KEYS, NEVER);
  await answer(asked.length, tokenOf(token, seconds));
  expect(await read).toEqual({ is: "token", token });
}

test("however many calls begin at once, one token is asked for, and all have it", async () => {
  const calls = Array.from({ length: 50 }, () => tokens.get(KEYS, new AbortController().signal));
  await answer(1, tokenOf("a"));
  expect(new Set((await Promise.all(calls)).map((read) => read.is === "token" && read.token))).toEqual(new Set(["a"]));
  expect(asked).toHaveLength(1);
});

test("a token serves until two minutes before its end; then it serves on while the next one is fetched, once", async () => {
  await hold("a");
  clock.pass(779_999);
  expect(await tokens.get(KEYS, NEVER)).toEqual({ is: "token", token: "a" });
  expect(asked).toHaveLength(1);
  clock.pass(1);
  expect(await Promise.all([tokens.get(KEYS, NEVER), tokens.get(KEYS, NEVER)])).toEqual([
    { is: "token", token: "a" },
    { is: "token", token: "a" },
  ]);
  expect(asked).toHaveLength(2);
  await answer(2, tokenOf("b"));
  expect(await tokens.get(KEYS, NEVER)).toEqual({ is: "token", token: "b" });
  expect(asked).toHaveLength(2);
});

test("a renewal that fails leaves the old one in service until 20 seconds before its end", async () => {
  await hold("a");
  clock.pass(800_000);
  await tokens.get(KEYS, NEVER);
  await answer(2, NONE);
  clock.pass(79_999);
  expect(await tokens.get(KEYS, NEVER)).toEqual({ is: "token", token: "a" });
  await answer(3, NONE);
  clock.pass(1);
  const last = tokens.get(KEYS, NEVER);
  await answer(4, NONE);
  expect(await last).toEqual(NONE);
});

test("a token that lives seconds is used for most of them", async () => {
  await hold("a", 10);
  clock.pass(7_499);
  expect(await tokens.get(KEYS, NEVER)).toEqual({ is: "token", token: "a" });
  expect(asked).toHaveLength(1);
  clock.pass(1_500);
  expect(await tokens.get(KEYS, NEVER)).toEqual({ is: "token", token: "a" });
  await answer(2, NONE);
  clock.pass(1);
  void tokens.get(KEYS, NEVER);
  expect(asked).toHaveLength(3);
});

test("its time is counted from when it was asked for, by the steady clock", async () => {
  const read = tokens.get(KEYS, NEVER);
  clock.pass(14_000);
  clock.jumpWall(86_400_000);
  await answer(1, tokenOf("a"));
  await read;
  clock.pass(765_999);
  await tokens.get(KEYS, NEVER);
  expect(asked).toHaveLength(1);
  clock.pass(1);
  await tokens.get(KEYS, NEVER);
  expect(asked).toHaveLength(2);
});

describe("a token that was refused", () => {
  test("is not given out again, and one new one is asked for by all that met the refusal", async () => {
    await hold("a");
    const calls = Array.from({ length: 10 }, () => {
      tokens.refused("a");
      return tokens.get(KEYS, new AbortController().signal);
    });
    await answer(2, tokenOf("b"));
    for (const read of await Promise.all(calls)) expect(read).toEqual({ is: "token", token: "b" });
    tokens.refused("a");
    expect(await tokens.get(KEYS, NEVER)).toEqual({ is: "token", token: "b" });
    expect(asked).toHaveLength(2);
  });
});

describe("after the keys have changed", () => {
  const GIVEN = { is: "token", token: "b" };

  test("the old token is not given out again, and the new one is asked for with the new keys", async () => {
    await hold("a");
    const calls = [tokens.get(NEW_KEYS, NEVER), tokens.get(NEW_KEYS, NEVER)];
    await answer(2, tokenOf("b"));
    expect(await Promise.all(calls)).toEqual([GIVEN, GIVEN]);
    expect(await tokens.get(NEW_KEYS, NEVER)).toEqual(GIVEN);
    expect(askedWith).toEqual([KEYS, NEW_KEYS]);
  });

  test.each([
    ["before", [1, 2]],
    ["after", [2, 1]],
  ] as const)(
    "a renewal with the old ones that ends %s that with the new ones leaves nothing behind",
    async (_, order) => {
      const old = tokens.get(KEYS, NEVER);
      const young = tokens.get(NEW_KEYS, NEVER);
      for (const nth of order) await answer(nth, tokenOf(nth === 1 ? "a" : "b"));
      expect(await old).toEqual({ is: "token", token: "a" });
      expect(await young).toEqual(GIVEN);
      expect(await tokens.get(NEW_KEYS, NEVER)).toEqual(GIVEN);
      expect(asked).toHaveLength(2);
    },
  );
});

describe("a caller who gives up", () => {
  test("has his answer at once, and the others theirs later", async () => {
    const patience = new AbortController();
    const [impatient, patient] = [tokens.get(KEYS, patience.signal), tokens.get(KEYS, NEVER)];
    patience.abort();
    expect(await impatient).toMatchObject({ is: "none", misconfigured: false });
    await answer(1, tokenOf("a"));
    expect(await patient).toEqual({ is: "token", token: "a" });
  });

  test("before he began does not wait", async () => {
    expect(await tokens.get(KEYS, AbortSignal.abort())).toMatchObject({ is: "none" });
  });
});

test("after a failure the next call asks anew", async () => {
  const first = tokens.get(KEYS, NEVER);
  await answer(1, { ...NONE, misconfigured: true });
  expect(await first).toMatchObject({ is: "none", misconfigured: true });
  await hold("a");
  expect(asked).toHaveLength(2);
});
