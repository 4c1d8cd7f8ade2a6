import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import type { StandId } from "../../protocol/ids.ts";
import { topicOf } from "../../protocol/topics.ts";
import { type Stranger, type StrangersOptions, strangerAt } from "../hostile/stranger.ts";
import { openRig } from "../journeys/open-rig.ts";
import type { Rig } from "../journeys/rig.ts";
import { type Profile, startProfile } from "../support/profile.ts";
import { until } from "../support/until.ts";

/* deploy/mosquitto/passwords.conf as it is delivered, with the rules that certificates have, too. */

const HONEST = "lobby-1" as StandId;
const THIEF = "lobby-2" as StandId;
const PASSWORDS: Readonly<Record<string, string>> = {
  [HONEST]: "p-1",
  [THIEF]: "p-2",
  "backend.1": "p-3",
  "backend.2": "p-4",
};

let profile: Profile;
let rig: Rig;
let ca: string;
let close: () => Promise<void>;

beforeAll(async () => {
  profile = await startProfile("passwords.conf", PASSWORDS);
  ca = readFileSync(profile.authority.ca_file, "utf8");
  const wire = (who: string, port: number) => ({
    url: `mqtts://localhost:${port}`,
    tls: () => ({ ca }),
    username: who,
    password: PASSWORDS[who] ?? "",
  });
  const { port, kill, restart } = profile;
  const broker = { port, kill, restart, wire, close: () => profile.close() };
  rig = await openRig({ stands: [{ id: HONEST }], broker, speed: 1 }, (closing) => {
    close = closing;
  });
}, 60_000);

afterAll(() => close?.());

async function enters(username: string, password: string, options: StrangersOptions = {}): Promise<Stranger> {
  const said = { ca, username, password, connectTimeout: 5_000, ...options };
  const somebody = await strangerAt(`mqtts://localhost:${profile.port}`, said);
  onTestFinished(() => somebody.leaves());
  return somebody;
}

test("a stand sells while another says and hears nothing of its, in whatever name he comes", async () => {
  const witness = await enters("backend.2", "p-4");
  await witness.orders("qris/v1/stands/+/up");
  const thief = await enters(THIEF, "p-2", { clientId: `stand-${HONEST}` });
  await thief.orders("#", topicOf(HONEST, "down"), topicOf(HONEST, "up"));
  const { qr } = await rig.orders();
  await thief.says(topicOf(HONEST, "up"), "junk");
  await thief.says(topicOf(THIEF, "up"), "his own");
  await until("his own is heard", () => witness.heard.some(({ payload }) => String(payload) === "his own"));
  expect(await rig.pays(qr)).toMatchObject({ paid: true });
  await rig.endsWell();
  expect(thief.heard).toEqual([]);
  expect(witness.heard.map(({ payload }) => String(payload))).not.toContain("junk");
  expect(profile.log.split(` as ${HONEST} (`)).toHaveLength(2);
});

test.each([
  ["with another's password", HONEST, "p-2"],
  ["with none", HONEST, ""],
  ["as nobody", "", ""],
])("nobody comes in %s", async (_, username, password) => {
  await expect(enters(username, password)).rejects.toThrow(/not authorized/i);
});
