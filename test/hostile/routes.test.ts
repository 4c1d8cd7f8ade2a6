import fc from "fast-check";
import { expect, onTestFinished, test } from "vitest";
import { standFace } from "../../device/simulated/http.ts";
import { openRig } from "../journeys/open-rig.ts";
import type { Rig } from "../journeys/rig.ts";
import { type Asking, ask, blurt, type Got } from "./asking.ts";

/* Every HTTP server is asked for nonsense on every route, while a sale is under way. */

type Server = {
  readonly name: string;
  /** Where it is, once the rig stands. */
  at(rig: Rig): Promise<string>;
  /** Its routes; `*` stands for a name. */
  readonly routes: readonly string[];
  /** The longest body that it reads. */
  readonly bodyMax: number;
};

const OPTIONS = { speed: 1, stands: [{ controller: true }] };

async function standAt(rig: Rig): Promise<string> {
  const power = { cut: async () => undefined, on: async () => undefined, isOn: () => true };
  const server = await standFace({ stand: rig.stand.machine, power }).listen(0);
  onTestFinished(() => server.close());
  return server.address;
}

const servers: readonly Server[] = [
  {
    name: "the backend's webhook",
    at: async (rig) => new URL(rig.backend.webhook).origin,
    routes: ["/midtrans/notification"],
    bodyMax: 65_536,
  },
  {
    name: "Midtrans' stand-in",
    at: async (rig) => rig.midtrans.url,
    routes: [
      "/v2/charge",
      "/v2/*/status",
      "/v2/*/cancel",
      "/v2/*/expire",
      "/v2/qris/*/qr-code",
      "/v4/qris/*/qr-code",
      "/sandbox/faults/*",
      "/sandbox/seed",
      "/sandbox/settle",
      "/sandbox/notify",
    ],
    bodyMax: 4 * 1_048_576,
  },
  {
    name: "the customer's phone",
    at: async (rig) => rig.midtrans.url,
    routes: ["/phone/pay", "/phone/scan", "/phone/screen?stand=*", "/phone/open", "/phone/*"],
    bodyMax: 4 * 1_048_576,
  },
  {
    name: "the simulated stand",
    at: standAt,
    routes: ["/buttons/*", "/sensor/*", "/relay/*", "/printer", "/power", "/screen.png", "/receipt.png", "/state"],
    bodyMax: 16_384,
  },
  {
    name: "where controllers order",
    at: async (rig) => `unix:${rig.stand.socket}`,
    routes: [
      "/orders",
      "/orders?reference=*",
      "/orders/*",
      "/orders/*/events",
      "/orders/*/release/*",
      "/status",
      "/openapi.json",
    ],
    bodyMax: 16_384,
  },
];

const nastyName = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }).map(escaped),
  fc.constantFrom(
    "..",
    "..%2f..%2fetc%2fpasswd",
    "%00",
    "%",
    "%zz",
    "%ff%fe",
    "__proto__",
    "constructor",
    "toString",
    "",
    "A".repeat(2_000),
    "'%20OR%201=1--",
    "%3Cscript%3E",
  ),
);
const nastyBody = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc.json({ maxDepth: 4 }),
  fc.constantFrom(
    "",
    "null",
    "[]",
    "7",
    '"text"',
    "{",
    '{"__proto__":{"isAdmin":true}}',
    '{"constructor":{"prototype":{}}}',
    `${"[".repeat(8_000)}`,
    `{"a":${'{"a":'.repeat(3_000)}1${"}".repeat(3_000)}}`,
    '{"order_id":1,"status_code":200,"gross_amount":1,"signature_key":1}',
    `{"order_id":"${"x".repeat(5_000)}","status_code":"200","gross_amount":"1.00","signature_key":"0"}`,
    '{"transaction_details":{"order_id":{"toString":1},"gross_amount":1e308}}',
    '{"payment_type":"qris","transaction_details":{"order_id":"a","gross_amount":-1}}',
    '{"qr":"data:image/png;base64,iVBORw0KGgo="}',
    '{"qr":"0002010102"}',
    '{"stand":"file:///etc/passwd"}',
    '{"stand":"http://example.com"}',
    '{"paper":{},"cover":[]}',
    '{"cord":"both"}',
    '{"fault":"deny","times":-1}',
    '{"amount":-1,"items":[{"product":"../..","name":"","price":1e99,"quantity":0}],"reference":"\\u0000","release":{}}',
    '{"amount":1,"items":[{"product":"a","name":"a","price":1}],"reference":"a","release":{"line":"__proto__"}}',
    '{"amount":1,"items":[{"product":"a","name":"a","price":1}],"reference":"a","release":{"by":"stand","window_ms":1}}',
    '{"outcome":"delivered","confirmed":"yes"}',
    '{"outcome":{"toString":"failed"},"because":[]}',
  ),
);
const nastyHeaders = fc.record(
  {
    "content-type": fc.constantFrom(
      "application/json",
      "text/plain",
      "image/png",
      "multipart/form-data",
      "x",
      "a/b; c=d;",
    ),
    "idempotency-key": fc.string({ maxLength: 80 }).map(escaped),
    "x-override-notification": fc.constantFrom("x", "ftp://x", "http://a,http://b,http://c,http://d", "http://[::1"),
    authorization: fc.constantFrom("Basic", "Basic !!!", "Bearer x", `Basic ${"A".repeat(3_000)}`),
    accept: fc.constantFrom("", "text/html", "*/*;q=x"),
  },
  { requiredKeys: [] },
);

