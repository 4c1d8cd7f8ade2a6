import { createConnection } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { steadyClock } from "../../host/clock.ts";
import { type Route, type ServeOptions, type Server, serve } from "../../host/http.ts";
import type { EventStream } from "../../host/http-events.ts";
import { type Facts, type Log, silentLog } from "../../host/log.ts";
import { pause } from "../support/until.ts";

const clock = steadyClock("test", { keepsAlive: false });
const open: Server[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});

async function start(routes: readonly Route[], options: Partial<ServeOptions> = {}): Promise<Server> {
  const server = await serve({ port: 0, log: silentLog, clock, routes, ...options });
  open.push(server);
  return server;
}

const echo: Route = {
  method: "POST",
  path: "/echo/:name",
  answer: async ({ method, path, params, query, headers, peer, body }) => ({
    status: 201,
    headers: { "x-seen": headers["x-mine"] ?? "none" },
    body: { method, path, name: params["name"], q: query.getAll("q"), peer, hex: Buffer.from(body).toString("hex") },
  }),
};
const get = (path: string, body: string | Uint8Array | object): Route => ({
  method: "GET",
  path,
  answer: async () => ({ status: 200, body }),
});

/** A promise, and the word that resolves it. */
function later<Value>(): { readonly promise: Promise<Value>; resolve(value: Value): void } {
  let resolve: (value: Value) => void = () => undefined;
  const promise = new Promise<Value>((done) => {
    resolve = done;
  });
  return { promise, resolve: (value) => resolve(value) };
}

/** Sends raw bytes and collects what comes back until the other side closes. */
function talk(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ port, host: "127.0.0.1" }, () => socket.write(bytes));
    let heard = "";
    socket.on("data", (chunk) => {
      heard += chunk.toString("latin1");
    });
    socket.on("close", () => resolve(heard));
    socket.on("error", reject);
  });
}

