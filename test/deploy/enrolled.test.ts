import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { enrolRoutes } from "../../backend/stands/enrol-routes.ts";
import { Revocations } from "../../backend/stands/revocations.ts";
import { enrol } from "../../gateway/enrolment/enrol.ts";
import { identityFiles } from "../../gateway/enrolment/identity.ts";
import { postJson } from "../../gateway/enrolment/post.ts";
import { addressList } from "../../host/addresses.ts";
import { steadyClock } from "../../host/clock.ts";
import { serve } from "../../host/http.ts";
import { silentLog } from "../../host/log.ts";
import { newKeyPair } from "../../protocol/keys.ts";
import { topicOf } from "../../protocol/topics.ts";
import { authority, codeAgain, codeFor, DAY_MS, LOBBY, openOffice } from "../backend/stands/rig.ts";
import { type Stranger, strangerAt } from "../hostile/stranger.ts";
import { type Profile, startProfile } from "../support/profile.ts";
import { freshStore } from "../support/stores.ts";
import { until } from "../support/until.ts";

/* deploy/mosquitto/mosquitto.conf as it is delivered, with stands whose certificates came by enrolment beside those made by hand. */

const clock = steadyClock("test");
let profile: Profile;

beforeAll(async () => {
  profile = await startProfile("mosquitto.conf");
  const ca = join(profile.folder, "ca.pem");
  writeFileSync(ca, readFileSync(ca, "utf8") + authority.certificate);
}, 60_000);
afterAll(() => profile?.close());

/** A backend's endpoint, and the broker's list of the revoked as the backend has it. */
async function openDoor() {
  const office = openOffice(await freshStore());
  const file = join(profile.folder, "stands-crl.pem");
  const revocations = new Revocations({
    store: office.store,
    authority,
    listMs: 7 * DAY_MS,
    file,
    clock,
    log: silentLog,
  });
  const routes = enrolRoutes({
    enrolling: office.enrolling,
    clock,
    log: silentLog,
    triesAMinute: { each: 100, all: 100 },
    isProxy: addressList([]),
    welcome: () => ({
      broker: { url: `mqtts://localhost:${profile.port}`, ca: readFileSync(profile.authority.ca_file, "utf8") },
      keys: { version: 0, keys: [newKeyPair().publicJwk] },
    }),
    settingsFor: async () => undefined,
    revoked: () => revocations.list(),
  });
  const server = await serve({ routes, port: 0, clock, log: silentLog });
  onTestFinished(() => server.close());
  const tellBroker = async (): Promise<void> => {
    await revocations.write();
    const lists = [profile.authority.crl_file, file].map((each) => readFileSync(each, "utf8"));
    writeFileSync(join(profile.folder, "crl.pem"), lists.join(""));
  };
  return { office, server, tellBroker };
}

/** A machine enrols as its technician would have it do; resolves to how it comes to the broker. */
async function enrols(at: string, code: string): Promise<() => Promise<Stranger>> {
  const folder = mkdtempSync(join(tmpdir(), "enrolled-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const done = await enrol({ at, code, folder, post: postJson });
  if (done.is !== "enrolled") throw new Error(done.because);
  const papers = readFileSync(identityFiles(folder).broker);
  const ca = readFileSync(profile.authority.ca_file);
  return async () => {
    const somebody = await strangerAt(done.identity.broker, { ca, cert: papers, key: papers, connectTimeout: 5_000 });
    onTestFinished(() => somebody.leaves());
    return somebody;
  };
}

test("a stand that enrolled comes to the broker by its own name, and not any more once it is revoked, until it enrols anew", async () => {
  const { office, server, tellBroker } = await openDoor();
  await tellBroker();
  await profile.restart();
  const comes = await enrols(server.url, await codeFor(office, LOBBY));
  const witnessPapers = profile.authority.client("backend.2");
  const witness = await strangerAt(`mqtts://localhost:${profile.port}`, {
    ca: readFileSync(profile.authority.ca_file),
    cert: readFileSync(witnessPapers.cert_file),
    key: readFileSync(witnessPapers.key_file),
  });
  onTestFinished(() => witness.leaves());
  await witness.orders("qris/v1/stands/+/up");
  const stand = await comes();
  await stand.says(topicOf(LOBBY, "up"), "good morning");
  await until("it is heard", () => witness.heard.length === 1);
  expect(profile.log).toMatch(/ as lobby-1 \(.*u'lobby-1'\)/);
  await stand.leaves();

  await office.registry.revoke(LOBBY, "stolen");
  await tellBroker();
  await profile.reload();
  await expect(comes()).rejects.toThrow();

  const comesAnew = await enrols(server.url, await codeAgain(office, LOBBY));
  await tellBroker();
  await profile.reload();
  await (await comesAnew()).says(topicOf(LOBBY, "up"), "good evening");
  await until("it is heard again", () => witness.heard.length === 2);
  await expect(comes()).rejects.toThrow();
});
