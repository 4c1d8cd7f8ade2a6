import { appendFileSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import type { BackendParts } from "../../../backend/backend.ts";
import type { LedgerJournal } from "../../../backend/cashier.ts";
import { wrongWithMetrics } from "../../../backend/metrics/config.ts";
import { whyRefused } from "../../../backend/metrics/counts.ts";
import { openObservation } from "../../../backend/metrics/observation.ts";
import type { Setup } from "../../../backend/setup.ts";
import type { Store } from "../../../backend/store/store.ts";
import { steadyClock } from "../../../host/clock.ts";
import { silentLog } from "../../../host/log.ts";
import type { StandId } from "../../../protocol/ids.ts";
import { keySetOf, newKeyPair } from "../../../protocol/keys.ts";
import type { BackendProgram } from "../../support/backend-program.ts";
import { openCounterShop } from "../../support/counter-shop.ts";
import { talkingStand } from "../../support/talking-stand.ts";
import { pause, until } from "../../support/until.ts";
import { samplesIn, sumOf } from "./scraped.ts";

/* What a running backend, a process of its own, tells Prometheus. */

const PATIENT = { timeout: 90_000 };

const scrape = async (backend: BackendProgram) => {
  const answer = await fetch(`${String(backend.find("ready")?.["metrics"])}/metrics`);
  expect(answer.status).toBe(200);
  expect(answer.headers.get("content-type")).toContain("text/plain");
  return samplesIn(await answer.text());
};

type Samples = Awaited<ReturnType<typeof scrape>>;

/** An ack may be on its way still, and the sales book is half a second behind. */
async function scrapeUntil(backend: BackendProgram, isThere: (samples: Samples) => boolean): Promise<Samples> {
  const deadline = Date.now() + 20_000;
  for (;;) {
    const samples = await scrape(backend);
    if (isThere(samples) || Date.now() > deadline) return samples;
    await pause(50);
  }
}

test("after one sale every count says one, and names no order and no stand", PATIENT, async () => {
  const shop = await openCounterShop("[metrics]\nport = 0");
  const backend = await shop.start();
  const order = await shop.sells(backend);
  await shop.notified(backend, order);
  const forged = { method: "POST", body: '{"signature_key":"0"}' };
  await fetch(`${await backend.ready()}/midtrans/notification`, forged);
  const samples = await scrapeUntil(
    backend,
    (now) => sumOf(now, "qris_webhook_settled_seconds_count") > 0 && sumOf(now, "qris_orders_open") === 0,
  );
  const value = (name: string, labels = {}): number => sumOf(samples, name, labels);

  for (const state of ["charging", "payable", "paid", "delivered"])
    expect(value("qris_orders_total", { state })).toBe(1);
  expect(value("qris_paid_rupiah_total")).toBe(15_000);
  expect(value("qris_charge_seconds_count")).toBe(1);
  expect(value("qris_webhook_settled_seconds_count")).toBe(1);
  expect(value("qris_webhook_release_seconds_count")).toBe(1);
  expect(value("qris_webhook_release_seconds_sum")).toBeLessThan(20);
  expect(value("qris_provider_calls_total", { merchant: "main", call: "charge", outcome: "issued" })).toBe(1);
  expect(value("qris_webhooks_total", { merchant: "main", outcome: "taken" })).toBe(2);
  expect(value("qris_webhooks_total", { outcome: "unreadable" })).toBe(1);
  expect(value("qris_events_ignored_total", { event: "news" })).toBe(1);
  expect(value("qris_statements_total", { type: "charge" })).toBe(1);
  expect(value("qris_effects_total", { kind: "tell settled", outcome: "done" })).toBe(1);
  expect(value("qris_http_answers_total", { door: "public", route: "/midtrans/notification", status: "200" })).toBe(2);
  expect(value("qris_journal_commit_seconds_count")).toBeGreaterThan(4);
  expect([value("qris_broker_connected"), value("qris_broker_connects_total")]).toEqual([1, 1]);
  expect([value("qris_store_up"), value("qris_alarms_open")]).toEqual([1, 0]);
  expect([value("qris_journal_up"), value("qris_leader"), value("qris_build_info")]).toEqual([1, 1, 1]);
  expect([value("qris_orders_open"), value("qris_owed_oldest_seconds")]).toEqual([0, 0]);
  expect(value("process_resident_memory_bytes")).toBeGreaterThan(10_000_000);
  expect(
    samples.filter(({ labels }) => Object.values(labels).some((of) => of.includes(order) || of === "stand-1")),
  ).toEqual([]);
});

test("a paid order that nobody delivers is owed, and grows old", PATIENT, async () => {
  const shop = await openCounterShop("[metrics]\nport = 0");
  const backend = await shop.start();
  const order = await shop.offered();
  shop.paid(order);
  await shop.notified(backend, order);
  await shop.told(order, "settled");
  await shop.stand.says({ type: "not-delivered", order, because: "release-failed" });
  const samples = await scrapeUntil(backend, (now) => sumOf(now, "qris_orders_open", { state: "owed" }) > 0);
  expect(sumOf(samples, "qris_orders_open", { state: "owed" })).toBe(1);
  expect(sumOf(samples, "qris_owed_oldest_seconds")).toBeGreaterThan(0);
  expect(sumOf(samples, "qris_alarms_total", { alarm: "owed" })).toBe(1);
});

test(
  "a word that nobody signed is counted by why, in words of our own, and the token is asked for",
  PATIENT,
  async () => {
    const shop = await openCounterShop("", { files: { token: "let-me-in" } });
    appendFileSync(shop.site.config, `[metrics]\nport = 0\ntoken_file = "${shop.site.at}/token"`);
    const backend = await shop.start();
    const url = String(backend.find("ready")?.["metrics"]);
    expect([(await fetch(`${url}/metrics`)).status, (await fetch(`${url}/readyz`)).status]).toEqual([401, 200]);

    const stranger = newKeyPair().signing;
    const keys = keySetOf([]);
    const liar = await talkingStand(shop.broker, "stand-9" as StandId, stranger, keys);
    onTestFinished(() => liar.close());
    void liar.asksForCharge().catch(() => undefined);
    await until("it was refused", () => backend.find("statement refused") !== undefined);
    const answer = await fetch(`${url}/metrics`, { headers: { authorization: "Bearer let-me-in" } });
    const samples = samplesIn(await answer.text());
    expect(sumOf(samples, "qris_statements_refused_total", { because: "unknown-key" })).toBeGreaterThan(0);
  },
);

test("the seal's words become words that no sender can make up", () => {
  const why = (because: string): string => whyRefused({ is: "refused", because });
  expect(why("longer than 16384 bytes")).toBe("too-long");
  expect(why("the header is not a JSON object")).toBe("no-statement");
  expect(why("the signature does not fit")).toBe("bad-signature");
  expect(why("says it is from x, but is sealed by stand-1")).toBe("wrong-sender");
  expect(why("meant for stand-2, not for backend")).toBe("wrong-receiver");
  expect(why("not a statement: body.type: invalid")).toBe("bad-content");
  expect(why("anything else")).toBe("unknown-key");
});

test("without [metrics] nothing listens and nothing is wrapped", () => {
  const books = { journal: {} as LedgerJournal, store: {} as Store, leads: () => false };
  const ground = { setup: { config: {} } as Setup, clock: steadyClock("test"), log: silentLog };
  const { watching, metrics, watched } = openObservation({ ground, books, version: "1" });
  const parts = {} as BackendParts;
  expect([watching, metrics, watched(parts)]).toEqual([undefined, undefined, parts]);
});

test("metrics that others can reach want a token", () => {
  const wrong = (host: string, token?: string): readonly unknown[] =>
    wrongWithMetrics({ metrics: { host, port: 9_464, ...(token === undefined ? {} : { token_file: token }) } });
  expect(["127.0.0.1", "::1", "localhost"].flatMap((host) => wrong(host))).toEqual([]);
  expect(wrong("0.0.0.0", "/etc/token")).toEqual([]);
  expect(wrong("0.0.0.0")).toMatchObject([{ message: expect.stringContaining("is missing") }]);
});
