import { X509Certificate } from "node:crypto";
import { describe, expect, onTestFinished, test } from "vitest";
import { hashOfCode } from "../../../backend/stands/codes.ts";
import { tidyStands } from "../../../backend/stands/tidying.ts";
import { newRequest } from "../../../host/certificates.ts";
import { newKeyPair } from "../../../protocol/keys.ts";
import { freshStore, storeSuites } from "../../support/stores.ts";
import {
  CODE_MS,
  codeAgain,
  codeFor,
  DAY_MS,
  GATE,
  LOBBY,
  newMachine,
  type Office,
  openOffice,
  recordOf,
} from "./rig.ts";

const CERTIFIED = { pem: expect.stringContaining("CERTIFICATE") };
const enrolled = { is: "enrolled", stand: LOBBY };
const refusedFor = (because: RegExp) => ({ is: "refused", because: expect.stringMatching(because) });
/** All that could have moved. */
const stateOf = async ({ store }: Office) => ({
  stands: await store.selectFrom("stands").selectAll().execute(),
  keys: await store.selectFrom("stand_keys").selectAll().execute(),
  codes: await store.selectFrom("stand_codes").selectAll().execute(),
  papers: await store.selectFrom("stand_certificates").selectAll().execute(),
  revisions: await store.selectFrom("stand_revisions").selectAll().execute(),
});

const newOffice = async (): Promise<Office> => openOffice(await freshStore());

test("a code has sixty bits, and who reads the store cannot enrol with what lies there", async () => {
  const office = await newOffice();
  const code = await codeFor(office, LOBBY);
  expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}$/);
  const kept = JSON.stringify(await stateOf(office));
  for (const written of [code, code.replaceAll("-", "")]) expect(kept).not.toContain(written);
  expect(await codeAgain(office, LOBBY)).not.toBe(code);
});

test("a code says the same however it is typed", () => {
  const hash = hashOfCode("10AB-CDEF-GH01");
  for (const typed of ["10abcdefgh01", "1oab-cdef-ghO1", "lOAB-CDEF-GH0I", "i0-ab-cd-ef-gh-0L"])
    expect(hashOfCode(typed), typed).toBe(hash);
  expect(hashOfCode("10AB-CDEF-GH02")).not.toBe(hash);
});

test("a roster is told once of what has changed, and again after a store that did not answer", async () => {
  const office = await newOffice();
  await codeFor(office, LOBBY);
  const told: string[][] = [];
  onTestFinished(office.roster.onChange((changed) => void told.push([...changed])));
  await office.following.look();
  expect(told).toEqual([]);
  await office.store.schema.alterTable("stand_revisions").renameTo("away").execute();
  await expect(office.following.look()).rejects.toThrow("stand_revisions");
  await office.store.schema.alterTable("away").renameTo("stand_revisions").execute();
  await codeFor(office, GATE);
  expect([told, office.roster.size]).toEqual([[[GATE]], 2]);
});

describe("a machine with a code", () => {
  test("may type it in small letters, without hyphens, and mistake letters for figures", async () => {
    const office = await newOffice();
    const code = await codeFor(office, LOBBY);
    const typed = code.toLowerCase().replaceAll("-", "").replaceAll("0", "o").replaceAll("1", "l");
    expect(await office.enrolling.redeem(newMachine().enrols(typed))).toMatchObject(enrolled);
  });

  test("whose answer was lost gets the same one again within a minute, and none later", async () => {
    const office = await newOffice();
    const machine = newMachine();
    const asked = machine.enrols(await codeFor(office, LOBBY));
    const first = await office.enrolling.redeem(asked);
    const since = office.wall;
    office.wall += 60_000;
    expect(await office.enrolling.redeem(asked)).toEqual({ ...first, again: true });
    expect(office.roster.get(LOBBY)?.enrolledMs).toBe(since);
    office.wall += 1;
    expect(await office.enrolling.redeem(asked)).toMatchObject(refusedFor(/used before/));
    expect((await stateOf(office)).papers).toHaveLength(1);
  });

  test("that asks again with another certificate's key gets one for that too, and the code stays used", async () => {
    const office = await newOffice();
    const machine = newMachine();
    const code = await codeFor(office, LOBBY);
    await office.enrolling.redeem(machine.enrols(code));
    expect(await office.enrolling.redeem(machine.enrols(code, { csr: newRequest("x").csr }))).toMatchObject(enrolled);
  });

  test("enrols once more with the keys that it has, and they stay good", async () => {
    const office = await newOffice();
    const machine = newMachine();
    const first = await office.enrolling.redeem(machine.enrols(await codeFor(office, LOBBY)));
    const second = await office.enrolling.redeem(machine.enrols(await codeAgain(office, LOBBY)));
    expect(second).toEqual({ ...first, again: false });
    expect(office.roster.get(LOBBY)?.keys).toHaveLength(1);
  });
});

