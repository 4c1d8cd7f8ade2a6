import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { enrol } from "../../../gateway/enrolment/enrol.ts";
import { identityFiles } from "../../../gateway/enrolment/identity.ts";
import { BrokerCertificate } from "../../../gateway/enrolment/renewal.ts";
import { brokerTls } from "../../../host/broker-files.ts";
import { certificateFacts, newRequest, readRequest } from "../../../host/certificates.ts";
import { type Log, silentLog } from "../../../host/log.ts";
import { NamedFiles } from "../../../host/setup.ts";
import { privateKeyFrom } from "../../../protocol/keys.ts";
import { until } from "../../support/until.ts";
import { settle, VirtualClock } from "../../support/virtual-clock.ts";
import { CODE, DAY_MS, Office } from "./office.ts";

let folder: string;
let office: Office;
let clock: VirtualClock;
let alarms: string[];
let changes: number;
let certificate: BrokerCertificate;

/** Why it was not renewed, each time. */
let warned: string[];
/** How long it was waited, each time. */
let waits: number[];

const HOUR_MS = 3_600_000;
const log: Log = {
  ...silentLog,
  error: (what) => void alarms.push(what),
  warn: (_, facts) => void warned.push(String(facts?.["because"])),
};
const kept = (): string => readFileSync(identityFiles(folder).broker, "utf8");

/** Enrolled for 90 days; `spread` is the stand's own part of the jitter. */
async function enrolledFor(days: number, spread = 0): Promise<void> {
  office.forMs = days * DAY_MS;
  office.wall = () => clock.wall();
  const done = await enrol({ at: "https://pay.example.id", code: CODE, folder, post: office.post });
  if (done.is === "refused") throw new Error(done.because);
  const key = privateKeyFrom(readFileSync(identityFiles(folder).standKey, "utf8"));
  certificate = new BrokerCertificate({
    file: identityFiles(folder).broker,
    env: {},
    renewing: { folder, identity: done.identity, key, post: office.post },
    clock,
    random: () => spread,
    log,
    changed: () => {
      changes += 1;
    },
  });
}

const passDays = (days: number): void => clock.pass(days * DAY_MS);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "renewal-"));
  clock = new VirtualClock();
  const after = clock.after.bind(clock);
  clock.after = (ms, run) => {
    waits.push(ms);
    return after(ms, run);
  };
  office = new Office();
  [alarms, warned, waits] = [[], [], []];
  changes = 0;
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
});

