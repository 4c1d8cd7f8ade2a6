import { copyFileSync, readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createServer } from "node:tls";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type BrokerTls, brokerTls } from "../../host/broker-files.ts";
import { steadyClock } from "../../host/clock.ts";
import { silentLog } from "../../host/log.ts";
import { NamedFiles } from "../../host/setup.ts";
import { isStandId, type StandId } from "../../protocol/ids.ts";
import { STATEMENT_MAX_BYTES } from "../../protocol/statements.ts";
import { channels, topicOf } from "../../protocol/topics.ts";
import { openMqtt } from "../../wire/mqtt.ts";
import { type Stranger, type StrangersOptions, strangerAt } from "../hostile/stranger.ts";
import { openRig } from "../journeys/open-rig.ts";
import type { Rig } from "../journeys/rig.ts";
import { SOON } from "../journeys/stand-options.ts";
import { type Authority, openAuthority, type Papers } from "../support/authority.ts";
import { type Profile, startProfile } from "../support/profile.ts";
import { until } from "../support/until.ts";

/* deploy/mosquitto/mosquitto.conf and acl, as they are delivered, and somebody who holds the certificate of another stand. */

const HONEST = "lobby-1" as StandId;
const THIEF = "lobby-2" as StandId;
const GROUP = "9f2c51d3a8b04e67";
const ACL = readFileSync(join(import.meta.dirname, "../../deploy/mosquitto/acl"), "utf8");

const clock = steadyClock("test");

let profile: Profile;
let rig: Rig;
let thiefs: Papers;
let witness: Stranger;
let close: () => Promise<void>;

beforeAll(async () => {
  profile = await startProfile("mosquitto.conf");
  const { authority } = profile;
  thiefs = authority.client(THIEF);
  const wire = (who: string, port: number) => ({ url: `mqtts://localhost:${port}`, tls: tlsOf(authority.client(who)) });
  const { port, kill, restart } = profile;
  const broker = { port, kill, restart, wire, group: GROUP, close: () => profile.close() };
  rig = await openRig({ stands: [{ id: HONEST }], broker, speed: 1 }, (closing) => {
    close = closing;
  });
  witness = await enters(authority.client("backend.2"));
  await witness.orders(...channels.map((channel) => `qris/v1/stands/+/${channel}`));
}, 60_000);

afterAll(async () => {
  await witness?.leaves();
  await close?.();
});

function tlsOf(papers: Papers): () => BrokerTls {
  const tls = brokerTls(
    { url: "mqtts://localhost", ca_file: profile.authority.ca_file, ...papers },
    new NamedFiles({}, []),
  );
  if (tls === undefined) throw new Error("papers that are no good");
  return tls;
}

function bring(from: Papers, to: Papers): void {
  copyFileSync(from.cert_file, to.cert_file);
  copyFileSync(from.key_file, to.key_file);
}

function otherAuthority(): Authority {
  const other = openAuthority();
  onTestFinished(() => other.close());
  return other;
}

const url = () => `mqtts://localhost:${profile.port}`;
const read = (papers: Partial<Papers>): StrangersOptions => ({
  ca: readFileSync(profile.authority.ca_file),
  ...(papers.cert_file === undefined ? {} : { cert: readFileSync(papers.cert_file) }),
  ...(papers.key_file === undefined ? {} : { key: readFileSync(papers.key_file) }),
});

async function enters(papers: Partial<Papers>, options: StrangersOptions = {}): Promise<Stranger> {
  return strangerAt(url(), { ...read(papers), connectTimeout: 5_000, ...options });
}

/** With the certificate of his own stand. */
async function thief(options: StrangersOptions = {}): Promise<Stranger> {
  const somebody = await enters(thiefs, options);
  onTestFinished(() => somebody.leaves());
  return somebody;
}

/** One customer's sale, with all this in the middle of it: the code is on the glass, the money not yet there. */
async function sellsDespite(attack: () => Promise<unknown>): Promise<void> {
  const { qr } = await rig.orders();
  await attack();
  expect(await rig.pays(qr)).toMatchObject({ paid: true });
  await rig.standIs("delivered");
  await rig.endsWell();
}