describe("nothing moves, and no certificate is made", () => {
  test.each<[string, RegExp, (office: Office, code: string) => Promise<unknown> | unknown]>([
    ["for a guessed code", /no such code/, () => newMachine().enrols("7K3M-9QXD-4C7H")],
    [
      "for a proof by another key",
      /proof/,
      (_, code) => newMachine().enrols(code, { key: newMachine().signing.publicJwk }),
    ],
    [
      "for a proof over another code",
      /proof/,
      (_, code) => newMachine().enrols(code, { proof: newMachine().enrols("X7K3M9QXD").proof }),
    ],
    ["for a made-up proof", /proof/, (_, code) => newMachine().enrols(code, { proof: "A".repeat(86) })],
    ["for a request that is none", /request/, (_, code) => newMachine().enrols(code, { csr: "hello" })],
    [
      "for another's request, whose key the machine does not have",
      /request/,
      (_, code) => newMachine().enrols(code, { csr: spoiled() }),
    ],
  ])("%s", async (_, because, ask) => {
    const office = await newOffice();
    const code = await codeFor(office, LOBBY);
    const before = await stateOf(office);
    const asked = (await ask(office, code)) as Parameters<Office["enrolling"]["redeem"]>[0];
    expect(await office.enrolling.redeem(asked)).toMatchObject(refusedFor(because));
    expect(await stateOf(office)).toEqual(before);
    expect(await office.enrolling.redeem(newMachine().enrols(code))).toMatchObject(enrolled);
  });

  /** A request with the signature of another. */
  function spoiled(): string {
    const [mine, other] = [newRequest("").csr, newRequest("").csr].map((csr) =>
      Buffer.from(csr.replace(/-----[^-]+-----/g, ""), "base64"),
    );
    const bytes = Buffer.concat([mine?.subarray(0, -64) ?? Buffer.alloc(0), other?.subarray(-64) ?? Buffer.alloc(0)]);
    return `-----BEGIN CERTIFICATE REQUEST-----\n${bytes.toString("base64")}\n-----END CERTIFICATE REQUEST-----\n`;
  }

  test("when the code's time is over", async () => {
    const office = await newOffice();
    const code = await codeFor(office, LOBBY);
    office.wall += CODE_MS;
    expect(await office.enrolling.redeem(newMachine().enrols(code))).toMatchObject(refusedFor(/time is over/));
    expect(office.roster.get(LOBBY)?.state).toBe("invited");
  });

  test("when another machine has used it, not even within the minute", async () => {
    const office = await newOffice();
    const [first, second] = [newMachine(), newMachine()];
    const code = await codeFor(office, LOBBY);
    await office.enrolling.redeem(first.enrols(code));
    const before = await stateOf(office);
    expect(await office.enrolling.redeem(second.enrols(code))).toMatchObject(refusedFor(/used before/));
    expect(await stateOf(office)).toEqual(before);
  });

  test("when a newer code was made", async () => {
    const office = await newOffice();
    const code = await codeFor(office, LOBBY);
    await codeAgain(office, LOBBY);
    expect(await office.enrolling.redeem(newMachine().enrols(code))).toMatchObject(refusedFor(/taken back/));
  });

  test("with the key of another stand, of the registry or of the configuration", async () => {
    const fixed = newKeyPair().signing;
    const office = openOffice(await freshStore(), [recordOf(GATE, { keys: [fixed.publicJwk], isConfigured: true })]);
    const other = newMachine();
    await office.enrolling.redeem(other.enrols(await codeFor(office, "gate-2" as typeof GATE)));
    const code = await codeFor(office, LOBBY);
    for (const signing of [fixed, other.signing]) {
      const machine = newMachine(signing);
      expect(await office.enrolling.redeem(machine.enrols(code))).toMatchObject(refusedFor(/another stand/));
    }
  });

  test("with the certificate's key of another stand, which is good", async () => {
    const office = await newOffice();
    const other = newMachine();
    await office.enrolling.redeem(other.enrols(await codeFor(office, GATE)));
    const asked = newMachine().enrols(await codeFor(office, LOBBY), { csr: other.csr });
    expect(await office.enrolling.redeem(asked)).toMatchObject(refusedFor(/key was used before/));
    const { csr } = newMachine();
    const renewed = await office.enrolling.renew(other.renews(GATE, csr));
    expect(renewed).toMatchObject({ is: "renewed" });
    const machine = newMachine();
    await office.enrolling.redeem(machine.enrols(await codeAgain(office, LOBBY)));
    expect(await office.enrolling.renew(machine.renews(LOBBY, csr))).toMatchObject(refusedFor(/key was used before/));
  });

  test("when the stand has come into the configuration meanwhile", async () => {
    const office = await newOffice();
    const code = await codeFor(office, LOBBY);
    const later = openOffice(office.store, [recordOf(LOBBY, { isConfigured: true })]);
    expect(await later.enrolling.redeem(newMachine().enrols(code))).toMatchObject(refusedFor(/into the configuration/));
  });

  test("with a key that was revoked, and with the certificate's key of somebody else", async () => {
    const office = await newOffice();
    const machine = newMachine();
    await office.enrolling.redeem(machine.enrols(await codeFor(office, LOBBY)));
    await office.registry.revoke(LOBBY, "stolen");
    const code = await codeAgain(office, LOBBY);
    expect(await office.enrolling.redeem(machine.enrols(code))).toMatchObject(refusedFor(/key was revoked/));
    const fresh = newMachine().enrols(code, { csr: machine.csr });
    expect(await office.enrolling.redeem(fresh)).toMatchObject(refusedFor(/key was used before/));
  });
});

