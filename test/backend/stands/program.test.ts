import { readFileSync, writeFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { main } from "../../../backend/main.ts";
import { newAuthority } from "../../../host/certificates.ts";
import { steadyClock } from "../../../host/clock.ts";
import { silentLog } from "../../../host/log.ts";
import { ENROL_PATH, enrolAnswerSchema, RENEW_PATH } from "../../../protocol/enrolment.ts";
import { newKeyPair } from "../../../protocol/keys.ts";
import { startBroker } from "../../../sandbox/broker.ts";
import { startMidtrans } from "../../../sandbox/midtrans/start.ts";
import { eventually } from "../../journeys/eventually.ts";
import { newSite, SERVER_KEY, startBackend } from "../../support/backend-program.ts";
import { freePort } from "../../support/free-port.ts";
import { spokesman } from "../../support/spokesman.ts";
import { type Typed, typed } from "../../support/typed.ts";
import { until } from "../../support/until.ts";
import { seeded } from "../../world/seeded.ts";
import { DAY_MS, LOBBY, newMachine } from "./rig.ts";

const PATIENT = { timeout: 60_000 };
const CODE = /^(?:[0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}$/m;

/** A backend that takes new stands and has a next key, at a real broker, with an operator at a terminal beside it. */
async function openShop() {
  const [clock, port, desk] = [steadyClock("test"), await freePort(), await freePort()];
  const broker = await startBroker({ port, log: silentLog });
  onTestFinished(() => broker.close());
  const midtrans = await startMidtrans({ port: 0, clock, random: seeded(1), log: silentLog, serverKey: SERVER_KEY });
  onTestFinished(() => midtrans.close());
  const authority = newAuthority({ name: "stands", nowMs: Date.now(), forMs: 3_650 * DAY_MS });
  const next = newKeyPair();
  const site = newSite({
    broker: `mqtt://127.0.0.1:${port}`,
    midtrans: midtrans.url,
    files: { "ca.pem": authority.certificate, "ca-key.pem": authority.key, token: "t0ken", "next.pem": next.pem },
    http: 'trusted_proxies = ["10.9.9.9"]',
  });
  const more = `
[operator]
port = ${desk}
token_file = "${site.at}/token"
[enrolment]
authority_cert_file = "${site.at}/ca.pem"
authority_key_file = "${site.at}/ca-key.pem"
broker_url = "mqtts://broker.example.id:8883"
broker_ca_file = "${site.at}/ca.pem"
crl_file = "${site.at}/crl.pem"
`;
  const text = readFileSync(site.config, "utf8").replace(
    'key.pem"\n',
    `key.pem"\nnext_private_file = "${site.at}/next.pem"\n`,
  );
  writeFileSync(site.config, text + more);
  const process = startBackend(site);
  const http = await process.ready();
  await until("the backend is connected", () => process.find("connected to the broker") !== undefined);
  return { site, port, process, http, next };
}

/** What the operator types. */
const types = (config: string, ...argv: readonly string[]): Promise<Typed> =>
  typed(main, [...argv, "--config", config], { USER: "ani" });

const post = (url: string, body: object): Promise<Response> =>
  fetch(url, { method: "POST", body: JSON.stringify(body) });

test(
  "a stand that is added while the backend runs enrols, sells, and when it is revoked is believed no more",
  PATIENT,
  async () => {
    const { site, port, process, http, next } = await openShop();
    const added = await types(site.config, "stands", "add", LOBBY, "--name", "Kopi Lobi", "--site", "Bandung");
    expect([added.code, added.err]).toEqual([0, ""]);
    const code = CODE.exec(added.out)?.[0] ?? "";
    const machine = newMachine();
    const early = await spokesman(port, LOBBY, machine.signing);
    const answered = await post(http + ENROL_PATH, machine.enrols(code));
    expect(answered.status).toBe(200);
    const answer = enrolAnswerSchema.parse(await answered.json());
    expect(answer).toMatchObject({ stand: LOBBY, name: "Kopi Lobi", site: "Bandung" });
    expect(answer.broker).toEqual({
      url: "mqtts://broker.example.id:8883",
      ca: readFileSync(`${site.at}/ca.pem`, "utf8"),
    });
    expect(answer.keys).toEqual({ version: 0, keys: [expect.anything(), next.publicJwk] });
    expect(await early.asksForCharge()).toMatchObject({ type: "offer" });

    expect((await types(site.config, "stands", "list")).out).toMatch(
      /^lobby-1 {2}active {2}main {2}Kopi Lobi {2}Bandung/m,
    );
    expect((await types(site.config, "stands", "show", LOBBY)).out).toContain("state  active");
    const keys = await types(site.config, "keys", "status");
    expect(keys.out).toMatch(/next key: .*\n0 of 2 active stands trust it; not yet:\n {2}lobby-1\n {2}stand-1/);
    const fixed = await types(site.config, "stands", "revoke", "stand-1", "--why", "x");
    expect([fixed.code, fixed.err]).toEqual([1, expect.stringContaining("stands in the configuration's [[stands]]")]);
    expect((await types(site.config, "stands", "add", LOBBY)).err).toContain("backend stands invite lobby-1");

    const before = readFileSync(`${site.at}/crl.pem`, "utf8");
    expect((await types(site.config, "stands", "revoke", LOBBY, "--why", "stolen")).code).toBe(0);
    await early.says({ type: "sync", orders: [], lost: false });
    await until("its word is refused", () => process.find("statement refused") !== undefined);
    expect((await post(http + RENEW_PATH, machine.renews(LOBBY))).status).toBe(403);
    const list = async (): Promise<string> => (await fetch(`${http}${ENROL_PATH}/crl.pem`)).text();
    // It may have been written anew for the stand that came, before this one was revoked.
    await eventually("the list of the revoked is another, and everybody is given the same", async () => {
      const file = readFileSync(`${site.at}/crl.pem`, "utf8");
      return file !== before && file === (await list());
    });
    expect(process.out + process.err).not.toContain(code);
  },
);
