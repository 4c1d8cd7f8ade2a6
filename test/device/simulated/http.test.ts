import { createServer, request as httpRequest } from "node:http";
import { connect } from "node:net";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { readPng } from "../../../device/drawing/canvas.ts";
import { drawPage } from "../../../device/drawing/draw-page.ts";
import { drawSlip } from "../../../device/drawing/draw-slip.ts";
import {
  simulatedInput,
  simulatedPrinter,
  simulatedRelay,
  simulatedScreen,
} from "../../../device/simulated/drivers.ts";
import { standFace } from "../../../device/simulated/http.ts";
import type { StandShape } from "../../../device/simulated/shape.ts";
import { SimulatedStand } from "../../../device/simulated/world.ts";
import { steadyClock } from "../../../host/clock.ts";
import { jsqrRead, plainFrame, plainStrip, SAMPLE_QRIS } from "../fixtures.ts";

const SHAPE: StandShape = {
  screen: { width: 320, height: 240 },
  printer: { dots: 384, msPerRow: 0 },
  relays: ["gate"],
  buttons: ["new", "cancel", "kopi susu"],
  sensors: [{ name: "drop" }],
};
const ends: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function newFace(shape: StandShape = SHAPE) {
  const clock = steadyClock("test");
  const stand = new SimulatedStand(shape, clock);
  const cord = { isOn: true };
  const power = {
    cut: async () => {
      cord.isOn = false;
      stand.losePower();
    },
    on: async () => {
      cord.isOn = true;
    },
    isOn: () => cord.isOn,
  };
  const face = await standFace({ stand, power }).listen(0);
  ends.push(() => face.close());
  const get = (path: string) => fetch(`${face.address}/${path}`);
  const post = (path: string, body?: string | object) =>
    fetch(`${face.address}/${path}`, { method: "POST", ...(body === undefined ? {} : { body: asText(body) }) });
  return { stand, power, cord, get, post, address: face.address };
}

const asText = (body: string | object): string => (typeof body === "string" ? body : JSON.stringify(body));

/** Status and JSON of a refusal, which always has both words. */
async function refusalOf(response: Response): Promise<{ status: number; error: string; hint: string }> {
  const { error, hint } = (await response.json()) as { error: string; hint: string };
  expect(error.length * hint.length).toBeGreaterThan(0);
  return { status: response.status, error, hint };
}

describe("GET screen.png", () => {
  test("is the picture on the screen, from which a phone reads the code", async () => {
    const { stand, get } = await newFace();
    const frame = drawPage(
      { tone: "calm", title: { first: "Pindai" }, qr: { text: SAMPLE_QRIS } },
      { width: 320, height: 240 },
    );
    if ("fits" in frame) throw new Error("too small");
    await simulatedScreen(stand).show(frame);
    const response = await get("screen.png");
    expect(response.headers.get("content-type")).toBe("image/png");
    const seen = await readPng(new Uint8Array(await response.arrayBuffer()));
    expect(seen).toEqual(frame);
    expect(jsqrRead(seen)).toBe(SAMPLE_QRIS);
  });

  test("is black when nobody drives the screen", async () => {
    const { get } = await newFace();
    const seen = await readPng(new Uint8Array(await (await get("screen.png")).arrayBuffer()));
    expect([seen.width, seen.height]).toEqual([320, 240]);
    expect(seen.rgba.every((value, index) => value === (index % 4 === 3 ? 255 : 0))).toBe(true);
  });

  test("is missing, in words, at a stand without a screen", async () => {
    const { get } = await newFace({ relays: [], buttons: [], sensors: [] });
    expect(await refusalOf(await get("screen.png"))).toMatchObject({ status: 404, error: "this stand has no screen" });
  });
});

describe("GET receipt.png", () => {
  test("is missing, in words, before anything was printed", async () => {
    const { get } = await newFace();
    expect(await refusalOf(await get("receipt.png"))).toMatchObject({
      status: 404,
      error: "nothing has been printed yet",
    });
  });

  test("is the last strip", async () => {
    const { stand, get } = await newFace();
    const strip = drawSlip({ blocks: [{ is: "qr", text: SAMPLE_QRIS }] }, 384);
    if ("fits" in strip) throw new Error("too small");
    await simulatedPrinter(stand).print(plainStrip(384, 9));
    await simulatedPrinter(stand).print(strip);
    const seen = await readPng(new Uint8Array(await (await get("receipt.png")).arrayBuffer()));
    expect([seen.width, seen.height]).toEqual([strip.width, strip.height]);
    expect(jsqrRead(seen)).toBe(SAMPLE_QRIS);
  });
});