describe("a stand that is revoked", () => {
  test("is not believed from that moment, its codes are good no more, and it renews nothing", async () => {
    const office = await newOffice();
    const machine = newMachine();
    await office.enrolling.redeem(machine.enrols(await codeFor(office, LOBBY)));
    const code = await codeAgain(office, LOBBY);
    expect(await office.registry.revoke(LOBBY, "stolen")).toEqual({ is: "changed" });
    expect(office.roster.keys.get(machine.kid)).toBeUndefined();
    expect(office.roster.get(LOBBY)?.state).toBe("revoked");
    expect(office.roster.get(LOBBY)?.certificateEndsMs).toBeUndefined();
    expect(await office.enrolling.redeem(newMachine().enrols(code))).toMatchObject(refusedFor(/taken back/));
    expect(await office.enrolling.renew(machine.renews(LOBBY))).toMatchObject(refusedFor(/not by a key/));
  });

  test("renews nothing at a backend that has not heard of it yet", async () => {
    const office = await newOffice();
    const late = openOffice(office.store);
    const machine = newMachine();
    await office.enrolling.redeem(machine.enrols(await codeFor(office, LOBBY)));
    await late.following.look();
    await office.registry.revoke(LOBBY, "stolen");
    expect(await late.enrolling.renew(machine.renews(LOBBY))).toMatchObject(refusedFor(/key was revoked/));
  });

  test("renews nothing for the machine whose place another has taken, at a backend that has not heard of it yet", async () => {
    const office = await newOffice();
    const late = openOffice(office.store);
    const [machine, other] = [newMachine(), newMachine()];
    await office.enrolling.redeem(machine.enrols(await codeFor(office, LOBBY)));
    await late.following.look();
    await office.enrolling.redeem(other.enrols(await codeAgain(office, LOBBY)));
    expect(await late.enrolling.renew(machine.renews(LOBBY))).toMatchObject(refusedFor(/key was revoked/));
    expect(await office.enrolling.renew(other.renews(LOBBY))).toMatchObject({ is: "renewed" });
  });

  test("comes back by a new code with new keys", async () => {
    const office = await newOffice();
    await office.enrolling.redeem(newMachine().enrols(await codeFor(office, LOBBY)));
    await office.registry.revoke(LOBBY, "lost");
    const fresh = newMachine();
    expect(await office.enrolling.redeem(fresh.enrols(await codeAgain(office, LOBBY)))).toMatchObject(enrolled);
    expect(office.roster.keys.get(fresh.kid)?.owner).toBe(LOBBY);
    expect((await stateOf(office)).stands).toMatchObject([{ state: "active", revoked_ms: null, revoked_why: null }]);
  });

  test("is gone alone: another's keys, certificates and codes stay good", async () => {
    const office = await newOffice();
    const other = newMachine();
    const code = await codeFor(office, GATE);
    await office.enrolling.redeem(newMachine().enrols(await codeFor(office, LOBBY)));
    await codeAgain(office, LOBBY);
    await office.registry.revoke(LOBBY, "stolen");
    expect(await office.enrolling.redeem(other.enrols(code))).toMatchObject({ is: "enrolled", stand: GATE });
    await office.registry.revoke(LOBBY, "stolen, surely");
    const later = openOffice(office.store);
    await later.following.look();
    for (const { roster } of [office, later]) expect(roster.keys.get(other.kid)?.owner).toBe(GATE);
    const { papers } = await stateOf(office);
    expect(papers.filter(({ revoked_ms }) => revoked_ms === null)).toMatchObject([{ stand: GATE }]);
  });

  test("twice has been gone since the first time", async () => {
    const office = await newOffice();
    await office.enrolling.redeem(newMachine().enrols(await codeFor(office, LOBBY)));
    await office.registry.revoke(LOBBY, "stolen");
    const { keys, papers } = await stateOf(office);
    office.wall += DAY_MS;
    await office.registry.revoke(LOBBY, "stolen, surely");
    expect(await stateOf(office)).toMatchObject({ keys, papers });
  });
});

