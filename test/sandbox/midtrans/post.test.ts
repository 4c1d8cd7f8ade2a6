import { createServer, type Socket } from "node:net";
import { expect, test } from "vitest";
import { openHttp } from "../../../backend/providers/http.ts";
import { isLoopback, poster } from "../../../sandbox/midtrans/post.ts";
import { closeLater, realClock, startMerchant } from "./kit.ts";

const never = new AbortController().signal;

function post(url: string, timeoutMs = 5_000, anywhere = false) {
  const http = openHttp({ clock: realClock });
  closeLater(() => http.close());
  return poster({ http, timeoutMs, anywhere })(url, '{"a":1}', never);
}

test.each([200, 302, 404, 503])("an answer of %i is handed back", async (status) => {
  const merchant = await startMerchant(() => ({ status, headers: { location: "/elsewhere" }, body: "" }));
  expect(await post(merchant.url)).toBe(status);
  expect(merchant.heard).toEqual([{ a: 1 }]);
});

test.each([307, 308])("%i is followed, with the body", async (status) => {
  const merchant = await startMerchant((_body, { path }) =>
    path === "/hook" ? { status, headers: { location: "/moved" }, body: "" } : { status: 200, body: "" },
  );
  expect(await post(merchant.url)).toBe(200);
  expect(merchant.heard).toEqual([{ a: 1 }, { a: 1 }]);
});

test("a redirect is followed five times, not more", async () => {
  const merchant = await startMerchant(() => ({ status: 307, headers: { location: "/again" }, body: "" }));
  expect(await post(merchant.url)).toBe("unreachable");
  expect(merchant.heard).toHaveLength(6);
});

test("a redirect does not lead away from this machine", async () => {
  const merchant = await startMerchant(() => ({ status: 308, headers: { location: "http://192.0.2.1/" }, body: "" }));
  expect(await post(merchant.url)).toBe("refused");
});

test("a server that takes the connection and says nothing is unreachable", async () => {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => sockets.push(socket)).listen(0, "127.0.0.1");
  await new Promise((resolve) => silent.once("listening", resolve));
  closeLater(async () => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });
  const address = silent.address();
  const port = typeof address === "object" ? address?.port : 0;
  expect(await post(`http://127.0.0.1:${port}/`, 50)).toBe("unreachable");
});

test.each([
  ["http://127.0.0.1:8080/hook", true],
  ["http://127.9.9.9/", true],
  ["https://localhost/hook", true],
  ["http://[::1]:80/", true],
  ["http://192.168.1.2/", false],
  ["http://localhost.example.com/", false],
  ["http://127.0.0.1@example.com/", false],
  ["ftp://127.0.0.1/", false],
  ["http://2130706433/", true],
  ["nowhere", false],
])("%s is on this machine: %s", (url, expected) => {
  expect(isLoopback(url)).toBe(expected);
});
