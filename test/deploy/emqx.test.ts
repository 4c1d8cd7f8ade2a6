import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { channels } from "../../protocol/topics.ts";
import { type Stranger, strangerAt } from "../hostile/stranger.ts";
import { covers, emqxRules } from "../support/broker-rules.ts";
import { type Mosquitto, startMosquitto } from "../support/mosquitto.ts";
import { until } from "../support/until.ts";

/* EMQX is not started: what its rules mean, worked out from the file, is held against what a real Mosquitto makes of its own. */

const DEPLOY = join(import.meta.dirname, "../../deploy");
const mayAtEmqx = emqxRules(readFileSync(join(DEPLOY, "emqx/acl.conf"), "utf8"));

const PEOPLE = [
  "lobby-1",
  "lobby-2",
  "backend.1",
  "backend.2",
  "backend",
  "backend.",
  "backend.x",
  "backend.1.lobby",
  "xbackend.1",
  "BACKEND.1",
  "+",
  "#",
  "lobby-1/up",
  undefined,
] as const;
const STANDS = ["lobby-1", "lobby-2", "backend.1", "+"];
/** Topics have no wild cards in them; filters may. */
const FILTERS = [
  ...STANDS.flatMap((stand) => channels.map((channel) => `qris/v1/stands/${stand}/${channel}`)),
  ...["#", "+/#", "+/+/+/+/+", "qris/v1/stands/#", "qris/v1/stands/lobby-1/#", "qris/v1/stands/lobby-1", "x"],
  ...[
    "qris/v1/stands/lobby-1/up/more",
    "qris/v1/stands//up",
    "/qris/v1/stands/lobby-1/up",
    "qris/v2/stands/lobby-1/up",
  ],
];
const TOPICS = FILTERS.filter((filter) => !/[+#]/.test(filter));

let broker: Mosquitto;
let judge: Stranger;

beforeAll(async () => {
  const acl = `${readFileSync(join(DEPLOY, "mosquitto/acl"), "utf8")}\nuser judge\ntopic readwrite #\n`;
  broker = await startMosquitto({ acl });
  judge = await comes("judge");
  await judge.orders("#");
}, 30_000);
afterAll(async () => {
  await judge?.leaves();
  await broker?.close();
});

const comes = (who: string | undefined): Promise<Stranger> =>
  strangerAt(broker.url, who === undefined ? {} : { username: who });

/** What Mosquitto passes on of all that somebody says. */
async function saidAtMosquitto(somebody: Stranger): Promise<readonly string[]> {
  judge.heard.length = 0;
  await Promise.all(TOPICS.map((topic) => somebody.says(topic, "said")));
  await judge.says("that/was/all", "");
  await until("the judge has heard all", () => judge.heard.at(-1)?.topic === "that/was/all");
  return judge.heard.slice(0, -1).map(({ topic }) => topic);
}

/** What Mosquitto lets somebody hear who asks for everything in every way. */
async function heardAtMosquitto(somebody: Stranger): Promise<readonly string[]> {
  await somebody.orders(...FILTERS);
  somebody.heard.length = 0;
  await Promise.all(TOPICS.map((topic) => judge.says(topic, "heard")));
  // Its answer stands behind whatever was sent before.
  await somebody.orders("x");
  return TOPICS.filter((topic) => somebody.heard.some((each) => each.topic === topic));
}

test.each(PEOPLE)("%s may say and hear the same at EMQX as at Mosquitto", async (who) => {
  const somebody = await comes(who);
  try {
    const said = TOPICS.filter((topic) => mayAtEmqx(who, "publish", topic));
    expect(said).toEqual(await saidAtMosquitto(somebody));
    const granted = FILTERS.filter((filter) => mayAtEmqx(who, "subscribe", filter));
    const heard = TOPICS.filter((topic) => granted.some((filter) => covers(filter, topic)));
    expect(heard).toEqual(await heardAtMosquitto(somebody));
  } finally {
    await somebody.leaves();
  }
});

test("a group is shared at EMQX by those alone who may hear what is shared", () => {
  const shared = (who: string) => mayAtEmqx(who, "subscribe", "$share/9f2c51d3a8b04e67/qris/v1/stands/+/up");
  expect(["backend.1", "backend.17", "lobby-1", "+", "#"].map(shared)).toEqual([true, true, false, false, false]);
});

test("what one connection may cost is what it may at Mosquitto, and files are looked for where they are put", () => {
  const emqx = readFileSync(join(DEPLOY, "emqx/emqx.conf"), "utf8");
  const mosquitto = readFileSync(join(DEPLOY, "mosquitto/mosquitto.conf"), "utf8");
  const there = (key: string) => new RegExp(`^ *${key} = "?(.*?)"?$`, "m").exec(emqx)?.[1];
  const here = (key: string) => new RegExp(`^${key} (.*)$`, "m").exec(mosquitto)?.[1];
  expect(Number(there("max_packet_size")?.replace("KB", "")) * 1_024).toBe(Number(here("max_packet_size")));
  expect(there("max_qos_allowed")).toBe(here("max_qos"));
  expect(there("max_topic_alias")).toBe(here("max_topic_alias"));
  expect(there("max_connections")).toBe(here("max_connections"));
  expect(there("session_expiry_interval")).toBe(here("persistent_client_expiration"));
  expect(there("bind")).toBe(`0.0.0.0:${here("listener")}`);
  expect(there("versions")).toBe('["tlsv1.3", "tlsv1.2"]');
  expect([there("verify"), there("fail_if_no_peer_cert"), there("no_match")]).toEqual(["verify_peer", "true", "deny"]);
  const readme = readFileSync(join(DEPLOY, "emqx/README.md"), "utf8");
  const files = [...emqx.matchAll(/"\/etc\/emqx\/qris\/(\S+?)"/g)].map(([, file]) => file);
  expect(files).toEqual(["ca.pem", "broker.pem", "broker-key.pem", "acl.conf"]);
  for (const file of files) expect(readme).toContain(`${file}\``);
});