test("what is long over is put away, and no request is good again for that", async () => {
  const office = await newOffice();
  const machine = newMachine();
  const enrols = machine.enrols(await codeFor(office, LOBBY));
  const renews = machine.renews(LOBBY);
  await office.enrolling.redeem(enrols);
  await office.enrolling.renew(renews);
  await tidyStands(office.store, office.wall + 119 * DAY_MS);
  expect(await stateOf(office)).toMatchObject({ codes: [], papers: [CERTIFIED, CERTIFIED] });
  office.wall += 121 * DAY_MS;
  await tidyStands(office.store, office.wall);
  expect((await stateOf(office)).papers).toMatchObject([{ pem: "" }, { pem: "" }]);
  expect(await office.enrolling.redeem(enrols)).toMatchObject(refusedFor(/no such code/));
  expect(await office.enrolling.renew(renews)).toMatchObject(refusedFor(/used before/));
  expect(await office.enrolling.renew(machine.renews(LOBBY))).toMatchObject({ is: "renewed" });
});

describe("a renewal", () => {
  const active = async () => {
    const office = await newOffice();
    const machine = newMachine();
    await office.enrolling.redeem(machine.enrols(await codeFor(office, LOBBY)));
    return { office, machine };
  };

  test("gives a new certificate for a new key, and the old one stays good until its end", async () => {
    const { office, machine } = await active();
    office.wall += 60 * DAY_MS;
    const done = await office.enrolling.renew(machine.renews(LOBBY));
    expect(done).toMatchObject({ is: "renewed", again: false });
    const { papers } = await stateOf(office);
    expect(papers.map(({ revoked_ms }) => revoked_ms)).toEqual([null, null]);
    expect(office.roster.get(LOBBY)?.certificateEndsMs).toBe(Math.max(...papers.map(({ ends_ms }) => ends_ms)));
  });

  test("that is sent again gives what it gave, and moves nothing", async () => {
    const { office, machine } = await active();
    const asked = machine.renews(LOBBY);
    const first = await office.enrolling.renew(asked);
    const before = await stateOf(office);
    expect(await office.enrolling.renew(asked)).toEqual({ ...first, again: true });
    expect(await stateOf(office)).toEqual(before);
    office.wall += 91 * DAY_MS;
    expect(await office.enrolling.renew(asked)).toMatchObject(refusedFor(/used before/));
  });

  test("by another stand's key, for another stand, or of a stand of the configuration is refused", async () => {
    const { office, machine } = await active();
    const other = newMachine();
    await office.enrolling.redeem(other.enrols(await codeFor(office, GATE)));
    expect(await office.enrolling.renew(other.renews(LOBBY))).toMatchObject(refusedFor(/not by a key/));
    const taken = { ...machine.renews(LOBBY), stand: GATE };
    expect(await office.enrolling.renew(taken)).toMatchObject(refusedFor(/not by a key/));
    expect(await office.enrolling.renew(machine.renews("nobody" as typeof GATE))).toMatchObject(refusedFor(/no stand/));
    const keys = [machine.signing.publicJwk];
    const later = openOffice(office.store, [recordOf(LOBBY, { keys, isConfigured: true })]);
    expect(await later.enrolling.renew(machine.renews(LOBBY))).toMatchObject(refusedFor(/no stand/));
  });

  test("is made five times a day, so that a stolen key fills no list", async () => {
    const { office, machine } = await active();
    for (let nth = 0; nth < 4; nth += 1) {
      expect(await office.enrolling.renew(machine.renews(LOBBY))).toMatchObject({ is: "renewed" });
    }
    expect(await office.enrolling.renew(machine.renews(LOBBY))).toEqual({ is: "too-often" });
    const other = newMachine();
    await office.enrolling.redeem(other.enrols(await codeFor(office, GATE)));
    expect(await office.enrolling.renew(other.renews(GATE))).toMatchObject({ is: "renewed" });
    office.wall += DAY_MS + 1;
    expect(await office.enrolling.renew(machine.renews(LOBBY))).toMatchObject({ is: "renewed" });
  });
});

