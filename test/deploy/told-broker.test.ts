import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { main } from "../../backend/main.ts";
import { newAuthority } from "../../host/certificates.ts";
import { ENROL_PATH, enrolAnswerSchema } from "../../protocol/enrolment.ts";
import { topicOf } from "../../protocol/topics.ts";
import { DAY_MS, LOBBY, newMachine } from "../backend/stands/rig.ts";
import { type Stranger, strangerAt } from "../hostile/stranger.ts";
import { newSite, startBackend } from "../support/backend-program.ts";
import { freePort } from "../support/free-port.ts";
import { type Profile, startProfile } from "../support/profile.ts";
import { typed } from "../support/typed.ts";
import { pause, until } from "../support/until.ts";

/* A whole backend beside Mosquitto with deploy/mosquitto/dynsec.conf: a stand comes, and is thrown out, by what is typed. */

let profile: Profile;
const stands = newAuthority({ name: "stands", nowMs: Date.now(), forMs: 3_650 * DAY_MS });

beforeAll(async () => {
  profile = await startProfile("dynsec.conf");
  const ca = join(profile.folder, "ca.pem");
  writeFileSync(ca, readFileSync(ca, "utf8") + stands.certificate);
}, 60_000);
afterAll(() => profile?.close());

/** A running backend that tells the broker, and what its operator types. */
async function openBackend() {
  const { authority, folder } = profile;
  const desk = await freePort();
  const site = newSite({
    broker: `mqtts://localhost:${profile.port}`,
    files: { "ca.pem": stands.certificate, "ca-key.pem": stands.key, token: "t0ken" },
    http: 'trusted_proxies = ["10.9.9.9"]',
  });
  const papersOf = (name: string): string => {
    const { cert_file, key_file } = authority.client(name);
    return `ca_file = "${authority.ca_file}"\ncert_file = "${cert_file}"\nkey_file = "${key_file}"\n`;
  };
  const more = `
[operator]
port = ${desk}
token_file = "${site.at}/token"
[enrolment]
authority_cert_file = "${site.at}/ca.pem"
authority_key_file = "${site.at}/ca-key.pem"
broker_url = "mqtts://localhost:${profile.port}"
crl_file = "${folder}/stands-crl.pem"
[broker_access]
kind = "mosquitto-dynsec"
${papersOf("backend.access")}`;
  const text = readFileSync(site.config, "utf8").replace("[keys]", `${papersOf("backend.1")}[keys]`);
  writeFileSync(site.config, text + more);
  const backend = startBackend(site);
  const http = await backend.ready();
  await until("the list is written", () => backend.find("revocations written") !== undefined);
  const lists = [authority.crl_file, join(folder, "stands-crl.pem")].map((file) => readFileSync(file, "utf8"));
  writeFileSync(join(folder, "crl.pem"), lists.join(""));
  await profile.reload();
  const types = async (...argv: readonly string[]): Promise<string> =>
    (await typed(main, [...argv, "--config", site.config], { USER: "ani" })).said;
  return { http, types };
}

test("a stand that is added sells over the broker, and is thrown out at once when it is revoked", async () => {
  const { http, types } = await openBackend();
  const code = /^\S+/.exec(await types("stands", "add", LOBBY))?.[0] ?? "";
  const machine = newMachine();
  const answer = await fetch(http + ENROL_PATH, { method: "POST", body: JSON.stringify(machine.enrols(code)) });
  const { certificate, broker } = enrolAnswerSchema.parse(await answer.json());
  const comes = async (): Promise<Stranger> => {
    const ca = readFileSync(profile.authority.ca_file);
    const somebody = await strangerAt(broker.url, {
      ca,
      cert: certificate,
      key: machine.tlsKey,
      connectTimeout: 5_000,
    });
    onTestFinished(() => somebody.leaves());
    return somebody;
  };
  const isHeard = async (somebody: Stranger): Promise<boolean> =>
    somebody.orders(topicOf(LOBBY, "down")).then(
      ([qos]) => qos === 1,
      () => false,
    );
  let stand = await comes();
  for (let tries = 0; tries < 100 && !(await isHeard(stand)); tries += 1) {
    await pause(50);
    if (!stand.isIn) stand = await comes();
  }
  expect(await isHeard(stand)).toBe(true);
  await types("stands", "revoke", LOBBY, "--why", "stolen");
  await until("it is thrown out", () => !stand.isIn, 5_000);
  expect(await isHeard(await comes())).toBe(false);
}, 60_000);