test("GET relay is the record of pulses, over power cuts", async () => {
  const { stand, get, post } = await newFace();
  await simulatedRelay(stand, "gate").pulse(10, "order-1");
  await post("power", { cord: "cut" });
  await post("power", { cord: "on" });
  const { pulses } = (await (await get("relay")).json()) as { pulses: { at: number; ms: number }[] };
  expect(pulses).toEqual([{ order: "order-1", line: "gate", at: expect.any(Number), ms: expect.any(Number) }]);
  expect(Math.abs((pulses[0]?.at ?? 0) - Date.now())).toBeLessThan(10_000);
});

describe("POST buttons/{name}", () => {
  test("has told everybody who listens when it answers", async () => {
    const { stand, post } = await newFace();
    const heard: string[] = [];
    simulatedInput(stand, "kopi susu").onPress(() => heard.push("kopi susu"));
    const response = await post("buttons/kopi%20susu");
    expect(heard).toEqual(["kopi susu"]);
    expect(await response.json()).toEqual({ pressed: "kopi susu", heard: true });
    expect(await (await post("buttons/cancel", {})).json()).toEqual({ pressed: "cancel", heard: false });
  });

  test("keeps it down for as long as it is told", async () => {
    const { stand, post } = await newFace();
    const heard: boolean[] = [];
    const at: number[] = [];
    simulatedInput(stand, "new").onChange((isActive) => {
      heard.push(isActive);
      at.push(performance.now());
    });
    expect(await (await post("buttons/new", { ms: 30 })).json()).toEqual({ pressed: "new", heard: true });
    await expect.poll(() => heard).toEqual([true, false]);
    expect((at[1] ?? 0) - (at[0] ?? 0)).toBeGreaterThanOrEqual(28);
  });

  test("keeps it down until it is let go", async () => {
    const { stand, post } = await newFace();
    const heard: boolean[] = [];
    simulatedInput(stand, "new").onChange((isActive) => heard.push(isActive));
    expect(await (await post("buttons/new", { down: true })).json()).toEqual({ pressed: "new", heard: true });
    expect(stand.isActive("new")).toBe(true);
    await post("buttons/new", { down: false });
    expect(heard).toEqual([true, false]);
  });

  test("lets it go also while the power is cut, for it is the finger that holds it", async () => {
    const { stand, post } = await newFace();
    await post("buttons/new", { down: true });
    await post("power", { cord: "cut" });
    expect((await post("buttons/new", { down: false })).status).toBe(200);
    expect(stand.isActive("new")).toBe(false);
  });

  test.each([{ down: "yes" }, { ms: -1 }, { ms: "3 s" }, { ms: 60_001 }, { ms: null }])("refuses %j", async (body) => {
    const { stand, post } = await newFace();
    expect((await refusalOf(await post("buttons/new", body))).status).toBe(400);
    expect(stand.isActive("new")).toBe(false);
  });

  test("does nothing while the power is cut, and says so", async () => {
    const { stand, post } = await newFace();
    const heard: string[] = [];
    await post("power", { cord: "cut" });
    simulatedInput(stand, "new").onPress(() => heard.push("new"));
    expect(await refusalOf(await post("buttons/new"))).toMatchObject({ status: 409 });
    expect(heard).toEqual([]);
    await post("power", { cord: "on" });
    expect((await post("buttons/new")).status).toBe(200);
  });

  test.each(["toString", "__proto__", "drop", "", "%ff", "a".repeat(500)])(
    "knows no button %j, and names those there are",
    async (name) => {
      const { post } = await newFace();
      const { status, hint } = await refusalOf(await post(`buttons/${name}`));
      expect(status).toBe(404);
      expect(hint).toContain("new, cancel");
    },
  );
});

describe("POST sensor/{name}", () => {
  test("lets something pass", async () => {
    const { stand, post } = await newFace();
    const heard: string[] = [];
    simulatedInput(stand, "drop").onPress(() => heard.push("drop"));
    expect(await (await post("sensor/drop")).json()).toEqual({ sensor: "drop", heard: true });
    expect(heard).toEqual(["drop"]);
  });

  test("jams it and frees it", async () => {
    const { stand, post } = await newFace();
    await post("sensor/drop", { jammed: true });
    expect(stand.isJammed("drop")).toBe(true);
    await post("sensor/drop", { jammed: false });
    expect(stand.isJammed("drop")).toBe(false);
    expect((await refusalOf(await post("sensor/drop", { jammed: "very" }))).status).toBe(400);
    expect((await refusalOf(await post("sensor/new"))).status).toBe(404);
  });
});

