import { createConnection, createServer, type Server, type Socket } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { connectToStand, readStandAddress, type StandCable } from "../../../device/simulated/cable.ts";
import { type ServedWorld, serveWorld } from "../../../device/simulated/cable-stand.ts";
import { Lines } from "../../../device/simulated/lines.ts";
import type { StandShape } from "../../../device/simulated/shape.ts";
import { SimulatedStand } from "../../../device/simulated/world.ts";
import { steadyClock } from "../../../host/clock.ts";
import { settle, VirtualClock } from "../../support/virtual-clock.ts";
import { plainFrame, plainStrip } from "../fixtures.ts";

const SHAPE: StandShape = {
  screen: { width: 16, height: 12 },
  printer: { dots: 32, msPerRow: 1 },
  relays: ["gate"],
  buttons: ["new"],
  sensors: [],
};
const clock = steadyClock("test");
const ends: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function newServed(): Promise<{ stand: SimulatedStand; served: ServedWorld }> {
  const stand = new SimulatedStand(SHAPE, clock);
  const served = await serveWorld(stand, 0, clock);
  ends.push(() => served.close());
  return { stand, served };
}

async function plugIn(port: number): Promise<StandCable> {
  const cable = await connectToStand({ host: "127.0.0.1", port }, clock);
  ends.push(() => cable.close());
  return cable;
}

/** A connection that says what it is told, and collects what it hears until it is hung up on. */
function stranger(port: number, ...says: (string | Buffer)[]): { socket: Socket; hungUp: Promise<string> } {
  const socket = createConnection({ port, host: "127.0.0.1" });
  ends.push(() => void socket.destroy());
  let heard = "";
  socket.on("data", (chunk) => {
    heard += chunk.toString("utf8");
  });
  socket.on("error", () => undefined);
  for (const one of says) socket.write(one);
  return { socket, hungUp: new Promise((resolve) => socket.on("close", () => resolve(heard))) };
}