describe("a route", () => {
  test("gets method, path, decoded parameters, query, headers, the other end and the untouched bytes", async () => {
    const { url } = await start([echo]);
    const body = Uint8Array.from([0, 255, 0xc3, 0x28, 13, 10]);
    const answer = await fetch(`${url}/echo/a%2Fb%20c?q=1&q=%C3%A9`, {
      method: "POST",
      body,
      headers: { "X-Mine": "yes" },
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get("x-seen")).toBe("yes");
    expect(await answer.json()).toEqual({
      method: "POST",
      path: "/echo/a%2Fb%20c",
      name: "a/b c",
      q: ["1", "é"],
      peer: "127.0.0.1",
      hex: "00ffc3280d0a",
    });
  });

  test.each([
    ["application/json", "{broken"],
    ["text/plain", "x"],
    ["no/such;;type", "y"],
  ])("gets a body of type %s as it is", async (type, body) => {
    const { url } = await start([echo]);
    const answer = await fetch(`${url}/echo/a`, { method: "POST", body, headers: { "content-type": type } });
    expect(await answer.json()).toMatchObject({ hex: Buffer.from(body).toString("hex") });
  });

  test("gets no bytes where there is no body", async () => {
    const { url } = await start([echo]);
    expect(await (await fetch(`${url}/echo/a`, { method: "POST" })).json()).toMatchObject({ hex: "" });
  });

  test("answers text, bytes and JSON with their types", async () => {
    const { url } = await start([get("/t", "é"), get("/b", Uint8Array.from([1, 2])), get("/j", { a: 1 })]);
    const types = await Promise.all(
      ["t", "b", "j"].map(async (at) => (await fetch(`${url}/${at}`)).headers.get("content-type")),
    );
    expect(types).toEqual(["text/plain; charset=utf-8", "application/octet-stream", "application/json; charset=utf-8"]);
    expect(await (await fetch(`${url}/t`)).text()).toBe("é");
    expect([...new Uint8Array(await (await fetch(`${url}/b`)).arrayBuffer())]).toEqual([1, 2]);
    expect(await (await fetch(`${url}/j`)).json()).toEqual({ a: 1 });
  });

  test("that rejects gives 500 without its words, which go to the log", async () => {
    const lines: Facts[] = [];
    const log: Log = { ...silentLog, error: (what, facts) => lines.push({ what, ...facts }) };
    const broken: Route = { method: "GET", path: "/broken", answer: () => Promise.reject(new Error("secret words")) };
    const { url } = await start([broken], { log });
    const answer = await fetch(`${url}/broken`);
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toMatch(/secret|\.ts/);
    expect(lines).toMatchObject([{ what: "an HTTP route failed", route: "/broken" }]);
    expect(String(lines[0]?.["error"])).toContain("secret words");
  });

  test("can cut the connection without an answer", async () => {
    const { url } = await start([{ method: "GET", path: "/cut", answer: async () => ({ hangUp: true }) }]);
    await expect(fetch(`${url}/cut`)).rejects.toThrow("fetch failed");
  });
});

describe("what no route sees is refused in JSON", () => {
  const kinds = [
    { what: "an unknown path", path: "/nothing", init: {}, status: 404, error: "not-found" },
    { what: "a wrong method", path: "/echo/a", init: { method: "DELETE" }, status: 405, error: "method-not-allowed" },
    {
      what: "a path that cannot be decoded",
      path: "/echo/%zz",
      init: { method: "POST" },
      status: 400,
      error: "malformed",
    },
    {
      what: "a parameter too long",
      path: `/echo/${"a".repeat(600)}`,
      init: { method: "POST" },
      status: 414,
      error: "too-long",
    },
    {
      what: "a body too large",
      path: "/echo/a",
      init: { method: "POST", body: "a".repeat(101) },
      status: 413,
      error: "too-large",
    },
  ];
  test.each(kinds)("$what: $status", async ({ path, init, status, error }) => {
    const { url } = await start([echo], { bodyLimitBytes: 100 });
    const answer = await fetch(url + path, init);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ error, message: expect.any(String) });
  });

  test("a wrong method is told the right one", async () => {
    const { url } = await start([echo]);
    expect((await fetch(`${url}/echo/a`)).headers.get("allow")).toBe("POST");
  });

  test("a body too large is refused also when it comes in pieces of unknown length", async () => {
    const { port } = await start([echo], { bodyLimitBytes: 100 });
    const piece = `60\r\n${"a".repeat(0x60)}\r\n`;
    const head = "POST /echo/a HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n";
    expect(await talk(port, `${head}${piece}${piece}0\r\n\r\n`)).toContain("413");
  });

  test.each([
    ["what is not HTTP", "hello\r\n\r\n", "400", "malformed"],
    ["a head too large", `GET / HTTP/1.1\r\nx: ${"a".repeat(20_000)}\r\n\r\n`, "431", "too-many-headers"],
  ])("%s", async (_what, bytes, status, error) => {
    const { port } = await start([echo]);
    const heard = await talk(port, bytes);
    expect(heard).toContain(`HTTP/1.1 ${status}`);
    expect(JSON.parse(heard.split("\r\n\r\n")[1] ?? "")).toMatchObject({ error });
  });

  test("a caller who hangs up in the middle of his body is no failure of ours", async () => {
    const told: string[] = [];
    const note = (what: string): void => void told.push(what);
    const log: Log = { ...silentLog, warn: note, error: note, child: () => log };
    const { url, port } = await start([echo], { log });
    const hungUp = later<void>();
    const socket = createConnection({ port, host: "127.0.0.1" }, () => {
      socket.end("POST /echo/x HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf");
    });
    socket.on("close", () => hungUp.resolve());
    socket.on("error", () => undefined);
    socket.resume();
    await hungUp.promise;
    expect((await fetch(`${url}/echo/x`, { method: "POST" })).status).toBe(201);
    expect(told).toEqual([]);
  });

  test("a head that never ends is cut after the time for heads", async () => {
    const { port } = await start([echo], { headersTimeoutMs: 100, requestTimeoutMs: 200 });
    expect(await talk(port, "GET / HTTP/1.1\r\nx: ")).toContain("408");
  });

  test("a body that never ends is cut after the time for requests", async () => {
    const { port } = await start([echo], { requestTimeoutMs: 150 });
    expect(await talk(port, "POST /echo/a HTTP/1.1\r\nhost: a\r\ncontent-length: 9\r\n\r\nabc")).toContain("408");
  });

  test("an idle connection is cut", async () => {
    const { port } = await start([echo], { idleTimeoutMs: 50 });
    expect(await talk(port, "")).toBe("");
  });
});

