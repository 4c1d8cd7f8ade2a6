import { describe, expect, test } from "vitest";
import { StandKeys } from "../../../backend/stands/keys.ts";
import { RosterInMemory } from "../../../backend/stands/roster.ts";
import type { StandId } from "../../../protocol/ids.ts";
import { newKeyPair } from "../../../protocol/keys.ts";
import { commonTerms } from "../../support/common-terms.ts";
import { GATE, LOBBY, recordOf } from "./rig.ts";

const one = newKeyPair().signing;
const two = newKeyPair().signing;

describe("the roster", () => {
  test("believes a stand that came at run time, and not any more once it has no keys", () => {
    const roster = new RosterInMemory(commonTerms);
    roster.put([recordOf(LOBBY, { keys: [one.publicJwk] })]);
    expect(roster.keys.get(one.kid)?.owner).toBe(LOBBY);
    roster.put([recordOf(LOBBY, { state: "revoked" })]);
    expect(roster.keys.get(one.kid)).toBeUndefined();
    expect(roster.get(LOBBY)?.state).toBe("revoked");
  });

  test("does not believe a stand that is gone, whose key may be another's from then on", () => {
    const roster = new RosterInMemory(commonTerms, [recordOf(LOBBY, { keys: [one.publicJwk] })]);
    expect(roster.keys.get(one.kid)?.owner).toBe(LOBBY);
    roster.put([], [LOBBY]);
    expect([roster.keys.get(one.kid), roster.get(LOBBY)]).toEqual([undefined, undefined]);
    roster.put([recordOf(GATE, { keys: [one.publicJwk] })]);
    expect(roster.keys.get(one.kid)?.owner).toBe(GATE);
  });

  test("knows whom a stand sells for and by which rules, and leaves the money of a strange one to staff", () => {
    const roster = new RosterInMemory(commonTerms, [recordOf(LOBBY)]);
    expect(roster.sellerOf(LOBBY)).toBe("kopi");
    expect(roster.termsFor(LOBBY)).toMatchObject({ policies: { late: "refund", failed: "hold" } });
    expect(roster.sellerOf(GATE)).toBe("main");
    expect(roster.termsFor(GATE).policies).toEqual({ late: "hold", failed: "hold" });
    expect(roster.termsFor(undefined).payableMs).toBe(commonTerms.payableMs);
  });

  test("keeps what the configuration says, whatever the store has under that name", () => {
    const fixed = recordOf(LOBBY, { keys: [one.publicJwk], isConfigured: true });
    const roster = new RosterInMemory(commonTerms, [fixed]);
    roster.put([recordOf(LOBBY, { keys: [two.publicJwk] })], [LOBBY]);
    expect(roster.get(LOBBY)).toBe(fixed);
    expect([roster.keys.get(one.kid)?.owner, roster.keys.get(two.kid)]).toEqual([LOBBY, undefined]);
  });

  test("gives no stand the key of another", () => {
    const roster = new RosterInMemory(commonTerms, [recordOf(LOBBY, { keys: [one.publicJwk] })]);
    roster.put([recordOf(GATE, { keys: [one.publicJwk] })]);
    expect(roster.keys.get(one.kid)?.owner).toBe(LOBBY);
    roster.put([], [GATE]);
    expect(roster.keys.get(one.kid)?.owner).toBe(LOBBY);
  });

  test("tells who listens which stands are other than before, until he stops", () => {
    const heard: string[][] = [];
    const roster = new RosterInMemory(commonTerms, [recordOf(GATE, { isConfigured: true })]);
    const stop = roster.onChange((changed) => void heard.push([...changed]));
    roster.put([recordOf(LOBBY), recordOf(GATE)]);
    roster.put([], [LOBBY, GATE]);
    roster.put([], [LOBBY]);
    stop();
    roster.put([recordOf(LOBBY)]);
    expect(heard).toEqual([["lobby-1"], ["lobby-1"]]);
    expect(roster.size).toBe(2);
  });
});

describe("the stands' keys", () => {
  test("are read when they are asked for, and the longest unused are put away again", () => {
    const keys = new StandKeys(2);
    const pairs = Array.from({ length: 3 }, () => newKeyPair().signing);
    pairs.forEach(({ publicJwk }, nth) => {
      keys.change(`stand-${nth}` as StandId, [publicJwk]);
    });
    expect(keys.ready).toBe(0);
    const owners = [...pairs, ...pairs].map(({ kid }) => keys.get(kid)?.owner);
    expect(owners).toEqual(["stand-0", "stand-1", "stand-2", "stand-0", "stand-1", "stand-2"]);
    expect(keys.ready).toBe(2);
  });

  test("that were used lately stay ready", () => {
    const keys = new StandKeys(2);
    const [a, b, c] = Array.from({ length: 3 }, () => newKeyPair().signing);
    if (a === undefined || b === undefined || c === undefined) throw new Error("three pairs");
    keys.change(LOBBY, [a.publicJwk, b.publicJwk, c.publicJwk]);
    const [known, other] = [keys.get(a.kid), keys.get(b.kid)];
    keys.get(a.kid);
    keys.get(c.kid);
    expect(keys.get(a.kid)).toBe(known);
    expect(keys.get(b.kid)).not.toBe(other);
  });

  test("of a stand are those that it was given last", () => {
    const keys = new StandKeys();
    keys.change(LOBBY, [one.publicJwk]);
    keys.get(one.kid);
    keys.change(LOBBY, [two.publicJwk]);
    expect([keys.get(one.kid), keys.ownerOf(two.kid)]).toEqual([undefined, LOBBY]);
  });
});
