import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ControllerApi, openController } from "../../../gateway/controller/controller.ts";
import { silentLog } from "../../../host/log.ts";
import { Secret } from "../../../host/secret.ts";
import { call } from "../../support/controller-client.ts";
import { type Bench, standOnBench } from "../../support/stand-on-bench.ts";
import { settle } from "../../support/virtual-clock.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";

let bench: Bench;
let api: ControllerApi | undefined;

const open = (port: number): Promise<ControllerApi> =>
  openController({
    stand: bench.stand,
    about: { id: "lobby-1" },
    journal: bench.journal,
    relayOf: (line) => bench.relayOf(line),
    clock: bench.clock,
    log: silentLog,
    socket: join(bench.folder, "orders.sock"),
    tcp: { port, token: new Secret(TOKEN) },
  });

beforeEach(async () => {
  bench = await standOnBench();
  await settle();
});
afterEach(async () => {
  await api?.close();
  api = undefined;
  await bench.close();
});

describe("on the loopback port", () => {
  let port: number;
  beforeEach(async () => {
    api = await open(0);
    port = Number(new URL(api.url ?? "").port);
  });

  const status = (headers: Readonly<Record<string, string>>) => call({ port }, "GET", "/status", undefined, headers);
  const authorization = `Bearer ${TOKEN}`;

  test("whoever says the token is answered, by any name of this machine", async () => {
    expect(await status({ authorization })).toMatchObject({ status: 200, body: { ready: true } });
    for (const name of ["localhost", "LOCALHOST", "[::1]", "127.0.0.1"])
      expect((await status({ authorization, host: `${name}:${port}` })).status).toBe(200);
  });

  test.each([
    ["nothing", {}],
    ["another token", { authorization: `Bearer ${TOKEN.replace("0", "1")}` }],
    ["the token's beginning", { authorization: `Bearer ${TOKEN.slice(0, -1)}` }],
    ["more than the token", { authorization: `Bearer ${TOKEN}0` }],
    ["the token as a password", { authorization: `Basic ${TOKEN}` }],
    ["the bare token", { authorization: TOKEN }],
  ])("is refused with 401: %s", async (_, headers) => {
    expect(await status(headers)).toMatchObject({ status: 401, body: { error: "no-token" } });
  });

  test.each([
    ["a page that writes", { origin: "http://kiosk.example" }],
    ["a page of this very address", { origin: "http://127.0.0.1" }],
    ["a page of a file", { origin: "null" }],
    ["a page that reads", { "sec-fetch-site": "same-origin" }],
    ["a foreign name that points here", { host: "rebound.example" }],
    ["a foreign name with our port", { host: "rebound.example:8090" }],
    ["this machine with another port", { host: "127.0.0.1:1" }],
    ["a name that begins like ours", { host: "127.0.0.1.rebound.example" }],
  ])("is refused with 403, though it says the token: %s", async (_, headers) => {
    expect(await status({ authorization, ...headers })).toMatchObject({ status: 403, body: { error: "foreign" } });
  });

  test("no call goes by the gate", async () => {
    for (const [method, path] of [
      ["POST", "/orders"],
      ["GET", "/orders?reference=a"],
      ["GET", "/orders/01JD5S3V8Q4R6T2W9Y0ZABCDEF"],
      ["DELETE", "/orders/01JD5S3V8Q4R6T2W9Y0ZABCDEF"],
      ["GET", "/orders/01JD5S3V8Q4R6T2W9Y0ZABCDEF/events"],
      ["POST", "/orders/01JD5S3V8Q4R6T2W9Y0ZABCDEF/release/a"],
      ["GET", "/openapi.json"],
    ] as const)
      expect((await call({ port }, method, path, {})).status).toBe(401);
  });

  test("the unix socket asks for no token: its file says who may", async () => {
    const socketPath = join(bench.folder, "orders.sock");
    expect((await call({ socketPath }, "GET", "/status")).status).toBe(200);
    expect((await call({ socketPath }, "GET", "/openapi.json")).body).toMatchObject({ openapi: "3.1.0" });
  });
});

test("a port that another program has is named, and the socket is let go of again", async () => {
  const other = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => other.once("listening", resolve));
  const address = other.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await expect(open(port)).rejects.toThrow(`port ${port}`);
  other.close();
  api = await open(0);
  expect(api.url).toBeDefined();
});
