import { openHttp } from "../../backend/providers/http.ts";
import { type Route, serve } from "../../host/http.ts";
import type { Log } from "../../host/log.ts";
import type { Random } from "../../protocol/ids.ts";
import type { Clock } from "../../protocol/time.ts";
import type { Transaction } from "./acquirer.ts";
import { Announcer } from "./announcer.ts";
import { apiRoutes } from "./api.ts";
import { type Asked, Calls } from "./calls.ts";
import { controlRoutes } from "./controls.ts";
import { Faults } from "./faults.ts";
import { Midtrans } from "./midtrans.ts";
import { type Delivery, Notifier } from "./notifier.ts";
import { poster } from "./post.ts";
import { NOTIFICATION_TIMEOUT_MS } from "./retries.ts";

/** What happens here, for whoever draws a timeline. */
export type News =
  | ({ readonly what: "asked" } & Asked)
  | { readonly what: "moved"; readonly transaction: Transaction }
  | { readonly what: "notified"; readonly delivery: Delivery };

export type StartOptions = {
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly serverKey: string;
  readonly merchantId?: string;
  readonly shop?: { readonly name: string; readonly city: string };
  /** Divides every length of time that Midtrans sets; 1 when absent. At 60 a 15-minute code expires after 15 seconds. */
  readonly speed?: number;
  /** The dashboard's notification address. */
  readonly notificationUrl?: string;
  /** Notifies addresses on other machines too. */
  readonly anywhere?: boolean;
  readonly activated?: readonly string[];
  readonly hear?: (news: News) => void;
  /** More routes for the same server. */
  readonly routes?: (midtrans: Midtrans) => readonly Route[];
};

export type Sandbox = {
  /** What a Core API client takes as its base address. */
  readonly url: string;
  readonly port: number;
  readonly serverKey: string;
  readonly midtrans: Midtrans;
  readonly faults: Faults;
  readonly notifier: Notifier;
  close(): Promise<void>;
};

const BODY_MAX_BYTES = 4 * 1_048_576;
/** Longer than the longest delay that can be armed. */
const IDLE_MS = 660_000;
/** A time-out scaled down to nothing would fail every notification. */
const SHORTEST_TIMEOUT_MS = 1_000;

/** Midtrans' stand-in, listening. Rejects when the port cannot be had. */
export async function startMidtrans(options: StartOptions): Promise<Sandbox> {
  const { clock, log, serverKey, port, host = "127.0.0.1" } = options;
  const { routes, close: closeParts, midtrans, faults, notifier } = assemble(options);
  try {
    const limits = { bodyLimitBytes: BODY_MAX_BYTES, idleTimeoutMs: IDLE_MS, closeWithinMs: 500 };
    const server = await serve({ routes, port, host, clock, log, ...limits });
    const close = async () => {
      await Promise.all([closeParts(), server.close()]);
    };
    return { url: server.url, port: server.port, serverKey, midtrans, faults, notifier, close };
  } catch (error) {
    await closeParts();
    throw error;
  }
}

function assemble(options: StartOptions) {
  const { clock, random, serverKey, speed = 1, hear = () => undefined } = options;
  const merchant = { id: options.merchantId ?? "G490526303", serverKey };
  const shop = { id: merchant.id, ...(options.shop ?? { name: "Warung Sandbox", city: "BANDUNG" }) };
  const faults = new Faults();
  const { notifier, close: closeNotifier } = notifierOf(options);
  const announcer = new Announcer({ merchant, faults, notifier, clock });
  const moved = (transaction: Transaction) => hear({ what: "moved", transaction });
  const midtrans = new Midtrans({ clock, random, speed, shop, faults, announcer, hear: moved });
  const asked = (call: Asked) => hear({ what: "asked", ...call });
  const calls = new Calls({ clock, random, speed, serverKey, faults, hear: asked });
  const { notificationUrl, activated = ["qris"] } = options;
  const dashboard = notificationUrl === undefined ? {} : { notificationUrl };
  const routes: readonly Route[] = [
    ...apiRoutes({ midtrans, calls, faults, merchant, activated, wall: () => clock.wall(), ...dashboard }),
    ...controlRoutes({ midtrans, faults, notifier }),
    ...(options.routes?.(midtrans) ?? []),
  ];
  const close = async () => {
    for (const part of [midtrans, announcer, calls]) part.close();
    await closeNotifier();
  };
  return { routes, midtrans, faults, notifier, close };
}

function notifierOf({ clock, random, log, speed = 1, anywhere = false, hear }: StartOptions) {
  const http = openHttp({ clock });
  const timeoutMs = Math.max(SHORTEST_TIMEOUT_MS, NOTIFICATION_TIMEOUT_MS / speed);
  const heard = (delivery: Delivery) => {
    logDelivery(log, delivery);
    hear?.({ what: "notified", delivery });
  };
  const notifier = new Notifier({ clock, random, speed, hear: heard, post: poster({ http, timeoutMs, anywhere }) });
  const close = async () => {
    notifier.close();
    await http.close();
  };
  return { notifier, close };
}

function logDelivery(log: Log, { order, standing, url, tries, state }: Delivery): void {
  const facts = { order, standing, url, answered: tries.at(-1)?.answered, state };
  if (state === "refused") log.warn("a notification may not leave this machine", facts);
  else log.info("notified", facts);
}
