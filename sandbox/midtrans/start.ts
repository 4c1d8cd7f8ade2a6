import { openHttp } from "../../backend/providers/http.ts";
import { type Route, serve } from "../../host/http.ts";
import type { Log } from "../../host/log.ts";
import type { Random } from "../../protocol/ids.ts";
import type { Clock } from "../../protocol/time.ts";
import { snapRoutes } from "../snap/routes.ts";
import { type Account, type House, type MerchantOptions, openAccount } from "./account.ts";
import { Accounts } from "./accounts.ts";
import type { Transaction } from "./acquirer.ts";
import type { Asked } from "./calls.ts";
import { controlRoutes } from "./controls.ts";
import { Faults } from "./faults.ts";
import { merchantRoutes } from "./merchant-controls.ts";
import type { Midtrans } from "./midtrans.ts";
import { type Delivery, Notifier } from "./notifier.ts";
import { poster } from "./post.ts";
import { NOTIFICATION_TIMEOUT_MS } from "./retries.ts";
import { coreRoutes } from "./routes.ts";
import { openTlsFront, type TlsOptions } from "./tls-front.ts";

/** What happens here, for whoever draws a timeline. */
export type News =
  | ({ readonly what: "asked" } & Asked)
  | { readonly what: "moved"; readonly transaction: Transaction }
  | { readonly what: "notified"; readonly delivery: Delivery };

export type StartOptions = Omit<MerchantOptions, "merchantId"> & {
  readonly merchantId?: string;
  /** Merchants beside this one, each with books of its own. */
  readonly others?: readonly MerchantOptions[];
  /** 0 takes any free port. */
  readonly port: number;
  readonly host?: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** Divides every length of time that Midtrans sets; 1 when absent. At 60 a 15-minute code expires after 15 seconds. */
  readonly speed?: number;
  /** Transactions that each merchant's books hold at most, the oldest is forgotten first; 20,000 when absent. */
  readonly keep?: number;
  /** Notifies addresses on other machines too. */
  readonly anywhere?: boolean;
  /** Speaks TLS on one more port. */
  readonly tls?: TlsOptions;
  readonly hear?: (news: News) => void;
  /** More routes for the same server. */
  readonly routes?: (accounts: Accounts) => readonly Route[];
};

export type Sandbox = {
  /** What a Core API client takes as its base address. */
  readonly url: string;
  readonly port: number;
  /** The same over TLS, where that was asked for. */
  readonly tlsUrl?: string;
  readonly accounts: Accounts;
  readonly faults: Faults;
  readonly notifier: Notifier;
  /** Of the first merchant, as it was at the start. */
  readonly serverKey: string;
  readonly merchantId: string;
  readonly midtrans: Midtrans;
  /** Sets the first merchant's address for BI-SNAP's notifications. */
  notifySnapAt(url: string): void;
  /** Says where deeplinks lead: a customer's phone that is served elsewhere. */
  phoneAt(url: string): void;
  close(): Promise<void>;
};

const BODY_MAX_BYTES = 4 * 1_048_576;
/** Longer than the longest delay that can be armed. */
const IDLE_MS = 660_000;
const KEEP = 20_000;
const MERCHANT_ID = "G490526303";
/** A time-out scaled down to nothing would fail every notification. */
const SHORTEST_TIMEOUT_MS = 1_000;

/** Midtrans' stand-in, listening. Rejects when the port cannot be had, or when two merchants cannot be told apart. */
export async function startMidtrans(options: StartOptions): Promise<Sandbox> {
  const { clock, log, port, host = "127.0.0.1" } = options;
  const { routes, tlsPorts, close: closeParts, ...parts } = assemble(options);
  const closing = [closeParts];
  const close = async () => {
    await Promise.all(closing.map((one) => one()));
  };
  try {
    const limits = { bodyLimitBytes: BODY_MAX_BYTES, idleTimeoutMs: IDLE_MS, closeWithinMs: 500 };
    const server = await serve({ routes, port, host, clock, log, ...limits });
    closing.push(() => server.close());
    const sandbox = { url: server.url, port: server.port, ...parts, close };
    if (options.tls === undefined) return sandbox;
    const front = await openTlsFront(options.tls, host, server.port);
    closing.push(() => front.close());
    tlsPorts.add(front.port);
    return { ...sandbox, tlsUrl: `https://${host}:${front.port}` };
  } catch (error) {
    await close();
    throw error;
  }
}

function assemble(options: StartOptions) {
  const { clock, random, speed = 1, keep = KEEP, hear = () => undefined } = options;
  const { merchantId = MERCHANT_ID, others = [] } = options;
  checkApart([{ ...options, merchantId }, ...others]);
  const faults = new Faults();
  const { notifier, close: closeNotifier } = notifierOf(options);
  let phone: string | undefined;
  const tlsPorts = new Set<number>();
  const house: House = {
    clock,
    random,
    speed,
    keep,
    faults,
    notifier,
    asked: (call) => hear({ what: "asked", ...call }),
    moved: (transaction) => hear({ what: "moved", transaction }),
    phone: () => phone,
    tlsPorts,
  };
  const open = (merchant: MerchantOptions): Account => openAccount(merchant, house);
  const accounts = new Accounts(open({ ...options, merchantId }), others.map(open));
  const routes: readonly Route[] = [
    ...coreRoutes(accounts),
    ...snapRoutes(accounts),
    ...controlRoutes({ accounts, faults, notifier }),
    ...merchantRoutes({ accounts, clock, random }),
    ...(options.routes?.(accounts) ?? []),
  ];
  const close = async () => {
    for (const account of accounts.all) account.close();
    await closeNotifier();
  };
  const { midtrans, dashboard } = accounts.first;
  const notifySnapAt = (url: string): void => dashboard.set({ snap_notification_url: url });
  const phoneAt = (url: string): void => {
    phone = url;
  };
  const first = { serverKey: options.serverKey, merchantId, midtrans };
  return { routes, tlsPorts, accounts, faults, notifier, ...first, notifySnapAt, phoneAt, close };
}

/** Throws `Error` where two merchants have one name, key or id: nobody could tell their calls apart. */
function checkApart(merchants: readonly MerchantOptions[]): void {
  const names = merchants.flatMap(({ merchantId, serverKey, snapKeys: keys }) => [
    `merchant ${merchantId}`,
    `server key ${serverKey}`,
    ...(keys === undefined ? [] : [`client ${keys.clientId}`, `partner ${keys.partnerId}`]),
  ]);
  if (new Set(names).size < names.length) throw new Error("Two merchants have the same name, server key or SNAP ids");
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