const heardOn = (somebody: Stranger, topic: string) => somebody.heard.filter((each) => each.topic === topic);
const isLogged = (words: RegExp): boolean => words.test(profile.log);
const denied = (topic: string) => new RegExp(`Denied PUBLISH from ${THIEF} \\(d0, q1, r[01], m\\d+, '${topic}'`);
/** How often somebody of this name came in. */
const entries = (name: string): number => profile.log.split(` as ${name} (`).length - 1;
/** Whatever the broker was told before, it has dealt with when this has come round. */
async function settled(somebody: Stranger): Promise<void> {
  const before = heardOn(witness, topicOf(THIEF, "up")).length;
  await somebody.says(topicOf(THIEF, "up"), "that was all");
  await until("what is his own is heard", () => heardOn(witness, topicOf(THIEF, "up")).length > before);
}

describe("a stand with a certificate of its own", () => {
  test("sells, and the backend shares its statements with the others of its group", async () => {
    await sellsDespite(async () => undefined);
    expect(isLogged(new RegExp(`\\$share/${GROUP}/qris/v1/stands/\\+/up`))).toBe(true);
  });

  test("is there for who comes later, and gone for all when its line is cut", async () => {
    await witness.leaves();
    witness = await enters(profile.authority.client("backend.2"));
    await witness.orders(...channels.map((channel) => `qris/v1/stands/+/${channel}`));
    const said = () => heardOn(witness, topicOf(HONEST, "presence")).map(({ payload }) => JSON.parse(String(payload)));
    await until("it hears what was kept", () => said().at(-1)?.online === true);
    rig.stand.cutLink();
    await until("it hears the last will", () => said().some(({ online }) => online === false));
    rig.stand.mendLink();
    await rig.ready();
  });

  test("ends its sale well over a broker that is killed in the middle of it", async () => {
    const { qr } = await rig.orders();
    await profile.restart();
    await rig.ready();
    expect(await rig.pays(qr)).toMatchObject({ paid: true });
    await rig.endsWell();
    witness = await enters(profile.authority.client("backend.2"));
    await witness.orders(...channels.map((channel) => `qris/v1/stands/+/${channel}`));
  });
});