storeSuites("enrolling", (freshStore, freshPlace) => {
  const newOffice = async (): Promise<Office> => openOffice(await freshStore());
  /** Two processes, or, with a file, two that share its one connection. */
  const newPair = async (): Promise<readonly [Office, Office]> => {
    const { place, open } = await freshPlace();
    const store = await open();
    return [openOffice(store), openOffice("file" in place ? store : await open())];
  };

  describe("a machine with a code", () => {
    test("becomes the stand: its word is believed, and its certificate bears its name", async () => {
      const office = await newOffice();
      const machine = newMachine();
      const code = await codeFor(office, LOBBY);
      expect(office.roster.get(LOBBY)).toMatchObject({ state: "invited", keys: [], merchant: "kopi" });
      const done = await office.enrolling.redeem(machine.enrols(code));
      expect(done).toMatchObject({ ...enrolled, name: "lobby-1", again: false });
      expect(office.roster.keys.get(machine.kid)?.owner).toBe(LOBBY);
      const certificate = new X509Certificate(done.is === "enrolled" ? done.certificate : "");
      expect(certificate.subject).toBe("CN=lobby-1");
      expect(office.roster.get(LOBBY)).toMatchObject({
        state: "active",
        enrolledMs: office.wall,
        certificateEndsMs: Date.parse(certificate.validTo),
      });
    });

    test("that comes after an SD card was lost takes its place: the old keys and certificates end at once", async () => {
      const office = await newOffice();
      const [old, fresh] = [newMachine(), newMachine()];
      await office.enrolling.redeem(old.enrols(await codeFor(office, LOBBY)));
      const code = await codeAgain(office, LOBBY);
      expect(office.roster.keys.get(old.kid)?.owner).toBe(LOBBY);
      await office.enrolling.redeem(fresh.enrols(code));
      expect(office.roster.keys.get(old.kid)).toBeUndefined();
      expect(office.roster.keys.get(fresh.kid)?.owner).toBe(LOBBY);
      expect((await stateOf(office)).papers.map(({ revoked_ms }) => revoked_ms === null).sort()).toEqual([false, true]);
      expect(await office.enrolling.renew(old.renews(LOBBY))).toMatchObject(refusedFor(/not by a key/));
    });
  });

  describe("two backends on one store", () => {
    test("give one code to one of two machines that come at the same instant", async () => {
      const [one, two] = await newPair();
      for (let nth = 0; nth < 5; nth += 1) {
        const stand = `lobby-${nth}` as typeof LOBBY;
        const code = await codeFor(one, stand);
        const machines = [newMachine(), newMachine()];
        const tries = machines.map((machine, at) => (at === 0 ? one : two).enrolling.redeem(machine.enrols(code)));
        const done = await Promise.all(tries);
        expect(done.map(({ is }) => is).sort()).toEqual(["enrolled", "refused"]);
        await Promise.all([one.following.look(), two.following.look()]);
        const winner = machines[done.findIndex(({ is }) => is === "enrolled")];
        const owners = [one, two].map(({ roster }) => roster.keys.get(winner?.kid ?? "")?.owner);
        expect(owners).toEqual([stand, stand]);
        expect([one, two].map(({ roster }) => roster.get(stand)?.keys.length)).toEqual([1, 1]);
      }
    });

    test("hear of each other's changes, in whatever order they come", async () => {
      const [one, two] = await newPair();
      const ids = Array.from({ length: 20 }, (_, nth) => `stand-${nth}` as typeof LOBBY);
      await Promise.all(ids.map((id, nth) => codeFor(nth % 2 === 0 ? one : two, id)));
      await Promise.all([one.following.look(), two.following.look()]);
      expect([one.roster.size, two.roster.size]).toEqual([20, 20]);
      await one.registry.change(LOBBY, { name: "x" });
      await one.registry.change("stand-3" as typeof LOBBY, { name: "Gerbang" });
      await two.following.look();
      expect(two.roster.get("stand-3" as typeof LOBBY)?.name).toBe("Gerbang");
    });
  });
});
