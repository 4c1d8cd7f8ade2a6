import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { realNetwork } from "../../../gateway/doctor/broker.ts";
import type { Network } from "../../../gateway/doctor/network.ts";
import { readSetup } from "../../../gateway/setup.ts";
import { systemChance } from "../../../host/chance.ts";
import { steadyClock } from "../../../host/clock.ts";
import { silentLog } from "../../../host/log.ts";
import { newUlid, type StandId, type StatementId } from "../../../protocol/ids.ts";
import { newKeyPair, type SigningKey } from "../../../protocol/keys.ts";
import { seal } from "../../../protocol/seal.ts";
import { topicOf } from "../../../protocol/topics.ts";
import { openMqtt } from "../../../wire/mqtt.ts";
import { freePort } from "../../support/free-port.ts";
import { type Mosquitto, startMosquitto } from "../../support/mosquitto.ts";
import { until } from "../../support/until.ts";
import { StandFiles } from "../commands/stand-files.ts";

/** The way to the broker as doctor goes it: to real brokers, and to what is none. */

const clock = steadyClock("test");
const files = new StandFiles();
let secured: Mosquitto;
let closed: Mosquitto;
let narrow: Mosquitto;
beforeAll(async () => {
  secured = await startMosquitto({ tls: true });
  closed = await startMosquitto({ lines: ["allow_anonymous false"] });
  narrow = await startMosquitto({ acl: "topic readwrite qris/v1/stands/another/#\n" });
}, 30_000);
afterAll(async () => {
  for (const broker of [secured, closed, narrow]) await broker.close();
  files.remove();
});

const networkWith = (link: string): Network => {
  const file = files.configure({ link });
  return realNetwork(clock, () => readSetup(file, {}), { reachMs: 1_500, connectMs: 10_000, answerMs: 1_500 });
};
const network = networkWith('url = "mqtt://127.0.0.1:1"');
const today = clock.wall();

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const STAND = "lobby-1" as StandId;
const ANOTHER = "01JD5S3V8Q4R6T2W9Y0ZABCDEF" as StatementId;

const ackOf = (id: StatementId, key: SigningKey): string =>
  seal(
    {
      v: 1,
      id: newUlid(today, systemChance) as StatementId,
      from: "backend",
      to: STAND,
      at: { journal: "ledger", seq: 0 },
      body: { type: "ack", ids: [id] },
    },
    key,
  );

/** Takes connections, and says nothing. */
async function mute(): Promise<number> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });
  return (server.address() as AddressInfo).port;
}

describe("a name", () => {
  test("leads to its addresses", async () => {
    const found = await network.addresses("localhost");
    expect(found.is === "found" && found.addresses.length > 0).toBe(true);
  });

  test("that nobody has leads nowhere", async () => {
    expect(await network.addresses("no-such-broker.invalid")).toMatchObject({ is: "failed" });
  });
});

describe("a port", () => {
  test("that is a broker's is reached", async () => {
    expect(await network.reach("127.0.0.1", narrow.port)).toMatchObject({ is: "reached" });
  });

  test("where nobody listens is not", async () => {
    const refused = await network.reach("127.0.0.1", await freePort());
    expect(refused).toMatchObject({ is: "failed", because: expect.stringContaining("ECONNREFUSED") });
  });
});

describe("a certificate", () => {
  test("is trusted when its authority is named, and says how long it is good", async () => {
    const shown = await network.certificate("localhost", secured.port, secured.ca);
    expect(shown).toMatchObject({ is: "shown", issuer: "test authority" });
    if (shown.is !== "shown") throw new Error("nothing shown");
    expect(shown.distrust).toBeUndefined();
    expect(shown.validToWall - today).toBeGreaterThan(1.9 * 86_400_000);
    expect(shown.validToWall - today).toBeLessThan(2.1 * 86_400_000);
  });

  test("is shown and not trusted when its authority is a stranger", async () => {
    const shown = await network.certificate("localhost", secured.port, undefined);
    expect(shown).toMatchObject({ is: "shown", distrust: expect.stringMatching(/UNABLE_TO|SELF_SIGNED/) });
  });

  test("for another name is not trusted", async () => {
    const shown = await network.certificate("ip6-localhost", secured.port, secured.ca).catch(() => undefined);
    const byAddress = await network.certificate("127.0.0.2", secured.port, secured.ca);
    expect([shown, byAddress].some((each) => each?.is === "shown" && each.distrust === undefined)).toBe(false);
  });

  test("is not to be had from a port without TLS, nor from one that is mute", async () => {
    expect(await network.certificate("127.0.0.1", narrow.port, undefined)).toMatchObject({ is: "failed" });
    const waiting = await network.certificate("127.0.0.1", await mute(), undefined);
    expect(waiting).toEqual({ is: "failed", because: "no answer" });
  }, 20_000);
});

describe("a talk", () => {
  test("over TLS goes through to a backend that is not there, and says so", async () => {
    const ca = files.write("ca.pem", secured.ca ?? "");
    const talk = await networkWith(`url = "${secured.url}"\nca_file = "${ca}"`).talk();
    expect(talk).toMatchObject({ is: "silent" });
  });

  test("with a broker whose rules let nothing through is silent", async () => {
    expect(await networkWith(`url = "${narrow.url}"`).talk()).toMatchObject({ is: "silent" });
  });

  test.each([
    ["a broker that does not let it in", () => `url = "${closed.url}"`, /not authorized/i],
    ["a broker whose authority is a stranger", () => `url = "${secured.url}"`, /self.signed|unable to/i],
    ["nobody", () => 'url = "mqtt://127.0.0.1:1"', /ECONNREFUSED/],
    ["files that are not there", () => `url = "${closed.url}"\nca_file = "/nowhere/ca.pem"`, /cannot be read/],
  ])(
    "with %s ends with why",
    async (_, link, because) => {
      const talk = await networkWith(link()).talk();
      expect(talk).toMatchObject({ is: "not-connected", because: expect.stringMatching(because) });
    },
    20_000,
  );

  test("believes nobody but the backend, and it only where it means this sync", async () => {
    const open = await startMosquitto();
    ends.push(() => open.close());
    const asked: string[] = [];
    const liar = openMqtt({ url: open.url, clock, random: systemChance, log: silentLog })(
      { clientId: "liar", subscribe: [topicOf(STAND, "up")] },
      {
        up: () => undefined,
        down: () => undefined,
        hear: async ({ payload }) => {
          const [, body = ""] = Buffer.from(payload).toString().split(".");
          const { id } = JSON.parse(Buffer.from(body, "base64url").toString()) as { id: StatementId };
          asked.push(id);
          void liar.publish(topicOf(STAND, "down"), ackOf(id, newKeyPair().signing));
          void liar.publish(topicOf(STAND, "down"), ackOf(ANOTHER, files.backend.signing));
          void liar.publish(topicOf(STAND, "down"), "nonsense");
        },
      },
    );
    ends.push(() => liar.close());
    await until("the liar is there", () => liar.connected);
    expect(await networkWith(`url = "${open.url}"`).talk()).toMatchObject({ is: "silent" });
    expect(asked).toHaveLength(1);
  });

  test("is held once, however often it is asked for", async () => {
    const one = networkWith('url = "mqtt://127.0.0.1:1"');
    const [first, second] = await Promise.all([one.talk(), one.talk()]);
    expect(second).toBe(first);
  });
});