describe("a certificate", () => {
  test("is renewed when a third of its life is left, not before, and whoever dials next shows the new one", async () => {
    await enrolledFor(90);
    const first = kept();
    const dial = brokerTls(
      { url: "mqtts://b", cert_file: identityFiles(folder).broker, key_file: identityFiles(folder).broker },
      new NamedFiles({}, []),
    );
    passDays(59);
    await certificate.look();
    expect([office.renewals, kept()]).toEqual([0, first]);
    passDays(2);
    await certificate.look();
    expect([office.renewals, changes]).toEqual([1, 1]);
    const shown = dial?.();
    expect(shown?.cert).not.toBe(first);
    expect(certificateFacts(shown?.cert ?? "").endsMs).toBe(Math.floor((clock.wall() + 90 * DAY_MS) / 1000) * 1000);
    expect(certificate.endsInMs()).toBeGreaterThan(89 * DAY_MS);
    expect(alarms).toEqual([]);
    expect(statSync(identityFiles(folder).broker).mode & 0o777).toBe(0o600);
  });

  test("of a stand that was enrolled with others is renewed at a time of its own", async () => {
    await enrolledFor(90, 0.99);
    passDays(62);
    await certificate.look();
    expect(office.renewals).toBe(0);
    passDays(1.1);
    await certificate.look();
    expect(office.renewals).toBe(1);
  });

  test("that nobody renews stays, is told of in its last week, and is renewed even when it has ended", async () => {
    await enrolledFor(90);
    const first = kept();
    office.instead = { is: "failed", because: "ECONNREFUSED" };
    passDays(70);
    await certificate.look();
    expect([kept(), alarms]).toEqual([first, []]);
    passDays(14);
    await certificate.look();
    passDays(10);
    await certificate.look();
    expect(certificate.endsInMs()).toBeLessThan(0);
    expect(alarms).toEqual(["certificate ends soon", "certificate ends soon"]);
    office.instead = undefined;
    await certificate.look();
    expect(certificate.endsInMs()).toBeGreaterThan(80 * DAY_MS);
  });

  test("is asked for ever less often while nobody answers", async () => {
    await enrolledFor(90);
    office.instead = { is: "failed", because: "ECONNREFUSED" };
    passDays(61);
    const stop = certificate.keep();
    onTestFinished(stop);
    const before = office.renewals;
    for (let hour = 0; hour < 24; hour += 1) {
      await clock.advance(3_600_000);
      await settle();
    }
    const asked = office.renewals - before;
    expect(asked).toBeGreaterThan(4);
    expect(asked).toBeLessThan(20);
    expect(Math.max(...waits)).toBeLessThanOrEqual(6 * HOUR_MS);
    expect(waits.slice(1, 4)).toEqual([60_000, 120_000, 240_000]);
    office.instead = undefined;
    await clock.advance(6 * HOUR_MS);
    await until("it is renewed, and looked at in an hour", () => changes === 1 && waits.at(-1) === HOUR_MS);
  });

  test("that is another's, or none, or came with a refusal is not taken", async () => {
    await enrolledFor(90);
    const first = kept();
    passDays(61);
    const read = readRequest(newRequest("lobby-1").csr);
    if (read.is === "bad") throw new Error(read.because);
    const issuing = { name: "lobby-1", nowMs: clock.wall(), forMs: DAY_MS };
    const { certificate: ofAnotherKey } = office.authority.issue(read.request, issuing);
    for (const text of [ofAnotherKey, office.authority.certificate, "no", undefined]) {
      office.instead = { is: "answer", status: 200, body: { certificate: text } };
      await certificate.look();
    }
    office.instead = { is: "answer", status: 503, body: { certificate: ofAnotherKey } };
    await certificate.look();
    expect(warned.at(-1)).toContain("503");
    office.instead = undefined;
    office.name = "gate-1";
    await certificate.look();
    expect([kept(), warned.length, changes]).toEqual([first, 6, 0]);
  });

  test("that cannot be read for a moment is as good as it was", async () => {
    await enrolledFor(90);
    const before = certificate.endsInMs();
    writeFileSync(identityFiles(folder).broker, "not a certificate");
    await certificate.look();
    expect([certificate.endsInMs(), alarms]).toEqual([before, ["certificate not read"]]);
  });

  test("is looked at every hour, and not at all once nobody looks after it, whatever is under way", async () => {
    await enrolledFor(90);
    const stop = certificate.keep();
    await clock.advance(3 * HOUR_MS);
    expect(waits.slice(1)).toEqual([HOUR_MS, HOUR_MS, HOUR_MS]);
    stop();
    expect(clock.pending).toBe(0);
    passDays(61);
    let answer: () => void = () => undefined;
    office.slow = new Promise((resolve) => {
      answer = resolve;
    });
    const again = certificate.keep();
    await clock.advance(HOUR_MS);
    again();
    answer();
    await until("it is renewed", () => changes === 1);
    await settle();
    expect(clock.pending).toBe(0);
  });

  test("that could not be put on the disk is tried for again", async () => {
    await enrolledFor(90);
    passDays(61);
    office.slow = Promise.reject(new Error("broken"));
    office.slow.catch(() => undefined);
    onTestFinished(certificate.keep());
    await clock.advance(HOUR_MS);
    expect(alarms).toEqual(["certificate not renewed"]);
    office.slow = Promise.resolve();
    await clock.advance(HOUR_MS);
    await until("it is renewed", () => changes === 1);
    await settle();
  });
});
