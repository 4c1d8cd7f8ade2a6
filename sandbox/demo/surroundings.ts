import { type ServedWorld, serveWorld } from "../../device/simulated/cable-stand.ts";
import { SimulatedStand } from "../../device/simulated/world.ts";
import type { Log } from "../../host/log.ts";
import type { Opened } from "../../host/opened.ts";
import type { Random } from "../../protocol/ids.ts";
import type { Clock } from "../../protocol/time.ts";
import { readTopic } from "../../protocol/topics.ts";
import { type Sandbox, startMidtrans } from "../midtrans/start.ts";
import { accessOf, type SnapAccess } from "../snap/access.ts";
import { newSnapKeys } from "../snap/keys.ts";
import { type Bus, openBus } from "./bus.ts";
import { SHAPE, STAND_ID } from "./goods.ts";
import { layNetwork, type Network } from "./network.ts";
import { Pages } from "./pages.ts";
import type { Settings } from "./settings.ts";
import { type Folder, serverKeyIn } from "./site.ts";
import { tellMidtrans } from "./story-midtrans.ts";
import { tellStandNews } from "./story-stand.ts";
import { tellPublication } from "./story-wire.ts";
import type { Told } from "./timeline.ts";

export type DemoParts = {
  readonly settings: Settings;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** What the children say on standard error. */
  complain(text: string): void;
};

/** Whom everything that happens is told to. */
export type Ears = {
  tell(told: Told | undefined): void;
  /** Something that shows may have changed. */
  changed(): void;
};

/** Everything around stand and backend that is not ours in the world outside: here it is made up. */
export type Surroundings = {
  readonly world: SimulatedStand;
  readonly cable: ServedWorld;
  readonly bus: Bus;
  readonly network: Network;
  readonly midtrans: Sandbox;
  readonly snap: SnapAccess;
  readonly pages: Pages;
};

const SHOP = { name: "Kopi Lobi", city: "BANDUNG" };

export async function openSurroundings(
  { settings, clock, random, log }: DemoParts,
  folder: Folder,
  { tell, changed }: Ears,
  opened: Opened,
): Promise<Surroundings> {
  const world = new SimulatedStand(SHAPE, clock);
  world.watch((news) => tell(tellStandNews(news)));
  const pages = new Pages();
  const heard = (topic: string, payload: Uint8Array): void => {
    if (readTopic(topic)?.stand !== STAND_ID) return;
    if (pages.hear(topic, payload)) changed();
    tell(tellPublication(topic, payload));
  };
  const broker = settings.broker === undefined ? {} : { broker: settings.broker };
  const bus = opened.keep("broker", await openBus({ clock, random, log, heard, ...broker }), (it) => it.close());
  const network = opened.keep("network", await layNetwork(bus), (it) => it.close());
  const cable = opened.keep("cable", await serveWorld(world, 0, clock), (it) => it.close());
  const serverKey = serverKeyIn(folder);
  const hear = (news: Parameters<typeof tellMidtrans>[0]): void => {
    tell(tellMidtrans(news));
    changed();
  };
  const snapKeys = await newSnapKeys(random);
  const midtrans = await startMidtrans({ port: 0, clock, random, log, serverKey, snapKeys, shop: SHOP, hear });
  opened.keep("midtrans", midtrans, (it) => it.close());
  return { world, cable, bus, network, midtrans, snap: accessOf(midtrans, snapKeys), pages };
}
