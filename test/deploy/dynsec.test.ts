import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { BrokerAccess } from "../../backend/stands/access.ts";
import { RosterInMemory } from "../../backend/stands/roster.ts";
import { steadyClock } from "../../host/clock.ts";
import { silentLog } from "../../host/log.ts";
import type { StandId } from "../../protocol/ids.ts";
import { newKeyPair } from "../../protocol/keys.ts";
import { topicOf } from "../../protocol/topics.ts";
import { openMqtt } from "../../wire/mqtt.ts";
import { recordOf } from "../backend/stands/rig.ts";
import { type Stranger, strangerAt } from "../hostile/stranger.ts";
import type { Papers } from "../support/authority.ts";
import { commonTerms } from "../support/common-terms.ts";
import { type Profile, startProfile } from "../support/profile.ts";
import { pause, until } from "../support/until.ts";

/* deploy/mosquitto/dynsec.conf as it is delivered, told by a backend which stands there are. */

const HONEST = "lobby-1" as StandId;
const THIEF = "lobby-2" as StandId;
const NEVER = "lobby-3" as StandId;
const DEPLOY = join(import.meta.dirname, "../../deploy/mosquitto");

const active = (id: StandId) => recordOf(id, { keys: [newKeyPair().publicJwk] });

let profile: Profile;
let roster: RosterInMemory;
let access: BrokerAccess;
let witness: Stranger;
const papers = new Map<string, Papers>();

beforeAll(async () => {
  profile = await startProfile("dynsec.conf");
  for (const who of [HONEST, THIEF, NEVER, "backend.1", "backend.2", "backend.access"])
    papers.set(who, profile.authority.client(who));
  roster = new RosterInMemory(commonTerms, [active(HONEST)]);
  access = opensAccess();
  witness = await hearing("backend.2", "qris/v1/stands/+/up", "qris/v1/stands/+/presence");
}, 60_000);

afterAll(async () => {
  await access?.close();
  await witness?.leaves();
  await profile?.close();
});

function textsOf(who: string) {
  const { cert_file, key_file } = papers.get(who) ?? { cert_file: "", key_file: "" };
  return {
    ca: readFileSync(profile.authority.ca_file, "utf8"),
    cert: readFileSync(cert_file, "utf8"),
    key: readFileSync(key_file, "utf8"),
  };
}

function opensAccess(): BrokerAccess {
  const clock = steadyClock("access");
  const url = `mqtts://localhost:${profile.port}`;
  const tls = () => textsOf("backend.access");
  const redial = { firstMs: 50, capMs: 100, stableMs: 0 };
  const open = openMqtt({ url, tls, clock, random: Math.random, log: silentLog, redial });
  return new BrokerAccess({ clientId: "backend-access", open, roster, clock, log: silentLog, leads: () => true });
}

async function enters(who: string): Promise<Stranger> {
  const somebody = await strangerAt(`mqtts://localhost:${profile.port}`, { ...textsOf(who), connectTimeout: 5_000 });
  onTestFinished(() => somebody.leaves());
  return somebody;
}

async function hearing(who: string, ...topics: readonly string[]): Promise<Stranger> {
  const somebody = await strangerAt(`mqtts://localhost:${profile.port}`, { ...textsOf(who), connectTimeout: 5_000 });
  await somebody.orders(...topics);
  return somebody;
}

const wasHeard = (words: string): boolean => witness.heard.some(({ payload }) => String(payload) === words);

/** What the broker grants, QoS or 128; nothing when it cuts the line instead. */
async function granted(somebody: Stranger, ...topics: readonly string[]): Promise<readonly number[]> {
  return somebody.orders(...topics).catch((error: Error & { readonly packet?: { readonly granted?: number[] } }) => {
    return error.packet?.granted ?? [];
  });
}

/** Somebody with the stand's certificate, who hears what is said to it; as soon as the broker knows it. */
async function isServed(id: StandId): Promise<Stranger> {
  for (let tries = 0; tries < 100; tries += 1) {
    const somebody = await enters(id);
    const [qos] = await granted(somebody, topicOf(id, "down"));
    if (qos === 1) return somebody;
    await somebody.leaves();
    await pause(50);
  }
  throw new Error(`${id} is not let in: ${profile.log.slice(-2_000)}`);
}

