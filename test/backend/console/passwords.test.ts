import { expect, test } from "vitest";
import { Hasher } from "../../../backend/console/accounts/hasher.ts";
import { oneTimePassword, wrongWithPassword } from "../../../backend/console/accounts/password-rules.ts";
import { COST, hashPassword, isCheap, isPassword } from "../../../backend/console/accounts/passwords.ts";
import { Queue } from "../../../backend/console/accounts/queue.ts";
import { CHEAP } from "./rig.ts";

test("of a password a salted hash is stored, with how it was made, and only the password fits it", async () => {
  const [one, other] = [await hashPassword("kopi susu", CHEAP), await hashPassword("kopi susu", CHEAP)];
  expect(one).toMatch(/^scrypt\$4\$8\$1\$[\w-]{22}\$[\w-]{43}$/);
  expect(one).not.toBe(other);
  expect(await isPassword("kopi susu", one)).toBe(true);
  expect(await isPassword("kopi Susu", one)).toBe(false);
});

test("the same characters typed on another keyboard are the same password", async () => {
  const stored = await hashPassword("caf\u00e9 di sudut", CHEAP);
  expect(await isPassword("cafe\u0301 di sudut", stored)).toBe(true);
});

test("a new password costs a guesser 32 MiB three times over, and an old, cheaper one is known as such", async () => {
  expect(COST).toEqual({ logN: 15, r: 8, p: 3 });
  const stored = await hashPassword("kopi susu");
  expect(await isPassword("kopi susu", stored)).toBe(true);
  expect(isCheap(stored)).toBe(false);
  expect(isCheap(await hashPassword("kopi susu", CHEAP))).toBe(true);
});

test.each([
  "",
  "kopi susu",
  "scrypt$15$8$3$AAAA$AAAA",
  `scrypt$30$8$1$${"A".repeat(22)}$${"A".repeat(43)}`,
  `scrypt$15$99$1$${"A".repeat(22)}$${"A".repeat(43)}`,
  `scrypt$15$8$99$${"A".repeat(22)}$${"A".repeat(43)}`,
])("what is stored as %j fits no password, and costs no more than a bearable one", async (stored) => {
  expect(await isPassword("kopi susu", stored)).toBe(false);
});

test.each([
  ["kopi susu", "has 9 characters"],
  ["aaaaaaaaaaaaaaaa", "different"],
  ["Password1234", "everybody tries"],
  ["qwerty123456", "everybody tries"],
  ["ani.wijaya-ani.wijaya", "everybody tries"],
  ["x".repeat(1_025), "bytes"],
])("the new password %s is refused: it %s", (password, because) => {
  expect(wrongWithPassword(password, "ani.wijaya")).toContain(because);
});

test.each(["kopi susu di lobi barat", "correct horse battery staple", "🦜🍜🛵🌋🏝🎋🦎🍍🥥🌶🧃🪁", oneTimePassword()])(
  "the new password %s is taken",
  (password) => {
    expect(wrongWithPassword(password, "ani.wijaya")).toBeUndefined();
  },
);

test("a one-time password is 24 letters and digits that are not taken for each other, and never the same", () => {
  const made = Array.from({ length: 200 }, oneTimePassword);
  for (const password of made) expect(password).toMatch(/^(?:[a-hjkmnp-z2-9]{4}-){5}[a-hjkmnp-z2-9]{4}$/);
  expect(new Set(made).size).toBe(200);
});

test("a queue runs one after the other, in order, and turns away who finds it full", async () => {
  const queue = new Queue({ atOnce: 1, longest: 2 });
  const done: number[] = [];
  let running = 0;
  let most = 0;
  const act = (nth: number) => async () => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    done.push(nth);
    if (nth === 2) throw new Error("broken");
    return nth;
  };
  const all = await Promise.allSettled([1, 2, 3, 4].map((nth) => queue.run(act(nth))));
  expect(all.map((each) => (each.status === "fulfilled" ? each.value : "broken"))).toEqual([1, "broken", 3, "full"]);
  expect(done).toEqual([1, 2, 3]);
  expect(most).toBe(1);
  expect(await queue.run(act(5))).toBe(5);
});

test("nobody who comes while the next one begins slips in beside him", async () => {
  const queue = new Queue({ atOnce: 1, longest: 10 });
  let running = 0;
  let most = 0;
  const act = async (): Promise<void> => {
    running += 1;
    most = Math.max(most, running);
    await new Promise((resolve) => setImmediate(resolve));
    running -= 1;
  };
  const first = queue.run(act);
  const others = [queue.run(act), queue.run(act)];
  await first;
  await Promise.all([...others, queue.run(act), queue.run(act)]);
  expect(most).toBe(1);
});

test("a flood of sign-ins is worked out one by one, and most of it is told to come back", async () => {
  const hasher = new Hasher(CHEAP);
  const stored = await hasher.hash("kopi susu");
  const answers = await Promise.all(Array.from({ length: 100 }, () => hasher.isPassword("kopi susu", stored)));
  expect(answers.filter((answer) => answer === "full")).toHaveLength(100 - 17);
  expect(answers.filter((answer) => answer === true)).toHaveLength(17);
});

test("where no password is stored one is looked at all the same", async () => {
  const hasher = new Hasher(CHEAP);
  expect(await hasher.isPassword("", undefined)).toBe(false);
  expect(await hasher.isPassword("", null)).toBe(false);
  const slow = new Hasher({ logN: 13, r: 8, p: 1 });
  const stored = await slow.hash("kopi susu");
  await slow.isPassword("made up", undefined);
  const shortest = async (against: string | null): Promise<number> => {
    const times = [];
    for (let nth = 0; nth < 3; nth += 1) {
      const began = performance.now();
      await slow.isPassword("made up", against);
      times.push(performance.now() - began);
    }
    return Math.min(...times);
  };
  expect(await shortest(null)).toBeGreaterThan((await shortest(stored)) / 3);
});