describe("what holds a sensor", () => {
  test("is put there and taken away, and stands in the state", async () => {
    const { stand, post, get } = await newFace();
    const activeNow = async () => ((await (await get("state")).json()) as { sensors: { active: boolean }[] }).sensors;
    expect(await (await post("sensor/drop", { active: true })).json()).toEqual({ sensor: "drop", active: true });
    expect(stand.isActive("drop")).toBe(true);
    expect(await activeNow()).toMatchObject([{ name: "drop", active: true }]);
    await post("sensor/drop", { active: false });
    expect(await activeNow()).toMatchObject([{ name: "drop", active: false }]);
    expect((await refusalOf(await post("sensor/drop", { active: "yes" }))).status).toBe(400);
  });
});

test("POST relay/{line} sticks it and repairs it", async () => {
  const { stand, post } = await newFace();
  await post("relay/gate", { mode: "stuck" });
  await expect(simulatedRelay(stand, "gate").pulse(1, "order")).rejects.toThrow(/stuck/u);
  await post("relay/gate", { mode: "working" });
  await simulatedRelay(stand, "gate").pulse(1, "order");
  expect((await refusalOf(await post("relay/gate", { mode: "odd" }))).status).toBe(400);
  expect((await refusalOf(await post("relay/none", { mode: "stuck" }))).status).toBe(404);
});

describe("POST printer", () => {
  test("sets what it names and leaves the rest", async () => {
    const { stand, post } = await newFace();
    await post("printer", { paper: "low" });
    await post("printer", { cover: "open" });
    expect([stand.printer?.paper, stand.printer?.cover]).toEqual(["low", "open"]);
    expect((await post("printer", { paper: "out-during", cover: "closed" })).status).toBe(200);
    expect(await simulatedPrinter(stand).print(plainStrip(384, 10))).toBe("unclear");
  });

  test.each([{ paper: "wet" }, { cover: 1 }, { paper: null }, { paper: ["ok"] }])("refuses %j", async (body) => {
    const { stand, post } = await newFace();
    expect((await refusalOf(await post("printer", body))).status).toBe(400);
    expect(stand.printer?.condition).toBe("ready");
  });
});

describe("POST power", () => {
  test("asks its owner to cut and to turn on, and tells how it is", async () => {
    const { cord, post } = await newFace();
    expect(await (await post("power", { cord: "cut" })).json()).toEqual({ power: "cut" });
    expect(cord.isOn).toBe(false);
    expect(await (await post("power", { cord: "on" })).json()).toEqual({ power: "on" });
    expect(cord.isOn).toBe(true);
  });

  test("refuses another word and tells what its owner could not do", async () => {
    const { power, post } = await newFace();
    expect(await refusalOf(await post("power", { cord: "yank" }))).toMatchObject({
      status: 400,
      error: 'cord is "yank"',
      hint: 'give "cut" or "on"',
    });
    power.cut = () => Promise.reject(new Error("the daemon does not die"));
    expect(await refusalOf(await post("power", { cord: "cut" }))).toMatchObject({
      status: 500,
      error: "the daemon does not die",
    });
  });
});

test("GET state tells everything at once", async () => {
  const { stand, get, post } = await newFace();
  await simulatedScreen(stand).show(plainFrame(320, 240, 1));
  await post("printer", { paper: "low" });
  await post("sensor/drop", { jammed: true });
  expect(await (await get("state")).json()).toEqual({
    power: "on",
    screen: { width: 320, height: 240, lit: true },
    page: { width: 320, height: 240 },
    printer: { dots: 384, paper: "low", cover: "closed", printed: 0 },
    relays: [{ line: "gate", closed: false, mode: "working" }],
    pulses: 0,
    buttons: ["new", "cancel", "kopi susu"],
    sensors: [{ name: "drop", active: false, jammed: true, follows: null }],
    outputs: [],
  });
});

describe("GET events", () => {
  test("streams what is seen and heard", async () => {
    const { stand, get } = await newFace();
    const reader = (await get("events")).body?.pipeThrough(new TextDecoderStream()).getReader();
    let heard = "";
    const hearUntil = async (word: string): Promise<void> => {
      while (!heard.includes(word)) heard += (await reader?.read())?.value ?? "";
    };
    await hearUntil("event: hello");
    await simulatedScreen(stand).show(plainFrame(320, 240, 1));
    await simulatedRelay(stand, "gate").pulse(1, "order-1");
    await simulatedPrinter(stand).print(plainStrip(384, 5));
    await hearUntil("event: printed");
    expect([...heard.matchAll(/event: (\w+)/gu)].map((match) => match[1])).toEqual([
      "hello",
      "screen",
      "relay",
      "relay",
      "printed",
    ]);
    expect(heard).toContain('{"is":"relay","line":"gate","closed":true,"order":"order-1","power":"on"}');
    await reader?.cancel();
  });

  test("has sixteen places", async () => {
    const { address, get, stand } = await newFace();
    const streams = await Promise.all(Array.from({ length: 16 }, () => fetch(`${address}/events`)));
    expect((await refusalOf(await get("events"))).status).toBe(503);
    expect(stand.watching).toBe(16);
    await Promise.all(streams.map((stream) => stream.body?.cancel()));
    await expect.poll(() => stand.watching).toBe(0);
    await expect.poll(async () => (await fetch(`${address}/events`, { method: "GET" })).status).toBe(200);
  });
});