test("a stand that comes at run time says and hears its own, and nothing of others", async () => {
  roster.put([active(THIEF)]);
  const [honest, thief] = [await isServed(HONEST), await isServed(THIEF)];
  expect(await granted(thief, "#", "qris/v1/stands/+/down", topicOf(HONEST, "down"), topicOf(HONEST, "up"))).toEqual([
    128, 128, 128, 128,
  ]);
  expect(
    await granted(thief, "$share/x/qris/v1/stands/+/up", "$CONTROL/#", "$CONTROL/dynamic-security/v1/response"),
  ).toEqual([128, 128, 128]);
  await thief.says(topicOf(HONEST, "up"), "in his name");
  await thief.says(topicOf(THIEF, "down"), "in the backend's place");
  const grab = { commands: [{ command: "addClientRole", username: THIEF, rolename: "access" }] };
  await thief.says("$CONTROL/dynamic-security/v1", JSON.stringify(grab));
  await thief.says(topicOf(THIEF, "up"), "his own");
  await until("his own is heard", () => wasHeard("his own"));
  expect(wasHeard("in his name")).toBe(false);
  expect(await granted(thief, "$CONTROL/dynamic-security/v1/response")).toEqual([128]);
  const backend = await enters("backend.1");
  await backend.says(topicOf(HONEST, "down"), "to the honest one");
  await until("it is heard", () => honest.heard.length === 1);
  expect(thief.heard).toEqual([]);
});

test("a stand that is revoked is thrown out at once, and when it comes back it says and hears nothing", async () => {
  roster.put([active(THIEF)]);
  const thief = await isServed(THIEF);
  const honest = await isServed(HONEST);
  roster.put([recordOf(THIEF, { state: "revoked" })]);
  await until("it is out", () => !thief.isIn, 5_000);
  expect(honest.isIn).toBe(true);
  const again = await enters(THIEF);
  expect(await granted(again, topicOf(THIEF, "down"))).toEqual([128]);
  await again.says(topicOf(THIEF, "up"), "after all");
  const backend = await enters("backend.1");
  await backend.says(topicOf(THIEF, "down"), "secret");
  await honest.says(topicOf(HONEST, "up"), "the honest one, later");
  await until("the honest one is heard", () => wasHeard("the honest one, later"));
  expect(wasHeard("after all")).toBe(false);
  expect(again.heard).toEqual([]);
});

test("a stand that enrols anew is thrown out once, with the keys that it had", async () => {
  roster.put([active(THIEF)]);
  const old = await isServed(THIEF);
  roster.put([active(THIEF)]);
  await until("the old one is out", () => !old.isIn, 5_000);
  await isServed(THIEF);
});

test("somebody whose certificate nobody told the broker of is mute", async () => {
  const somebody = await enters(NEVER);
  expect(await granted(somebody, topicOf(NEVER, "down"), "#")).toEqual([128, 128]);
  await somebody.says(topicOf(NEVER, "up"), "from nobody");
  const honest = await isServed(HONEST);
  await honest.says(topicOf(HONEST, "up"), "from somebody");
  await until("somebody is heard", () => wasHeard("from somebody"));
  expect(wasHeard("from nobody")).toBe(false);
});

test("a broker that lost its file is told anew, and what a stranger left in it goes", async () => {
  await profile.kill();
  copyFileSync(join(DEPLOY, "dynamic-security.json"), join(profile.folder, "dynamic-security.json"));
  await profile.restart();
  await isServed(HONEST);
  roster.put([], [THIEF]);
  const left = () => readFileSync(join(profile.folder, "dynamic-security.json"), "utf8").includes(THIEF);
  await until("the other is forgotten", () => !left());
});

test("a backend whose certificate may not tell the broker is refused, and says so", async () => {
  const told: unknown[] = [];
  const log = { ...silentLog, warn: (_: string, facts?: object) => void told.push(facts) };
  const [clock, url] = [steadyClock("access"), `mqtts://localhost:${profile.port}`];
  const open = openMqtt({ url, tls: () => textsOf("backend.1"), clock, random: Math.random, log });
  const powerless = new BrokerAccess({ clientId: "x", open, roster, clock, log, leads: () => true });
  onTestFinished(() => powerless.close());
  await until("it says so", () => told.length > 0);
  expect(told).toEqual([expect.objectContaining({ because: expect.stringContaining("refused a subscription") })]);
});