describe("somebody with the certificate of another stand", () => {
  test.each(channels)("says nothing on a stand's %s", async (channel) => {
    const somebody = await thief();
    const topic = topicOf(HONEST, channel);
    const junk = `junk on ${channel}`;
    await sellsDespite(async () => {
      await somebody.says(topic, junk);
      await somebody.says(topic, junk, true);
      await settled(somebody);
    });
    expect(witness.heard.map(({ payload }) => String(payload))).not.toContain(junk);
    expect(isLogged(denied(topic))).toBe(true);
  });

  test("says nothing to himself in the backend's place, nor on topics of nobody", async () => {
    const somebody = await thief();
    await somebody.orders(topicOf(THIEF, "down"));
    for (const topic of [topicOf(THIEF, "down"), "qris/v1/stands", `qris/v1/stands/${THIEF}/up/more`, "x", "$SYS/x"]) {
      await somebody.says(topic, "junk");
    }
    await settled(somebody);
    expect(somebody.heard).toEqual([]);
    expect(isLogged(denied(topicOf(THIEF, "down")))).toBe(true);
  });

  test("leaves a last will on his own presence, and none on another's", async () => {
    const will = (stand: StandId) => ({
      will: { topic: topicOf(stand, "presence"), payload: Buffer.from("last will"), qos: 1 as const, retain: true },
    });
    const wills = (stand: StandId) =>
      heardOn(witness, topicOf(stand, "presence")).filter(({ payload }) => String(payload) === "last will");
    for (const stand of [HONEST, THIEF]) await (await thief(will(stand))).leaves();
    await until("his own is heard", () => wills(THIEF).length === 1);
    expect(wills(HONEST)).toEqual([]);
  });

  test("hears nothing of any sale, whatever he subscribes to", async () => {
    const somebody = await thief();
    const wanted = ["#", "+/#", "+/+/+/+/+", "$SYS/#", "$share/x/#", "$share/x/qris/v1/stands/+/up"];
    const theirs = channels.flatMap((channel) => [topicOf(HONEST, channel), `qris/v1/stands/+/${channel}`]);
    await sellsDespite(async () => void (await somebody.orders(...wanted, ...theirs)));
    await settled(somebody);
    expect(somebody.heard).toEqual([]);
  });

  test("keeps statements from the backends if he knows their group's name, so it is a secret; guessing takes none", async () => {
    const somebody = await thief();
    const topic = topicOf(THIEF, "up");
    const arrived = () => profile.log.split(new RegExp(`Sending PUBLISH to backend.1 \\(.*'${topic}'`)).length - 1;
    const outOfTen = async (group: string): Promise<number> => {
      await somebody.orders(`$share/${group}/qris/v1/stands/+/up`);
      const before = arrived();
      for (let nth = 0; nth < 10; nth += 1) await somebody.says(topic, `shared ${nth}`);
      await somebody.says(`end/of/${group}`, "refused, and logged after all that came before");
      await until("the log has come so far", () => isLogged(denied(`end/of/${group}`)));
      return arrived() - before;
    };
    expect(await outOfTen("backends")).toBe(10);
    expect(await outOfTen(GROUP)).toBeLessThan(10);
  });

  test("takes nobody's place, whatever name he says", async () => {
    const before = [entries(HONEST), entries("backend.1")];
    for (const clientId of [`stand-${HONEST}`, HONEST, "backend-1", "backend.1"]) {
      const somebody = await thief({ clientId, username: HONEST, password: "x" });
      await sellsDespite(() => somebody.says(topicOf(HONEST, "up"), "in his name"));
      await somebody.leaves();
    }
    expect([entries(HONEST), entries("backend.1")]).toEqual(before);
  });

  test("has one place at the broker, however often he comes", async () => {
    await sellsDespite(async () => {
      const all = await Promise.allSettled(Array.from({ length: 60 }, (_, nth) => thief({ clientId: `many-${nth}` })));
      const inside = () => all.filter((each) => each.status === "fulfilled" && each.value.isIn);
      await until("one is left", () => inside().length <= 1);
    });
  });

  test("sends a packet of more than 32 KiB and is cut; the longest statement passes", async () => {
    const somebody = await thief();
    const longest = "x".repeat(STATEMENT_MAX_BYTES);
    await somebody.says(topicOf(THIEF, "up"), longest);
    await until("it is heard", () =>
      heardOn(witness, topicOf(THIEF, "up")).some(({ payload }) => String(payload) === longest),
    );
    await sellsDespite(async () => {
      somebody.says(topicOf(THIEF, "up"), "x".repeat(32_768)).catch(() => undefined);
      await until("he is cut", () => !somebody.isIn);
    });
  });

  test("speaks with QoS 2 and is cut", async () => {
    const somebody = await thief();
    somebody.says(topicOf(THIEF, "up"), "twice", false, 2).catch(() => undefined);
    await until("he is cut", () => !somebody.isIn);
  });

  test("floods his own topics, and everybody sells on", async () => {
    const somebody = await thief();
    await sellsDespite(async () => {
      for (let round = 0; round < 20; round += 1) {
        const words = Array.from({ length: 200 }, (_, nth) => `${round} ${nth} ${"x".repeat(900)}`);
        await Promise.all(words.map((word) => somebody.says(topicOf(THIEF, "up"), word)));
      }
    });
  });

  test("leaves junk that is kept on his own topics, and a backend that comes later sells on", async () => {
    const somebody = await thief();
    for (const channel of ["up", "presence", "health"] as const)
      await somebody.says(topicOf(THIEF, channel), "{", true);
    await rig.backend.restart();
    await rig.ready();
    await sellsDespite(async () => undefined);
    for (const channel of ["up", "presence", "health"] as const) await somebody.says(topicOf(THIEF, channel), "", true);
  });
});

