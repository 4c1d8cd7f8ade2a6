import { once } from "node:events";
import { readFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Http, type HttpOutcome, type HttpRequest, openHttp } from "../../../backend/providers/http.ts";
import { settle, VirtualClock } from "../../support/virtual-clock.ts";
import { okAnswer, type RawServer, rawServer } from "./raw-server.ts";

const pem = (name: string): string => readFileSync(new URL(`fixtures/tls/${name}.pem`, import.meta.url), "utf8");
const identity = (name: string) => ({ cert: pem(`${name}.cert`), key: pem(`${name}.key`) });

const TIMEOUT_MS = 15_000;
let clock: VirtualClock;
let http: Http;
const toClose: { close(): Promise<void> }[] = [];

beforeEach(() => {
  clock = new VirtualClock();
  http = openHttp({ clock });
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await http.close();
  await Promise.all(toClose.splice(0).map((each) => each.close()));
});

async function serve(onText: (socket: Socket) => void, tls?: { cert: string; key: string }): Promise<RawServer> {
  const server = await rawServer(onText, tls);
  toClose.push(server);
  return server;
}

const ask = (server: { readonly port: number }, rest: Partial<HttpRequest> = {}, from = http): Promise<HttpOutcome> =>
  from.request({
    method: "POST",
    url: `http://127.0.0.1:${server.port}/v2/charge?x=1`,
    headers: { "x-one": "1" },
    body: "{}",
    timeoutMs: TIMEOUT_MS,
    signal: new AbortController().signal,
    maxBytes: 1_000,
    ...rest,
  });

/** Resolves when the server has read a request; then the test moves the clock. */
function heardOnce(): { promise: Promise<Socket>; hear: (socket: Socket) => void } {
  let hear: (socket: Socket) => void = () => undefined;
  const promise = new Promise<Socket>((resolve) => {
    hear = resolve;
  });
  return { promise, hear };
}

describe("an answer", () => {
  test("brings status, headers in lower case and the body's bytes", async () => {
    const server = await serve((socket) =>
      socket.write("HTTP/1.1 407 Odd\r\nX-Two: b\r\ncontent-length: 3\r\n\r\n\xffab", "latin1"),
    );
    const outcome = await ask(server);
    expect(outcome).toMatchObject({ is: "answer", status: 407, headers: { "x-two": "b" } });
    expect(outcome.is === "answer" && [...outcome.body]).toEqual([0xff, 0x61, 0x62]);
    expect(server.heard()).toMatch(/^POST \/v2\/charge\?x=1 HTTP\/1\.1\r\n/);
    expect(server.heard()).toMatch(/\r\nx-one: 1\r\n[\s\S]*\r\n\r\n\{\}$/);
  });

  test("leaves its connection for the next call", async () => {
    const server = await serve((socket) => socket.write(okAnswer("a")));
    await ask(server);
    await settle();
    await ask(server);
    expect(server.connections()).toBe(1);
  });

  test("that redirects is not followed", async () => {
    const server = await serve((socket) =>
      socket.write(okAnswer("", "location: /elsewhere\r\n").replace("200", "302")),
    );
    expect(await ask(server)).toMatchObject({ is: "answer", status: 302 });
    expect(server.heard()).not.toContain("elsewhere");
  });

  test("may be as long as allowed", async () => {
    const server = await serve((socket) => socket.write(okAnswer("x".repeat(1_000))));
    expect(await ask(server)).toMatchObject({ is: "answer" });
  });

  test("leaves no timer behind", async () => {
    const server = await serve((socket) => socket.write(okAnswer("a")));
    await ask(server);
    expect(clock.pending).toBe(0);
  });
});

describe("a request that surely never left", () => {
  test("is told from a refused connection", async () => {
    const server = await rawServer(() => undefined);
    await server.close();
    expect(await ask(server)).toMatchObject({
      is: "unreachable",
      sent: false,
      detail: expect.stringContaining("ECONNREFUSED"),
    });
  });

  test("is told from a name that does not exist", async () => {
    expect(await ask({ port: 1 }, { url: "http://nowhere.invalid/" })).toMatchObject({
      is: "unreachable",
      sent: false,
    });
  });

  test("is told from an address that is none", async () => {
    expect(await ask({ port: 1 }, { url: "nowhere" })).toMatchObject({ is: "unreachable", sent: false });
  });

  test("is told from a signal that fired before", async () => {
    const server = await serve(() => undefined);
    const outcome = await ask(server, { signal: AbortSignal.abort() });
    expect(outcome).toMatchObject({ is: "silent", sent: false });
    expect(server.connections()).toBe(0);
  });

  test("is told from a certificate that nobody vouches for, whatever the environment says", async () => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const server = await serve((socket) => socket.write(okAnswer("a")), identity("loopback"));
    const outcome = await ask(server, { url: `https://127.0.0.1:${server.port}/` });
    expect(outcome).toMatchObject({ is: "unreachable", sent: false, detail: expect.stringContaining("SELF_SIGNED") });
    expect(server.heard()).toBe("");
  });

  test("is told from a trusted certificate with another name", async () => {
    const trusting = openHttp({ clock, extraCa: [pem("elsewhere.cert")] });
    toClose.push(trusting);
    const server = await serve((socket) => socket.write(okAnswer("a")), identity("elsewhere"));
    const outcome = await ask(server, { url: `https://127.0.0.1:${server.port}/` }, trusting);
    expect(outcome).toMatchObject({ is: "unreachable", sent: false, detail: expect.stringContaining("ALTNAME") });
    expect(server.heard()).toBe("");
  });

  test("does not leave later either, when the connection comes about after the time-out", async () => {
    const trusting = openHttp({ clock, extraCa: [pem("loopback.cert")] });
    toClose.push(trusting);
    const behind = await serve((socket) => socket.write(okAnswer("a")), identity("loopback"));
    const door = await closedDoor(behind.port);
    const asked = ask(behind, { url: `https://127.0.0.1:${door.port}/` }, trusting);
    await door.knocked;
    clock.pass(TIMEOUT_MS);
    expect(await asked).toMatchObject({ is: "silent", sent: false });
    door.open();
    await door.closed;
    expect(behind.heard()).toBe("");
  });
});