describe("an answer in pieces", () => {
  /** A megabyte after the other for ever; tells how many were asked for, and when nobody asks any more. */
  function endless(breaksAt = Number.POSITIVE_INFINITY) {
    const over = later<void>();
    const count = { asked: 0, over: over.promise };
    async function* pieces() {
      try {
        for (;;) {
          count.asked += 1;
          if (count.asked > breaksAt) throw new Error("the book is gone");
          yield "x".repeat(1_000_000);
        }
      } finally {
        over.resolve();
      }
    }
    const answer: Route["answer"] = async () => ({
      status: 200,
      headers: { "content-type": "text/csv" },
      pieces: pieces(),
    });
    return { route: { method: "GET", path: "/table", answer } as const, count };
  }

  test("arrives whole, with its own headers and those of the server", async () => {
    const pieces = ["order,amount\r\n", Buffer.from("A,1\r\n")];
    const answer: Route["answer"] = async () => ({ status: 200, headers: { "content-type": "text/csv" }, pieces });
    const { url } = await start([{ method: "GET", path: "/table", answer }], { headers: { "x-all": "yes" } });
    const said = await fetch(`${url}/table`);
    expect([said.status, said.headers.get("content-type"), said.headers.get("x-all")]).toEqual([
      200,
      "text/csv",
      "yes",
    ]);
    expect(await said.text()).toBe("order,amount\r\nA,1\r\n");
  });

  test("is made no faster than it is read, and no more of it when the reader has gone", async () => {
    const { route, count } = endless();
    const { url } = await start([route]);
    const reader = new AbortController();
    const answer = await fetch(`${url}/table`, { signal: reader.signal });
    await answer.body?.getReader().read();
    for (let before = -1; count.asked > before; await pause(100)) before = count.asked;
    expect(count.asked).toBeLessThan(40);
    reader.abort();
    await count.over;
    expect(count.asked).toBeLessThan(40);
  });

  test("is not made for ever for a reader who has fallen asleep", async () => {
    const { route, count } = endless();
    const { url } = await start([route], { idleTimeoutMs: 200 });
    const answer = await fetch(`${url}/table`);
    await count.over;
    await answer.body?.cancel();
    expect(count.asked).toBeLessThan(40);
  });

  test("that breaks does not look like a whole one, and is told in the log", async () => {
    const { route } = endless(3);
    const said: string[] = [];
    const log: Log = { ...silentLog, error: (what) => void said.push(what) };
    const { url } = await start([route], { log });
    const answer = await fetch(`${url}/table`);
    await expect(answer.text()).rejects.toThrow();
    expect(said).toEqual(["a long answer broke off"]);
  });

  test("does not keep the server from closing", async () => {
    const { route, count } = endless();
    const server = await start([route], { closeWithinMs: 50 });
    const answer = await fetch(`${server.url}/table`);
    await server.close();
    await count.over;
    await answer.body?.cancel();
  });
});