const past = { from: "20200101000000Z", to: "20200201000000Z" };

describe("nobody comes in", () => {
  const future = { from: "20900101000000Z", to: "20910101000000Z" };

  test.each<[string, () => Partial<Papers>]>([
    ["without a certificate", () => ({})],
    ["with one that is over", () => profile.authority.client("lobby-4", past)],
    ["with one that has not begun", () => profile.authority.client("lobby-5", future)],
    ["with the broker's own", () => profile.authority.broker],
    ["with the same name from another authority", () => otherAuthority().client(HONEST)],
  ])("%s", async (_, papers) => {
    const before = entries(HONEST);
    await expect(enters(papers())).rejects.toThrow();
    expect(entries(HONEST)).toBe(before);
  });

  test("over TLS 1.1, nor without TLS; TLS 1.2 is the least", async () => {
    const old: StrangersOptions = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" };
    await expect(thief(old)).rejects.toThrow(/protocol version/);
    await expect(strangerAt(`mqtt://localhost:${profile.port}`, { connectTimeout: 3_000 })).rejects.toThrow();
    expect((await thief({ maxVersion: "TLSv1.2" })).isIn).toBe(true);
  });

  test("with a name that would match every stand's topics", async () => {
    const somebody = await enters(profile.authority.client("#"));
    onTestFinished(() => somebody.leaves());
    await sellsDespite(() => somebody.says(topicOf(HONEST, "up"), "in everybody's name"));
    expect(witness.heard.map(({ payload }) => String(payload))).not.toContain("in everybody's name");
  });

  test("as a backend by being a stand of that name", () => {
    const users = [...ACL.matchAll(/^user (.+)$/gm)].map(([, name]) => name);
    expect(users).toEqual(["backend.1", "backend.2"]);
    expect(users.some(isStandId)).toBe(false);
  });
});

describe("a certificate", () => {
  test("that is revoked is of no use after a reload, and its stand is out at once", async () => {
    const papers = profile.authority.client("lobby-3");
    const somebody = await enters(papers);
    onTestFinished(() => somebody.leaves());
    const topic = topicOf("lobby-3" as StandId, "up");
    await somebody.says(topic, "before");
    await until("he is heard", () => heardOn(witness, topic).length === 1);
    profile.authority.revoke("lobby-3");
    profile.renew(["user lobby-3", "topic deny #"]);
    await sellsDespite(() => profile.reload());
    await somebody.says(topic, "after");
    await settled(await thief());
    expect(heardOn(witness, topic)).toHaveLength(1);
    await expect(enters(papers)).rejects.toThrow();
  });

  test("that is over lets its stand in again when it is renewed in place, without a restart", async () => {
    const { authority, folder } = profile;
    const over = authority.client("lobby-6", past);
    const mine = { cert_file: join(folder, "mine.pem"), key_file: join(folder, "mine-key.pem") };
    bring(over, mine);
    const told: string[] = [];
    const events = { up: () => void told.push("up"), down: (because: string) => void told.push(because) };
    const open = openMqtt({ url: url(), tls: tlsOf(mine), clock, random: Math.random, log: silentLog, redial: SOON });
    const transport = open({ clientId: "any", subscribe: [] }, { ...events, hear: async () => undefined });
    onTestFinished(() => transport.close());
    await until("it is refused", () => told.length > 1);
    expect(told).not.toContain("up");
    bring(authority.client("lobby-6"), mine);
    await until("it is in", () => transport.connected);
  });

  test("of a stand does not pass for the broker's", async () => {
    const hers = profile.authority.client("localhost");
    const server = createServer({ cert: readFileSync(hers.cert_file), key: readFileSync(hers.key_file) });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as AddressInfo;
    await expect(strangerAt(`mqtts://localhost:${port}`, read(thiefs))).rejects.toThrow(/purpose/);
  });
});