/** A server that is no stand. */
async function impostor(answer: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on("error", () => undefined);
    ends.push(() => void socket.destroy());
    answer(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  ends.push(() => new Promise<void>((resolve) => server.close(() => resolve())));
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

describe("the end of the cable", () => {
  test("is a power cut to the stand: dark screen, open contact", async () => {
    const { stand, served } = await newServed();
    const cable = await plugIn(served.port);
    await cable.screen().show(plainFrame(16, 12, 5));
    const pulse = cable
      .relay("gate")
      .pulse(30_000, "order-1")
      .catch((error: unknown) => error);
    await expect.poll(() => stand.isClosed("gate")).toBe(true);
    await cable.close();
    await expect.poll(() => served.connected()).toBe(false);
    expect(stand.picture).toBeUndefined();
    expect(stand.isClosed("gate")).toBe(false);
    expect(String(await pulse)).toContain("broke");
  });

  test("leaves a print that had begun unclear", async () => {
    const { stand, served } = await newServed();
    const cable = await plugIn(served.port);
    const printer = cable.printer();
    const print = printer.print(plainStrip(32, 4000));
    await printer.condition();
    const begun = clock.now().ms;
    await expect.poll(() => clock.now().ms - begun, { message: "some rows are on paper" }).toBeGreaterThan(20);
    await cable.close();
    expect(await print).toBe("unclear");
    await expect.poll(() => stand.printer?.last?.height ?? 0).toBeGreaterThan(0);
    expect(stand.printer?.last?.height).toBeLessThan(4000);
  });

  test("is mended by the next use", async () => {
    const { stand, served } = await newServed();
    const cable = await plugIn(served.port);
    const heard: string[] = [];
    cable.input("new").onPress(() => heard.push("new"));
    const second = await plugIn(served.port);
    await second.close();
    await expect.poll(() => served.connected()).toBe(false);
    await cable.screen().show(plainFrame(16, 12, 8));
    expect(stand.picture?.rgba[0]).toBe(8);
    stand.press("new");
    await expect.poll(() => heard).toEqual(["new"]);
  });

  test("with the stand gone makes drivers say so, soon", async () => {
    const { served } = await newServed();
    const cable = await plugIn(served.port);
    await served.close();
    await expect.poll(() => cable.printer().condition()).toBe("offline");
    expect(await cable.printer().print(plainStrip(32, 4))).toBe("offline");
    expect(await cable.relay("gate").ready()).toBe(false);
    await expect(cable.screen().show(plainFrame(16, 12, 1))).rejects.toThrow(/does not answer/u);
    await expect(cable.relay("gate").pulse(5, "order-1")).rejects.toThrow(/does not answer/u);
  });
});

describe("one daemon at a time", () => {
  test("a newer daemon replaces the older, whose contact opens", async () => {
    const { stand, served } = await newServed();
    const older = await plugIn(served.port);
    const pulse = older
      .relay("gate")
      .pulse(30_000, "order-1")
      .catch(() => "cut");
    await expect.poll(() => stand.isClosed("gate")).toBe(true);
    const newer = await plugIn(served.port);
    expect(await pulse).toBe("cut");
    expect(stand.isClosed("gate")).toBe(false);
    await newer.screen().show(plainFrame(16, 12, 6));
    expect(stand.picture?.rgba[0]).toBe(6);
  });

  test("who has not said hello replaces nobody", async () => {
    const { stand, served } = await newServed();
    const cable = await plugIn(served.port);
    await cable.screen().show(plainFrame(16, 12, 4));
    expect(await stranger(served.port, '{"id":1,"do":"open","line":"gate"}\n').hungUp).toBe("");
    expect(stand.picture?.rgba[0]).toBe(4);
  });

  test("no more than eight strangers wait at the door, and none for more than two seconds", async () => {
    const waited = new VirtualClock();
    const served = await serveWorld(new SimulatedStand(SHAPE, waited), 0, waited);
    ends.push(() => served.close());
    const waiting = Array.from({ length: 8 }, () => stranger(served.port));
    await expect.poll(() => waited.pending).toBe(8);
    expect(await stranger(served.port).hungUp).toBe("");
    expect(waited.pending).toBe(8);
    waited.pass(2000);
    expect(await Promise.all(waiting.map(({ hungUp }) => hungUp))).toEqual(Array(8).fill(""));
    await expect.poll(() => waited.pending).toBe(0);
  });

  test("a daemon may be silent for longer than a stranger", async () => {
    const waited = new VirtualClock();
    const served = await serveWorld(new SimulatedStand(SHAPE, waited), 0, waited);
    ends.push(() => served.close());
    const cable = await plugIn(served.port);
    waited.pass(60_000);
    await cable.screen().show(plainFrame(16, 12, 4));
    expect(served.connected()).toBe(true);
  });
});

describe("what is no request", () => {
  const HELLO = '{"hello":"qris-stand/2"}\n';

  test.each([
    ["words", "open the gate\n"],
    ["a number", "7\n"],
    ["null", "null\n"],
    ["an unknown act", '{"id":1,"do":"explode"}\n'],
    ["no id", '{"do":"condition"}\n'],
    ["a picture with too few pixels", '{"id":1,"do":"show","width":16,"height":12,"rgba":"AAAA"}\n'],
    ["a pulse without a length", '{"id":1,"do":"pulse","line":"gate","label":"order"}\n'],
    ["a line without an end", Buffer.alloc(400_000, 97)],
  ])("(%s) breaks the cable and moves nothing", async (_what, line) => {
    const { stand, served } = await newServed();
    const { hungUp } = stranger(served.port, HELLO, line);
    expect(await hungUp).toContain('{"stand":');
    expect(stand.pulses).toEqual([]);
    await expect.poll(() => served.connected()).toBe(false);
  });

  test("a request for a relay that is not there is refused, and the cable holds", async () => {
    const { served } = await newServed();
    const { socket } = stranger(served.port, HELLO, '{"id":1,"do":"pulse","line":"none","ms":5,"label":"a"}\n');
    let heard = "";
    socket.on("data", (chunk) => {
      heard += chunk.toString("utf8");
    });
    await expect.poll(() => heard).toContain("no relay none");
    expect(served.connected()).toBe(true);
  });
});

describe("what is no stand", () => {
  test("nobody there is a clear refusal", async () => {
    const port = await impostor(() => undefined);
    for (const end of ends.splice(0).reverse()) await end();
    await expect(connectToStand({ host: "127.0.0.1", port }, clock)).rejects.toThrow(
      /does not answer .*is it running/u,
    );
  });

  test("another protocol is a clear refusal", async () => {
    const port = await impostor((socket) => socket.write("220 mail.example ESMTP\r\n"));
    await expect(connectToStand({ host: "127.0.0.1", port }, clock)).rejects.toThrow(/is not a stand/u);
  });

  test("a line without an end is not collected for ever", async () => {
    const port = await impostor((socket) => socket.write(Buffer.alloc(200_000, 97)));
    await expect(connectToStand({ host: "127.0.0.1", port }, clock)).rejects.toThrow(/does not answer/u);
  });

  test("silence ends after two seconds", async () => {
    const port = await impostor(() => undefined);
    const waited = new VirtualClock();
    const plugged = connectToStand({ host: "127.0.0.1", port }, waited).catch(String);
    waited.pass(1999);
    await settle();
    expect(waited.pending).toBe(1);
    waited.pass(1);
    expect(await plugged).toContain("did not answer within 2000 ms");
  });
});

test("a cable knows what is bolted to the stand and opens nothing else", async () => {
  const { served } = await newServed();
  const cable = await plugIn(served.port);
  expect(cable.fittings).toEqual({
    screen: { width: 16, height: 12 },
    printer: { dots: 32 },
    relays: ["gate"],
    inputs: ["new"],
    outputs: [],
  });
  expect(() => cable.relay("door")).toThrow(/no relay door: there are gate/u);
  expect(() => cable.input("old")).toThrow(/no button or sensor old/u);
});

test.each([
  ["127.0.0.1:7001", { host: "127.0.0.1", port: 7001 }],
  ["[::1]:80", { host: "::1", port: 80 }],
  ["stand.local:65535", { host: "stand.local", port: 65_535 }],
  ["stand.local", undefined],
  ["127.0.0.1:0", undefined],
  ["127.0.0.1:70000", undefined],
  ["http://127.0.0.1:80", undefined],
  ["", undefined],
])("the address %j is read as %j", (text, address) => {
  expect(readStandAddress(text)).toEqual(address);
});

test("lines come out whole however they are cut on the way", () => {
  const lines = new Lines(100);
  const text = Buffer.from("satu\nduä\n\ntiga");
  const heard = [...text].flatMap((_, at) => lines.push(text.subarray(at, at + 1)) ?? ["too long"]);
  expect([...heard, ...(lines.push(Buffer.from("\n")) ?? [])]).toEqual(["satu", "duä", "", "tiga"]);
  expect(lines.push(Buffer.alloc(101, 97))).toBeUndefined();
});
