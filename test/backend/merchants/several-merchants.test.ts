import { describe, expect, onTestFinished, test } from "vitest";
import { steadyClock } from "../../../host/clock.ts";
import { silentLog } from "../../../host/log.ts";
import { startBroker } from "../../../sandbox/broker.ts";
import { type Sandbox, startMidtrans } from "../../../sandbox/midtrans/start.ts";
import {
  answerTo,
  type BackendProgram,
  corePart,
  newSite,
  SERVER_KEY,
  type Site,
  snapPart,
  startBackend,
} from "../../support/backend-program.ts";
import { freePort } from "../../support/free-port.ts";
import { SNAP_KEYS } from "../../support/snap-keys.ts";
import { spokesman } from "../../support/spokesman.ts";
import { until } from "../../support/until.ts";
import { seeded } from "../../world/seeded.ts";

/* One backend, several accounts at Midtrans. */

/** Several processes start one after another, perhaps on a busy machine. */
const PATIENT = { timeout: 60_000 };
const TEH_KEY = "SB-Mid-server-teh";
const clock = steadyClock("test");

async function newBroker(): Promise<number> {
  const port = await freePort();
  const broker = await startBroker({ port, log: silentLog });
  onTestFinished(() => broker.close());
  return port;
}

async function newMidtrans(serverKey: string): Promise<Sandbox> {
  const parts = { port: 0, clock, random: seeded(1), log: silentLog, serverKey, snapKeys: SNAP_KEYS };
  const midtrans = await startMidtrans({ ...parts, merchantId: "G490526303" });
  onTestFinished(() => midtrans.close());
  return midtrans;
}

async function connected(site: Site): Promise<BackendProgram> {
  const backend = startBackend(site);
  await backend.ready();
  await until("the backend is connected", () => backend.find("connected to the broker") !== undefined);
  return backend;
}

const teh = (base = "http://127.0.0.1:9"): string =>
  `name = "teh"\nbase_url = "${base}"\nserver_key_file = "AT/teh-key"`;
const TWO_STANDS = ['merchant = "main"', 'merchant = "teh"'];

describe("a backend of two merchants", () => {
  test("charges at each stand's own account, over that account's API", PATIENT, async () => {
    const [port, overSnap, overCore] = [await newBroker(), await newMidtrans(SERVER_KEY), await newMidtrans(TEH_KEY)];
    const site = newSite({
      broker: `mqtt://127.0.0.1:${port}`,
      merchants: [snapPart({ base: overSnap.url }).part, teh(overCore.url)],
      files: { "teh-key": TEH_KEY },
      stands: TWO_STANDS,
    });
    await connected(site);
    const one = await spokesman(port, "stand-1", site.standKeys[0]);
    const two = await spokesman(port, "stand-2", site.standKeys[1]);
    expect(await one.asksForCharge(15_000)).toMatchObject({ type: "offer", amount: 15_000 });
    expect(await two.asksForCharge(7_000)).toMatchObject({ type: "offer", amount: 7_000 });
    const amountsAt = ({ midtrans }: Sandbox): readonly number[] => midtrans.transactions().map(({ amount }) => amount);
    expect([amountsAt(overSnap), amountsAt(overCore)]).toEqual([[15_000], [7_000]]);
  });

  test("believes each merchant's key at that merchant's address alone", PATIENT, async () => {
    const site = newSite({
      merchants: ['base_url = "http://127.0.0.1:9"\nserver_key_file = "AT/server-key"', teh()],
      files: { "teh-key": TEH_KEY },
      stands: TWO_STANDS,
    });
    const backend = startBackend(site);
    const http = await backend.ready();
    const [main, other] = ["/midtrans/notification", "/midtrans/teh/notification"];
    expect(backend.find("ready")).toMatchObject({
      merchants: [
        { name: "main", webhook: http + main },
        { name: "teh", webhook: http + other },
      ],
      stands: 2,
    });
    expect([await answerTo(http, SERVER_KEY, main), await answerTo(http, TEH_KEY, other)]).toEqual([404, 404]);
    expect([await answerTo(http, TEH_KEY, main), await answerTo(http, SERVER_KEY, other)]).toEqual([403, 403]);
    expect(backend.all("forged notification")).toMatchObject([{ merchant: "main" }, { merchant: "teh" }]);
  });

  test(
    "says loudly whose open orders it cannot end any more, when a merchant is taken out of its configuration",
    PATIENT,
    async () => {
      const [port, midtrans] = [await newBroker(), await newMidtrans(SERVER_KEY)];
      const broker = `mqtt://127.0.0.1:${port}`;
      const before = newSite({ broker, midtrans: midtrans.url });
      const first = await connected(before);
      await (await spokesman(port, "stand-1", before.standKeys[0])).asksForCharge();
      first.kill("SIGTERM");
      await first.ended;
      const renamed = `name = "kopi"\n${corePart(before.at, midtrans.url)}`;
      const second = startBackend(newSite({ broker, journal: `${before.at}/ledger.sqlite`, merchants: [renamed] }));
      await second.ready();
      expect(await second.said("open orders of an unknown merchant")).toMatchObject({
        level: "error",
        merchant: "main",
        orders: 1,
      });
    },
  );

  test("tells everything that can never work of all of them at once", PATIENT, async () => {
    const far = "http://api.midtrans.com";
    const merchants = [`base_url = "${far}"\nserver_key_file = "AT/server-key"`, teh(far)];
    const site = newSite({ merchants, files: { "teh-key": TEH_KEY }, stands: TWO_STANDS });
    const process = startBackend(site);
    expect(await process.ended).toEqual([78, null]);
    expect(process.err).toContain(`${site.config} is not usable:\n  merchants[0]: `);
    expect(process.err).toContain("\n  merchants[1]: ");
  });
});

describe("the bounds of the configuration", () => {
  test(
    "hold a stand to its rate and its merchant's amounts, and Midtrans hears nothing of the rest",
    PATIENT,
    async () => {
      const [port, midtrans] = [await newBroker(), await newMidtrans(SERVER_KEY)];
      const merchants = [`base_url = "${midtrans.url}"\nserver_key_file = "AT/server-key"\nmax_amount = 50000`];
      const stands = ["charges_a_minute = 1\ncharges_burst = 2"];
      const site = newSite({ broker: `mqtt://127.0.0.1:${port}`, merchants, stands });
      await connected(site);
      const stand = await spokesman(port, "stand-1", site.standKeys[0]);
      expect(await stand.asksForCharge(50_001)).toMatchObject({ type: "refused", because: "bad-amount" });
      expect(await stand.asksForCharge()).toMatchObject({ type: "offer" });
      expect(await stand.asksForCharge()).toMatchObject({ type: "offer" });
      const refused = await stand.asksForCharge();
      expect(refused).toMatchObject({ type: "refused", because: "busy", retryAfterMs: expect.any(Number) });
      expect(midtrans.midtrans.transactions()).toHaveLength(2);
    },
  );

  test("let nobody notify but the listed sources, as the proxy tells them", PATIENT, async () => {
    const http = 'notification_sources = ["203.0.113.0/24"]\ntrusted_proxies = ["127.0.0.1"]';
    const backend = startBackend(newSite({ http }));
    const url = await backend.ready();
    const from = (address: string) => answerTo(url, SERVER_KEY, undefined, { "x-forwarded-for": address });
    expect([await from("203.0.113.7"), await from("203.0.113.7, 198.51.100.1")]).toEqual([404, 403]);
    expect(await backend.said("notification from an unknown address")).toMatchObject({ address: "198.51.100.1" });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
  });
});
