import { type Http, openHttp } from "../../backend/providers/http.ts";
import { readQrImage } from "../../backend/providers/qr-image.ts";
import { type Route, type Server, serve } from "../../host/http.ts";
import { Opened } from "../../host/opened.ts";
import { phoneRoutes } from "../phone/phone.ts";
import { Wallet } from "../phone/wallet.ts";
import type { SnapAccess } from "../snap/access.ts";
import { Glances } from "./glance.ts";
import { type Household, openHousehold } from "./household.ts";
import { Knobs } from "./knobs.ts";
import { openNeighbours } from "./neighbours.ts";
import { pageRoutes } from "./page.ts";
import { powerCord } from "./power.ts";
import { USUAL_PORT } from "./settings.ts";
import { openFolder } from "./site.ts";
import { Staff } from "./staff.ts";
import { staffRoutes } from "./staff-routes.ts";
import { standRoutes } from "./stand-routes.ts";
import { type DemoParts, type Ears, openSurroundings, type Surroundings } from "./surroundings.ts";
import { switchesOf } from "./switches.ts";
import { Timeline } from "./timeline.ts";

/** Base addresses, without a final slash. */
export type Addresses = {
  readonly page: string;
  /** `screen.png`, `relay`, `buttons/new` … lie below it. */
  readonly stand: string;
  /** Takes `POST pay {qr}`. */
  readonly phone: string;
  /** For any Core API client that has the server key. */
  readonly midtrans: string;
  readonly serverKey: string;
  readonly webhook: string;
  readonly broker: string;
  /** For any client of BI-SNAP, on the same books as `midtrans`. */
  readonly snap: SnapAccess;
  /** The customers' pages, one an order, lie below it. */
  readonly pay: string;
  /** The operator's door: `owed`, `orders/ID` … lie below `base`, behind `Authorization: Bearer TOKEN`. */
  readonly operator: { readonly base: string; readonly token: string };
  /** Where staff looks at the fleet with a browser, and by what name and password. */
  readonly console: { readonly url: string; readonly name: string; readonly password: string };
};

export type Demo = { readonly addresses: Addresses; close(): Promise<void> };

/** Everything that a sale needs, running. Rejects, and leaves nothing behind, when some part of it cannot be had. */
export async function startDemo(parts: DemoParts): Promise<Demo> {
  const opened = new Opened();
  try {
    return { addresses: await open(parts, opened), close: () => closeAll(opened) };
  } catch (error) {
    await opened.end();
    throw error;
  }
}

async function closeAll(opened: Opened): Promise<void> {
  const [failure] = await opened.end();
  if (failure !== undefined) throw failure;
}

async function open(parts: DemoParts, opened: Opened): Promise<Addresses> {
  const { clock, settings } = parts;
  const timeline = new Timeline(() => clock.wall());
  const glances = new Glances(clock);
  const ears: Ears = {
    tell: (told) => {
      if (told !== undefined) timeline.tell(told);
    },
    changed: () => glances.changed(),
  };
  const folder = opened.keep("folder", openFolder(settings.state), (it) => it.remove());
  const around = await openSurroundings(parts, folder, ears, opened);
  const house = await openHousehold(parts, folder, around, ears, opened);
  const power = powerCord({ daemon: house.daemon, stand: around.world, ears });
  const knobs = new Knobs(around.midtrans.faults);
  const http = opened.keep("calls", openHttp({ clock }), (it) => it.close());
  const staff = opened.keep("staff", openStaff(parts, house, http, { timeline, ears }), (it) => it.close());
  const look = { world: around.world, network: around.network, house, power, knobs, pages: around.pages, staff };
  opened.keep("glances", glances, (it) => it.close());
  const routes = [
    ...pageRoutes({ timeline, glances, switches: switchesOf({ ...look, ears }) }),
    ...standRoutes(STAND, { stand: around.world, power }, ears.changed),
    ...phoneOf(parts, around, http),
    ...staffRoutes("/demo/owed", staff),
  ];
  const server = opened.keep("page", await servePage(routes, parts), (it) => it.close());
  around.midtrans.phoneAt(server.url + PHONE);
  glances.open({ ...look, stand: server.url + STAND });
  await Promise.all([house.backend.start(), house.daemon.start()]);
  await Promise.all([house.backend.connected(), house.daemon.connected()]);
  const neighbours = openNeighbours({ url: around.bus.url, clock, random: parts.random, log: parts.log });
  opened.keep("neighbours", neighbours, (it) => it.close());
  return addressesOf(server, around, house);
}

const STAND = "/stand";
const PHONE = "/phone";

/** What is owed changes by what the backend does, and that is in the timeline. */
function openStaff(
  { clock, log }: DemoParts,
  { door }: Household,
  http: Http,
  { timeline, ears: { changed } }: { readonly timeline: Timeline; readonly ears: Ears },
): Staff {
  const staff = new Staff({ door, http, clock, log, changed });
  timeline.watch(({ chapter }) => {
    if (chapter === "backend") staff.look();
  });
  return staff;
}

/** The phone stands on the page's own server, so that the page may show it. */
function phoneOf({ clock }: DemoParts, { midtrans }: Surroundings, http: Http): readonly Route[] {
  const wallet = new Wallet(midtrans.accounts, () => clock.now().ms);
  return phoneRoutes({ at: PHONE, wallet, readPicture: readQrImage, http });
}

/** Nobody asked for a port: the usual one, or any that is free. */
async function servePage(routes: readonly Route[], { settings, clock, log }: DemoParts): Promise<Server> {
  const limits = { bodyLimitBytes: PICTURE_MAX_BYTES, closeWithinMs: 1_000 };
  const at = (port: number): Promise<Server> => serve({ routes, port, clock, log, ...limits });
  if (settings.port !== undefined) return at(settings.port);
  return at(USUAL_PORT).catch(() => at(0));
}

/** The phone takes photographs of codes. */
const PICTURE_MAX_BYTES = 4 * 1_048_576;

const addressesOf = ({ url }: Server, { midtrans, bus, snap }: Surroundings, house: Household): Addresses => ({
  page: url,
  stand: url + STAND,
  phone: url + PHONE,
  midtrans: midtrans.url,
  serverKey: midtrans.serverKey,
  webhook: house.webhook,
  broker: bus.url,
  snap,
  pay: house.pay,
  operator: { base: house.door.url, token: house.door.token },
  console: house.console,
});
