import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { openDrain } from "../../gateway/drain.ts";
import { silentLog } from "../../host/log.ts";
import { until } from "../support/until.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

/* Who calls at the socket of a stand that is to be replaced, and when the stand goes out of service and comes back. */

let clock: VirtualClock;
let socket: string;
/** In service or out of it, each time that it was told. */
let told: string[];
let stand: { isBetweenOrders: boolean; idle: () => Promise<void>; leave(isOut: boolean): void };
let close: () => Promise<void>;

beforeEach(async () => {
  const folder = mkdtempSync(join(tmpdir(), "drained-"));
  [clock, socket, told] = [new VirtualClock(), join(folder, "drain.sock"), []];
  stand = {
    isBetweenOrders: true,
    idle: async () => undefined,
    leave: (isOut) => void told.push(isOut ? "out" : "in"),
  };
  ({ close } = await openDrain({ stand, socket, clock, log: silentLog }));
  onTestFinished(async () => {
    await close();
    rmSync(folder, { recursive: true, force: true });
  });
});

type Caller = { readonly line: Socket; readonly heard: () => string };

async function calls(): Promise<Caller> {
  const before = told.length;
  const line = connect(socket);
  line.on("error", () => undefined);
  let heard = "";
  line.on("data", (part) => {
    heard += String(part);
  });
  await once(line, "connect");
  await until("the stand is told", () => told.length > before);
  return { line, heard: () => heard };
}

/** Until the stand is back in service, because nobody waits for it any more. */
async function hangsUp({ line }: Caller): Promise<void> {
  line.destroy();
  await until("it is back in service", () => {
    clock.pass(10);
    return told.at(-1) === "in";
  });
}

const HANDFUL_MS = 1_000;

test("it is empty only when the last receipt and the last words are out, and waits fifteen seconds for them at most", async () => {
  stand.idle = () => new Promise(() => undefined);
  const { heard } = await calls();
  await clock.advance(14_000);
  expect(heard()).not.toContain("empty");
  await clock.advance(2_000);
  await until("it is said", () => heard().includes("empty"));
});

test("whoever still waits keeps it out of service when another one hangs up", async () => {
  stand.isBetweenOrders = false;
  const [one, other] = [await calls(), await calls()];
  const looking = clock.pending;
  one.line.destroy();
  await until("nobody looks for him any more", () => clock.pending < looking);
  await clock.advance(HANDFUL_MS);
  expect(told).toEqual(["out", "out"]);
  await hangsUp(other);
  expect(clock.pending).toBe(0);
});

test("one that comes before it has gone back in service has it to himself for another quarter of an hour", async () => {
  await calls();
  await clock.advance(HANDFUL_MS);
  await until("the first is done", () => clock.pending === 1);
  await clock.advance(14 * 60_000);
  stand.isBetweenOrders = false;
  const second = await calls();
  await clock.advance(5 * 60_000);
  expect(told).toEqual(["out", "out"]);
  await hangsUp(second);
});

test("a stand that ends leaves nothing behind that would wait, and no caller on the line", async () => {
  stand.isBetweenOrders = false;
  const { line } = await calls();
  const gone = once(line, "close");
  await close();
  await gone;
  expect(clock.pending).toBe(0);
  await clock.advance(20 * 60_000);
  expect(told).toEqual(["out"]);
});
