import type { Account } from "../../backend/merchants/accounts.ts";
import { type MerchantConfig, merchantSchema, notificationPathOf } from "../../backend/merchants/config.ts";
import { MerchantKeys, type MerchantSecrets } from "../../backend/merchants/keys.ts";
import { type ProviderParts, providerOf } from "../../backend/merchants/provider-of.ts";
import type { MerchantId } from "../../backend/providers/provider.ts";
import { NOTIFY_PATH } from "../../backend/providers/snap/notification.ts";
import { Secret } from "../../host/secret.ts";
import type { Account as AccountThere } from "../../sandbox/midtrans/account.ts";
import type { AcquirerName } from "../../sandbox/midtrans/acquirer.ts";

/** How a merchant charges: over the Core API as `qris` or `gopay`, or over BI-SNAP. */
export type AccountOptions = {
  /** `qris` when absent. */
  readonly provider?: "qris" | "gopay" | "snap";
  /** `gopay` when absent. */
  readonly acquirer?: AcquirerName;
};

/** Where the backend finds Midtrans, where Midtrans finds the backend, and how long the backend waits for one call. */
export type Ways = { readonly base: string; readonly origin: string; readonly timeoutMs: number };

/** Filled in when the backend starts. */
const NOWHERE = "http://127.0.0.1:9";
/** None is read: what would be in it comes from the account. */
const FILE = "/nowhere";

/** A merchant as its operator sees it: an account at Midtrans, a part of the configuration, and files with keys. */
export class MerchantRig {
  /** At Midtrans. */
  readonly account: AccountThere;
  readonly #config: MerchantConfig;
  #secrets: MerchantSecrets;

  constructor(name: string, account: AccountThere, { provider = "qris", acquirer = "gopay" }: AccountOptions) {
    this.account = account;
    this.#config = merchantSchema.parse({ name, base_url: NOWHERE, acquirer, ...partOf(account, provider) });
    this.#secrets = this.#shown();
  }

  get name(): MerchantId {
    return this.#config.name;
  }

  /** What its files hold. */
  get secrets(): MerchantSecrets {
    return this.#secrets;
  }

  /** The operator puts into the files what Midtrans' dashboard shows now. */
  copyKeys(): void {
    this.#secrets = this.#shown();
  }

  /** Where its notifications arrive at the backend. */
  get path(): string {
    return notificationPathOf(this.#config);
  }

  /** As a starting backend opens it. */
  open({ base, origin, timeoutMs }: Ways, parts: ProviderParts): Account {
    const urls = this.#config.api === "snap" ? {} : { notification_urls: [origin + this.path] };
    const config = { ...this.#config, base_url: base, ...urls, timeout_seconds: timeoutMs / 1_000 };
    this.#setDashboard(origin);
    const keys = new MerchantKeys(this.#secrets, parts.clock);
    return { config, keys, provider: providerOf(config, keys, parts) };
  }

  /** Over BI-SNAP the address for notifications stands in the dashboard, and Midtrans adds the rest of the path. */
  #setDashboard(origin: string): void {
    if (this.#config.api !== "snap") return;
    this.account.dashboard.set({ snap_notification_url: origin + this.path.slice(0, -NOTIFY_PATH.length) });
  }

  #shown(): MerchantSecrets {
    const { keys, snapKeys } = this.account;
    if (this.#config.api !== "snap") return { trusted: [new Secret(keys.current)] };
    if (snapKeys === undefined) throw new Error(`${this.name} has no keys for BI-SNAP`);
    const { clientSecret, merchant, provider } = snapKeys;
    return {
      trusted: [new Secret(provider.publicKey)],
      credentials: { clientSecret: new Secret(clientSecret), privateKey: new Secret(merchant.privateKey) },
    };
  }
}

/** What is told of it beside its name. */
function partOf({ merchantId: merchant_id, snapKeys }: AccountThere, provider: "qris" | "gopay" | "snap"): object {
  if (provider !== "snap") return { payment_type: provider, server_key_file: FILE };
  const files = { client_secret_file: FILE, private_key_file: FILE, midtrans_key_file: FILE };
  return { api: "snap", client_id: snapKeys?.clientId, partner_id: snapKeys?.partnerId, merchant_id, ...files };
}
