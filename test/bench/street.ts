import jsQrModule from "jsqr";
import type { Frame } from "../../device/device.ts";
import { serveWorld } from "../../device/simulated/cable-stand.ts";
import { SimulatedStand } from "../../device/simulated/world.ts";
import { steadyClock } from "../../host/clock.ts";
import { startMosquitto } from "../support/mosquitto.ts";
import { pause, until } from "../support/until.ts";
import { type Daemon, startDaemon, writeConfig } from "./daemon.ts";
import { PANEL } from "./kiosk.ts";
import { newKeys, notify, openShop, type Shop } from "./shop.ts";
import { nowMs } from "./stopwatch.ts";

/** A press that came too early for the stand is made again after so long. */
const PATIENCE_MS = 250;

export type Street = {
  /** Starts the daemon on the same journal; `readyMs` and `pid` are its own. */
  start(): Promise<Daemon>;
  /** One customer after another, from the press to the backend's word that the goods are out. */
  sell(count: number): Promise<void>;
  close(): Promise<void>;
};

/** A stand in the street, a broker and a backend; the daemon is a process of its own, at the end of the stand's cable. */
export async function openStreet(folder: string): Promise<Street> {
  const clock = steadyClock("street");
  const broker = await startMosquitto();
  const keys = newKeys();
  const shop = await openShop({ broker, folder, keys, random: Math.random });
  const shape = {
    screen: PANEL,
    printer: { dots: 384, msPerRow: 0 },
    relays: ["gate"],
    buttons: ["new", "cancel"],
    sensors: [],
  };
  const machine = new SimulatedStand(shape, clock);
  const cable = await serveWorld(machine, 0, clock);
  const config = writeConfig({ folder, keys, brokerUrl: broker.url, cablePort: cable.port });
  return {
    start: async () => {
      const daemon = await startDaemon(config);
      await until("the stand is online", () => [...shop.backend.fleet.presence.values()].some(({ online }) => online));
      return daemon;
    },
    sell: async (count) => {
      for (let nth = 0; nth < count; nth += 1) await sell(shop, machine);
    },
    close: async () => {
      await cable.close();
      await shop.close();
      await broker.close();
    },
  };
}

async function sell(shop: Shop, machine: SimulatedStand): Promise<void> {
  const attempt = await pressUntilCharged(shop, machine);
  await until("a camera reads the code", () => hasCode(machine.picture));
  const delivered = shop.delivered.next("the delivery is on the backend's disk");
  await notify(shop.webhook, attempt);
  await delivered;
}

/** `jsqr` is CommonJS with a default export of its own. */
const readCode = jsQrModule.default;

const hasCode = (picture: Frame | undefined): boolean =>
  picture !== undefined && readCode(picture.rgba, picture.width, picture.height) !== null;

async function pressUntilCharged(shop: Shop, machine: SimulatedStand) {
  const charged = shop.charged.next("the stand asks for a code");
  let isCharged = false;
  const heard = charged.then(() => {
    isCharged = true;
  });
  while (!isCharged) {
    machine.press("new");
    const since = nowMs();
    while (!isCharged && nowMs() - since < PATIENCE_MS) await Promise.race([heard, pause(PATIENCE_MS)]);
  }
  return charged;
}
