import type { Random } from "../../protocol/ids.ts";
import type { Clock } from "../../protocol/time.ts";
import type { SnapKeys } from "../snap/keys.ts";
import { snapLetters } from "../snap/letters.ts";
import { Snap } from "../snap/snap.ts";
import type { Transaction } from "./acquirer.ts";
import { Announcer, coreLetters, type Write } from "./announcer.ts";
import { Api } from "./api.ts";
import type { TlsPorts } from "./base.ts";
import type { Merchant } from "./bodies.ts";
import { type Asked, Calls } from "./calls.ts";
import { coreDialect } from "./core-dialect.ts";
import { Dashboard } from "./dashboard.ts";
import type { Faults } from "./faults.ts";
import { Midtrans } from "./midtrans.ts";
import type { Notifier } from "./notifier.ts";
import { ServerKeys } from "./server-keys.ts";

/** What one merchant brings with it. */
export type MerchantOptions = {
  readonly merchantId: string;
  readonly serverKey: string;
  readonly shop?: { readonly name: string; readonly city: string };
  /** The dashboard's notification address. */
  readonly notificationUrl?: string;
  /** Its keys for BI-SNAP; without them it cannot call there. */
  readonly snapKeys?: SnapKeys;
  /** The dashboard's address for BI-SNAP's notifications, without `/v1.0/qr/qr-mpm-notify`. */
  readonly snapNotificationUrl?: string;
  /** The payment types it may use; `qris` and `gopay` when absent. */
  readonly activated?: readonly string[];
};

/** What all merchants of one stand-in share. */
export type House = {
  readonly clock: Clock;
  readonly random: Random;
  readonly speed: number;
  /** Transactions that each merchant's books hold at most. */
  readonly keep: number;
  readonly faults: Faults;
  readonly notifier: Notifier;
  readonly asked: (call: Asked) => void;
  readonly moved: (transaction: Transaction) => void;
  /** Where a customer's phone is found; where the call came to, below `/phone`, when absent. */
  readonly phone: () => string | undefined;
  readonly tlsPorts: TlsPorts;
};

/** One merchant at Midtrans, with books of its own. */
export type Account = {
  readonly merchantId: string;
  readonly keys: ServerKeys;
  readonly dashboard: Dashboard;
  readonly midtrans: Midtrans;
  readonly api: Api;
  readonly snapKeys?: SnapKeys;
  readonly snap?: Snap;
  close(): void;
};

const SHOP = { name: "Warung Sandbox", city: "BANDUNG" };

export function openAccount(options: MerchantOptions, house: House): Account {
  const { clock, random, speed, keep, notifier, asked, tlsPorts } = house;
  const { merchantId, snapKeys: keys } = options;
  const serverKeys = new ServerKeys(options.serverKey, clock);
  const merchant: Merchant = {
    id: merchantId,
    get serverKey() {
      return serverKeys.current;
    },
  };
  const dashboard = new Dashboard(addressesOf(options));
  const isMagic = (): boolean => dashboard.settings.magic_amounts;
  const faults = house.faults.within({ merchant: merchantId, isMagic });
  const ownLetters = coreLetters({ merchant, faults });
  const letters = keys === undefined ? ownLetters : snapLetters({ keys, faults, clock, random });
  const write: Write = (transaction, occasion) =>
    (transaction.snap === undefined ? ownLetters : letters)(transaction, occasion);
  const announcer = new Announcer({ write, faults, notifier, clock });
  const shop = { id: merchantId, ...(options.shop ?? SHOP) };
  const midtrans = new Midtrans({ clock, random, speed, keep, shop, faults, announcer, dashboard, hear: house.moved });
  const dialect = coreDialect({ keys: serverKeys, random });
  const calls = new Calls({ clock, speed, faults, dialect, hear: asked });
  const { activated = ["qris", "gopay"] } = options;
  const api = new Api({ ...house, midtrans, calls, faults, merchant, dashboard, activated });
  const snap =
    keys === undefined
      ? undefined
      : new Snap({ keys, merchantId, clock, random, speed, faults, hear: asked, midtrans, dashboard, tlsPorts });
  const close = () => {
    for (const part of [midtrans, announcer, calls, snap]) part?.close();
  };
  const own = { merchantId, keys: serverKeys, dashboard, midtrans, api, close };
  return keys === undefined || snap === undefined ? own : { ...own, snapKeys: keys, snap };
}

const addressesOf = ({ notificationUrl, snapNotificationUrl }: MerchantOptions) => ({
  notification_url: notificationUrl ?? null,
  snap_notification_url: snapNotificationUrl ?? null,
});