describe("server-sent events", () => {
  /** A route that keeps its streams, and says when one ended. */
  function newsRoute() {
    const heard = later<EventStream>();
    const gone = later<void>();
    const answer: Route["answer"] = async () => ({
      events: (stream) => {
        heard.resolve(stream);
        return gone.resolve;
      },
    });
    return { route: { method: "GET", path: "/news", answer } as const, stream: heard.promise, gone: gone.promise };
  }

  test("arrive as they are sent, line breaks kept inside one event", async () => {
    const news = newsRoute();
    const { url } = await start([news.route]);
    const answer = await fetch(`${url}/news`);
    expect(answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    (await news.stream).send({ event: "a\nb", id: "7", data: "one\ntwo" });
    const first = await answer.body?.getReader().read();
    expect(Buffer.from(first?.value ?? []).toString()).toBe("event: a b\nid: 7\ndata: one\ndata: two\n\n");
  });

  test("have a comment between them where there is nothing to say", async () => {
    const news = newsRoute();
    const { url } = await start([news.route]);
    const answer = await fetch(`${url}/news`);
    (await news.stream).beat();
    const first = await answer.body?.getReader().read();
    expect(Buffer.from(first?.value ?? []).toString()).toBe(":\n\n");
  });

  test("stop when the listener goes", async () => {
    const news = newsRoute();
    const { url } = await start([news.route]);
    const listener = new AbortController();
    await fetch(`${url}/news`, { signal: listener.signal });
    listener.abort();
    await news.gone;
    expect((await news.stream).send({ data: "x" })).toBe(false);
  });

  test("end after what was said last", async () => {
    const news = newsRoute();
    const { url } = await start([news.route]);
    const answer = await fetch(`${url}/news`);
    const stream = await news.stream;
    stream.send({ data: "goodbye" });
    stream.end();
    expect(await answer.text()).toBe("data: goodbye\n\n");
    expect(stream.send({ data: "more" })).toBe(false);
    await news.gone;
  });

  test("end when the server closes", async () => {
    const news = newsRoute();
    const server = await start([news.route]);
    const answer = await fetch(`${server.url}/news`);
    await server.close();
    expect(await answer.text()).toBe("");
    await news.gone;
  });

  test("cut a listener that does not read", async () => {
    const news = newsRoute();
    const { url } = await start([news.route]);
    await fetch(`${url}/news`);
    const stream = await news.stream;
    const line = "x".repeat(500_000);
    let sent = 0;
    while (stream.send({ data: line }) && sent < 100) sent += 1;
    expect(sent).toBeLessThan(100);
    await news.gone;
  });
});

describe("the server", () => {
  test("says what all its answers have in common with refusals and streams too, and a route's own word counts", async () => {
    const own: Route = {
      method: "GET",
      path: "/own",
      answer: async () => ({ status: 200, headers: { "x-frame-options": "SAMEORIGIN" }, body: "own" }),
    };
    const news: Route = { method: "GET", path: "/news", answer: async () => ({ events: () => () => undefined }) };
    const headers = { "x-frame-options": "DENY", "x-content-type-options": "nosniff" };
    const { url } = await start([echo, own, news], { headers });
    const frameOf = async (path: string, method = "GET") => {
      const listener = new AbortController();
      const answer = await fetch(url + path, { method, signal: listener.signal });
      listener.abort();
      return [answer.status, answer.headers.get("x-frame-options"), answer.headers.get("x-content-type-options")];
    };
    expect(await frameOf("/echo/a", "POST")).toEqual([201, "DENY", "nosniff"]);
    expect(await frameOf("/own")).toEqual([200, "SAMEORIGIN", "nosniff"]);
    expect(await frameOf("/news")).toEqual([200, "DENY", "nosniff"]);
    expect(await frameOf("/nowhere")).toEqual([404, "DENY", "nosniff"]);
    expect(await frameOf("/echo/a")).toEqual([405, "DENY", "nosniff"]);
    expect(await frameOf(`/echo/${"x".repeat(600)}`, "POST")).toEqual([414, "DENY", "nosniff"]);
  });

  test("listens on the loopback alone unless told otherwise", async () => {
    const { url, port } = await start([echo]);
    expect(url).toBe(`http://127.0.0.1:${port}`);
  });

  test("rejects when the port is taken", async () => {
    const { port } = await start([echo]);
    await expect(serve({ port, routes: [], log: silentLog, clock })).rejects.toThrow("EADDRINUSE");
  });

  test("lets an answer under way end before it closes", async () => {
    const asked = later<void>();
    const go = later<void>();
    const slow: Route = {
      method: "GET",
      path: "/slow",
      answer: async () => {
        asked.resolve();
        await go.promise;
        return { status: 200, body: "done" };
      },
    };
    const server = await start([slow]);
    const answer = fetch(`${server.url}/slow`);
    await asked.promise;
    const closed = server.close();
    go.resolve();
    expect(await (await answer).text()).toBe("done");
    await closed;
  });

  test("does not wait for connections that never asked for anything", async () => {
    const server = await start([echo], { closeWithinMs: 15_000 });
    const silent = talk(server.port, "");
    const halfway = talk(server.port, "GET /");
    await fetch(`${server.url}/echo/a`, { method: "POST" });
    await server.close();
    expect(await silent).toBe("");
    expect(await halfway).toBe("");
  });

  test("cuts an answer that does not come within the time for closing", async () => {
    const asked = later<void>();
    const never: Route = {
      method: "GET",
      path: "/never",
      answer: () => {
        asked.resolve();
        return new Promise(() => undefined);
      },
    };
    const server = await start([never], { closeWithinMs: 50 });
    const answer = fetch(`${server.url}/never`).then(
      () => "answered",
      () => "cut",
    );
    await asked.promise;
    await server.close();
    expect(await answer).toBe("cut");
  });
});
