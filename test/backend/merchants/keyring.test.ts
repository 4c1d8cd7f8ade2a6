import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exchange, FORMER_MS, type Keys, keysAt, newRing, type Ring } from "../../../backend/merchants/keyring.ts";
import { type Instant, later } from "../../../protocol/time.ts";

const NOW: Instant = { clock: "utc", ms: 1_000_000 };
const isSame = (one: string, other: string): boolean => one === other;
const change = (ring: Ring<string>, keys: Keys<string>, afterMs = 0): Ring<string> =>
  exchange(ring, keys, later(NOW, afterMs), isSame);

describe("a ring of keys", () => {
  test("trusts what it was made with, the key in use first", () => {
    expect(keysAt(newRing(["new", "old"]), NOW)).toEqual(["new", "old"]);
  });

  test("uses the new key at once, and trusts the one before for a day", () => {
    const ring = change(newRing(["a"]), ["b"]);
    expect(keysAt(ring, NOW)).toEqual(["b", "a"]);
    expect(keysAt(ring, later(NOW, FORMER_MS - 1))).toEqual(["b", "a"]);
    expect(keysAt(ring, later(NOW, FORMER_MS))).toEqual(["b"]);
  });

  test("keeps the key before through a reload that changes nothing, and not a moment longer for it", () => {
    const ring = change(change(newRing(["a"]), ["b"]), ["b"], 3_600_000);
    expect(keysAt(ring, later(NOW, FORMER_MS - 1))).toEqual(["b", "a"]);
    expect(keysAt(ring, later(NOW, FORMER_MS))).toEqual(["b"]);
  });

  test("goes back to the key before without naming it twice", () => {
    const ring = change(change(newRing(["a"]), ["b"]), ["a"], 60_000);
    expect(keysAt(ring, later(NOW, 60_000))).toEqual(["a", "b"]);
  });

  test("takes the next key before it is in use, and then uses it", () => {
    const ring = change(newRing(["a", "b"]), ["b"]);
    expect(keysAt(ring, NOW)).toEqual(["b", "a"]);
  });

  test("remembers the last four that were in use, whoever reloads how often", () => {
    const ring = ["b", "c", "d", "e", "f", "g"].reduce((so, key) => change(so, [key]), newRing(["a"]));
    expect(keysAt(ring, NOW)).toEqual(["g", "f", "e", "d", "c"]);
  });

  test("never trusts what was in use more than a day ago, and always what is in use", () => {
    const steps = fc.array(fc.tuple(fc.constantFrom("a", "b", "c"), fc.nat(2 * FORMER_MS)), { maxLength: 12 });
    fc.assert(
      fc.property(steps, (taken) => {
        let [ring, ms, used] = [newRing(["a"]), 0, new Map([["a", 0]])];
        for (const [key, pauseMs] of taken) {
          ms += pauseMs;
          used.set(ring.current[0], ms);
          ring = change(ring, [key], ms);
          const trusted = keysAt(ring, later(NOW, ms));
          expect(trusted[0]).toBe(key);
          expect(new Set(trusted).size).toBe(trusted.length);
          for (const old of trusted.slice(1)) expect(ms - (used.get(old) ?? Number.NaN)).toBeLessThan(FORMER_MS);
        }
      }),
    );
  });
});