describe("what is not right", () => {
  test.each([
    ["GET", "", 404],
    ["GET", "buttons", 404],
    ["GET", "toString", 404],
    ["GET", "constructor", 404],
    ["GET", "../../etc/passwd", 404],
    ["GET", "buttons/new/now", 404],
    ["GET", "screen.png/", 404],
    ["DELETE", "relay", 405],
    ["POST", "screen.png", 405],
    ["GET", "buttons/new", 405],
    ["PUT", "printer", 405],
    ["POST", "events", 404],
  ])("%s /%s is refused with %i", async (method, path, status) => {
    const { address } = await newFace();
    expect(await refusalOf(await raw(address, method, `/${path}`))).toMatchObject({ status });
  });

  test.each(["{", "[]", "7", "null", '"cut"', '{"cord":', "\u0000", "cord=cut"])(
    "the body %j is refused with 400",
    async (body) => {
      const { cord, post } = await newFace();
      expect((await refusalOf(await post("power", body))).status).toBe(400);
      expect(cord.isOn).toBe(true);
    },
  );

  test("a body of more than 16 KiB is refused with 413, whether it says its length or not", async () => {
    const { address, post } = await newFace();
    expect((await refusalOf(await post("power", "x".repeat(17_000)))).status).toBe(413);
    expect((await refusalOf(await chunked(address, "/power", 1_000_000))).status).toBe(413);
    expect((await post("power", { cord: "cut", padding: "x".repeat(16_000) })).status).toBe(200);
  });

  test("any body to any route leaves it serving, and never answers 5xx", async () => {
    const { post, get } = await newFace();
    const routes = ["printer", "power", "relay/gate", "sensor/drop", "buttons/new"];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes), fc.oneof(fc.json(), fc.string()), async (route, body) => {
        const response = await post(route, body);
        await response.arrayBuffer();
        expect(response.status).toBeLessThan(500);
      }),
      { numRuns: 100 },
    );
    expect((await get("state")).status).toBe(200);
  });

  test("a sender who hangs up in mid-body harms nobody", async () => {
    const { address, get } = await newFace();
    const { port } = new URL(address);
    const socket = connect(Number(port), "127.0.0.1");
    socket.write("POST /power HTTP/1.1\r\nhost: a\r\ncontent-length: 100\r\n\r\n{");
    await new Promise((resolve) => socket.once("connect", resolve));
    socket.destroy();
    expect((await get("state")).status).toBe(200);
  });
});

test("it hangs under a prefix of another server and leaves the rest alone", async () => {
  const stand = new SimulatedStand(SHAPE, steadyClock("test"));
  const power = { cut: async () => undefined, on: async () => undefined, isOn: () => true };
  const face = standFace({ stand, power, prefix: "/stand" });
  const server = createServer(async (request, response) => {
    if (!(await face.serve(request, response))) response.end("another");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const bound = server.address();
  const address = `http://127.0.0.1:${typeof bound === "object" && bound !== null ? bound.port : 0}`;
  expect(await (await fetch(`${address}/stand/relay?fresh=1`)).json()).toEqual({ pulses: [] });
  expect(await (await fetch(`${address}/standing/relay`)).text()).toBe("another");
  expect(await (await fetch(`${address}/`)).text()).toBe("another");
  server.closeAllConnections();
});

/** Sends a path as it is, which fetch would clean up. */
const raw = (address: string, method: string, path: string): Promise<Response> =>
  send(address, method, path, (end) => end());

/** Sends a body of `length` bytes that does not say how long it is. */
const chunked = (address: string, path: string, length: number): Promise<Response> =>
  send(address, "POST", path, (end) => end(Buffer.alloc(length, 97)));

function send(
  address: string,
  method: string,
  path: string,
  write: (end: (body?: Buffer) => void) => void,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(address);
    const sent = httpRequest({ hostname, port, method, path, agent: false }, (response) => {
      const parts: Buffer[] = [];
      response.on("data", (part: Buffer) => parts.push(part));
      response.on("end", () => resolve(new Response(Buffer.concat(parts), { status: response.statusCode ?? 0 })));
    });
    sent.on("error", reject);
    if (method === "POST") sent.setHeader("transfer-encoding", "chunked");
    write((body) => sent.end(body));
  });
}
