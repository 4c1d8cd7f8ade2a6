import { startMosquitto } from "../support/mosquitto.ts";
import { pause } from "../support/until.ts";
import { dial } from "./caller.ts";
import { unitEnvironment } from "./daemon.ts";
import { type Far, openFar } from "./far.ts";
import type { FarKiosk } from "./far-kiosk.ts";
import type { FarShop } from "./far-shop.ts";
import { withFolder } from "./folder.ts";
import { newPems, noticeOf, type SideParts } from "./shop.ts";
import type { Toll } from "./trace.ts";

/** How long something took, and the same tolls without our logic, right afterwards: both saw the same moment's load. */
export type Pair = {
  /** On the machine's monotonic clock. */
  readonly since: number;
  readonly ms: number;
  readonly floorMs: number;
  readonly tolls: readonly Toll[];
};
export type SaleTimes = { readonly toQr: Pair; readonly toRelay: Pair };

const WARM_UPS = 30;
/** A notification finds everybody asleep: broker, disk and both event loops. So does its floor. */
const QUIET_MS = 20;

type Sides = { readonly shop: Far<FarShop>; readonly kiosk: Far<FarKiosk>; readonly webhook: string };

/**
 * Whole sales, one after another, over a real broker and real files; warm-ups are left out. Backend and stand are processes of
 * their own, as they are in the field, and so are the two sides of the floor.
 */
export async function timeSales(count: number, tls: boolean): Promise<readonly SaleTimes[]> {
  const broker = await startMosquitto({ tls });
  try {
    const { url, ca } = broker;
    return await withFolder((folder) => onBench({ broker: { url, ca }, folder, pems: newPems() }, count));
  } finally {
    await broker.close();
  }
}

async function onBench(parts: SideParts, count: number): Promise<readonly SaleTimes[]> {
  const shop = await openFar<FarShop>("./far-shop.js", parts, unitEnvironment("qris-backend"));
  const kiosk = await openFar<FarKiosk>("./far-kiosk.js", parts, unitEnvironment("qris-gateway"));
  try {
    const sides = { shop, kiosk, webhook: await shop.call("webhook") };
    await Promise.all([shop.call("connected"), kiosk.call("connected")]);
    const times: SaleTimes[] = [];
    for (let nth = 0; nth < WARM_UPS + count; nth += 1) times.push(await sell(sides));
    return times.slice(WARM_UPS);
  } finally {
    await kiosk.close();
    await shop.close();
  }
}

async function sell(sides: Sides): Promise<SaleTimes> {
  const { shop, kiosk, webhook } = sides;
  await rest(sides);
  const { pressedAt, shownAt } = await kiosk.call("press");
  const toQr = await timed(sides, pressedAt, shownAt);
  const { attempt } = await shop.call("seen");
  if (attempt === undefined) throw new Error("a code is shown, and none was charged");
  await rest(sides);
  const midtrans = await dial(webhook);
  await pause(QUIET_MS);
  const delivered = shop.call("delivered");
  midtrans.post(noticeOf(attempt));
  await delivered;
  const status = await midtrans.answered();
  if (status !== 200) throw new Error(`the webhook answered ${status}`);
  const [{ noticedAt = Number.NaN }, closedAt = Number.NaN] = [await shop.call("seen"), await kiosk.call("closedAt")];
  const toRelay = await timed(sides, noticedAt, closedAt);
  await rest(sides);
  return {
    toQr: { ...toQr, floorMs: await floorOf(sides, toQr.tolls, true) },
    toRelay: { ...toRelay, floorMs: await floorOf(sides, toRelay.tolls, false) },
  };
}

/** Resolves when nothing is under way on either side. */
async function rest({ shop, kiosk }: Sides): Promise<void> {
  await kiosk.call("idle");
  await shop.call("idle");
}

async function timed({ shop, kiosk }: Sides, since: number, until: number): Promise<Omit<Pair, "floorMs">> {
  const both = await Promise.all([shop.call("tolls", { since, until }), kiosk.call("tolls", { since, until })]);
  const tolls = both.flat().sort((one, other) => one.at - other.at);
  return { since, ms: until - since, tolls };
}

/** Milliseconds from the first of these tolls to the last, with nothing between them. */
async function floorOf({ shop, kiosk }: Sides, tolls: readonly Toll[], draws: boolean): Promise<number> {
  await Promise.all([shop.call("arm", tolls), kiosk.call("arm", { tolls, draws })]);
  await pause(QUIET_MS);
  await (tolls[0]?.side === "stand" ? kiosk : shop).call("go");
  const paid = { backend: await shop.call("paid"), stand: await kiosk.call("paid") };
  const [first, last] = [tolls[0]?.side ?? "stand", draws ? "stand" : (tolls.at(-1)?.side ?? "stand")] as const;
  return paid[last].endedAt - paid[first].begunAt;
}
