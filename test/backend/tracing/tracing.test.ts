import { expect, onTestFinished, test } from "vitest";
import { rootIdOf, traceIdOf } from "../../../backend/tracing/ids.ts";
import { openOtel } from "../../../backend/tracing/otel.ts";
import { steadyClock } from "../../../host/clock.ts";
import { type Server, serve } from "../../../host/http.ts";
import { silentLog } from "../../../host/log.ts";
import { newOrderId, type OrderId } from "../../../protocol/ids.ts";
import { openCounterShop } from "../../support/counter-shop.ts";
import { freePort } from "../../support/free-port.ts";
import { order } from "../../support/sale.ts";
import { until } from "../../support/until.ts";
import { seeded } from "../../world/seeded.ts";

/* One trace an order, taken by a small collector that speaks OTLP over HTTP. */

const PATIENT = { timeout: 90_000 };

type Value = { readonly stringValue?: string; readonly boolValue?: boolean; readonly intValue?: number | string };
type Told = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status: { readonly code?: number };
  readonly attributes: readonly { readonly key: string; readonly value: Value }[];
};
type Export = {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: Told["attributes"] };
    readonly scopeSpans: readonly { readonly spans: readonly Told[] }[];
  }[];
};

async function startCollector(): Promise<
  Server & { readonly spans: Told[]; readonly bodies: string[]; readonly tokens: unknown[] }
> {
  const [spans, bodies, tokens]: [Told[], string[], unknown[]] = [[], [], []];
  const server = await serve({
    port: 0,
    clock: steadyClock("collector"),
    log: silentLog,
    bodyLimitBytes: 8_000_000,
    routes: [
      {
        method: "POST",
        path: "/v1/traces",
        answer: async ({ body, headers }) => {
          const text = Buffer.from(body).toString("utf8");
          bodies.push(text);
          tokens.push(headers["authorization"]);
          const said = JSON.parse(text) as Export;
          spans.push(...said.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((each) => each.spans)));
          return { status: 200, body: {} };
        },
      },
    ],
  });
  onTestFinished(() => server.close());
  return { ...server, spans, bodies, tokens };
}

test("one sale is one trace, named by the order, from the charge to the goods", PATIENT, async () => {
  const collector = await startCollector();
  const shop = await openCounterShop(`[tracing]\nurl = "${collector.url}/v1/traces"`);
  const backend = await shop.start();
  const sold = await shop.sells(backend);
  const ours = (): readonly Told[] => collector.spans.filter(({ traceId }) => traceId === traceIdOf(sold));
  await until("the last commit is told", () => ours().some(({ name }) => name === "commit delivered"), 20_000);
  backend.kill("SIGTERM");
  await backend.ended;
  const names = ours().map(({ name }) => name);
  const expected = ["commit asked", "provider charge", "tell offer", "notification", "commit news", "tell settled"];
  expect(names).toEqual(expect.arrayContaining([...expected, "commit charged", "commit delivered"]));
  const [root, ...others] = [...ours()].sort((one) => (one.name === "commit asked" ? -1 : 0));
  expect(root).toMatchObject({ spanId: rootIdOf(sold) });
  expect(root?.parentSpanId ?? "").toBe("");
  expect(new Set(others.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([rootIdOf(sold)]));
  for (const { startTimeUnixNano: began, endTimeUnixNano: ended } of ours()) {
    expect(Number(BigInt(ended) - BigInt(began))).toBeGreaterThanOrEqual(0);
    expect(Math.abs(Number(BigInt(began) / 1_000_000n) - Date.now())).toBeLessThan(120_000);
  }
  const told = ours().find(({ name }) => name === "tell settled");
  expect(told?.attributes).toContainEqual({ key: "qris.acked", value: { boolValue: true } });
  const text = collector.bodies.join();
  expect(text).toContain("qris-backend");
  for (const personal of ["gopay", "mpan", "SB-Mid", "signature"]) expect(text).not.toContain(personal);
});

test(
  "a collector that is gone costs spans and one line in the log, no sale and no time at the end",
  PATIENT,
  async () => {
    const shop = await openCounterShop(`[tracing]\nurl = "http://127.0.0.1:${await freePort()}/v1/traces"`);
    const backend = await shop.start();
    await shop.sells(backend);
    const said = await backend.said("traces not taken by the collector");
    expect(said).toMatchObject({ level: "warn" });
    await shop.sells(backend);
    expect(backend.all("traces not taken by the collector")).toHaveLength(1);
    backend.kill("SIGTERM");
    const began = Date.now();
    expect(await backend.ended).toEqual([0, null]);
    expect(Date.now() - began).toBeLessThan(10_000);
  },
);

const spanOf = (of: OrderId, isRoot: boolean) => ({
  trace: traceIdOf(of),
  root: rootIdOf(of),
  isRoot,
  name: "x",
  kind: "internal" as const,
  beganWall: Date.now(),
  tookMs: 0.25,
  facts: {},
});

test("several backends write into the same trace, and choose the same share of orders", async () => {
  const collector = await startCollector();
  const open = (instance: string) =>
    openOtel({
      url: `${collector.url}/v1/traces`,
      ratio: 0.3,
      instance,
      version: "1",
      token: () => "let-me-in",
      onLost: (_, error) => {
        throw error;
      },
    });
  const sinks = [open("backend-1"), open("backend-2")];
  const random = seeded(3);
  const orders = Array.from({ length: 200 }, () => newOrderId(Date.UTC(2026, 0, 1), random));
  for (const each of orders) sinks.map((sink, nth) => sink.add(spanOf(each, nth === 0)));
  await Promise.all(sinks.map((sink) => sink.close()));
  const counts = orders.map((each) => collector.spans.filter(({ traceId }) => traceId === traceIdOf(each)).length);
  expect(new Set(counts)).toEqual(new Set([0, 2]));
  const traced = counts.filter((count) => count === 2).length;
  expect(traced).toBeGreaterThan(20);
  expect(traced).toBeLessThan(120);
  expect(new Set(collector.tokens)).toEqual(new Set(["Bearer let-me-in"]));
});

test("what waits for a slow collector is bounded: ten thousand spans more are dropped, not kept", async () => {
  const collector = await startCollector();
  const sink = openOtel({
    url: `${collector.url}/v1/traces`,
    ratio: 1,
    instance: "b",
    version: "1",
    onLost: () => undefined,
  });
  for (let nth = 0; nth < 20_000; nth += 1) sink.add(spanOf(order.id, false));
  await sink.close();
  const [waiting, underWay] = [8_192, 512];
  expect(collector.spans.length).toBeLessThanOrEqual(waiting + underWay);
  expect(collector.spans.length).toBeGreaterThan(1_000);
});

test("a trace's name is the order's number in another writing", () => {
  expect(traceIdOf(order.id)).toMatch(/^[0-9a-f]{32}$/);
  expect(traceIdOf("00000000000000000000000001" as OrderId)).toBe("00000000000000000000000000000001");
  expect(traceIdOf("7ZZZZZZZZZZZZZZZZZZZZZZZZZ" as OrderId)).toBe("f".repeat(32));
  expect(rootIdOf(order.id)).toBe(traceIdOf(order.id).slice(16));
});
