import { Agent, request } from "node:http";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { signNotification } from "../../backend/providers/midtrans/signature.ts";
import { steadyClock } from "../../host/clock.ts";
import { silentLog } from "../../host/log.ts";
import { Secret } from "../../host/secret.ts";
import type { OrderId, StandId } from "../../protocol/ids.ts";
import { keySetOf, newKeyPair } from "../../protocol/keys.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import { startMidtrans } from "../../sandbox/midtrans/start.ts";
import { newSite, SERVER_KEY, startBackend } from "../support/backend-program.ts";
import { type Mosquitto, startMosquitto } from "../support/mosquitto.ts";
import { talkingStand } from "../support/talking-stand.ts";
import { until } from "../support/until.ts";
import { seeded } from "../world/seeded.ts";

/* Somebody sends notifications as fast as a machine can, of every kind but a good one, while a stand sells. */

let broker: Mosquitto;
beforeAll(async () => {
  broker = await startMosquitto();
});
afterAll(() => broker?.close());

const PATH = "/midtrans/notification";
const AT_ONCE = 40;
const LONG_MS = 30_000;

const forged = (order: string): string => {
  const signed = { order_id: `${order}-1`, status_code: "200", gross_amount: "15000.00" };
  const signature_key = signNotification(signed, new Secret("SB-Mid-server-guessed"));
  return JSON.stringify({ ...signed, transaction_status: "settlement", fraud_status: "accept", signature_key });
};

/** What a stranger sends, and how it may be answered. */
const kinds = (order: string): readonly (readonly [body: string, answers: readonly number[]])[] => [
  [forged(order), [403]],
  ["{".repeat(5_000), [400]],
  ["[".repeat(50_000) + "]".repeat(50_000), [400, 413]],
  ["x".repeat(2_000_000), [400, 413]],
  ["", [400]],
];

/** Goes on until it is told to end; answers what was wrong with the answers, and how many there were. */
function flood(url: string, bodies: ReturnType<typeof kinds>) {
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const wrong = new Set<string>();
  const counts = { answered: 0 };
  let isOver = false;
  const send = (body: string): Promise<number | undefined> =>
    new Promise((resolve) => {
      const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
      const asked = request(`${url}${PATH}`, { method: "POST", headers, agent, timeout: 10_000 }, (answer) => {
        answer.resume();
        answer.on("close", () => resolve(answer.statusCode));
      });
      // Who sends more than is read is cut off; that is an answer too.
      asked.on("error", () => resolve(undefined));
      asked.end(body);
    });
  const sender = async (first: number): Promise<void> => {
    for (let nth = first; !isOver; nth += 1) {
      const [body, answers] = bodies[nth % bodies.length] ?? ["", []];
      const status = await send(body);
      counts.answered += 1;
      if (status !== undefined && !answers.includes(status)) wrong.add(`${status} for ${body.slice(0, 20)}`);
    }
  };
  const senders = Array.from({ length: AT_ONCE }, (_, nth) => sender(nth));
  return {
    counts,
    end: async (): Promise<readonly string[]> => {
      isOver = true;
      await Promise.all(senders);
      agent.destroy();
      return [...wrong];
    },
  };
}

test("a flood of notifications moves nothing, and a stand sells in the midst of it", { timeout: 90_000 }, async () => {
  const [clock, random] = [steadyClock("test"), seeded(1)];
  const midtrans = await startMidtrans({ port: 0, clock, random, log: silentLog, serverKey: SERVER_KEY });
  onTestFinished(() => midtrans.close());
  const key = newKeyPair();
  const site = newSite({ broker: broker.url, midtrans: midtrans.url, key: key.pem });
  const backend = startBackend(site);
  const url = await backend.ready();
  const [signing] = site.standKeys;
  if (signing === undefined) throw new Error("a site with a stand");
  const backendKeys = keySetOf([{ owner: "backend", jwk: key.publicJwk }]);
  const stand = await talkingStand(broker.url, "stand-1" as StandId, signing, backendKeys);
  onTestFinished(() => stand.close());
  const isTold = (order: OrderId, word: string): boolean => stand.toldOf(order).some(({ type }) => type === word);

  const before = await stand.asksForCharge();
  await until("there is an order to lie about", () => isTold(before, "offer"), LONG_MS);
  const flooding = flood(url, kinds(before));
  await until("the flood is there", () => flooding.counts.answered > 200, LONG_MS);
  const order = await stand.asksForCharge();
  await until("a code is offered amid it", () => isTold(order, "offer"), LONG_MS);
  midtrans.midtrans.pay(`${order}-1`, { issuer: "gopay", route: "on-us", amount: rupiah(15_000) });
  const authorization = `Basic ${Buffer.from(`${SERVER_KEY}:`).toString("base64")}`;
  const told = await fetch(`${midtrans.url}/v2/${order}-1/status`, { headers: { authorization } });
  const standing = (await told.json()) as Parameters<typeof signNotification>[0];
  const body = JSON.stringify({ ...standing, signature_key: signNotification(standing, new Secret(SERVER_KEY)) });
  const headers = { "content-type": "application/json" };
  expect((await fetch(url + PATH, { method: "POST", headers, body })).status).toBe(200);
  await until("the money is told amid it", () => isTold(order, "settled"), LONG_MS);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);

  expect(await flooding.end()).toEqual([]);
  expect(flooding.counts.answered).toBeGreaterThan(400);
  expect(isTold(before, "settled")).toBe(false);
  // One line a minute: a flood fills no disk.
  expect(backend.all("forged notification")).toMatchObject([{ level: "warn", merchant: "main" }]);
  expect(backend.out).not.toContain(SERVER_KEY);
  const steps = backend.all("step").filter((line) => line["order"] === before);
  expect(steps.some(({ event }) => event === "news")).toBe(false);
});