test("an extra authority is trusted beside the public ones", async () => {
  const trusting = openHttp({ clock, extraCa: [pem("loopback.cert")] });
  toClose.push(trusting);
  const server = await serve((socket) => socket.write(okAnswer("a")), identity("loopback"));
  expect(await ask(server, { url: `https://127.0.0.1:${server.port}/` }, trusting)).toMatchObject({ is: "answer" });
});

describe("a request that may have arrived", () => {
  test("is told from a connection reset before the answer", async () => {
    const server = await serve((socket) => socket.resetAndDestroy());
    expect(await ask(server)).toMatchObject({ is: "broken", sent: true });
  });

  test("is told from a connection that ends in mid-answer", async () => {
    const server = await serve((socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345"));
    expect(await ask(server)).toMatchObject({ is: "broken", sent: true });
  });

  test("is told from an answer that is not HTTP", async () => {
    const server = await serve((socket) => socket.write("220 smtp.example ESMTP\r\n"));
    expect(await ask(server)).toMatchObject({ is: "broken", sent: true });
  });

  test("is told from headers without end", async () => {
    const server = await serve((socket) => socket.write(`HTTP/1.1 200 OK\r\n${"x-long: y\r\n".repeat(5_000)}`));
    expect(await ask(server)).toMatchObject({ is: "broken", sent: true });
  });

  test("is told from a body that is too long, which is not read to its end", async () => {
    const server = await serve((socket) => socket.write(okAnswer("x".repeat(1_001)).replace("1001", "100000000")));
    expect(await ask(server)).toMatchObject({
      is: "broken",
      sent: true,
      detail: "the answer is longer than 1000 bytes",
    });
    await server.closed();
  });

  test("is told from silence until the time is over", async () => {
    const heard = heardOnce();
    const server = await serve(heard.hear);
    const asked = ask(server);
    await heard.promise;
    clock.pass(TIMEOUT_MS - 1);
    expect(clock.pending).toBe(1);
    clock.pass(1);
    expect(await asked).toEqual({ is: "silent", sent: true, detail: "no full answer within 15000 ms" });
    await server.closed();
  });

  test("is told from an answer that drips on for ever", async () => {
    const heard = heardOnce();
    const server = await serve(heard.hear);
    const asked = ask(server);
    const socket = await heard.promise;
    socket.write("HTTP/1.1 200 OK\r\ncontent-length: 900\r\n\r\n");
    for (let second = 0; second < 15; second += 1) {
      socket.write("x");
      await clock.advance(1_000);
    }
    expect(await asked).toMatchObject({ is: "silent", sent: true });
    await server.closed();
  });

  test("is told from a caller that gave up, and the connection is dropped", async () => {
    const heard = heardOnce();
    const server = await serve(heard.hear);
    const control = new AbortController();
    const asked = ask(server, { signal: control.signal });
    await heard.promise;
    control.abort();
    expect(await asked).toMatchObject({ is: "silent", sent: true, detail: "the caller gave up" });
    await server.closed();
    expect(clock.pending).toBe(0);
  });

  test("is told from our own closing", async () => {
    const heard = heardOnce();
    const server = await serve(heard.hear);
    const asked = ask(server);
    await heard.promise;
    await http.close();
    expect(await asked).toMatchObject({ is: "broken", sent: true });
  });
});

/** Accepts a connection and holds back all bytes until it is opened; then it leads to `port`. */
async function closedDoor(port: number) {
  const held: Socket[] = [];
  const server = createServer((socket) => {
    socket.on("error", () => undefined);
    socket.pause();
    held.push(socket);
  });
  const knocked: Promise<Socket> = once(server, "connection").then(([socket]) => socket);
  const closed = knocked.then((socket) => new Promise((resolve) => socket.on("close", resolve)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  toClose.push({
    close: () => {
      for (const socket of held) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  });
  const lead = (socket: Socket): void => {
    const inner = connect(port, "127.0.0.1");
    inner.on("error", () => undefined);
    socket.pipe(inner).pipe(socket);
  };
  return { port: address.port, knocked, closed, open: () => held.forEach(lead) };
}
