import { openHttp } from "../../backend/providers/http.ts";
import { type Route, serve } from "../../host/http.ts";
import type { Log } from "../../host/log.ts";
import type { Random } from "../../protocol/ids.ts";
import type { Clock } from "../../protocol/time.ts";
import type { SnapKeys } from "../snap/keys.ts";
import { Snap } from "../snap/snap.ts";
import type { Transaction } from "./acquirer.ts";
import { Announcer, coreLetters, type Write } from "./announcer.ts";
import { apiRoutes } from "./api.ts";
import { type Asked, Calls } from "./calls.ts";
import { controlRoutes } from "./controls.ts";
import { coreDialect } from "./core-dialect.ts";
import { Dashboard } from "./dashboard.ts";
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
  /** The same merchant's keys for BI-SNAP, which is answered on the same port; not at all when absent. */
  readonly snapKeys?: SnapKeys;
  /** The dashboard's address for BI-SNAP's notifications, without `/v1.0/qr/qr-mpm-notify`. */
  readonly snapNotificationUrl?: string;
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
  readonly merchantId: string;
  readonly midtrans: Midtrans;
  readonly faults: Faults;
  readonly notifier: Notifier;
  /** Sets the dashboard's address for BI-SNAP's notifications. */
  notifySnapAt(url: string): void;
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
  const { routes, close: closeParts, merchantId, midtrans, faults, notifier, notifySnapAt } = assemble(options);
  try {
    const limits = { bodyLimitBytes: BODY_MAX_BYTES, idleTimeoutMs: IDLE_MS, closeWithinMs: 500 };
    const server = await serve({ routes, port, host, clock, log, ...limits });
    const close = async () => {
      await Promise.all([closeParts(), server.close()]);
    };
    const { url, port: taken } = server;
    return { url, port: taken, serverKey, merchantId, midtrans, faults, notifier, notifySnapAt, close };
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
  const asked = (call: Asked) => hear({ what: "asked", ...call });
  const snap = snapOf(options, merchant.id, faults, asked);
  const write: Write = (transaction, occasion) => {
    const letters = transaction.snap === undefined ? undefined : snap?.letters;
    return (letters ?? coreLetters({ merchant, faults }))(transaction, occasion);
  };
  const announcer = new Announcer({ write, faults, notifier, clock });
  const moved = (transaction: Transaction) => hear({ what: "moved", transaction });
  const dashboard = new Dashboard();
  const midtrans = new Midtrans({ clock, random, speed, shop, faults, announcer, dashboard, hear: moved });
  const calls = new Calls({ clock, speed, faults, dialect: coreDialect({ serverKey, random }), hear: asked });
  const { notificationUrl, activated = ["qris", "gopay"] } = options;
  const told = notificationUrl === undefined ? {} : { notificationUrl };
  const routes: readonly Route[] = [
    ...apiRoutes({ midtrans, calls, faults, merchant, activated, wall: () => clock.wall(), ...told }),
    ...(snap?.routes(midtrans) ?? []),
    ...controlRoutes({ midtrans, faults, notifier, dashboard }),
    ...(options.routes?.(midtrans) ?? []),
  ];
  const close = async () => {
    for (const part of [midtrans, announcer, calls, snap]) part?.close();
    await closeNotifier();
  };
  const notifySnapAt = (url: string): void => snap?.notifyAt(url);
  return { routes, merchantId: merchant.id, midtrans, faults, notifier, notifySnapAt, close };
}

function snapOf(
  { snapKeys: keys, snapNotificationUrl, clock, random, speed = 1 }: StartOptions,
  merchantId: string,
  faults: Faults,
  hear: (asked: Asked) => void,
): Snap | undefined {
  if (keys === undefined) return undefined;
  const at = snapNotificationUrl === undefined ? {} : { notificationUrl: snapNotificationUrl };
  return new Snap({ keys, merchantId, clock, random, speed, faults, hear, ...at });
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
