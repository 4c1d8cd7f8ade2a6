import { describe, expect, onTestFinished, test } from "vitest";
import { utcClock } from "../../../host/clock.ts";
import { silentLog } from "../../../host/log.ts";
import { startBroker } from "../../../sandbox/broker.ts";
import { startMidtrans } from "../../../sandbox/midtrans/start.ts";
import { type BackendProgram, newSite, SERVER_KEY, type Site, startBackend } from "../../support/backend-program.ts";
import { freePort } from "../../support/free-port.ts";
import { SNAP_KEYS } from "../../support/snap-keys.ts";
import { spokesman } from "../../support/spokesman.ts";
import { until } from "../../support/until.ts";
import { seeded } from "../../world/seeded.ts";

/** From the configuration to the offer that a stand gets, and to the page that it names. */

const KEY = "32 characters, and not one less.";
const clock = utcClock({ keepsAlive: false });

type Street = {
  readonly site: Site;
  readonly backend: BackendProgram;
  readonly http: string;
  readonly port: number;
  readonly midtrans: Awaited<ReturnType<typeof startMidtrans>>["midtrans"];
};

async function open(pay: string): Promise<Street> {
  const port = await freePort();
  const broker = await startBroker({ port, log: silentLog });
  onTestFinished(() => broker.close());
  const parts = { port: 0, clock, random: seeded(1), log: silentLog, serverKey: SERVER_KEY, snapKeys: SNAP_KEYS };
  const midtrans = await startMidtrans({ ...parts, merchantId: "G490526303" });
  onTestFinished(() => midtrans.close());
  const site = newSite({
    broker: `mqtt://127.0.0.1:${port}`,
    http: 'trusted_proxies = ["127.0.0.1"]',
    merchants: [`base_url = "${midtrans.url}"\nserver_key_file = "AT/server-key"\n${pay}`],
    files: { "pay-key": `${KEY}\n` },
  });
  const backend = startBackend(site);
  const http = await backend.ready();
  await until("the backend is connected", () => backend.find("connected to the broker") !== undefined);
  return { site, backend, http, port, midtrans: midtrans.midtrans };
}

const PAY = '[pay]\nbase_url = "https://pay.example.id"\nkey_file = "AT/pay-key"\n[pay.contact]\nname = "Kopi Lobi"';

describe("an offer", () => {
  test("names a page, and the page is there: for this order, and for nothing but its address", async () => {
    const { site, backend, http, port } = await open(PAY);
    const offer = await (await spokesman(port, "stand-1", site.standKeys[0])).asksForCharge();
    if (offer.type !== "offer") throw new Error("refused");
    expect(offer.page).toMatch(new RegExp(`^https://pay\\.example\\.id/pay/${offer.order}[0-9A-Z]{16}$`));
    const path = new URL(offer.page ?? "").pathname;
    const page = await fetch(http + path, { headers: { "accept-language": "en" } });
    const text = await page.text();
    expect(page.status).toBe(200);
    for (const word of ["Please pay", "Rp 15.000", "Kopi Susu", "TEST MODE", offer.order]) expect(text).toContain(word);
    expect((await fetch(http + path.slice(0, -1))).status).toBe(404);
    expect(backend.out).not.toContain(path.slice(-16));
    expect(backend.out).not.toContain(KEY);
  });

  test("of a gopay charge has a link into the wallet on its page, and the wallet leads back to the page", async () => {
    const { site, http, port, midtrans } = await open(`payment_type = "gopay"\n${PAY}`);
    const offer = await (await spokesman(port, "stand-1", site.standKeys[0])).asksForCharge();
    if (offer.type !== "offer") throw new Error("refused");
    const [charge] = midtrans.transactions();
    expect(charge?.gopay?.callback).toBe(`${offer.page}/finish`);
    const text = await (await fetch(http + new URL(offer.page ?? "").pathname)).text();
    expect(text).toMatch(/<a class="button" rel="noreferrer" href="[^"]*">Bayar dengan GoPay/);
  });

  test("names none where the configuration has no pages, and nobody answers there", async () => {
    const { site, http, port } = await open("");
    expect(await (await spokesman(port, "stand-1", site.standKeys[0])).asksForCharge()).not.toHaveProperty("page");
    const nothing = await fetch(`${http}/pay/x`);
    expect([nothing.status, nothing.headers.get("content-type")]).toEqual([404, "application/json; charset=utf-8"]);
  });
});

test("a backend whose key for the pages is too short does not start, and does not tell it", async () => {
  const merchant = `base_url = "http://127.0.0.1:9"\nserver_key_file = "AT/server-key"\n${PAY}`;
  const http = 'trusted_proxies = ["127.0.0.1"]';
  const backend = startBackend(newSite({ http, merchants: [merchant], files: { "pay-key": "hunter2" } }));
  expect(await backend.ended).toEqual([78, null]);
  expect(backend.err).toMatch(/pay\.key_file: .*has 7 characters, 32 or more are needed/);
  expect(backend.out + backend.err).not.toContain("hunter2");
});