function escaped(text: string): string {
  return encodeURIComponent(text.replace(/[\ud800-\udfff]/g, "?"));
}

const askingOf = ({ routes }: Server): fc.Arbitrary<Asking> =>
  fc.record({
    method: fc.constantFrom("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"),
    path: fc
      .tuple(fc.constantFrom(...routes, "/*", "/*/*"), nastyName)
      .map(([route, name]) => route.replaceAll("*", () => name)),
    headers: nastyHeaders,
    body: nastyBody,
  });

/** A good answer, or a refusal that says what is wrong and nothing of the inside. */
function expectDecent(got: Got, rig: Rig): void {
  if (got.is === "cut") return;
  expect([200, 201, 202, 204, 308, 400, 403, 404, 405, 409, 413, 414, 415, 502, 503]).toContain(got.status);
  expect(got.text).not.toMatch(/node_modules|\.ts:\d|^\s+at /m);
  expect(got.text).not.toContain(rig.midtrans.serverKey);
  if (got.status >= 400 && got.text !== "") expect(got.type).toContain("json");
}

/** The sale that was under way ends as if nothing had happened. */
async function businessGoesOn(rig: Rig, qr: string): Promise<void> {
  rig.midtrans.faults.clear();
  expect(rig.stand.front).toMatchObject({ at: "awaiting" });
  expect(await rig.pays(qr)).toMatchObject({ paid: true });
  await rig.endsWell();
  expect(rig.stand.machine.pulses).toHaveLength(1);
  expect(rig.diary.lines.filter((line) => /^\d+ \S+ error /.test(line))).toEqual([]);
}

test.each(servers)("$name refuses nonsense clearly, and goes on", async (server) => {
  const rig = await openRig(OPTIONS);
  const base = await server.at(rig);
  const { qr } = await rig.orders();
  let answered = 0;
  const property = fc.asyncProperty(askingOf(server), async (asking) => {
    const got = await ask(base, asking);
    if (got.is === "answer") answered += 1;
    expectDecent(got, rig);
  });
  await fc.assert(property, { numRuns: 500 });
  expect(answered).toBeGreaterThan(450);
  await businessGoesOn(rig, qr);
});

test.each(servers)("$name reads no body that is too long", async (server) => {
  const rig = await openRig(OPTIONS);
  const base = await server.at(rig);
  const { qr } = await rig.orders();
  const body = Buffer.alloc(server.bodyMax + 1, " ");
  for (const route of server.routes) {
    const got = await ask(base, { method: "POST", path: route.replaceAll("*", "x"), body });
    if (got.is === "answer") expect([404, 405, 413]).toContain(got.status);
  }
  await businessGoesOn(rig, qr);
});

test.each(servers)("$name survives what is not HTTP", async (server) => {
  const rig = await openRig(OPTIONS);
  const base = await server.at(rig);
  const { qr } = await rig.orders();
  const openings = [
    "\0\0\0\0",
    "GET",
    "GET / HTTP/9.9\r\n\r\n",
    "GET  HTTP/1.1\r\n\r\n",
    `GET /${"a".repeat(100_000)} HTTP/1.1\r\nhost: x\r\n\r\n`,
    `GET / HTTP/1.1\r\n${"a: b\r\n".repeat(5_000)}\r\n`,
    "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: -5\r\n\r\n",
    "POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    "GET / HTTP/1.1\r\nhost: x\r\nhost: y\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
  ];
  for (const opening of openings) {
    expect(await blurt(base, opening)).not.toMatch(/node_modules|\.ts:\d/);
  }
  const property = fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 200 }), async (bytes) => {
    expect(await blurt(base, bytes)).toMatch(/^$|^HTTP\/1\.1 [45]\d\d /);
  });
  await fc.assert(property, { numRuns: 60 });
  await businessGoesOn(rig, qr);
});
