import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { enrolRoutes } from "../../backend/stands/enrol-routes.ts";
import { addressList } from "../../host/addresses.ts";
import { steadyClock } from "../../host/clock.ts";
import { serve } from "../../host/http.ts";
import { silentLog } from "../../host/log.ts";
import { ENROL_PATH, RENEW_PATH } from "../../protocol/enrolment.ts";
import { newKeyPair } from "../../protocol/keys.ts";
import { codeFor, GATE, LOBBY, newMachine, openOffice } from "../backend/stands/rig.ts";
import { freshStore } from "../support/stores.ts";
import { ask, blurt } from "./asking.ts";

/* Whoever can reach the backend's public address asks for enrolments and renewals that are nobody's, while one stand is active and
   one is awaited. */

async function openDoor() {
  const office = openOffice(await freshStore());
  const [clock, faults] = [steadyClock("door"), [] as string[]];
  const log = { ...silentLog, error: (what: string) => void faults.push(what) };
  const welcome = () => ({
    broker: { url: "mqtts://broker.example.id:8883" },
    keys: { version: 0, keys: [newKeyPair().publicJwk] },
  });
  const routes = enrolRoutes({
    enrolling: office.enrolling,
    clock,
    log,
    triesAMinute: { each: 6_000, all: 60_000 },
    isProxy: addressList([]),
    welcome,
    settingsFor: async () => undefined,
    revoked: async () => "",
  });
  const server = await serve({ routes, port: 0, clock, log });
  onTestFinished(() => server.close());
  const active = newMachine();
  await office.enrolling.redeem(active.enrols(await codeFor(office, GATE)));
  const code = await codeFor(office, LOBBY);
  const moved = async () => ({
    stands: await office.store.selectFrom("stands").selectAll().execute(),
    keys: await office.store.selectFrom("stand_keys").selectAll().execute(),
    codes: await office.store.selectFrom("stand_codes").selectAll().execute(),
    papers: await office.store.selectFrom("stand_certificates").selectAll().execute(),
  });
  return { office, server, faults, active, code, moved };
}

/** What somebody puts in the place of a part: nothing, something else of its kind, or anything. */
const instead = fc.oneof(
  { weight: 3, arbitrary: fc.string({ maxLength: 60 }) },
  fc.jsonValue({ maxDepth: 2 }),
  fc.constant(undefined),
  fc.string({ minLength: 86, maxLength: 86, unit: fc.constantFrom(..."ABCabc019-_") }),
  fc.record({ kty: fc.constant("OKP"), crv: fc.constant("Ed25519"), x: fc.constant(newKeyPair().publicJwk.x) }),
);

test("a request in which any part is another is refused, nothing moves, and the code is good after all of it", async () => {
  const { office, server, faults, active, code, moved } = await openDoor();
  const machine = newMachine();
  const [enrols, renews] = [machine.enrols(code), active.renews(GATE)];
  const before = await moved();
  const part = fc.oneof(
    fc.record({ path: fc.constant(ENROL_PATH), name: fc.constantFrom("code", "key", "csr", "proof", "admin") }),
    fc.record({ path: fc.constant(RENEW_PATH), name: fc.constantFrom("stand", "csr", "proof", "admin") }),
  );
  await fc.assert(
    fc.asyncProperty(part, instead, async ({ path, name }, value) => {
      fc.pre(!(name === "admin" && value === undefined));
      const whole = path === ENROL_PATH ? enrols : renews;
      const body = JSON.stringify({ ...whole, [name]: value });
      const got = await ask(server.url, { method: "POST", path, body });
      expect([400, 403]).toContain("status" in got ? got.status : got);
    }),
    { numRuns: 150 },
  );
  expect(await moved()).toEqual(before);
  expect(faults).toEqual([]);
  expect(await office.enrolling.redeem(machine.enrols(code))).toMatchObject({ is: "enrolled", stand: LOBBY });
});

test("one stand's proof is good for no other stand, no other request, and not the other way", async () => {
  const { server, active, code, moved } = await openDoor();
  const other = newMachine();
  const [enrols, renews] = [active.enrols(code), active.renews(GATE)];
  const before = await moved();
  const forged = [
    { path: ENROL_PATH, body: { ...other.enrols(code), proof: enrols.proof } },
    { path: ENROL_PATH, body: { ...enrols, csr: other.csr } },
    { path: ENROL_PATH, body: { ...enrols, proof: renews.proof } },
    { path: RENEW_PATH, body: { ...renews, stand: LOBBY } },
    { path: RENEW_PATH, body: { ...renews, csr: other.csr } },
    { path: RENEW_PATH, body: { ...renews, proof: enrols.proof } },
    { path: RENEW_PATH, body: other.renews(GATE) },
  ];
  for (const { path, body } of forged) {
    const got = await ask(server.url, { method: "POST", path, body: JSON.stringify(body) });
    expect("status" in got ? got.status : got).toBe(403);
  }
  expect(await moved()).toEqual(before);
});

test("what is no HTTP, or far too long, is cut off, and the next machine is let in", async () => {
  const { office, server, code } = await openDoor();
  await blurt(server.url, `POST ${ENROL_PATH} HTTP/1.1\r\nhost: x\r\ncontent-length: 999999999\r\n\r\n{`);
  await blurt(server.url, "\u0000\u0001\u0002");
  const long = await ask(server.url, { method: "POST", path: ENROL_PATH, body: `"${"x".repeat(70_000)}"` });
  expect("status" in long ? long.status : long).toBe(413);
  expect(await office.enrolling.redeem(newMachine().enrols(code))).toMatchObject({ is: "enrolled" });
});
