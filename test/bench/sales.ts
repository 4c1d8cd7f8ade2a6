import { drawPage } from "../../device/drawing/draw-page.ts";
import { startMosquitto } from "../support/mosquitto.ts";
import { pause, until } from "../support/until.ts";
import { type Floor, openFloor } from "./floor.ts";
import { withFolder } from "./folder.ts";
import { type Kiosk, openKiosk, PANEL, type ShownQr } from "./kiosk.ts";
import { newKeys, openShop, type Shop } from "./shop.ts";
import { nowMs } from "./stopwatch.ts";
import { type Toll, Trace } from "./trace.ts";

/** How long something took, and the same tolls without our logic, right afterwards: both saw the same moment's load. */
export type Pair = { readonly ms: number; readonly floorMs: number; readonly tolls: readonly Toll[] };
export type SaleTimes = { readonly toQr: Pair; readonly toRelay: Pair };

const WARM_UPS = 30;
/** A notification finds everybody asleep: broker, disk and both event loops. So does its floor. */
const QUIET_MS = 20;

/** Whole sales, one after another, over a real broker and real files; warm-ups are left out. */
export async function timeSales(count: number, tls: boolean): Promise<readonly SaleTimes[]> {
  const broker = await startMosquitto({ tls });
  try {
    return await withFolder((folder) => onBench(broker, folder, count));
  } finally {
    await broker.close();
  }
}

async function onBench(broker: Parameters<typeof openFloor>[1], folder: string, count: number) {
  const trace = new Trace();
  const parts = { broker, folder, keys: newKeys(), random: Math.random, trace };
  const shop = await openShop(parts);
  const kiosk = await openKiosk(parts);
  const floor = await openFloor(folder, broker);
  try {
    await until("both are connected", () => shop.backend.fleet.connected && kiosk.stand.link?.connected === true);
    const times: SaleTimes[] = [];
    for (let nth = 0; nth < WARM_UPS + count; nth += 1) times.push(await sell(shop, kiosk, floor, trace));
    return times.slice(WARM_UPS);
  } finally {
    await Promise.all([kiosk.close(), floor.close()]);
    await shop.close();
  }
}

async function sell(shop: Shop, kiosk: Kiosk, floor: Floor, trace: Trace): Promise<SaleTimes> {
  const rest = async (): Promise<void> => {
    await kiosk.stand.idle();
    await shop.backend.idle();
  };
  await rest();
  const [charged, shown] = [shop.charged.next("the stand asks for a code"), kiosk.shown.next("a code is shown")];
  const pressedAt = nowMs();
  kiosk.press();
  const [attempt, qr] = await Promise.all([charged, shown]);
  const toQr = trace.take(pressedAt, qr.at);
  await rest();
  await pause(QUIET_MS);
  const [noticed, closed] = [shop.noticed.next("the webhook is called"), kiosk.closed.next("the contact closes")];
  const delivered = shop.delivered.next("the delivery is on the backend's disk");
  await shop.pay(attempt);
  const [noticedAt, closedAt] = await Promise.all([noticed, closed]);
  const toRelay = trace.take(noticedAt, closedAt);
  await delivered;
  await rest();
  const replay = async (tolls: readonly Toll[], work?: () => void): Promise<number> => {
    await pause(QUIET_MS);
    return floor.replay(tolls, work);
  };
  return {
    toQr: { ms: qr.at - pressedAt, floorMs: await replay(toQr, drawing(qr)), tolls: toQr },
    toRelay: { ms: closedAt - noticedAt, floorMs: await replay(toRelay), tolls: toRelay },
  };
}

const drawing =
  ({ page }: ShownQr): (() => void) =>
  () =>
    void drawPage(page, PANEL);
