import { join } from "node:path";
import { startMosquitto } from "../support/mosquitto.ts";
import { startProxy } from "../support/proxy.ts";
import { until } from "../support/until.ts";
import { fillLedger, fillStand, type HeardOfGoods, ordersOf } from "./fill.ts";
import { withFolder } from "./folder.ts";
import { openKiosk, product } from "./kiosk.ts";
import { newKeys, openShop } from "./shop.ts";
import type { Row } from "./table.ts";

const OWED = 1_000;
const WINDOW = 16;
const ROUND_TRIP_MS = 50;
const DRAINED_MS = 5_000;
const LONGEST_MS = 60_000;

/** A stand with a thousand statements to tell comes back, over a slow link. */
export async function drainRows(): Promise<readonly Row[]> {
  const floor = (OWED / WINDOW) * ROUND_TRIP_MS;
  const note = `deliveries that the backend commits one by one; floor: ${WINDOW} at a time, ${ROUND_TRIP_MS} ms each`;
  const alone = await withFolder((folder) => drain(folder, "unclear"));
  const crossed = await withFolder((folder) => drain(folder, "nothing"));
  const what = `${OWED} owed statements, from reconnect to last ack`;
  return [
    { what, unit: "ms", value: alone, floor, target: DRAINED_MS, note },
    {
      what: `${what}, while ${OWED} go the other way`,
      unit: "ms",
      value: crossed,
      floor,
      target: undefined,
      note: "the backend had heard nothing of these orders' goods, and tells every settlement anew before it hears more",
    },
  ];
}

async function drain(folder: string, heard: HeardOfGoods): Promise<number> {
  const orders = ordersOf(product, OWED);
  await fillStand(join(folder, "stand.sqlite"), orders, true);
  await fillLedger(join(folder, "ledger.sqlite"), orders, heard);
  const broker = await startMosquitto();
  const slow = await startProxy({ port: broker.port });
  slow.delay(ROUND_TRIP_MS / 2, ROUND_TRIP_MS / 2);
  slow.refuse(true);
  const common = { folder, keys: newKeys(), random: Math.random };
  const shop = await openShop({ ...common, broker });
  const kiosk = await openKiosk({ ...common, broker: { url: `mqtt://127.0.0.1:${slow.port}`, ca: undefined } });
  try {
    await until(
      "the backend is connected and the stand was refused",
      () => shop.backend.fleet.connected && slow.accepted > 1,
    );
    return await timeAcks(kiosk, () => slow.refuse(false));
  } finally {
    await kiosk.close();
    await shop.close();
    await Promise.all([slow.close(), broker.close()]);
  }
}

/** From the moment the stand is connected until the last of its statements is acked. */
async function timeAcks(kiosk: Awaited<ReturnType<typeof openKiosk>>, letIn: () => void): Promise<number> {
  const connected = kiosk.connected.next("the stand is connected");
  letIn();
  const since = await connected;
  await until("every statement is acked", () => kiosk.acks.length >= OWED, LONGEST_MS);
  return (kiosk.acks[OWED - 1] ?? since) - since;
}
