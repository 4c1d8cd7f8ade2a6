import { midtransCore } from "../../backend/providers/midtrans/core.ts";
import type { MerchantId, PaymentProvider } from "../../backend/providers/provider.ts";
import { midtransSnap } from "../../backend/providers/snap/snap.ts";
import type { HttpRequest } from "../../host/http.ts";
import { Secret } from "../../host/secret.ts";
import type { Random } from "../../protocol/ids.ts";
import { openAccount, type Account as Stand } from "../../sandbox/midtrans/account.ts";
import { Accounts } from "../../sandbox/midtrans/accounts.ts";
import { grossOf, type Transaction } from "../../sandbox/midtrans/acquirer.ts";
import { Notifier } from "../../sandbox/midtrans/notifier.ts";
import type { Post } from "../../sandbox/midtrans/post.ts";
import { NOTIFICATION_TIMEOUT_MS } from "../../sandbox/midtrans/retries.ts";
import { coreRoutes } from "../../sandbox/midtrans/routes.ts";
import { snapRoutes } from "../../sandbox/snap/routes.ts";
import { SNAP_KEYS } from "../support/snap-keys.ts";
import { type Account, type Bank, type BankMood, calm, type Given, type Process, type Receiver } from "./bank.ts";
import { chanceFaults } from "./chance-faults.ts";
import { mortal } from "./mortal.ts";
import { Street } from "./street.ts";
import type { Timeline } from "./timeline.ts";

export type Api = "core" | "snap";

export type MidtransBankOptions = {
  readonly merchant: MerchantId;
  readonly api: Api;
  readonly timeline: Timeline;
  readonly random: Random;
  readonly receive: Receiver;
};

const BASE = "http://127.0.0.1:7";
const WEBHOOK = "http://127.0.0.1:8/midtrans/notification";
const MERCHANT_ID = "G490526303";

/**
 * Midtrans' stand-in as a merchant's bank, with our own provider before it: what they say to each other is all but the sockets of
 * HTTP. Over BI-SNAP nothing is said of imposed fees, and a refund that is in the books counts as confirmed: there is no word
 * for one that is not, so that here none is sent back later.
 */
export class MidtransBank implements Bank {
  readonly merchant: MerchantId;
  readonly #options: MidtransBankOptions;
  readonly #serverKey: string;
  readonly #account: Stand;
  readonly #notifier: Notifier;
  readonly #street: Street;
  readonly #idOf = new Map<string, string>();
  /** Refunds that were not asked for by the backend. */
  readonly #byHand = new Set<string>();
  readonly #toBeTold = new Set<string>();
  #mood: BankMood = calm;
  readonly wrongs: string[] = [];

  constructor(options: MidtransBankOptions) {
    const { timeline, random, merchant } = options;
    this.merchant = merchant;
    this.#options = options;
    this.#serverKey = `SB-Mid-server-${merchant}`;
    const clock = timeline.clock("utc");
    this.#notifier = new Notifier({ clock, random, speed: 1, hear: () => undefined, post: this.#post });
    this.#account = this.#newAccount();
    const accounts = new Accounts(this.#account);
    const routes = options.api === "core" ? coreRoutes(accounts) : snapRoutes(accounts);
    this.#street = new Street({ timeline, random, routes, mood: () => this.#mood });
    this.mood = calm;
  }

  get mood(): BankMood {
    return this.#mood;
  }

  set mood(mood: BankMood) {
    this.#mood = this.#options.api === "snap" ? { ...mood, refunds: { ...mood.refunds, takeBack: 0 } } : mood;
    const [least, most] = mood.refunds.confirmMs;
    const any = (): number => Math.round(least + (most - least) * this.#options.random());
    this.#account.dashboard.set({ confirm_on_us_ms: any(), confirm_off_us_ms: any() });
  }

  open({ clock, life, log }: Process): PaymentProvider {
    const http = mortal(this.#street, life, ["request"]);
    const { random, api } = this.#options;
    const parts = { baseUrl: BASE, http, clock, log };
    if (api === "snap") return midtransSnap({ ...SNAP, ...parts, random });
    const key = new Secret(this.#serverKey);
    return midtransCore({ ...parts, serverKeys: () => [key], notificationUrls: [WEBHOOK] });
  }

  pay(qr: string): boolean {
    const { random } = this.#options;
    const { midtrans } = this.#account;
    const transaction = midtrans.byQr(qr);
    if (transaction === undefined) return false;
    const route = random() < 0.5 ? "on-us" : "off-us";
    const late =
      random() < this.#mood.quirk ? { ms: Math.round(60_000 * random()), if_ended: "settle" as const } : undefined;
    // Once the charge has ended, nobody asks about it any more.
    if (late !== undefined) this.#toBeTold.add(transaction.orderId);
    const moved = midtrans.pay(transaction.id, { issuer: "gopay", route, amount: transaction.amount }, late);
    return moved !== "unknown" && !("unmoved" in moved);
  }

  settleAfterAll(reference: string): boolean {
    this.#toBeTold.add(reference);
    const moved = this.#account.midtrans.settle(reference);
    return moved !== "unknown" && !("unmoved" in moved);
  }

  giveByHand(reference: string): boolean {
    const { random } = this.#options;
    const transaction = this.#account.midtrans.find(reference);
    const part =
      transaction !== undefined && random() < 0.5 ? { amount: Math.ceil(transaction.amount * random()) } : {};
    const refunded = this.#account.midtrans.refund(reference, { ...part, reason: "at the counter" });
    if (refunded === "unknown" || refunded.is !== "made") return false;
    this.#byHand.add(refunded.refund.key);
    return true;
  }

  byQr(qr: string): Account | undefined {
    const transaction = this.#account.midtrans.byQr(qr);
    return transaction === undefined ? undefined : this.#shown(transaction);
  }

  of(order: string): readonly Account[] {
    const own = this.#account.midtrans.transactions().filter(({ orderId }) => orderId.startsWith(`${order}-`));
    return own.map((transaction) => this.#shown(transaction));
  }

  get references(): readonly string[] {
    return [...this.#idOf.keys()];
  }

  get untold(): number {
    return this.#notifier.deliveries().filter(({ state }) => state === "waiting").length;
  }

  close(): void {
    this.#account.close();
    this.#notifier.close();
  }

  #newAccount(): Stand {
    const { timeline, random, api } = this.#options;
    const faults = chanceFaults({
      random,
      mood: () => this.#mood,
      now: () => timeline.ms,
      fee: api === "core" && random() < 0.3 ? 700 : 0,
      isToBeTold: (order) => this.#toBeTold.has(order),
    });
    const house = {
      clock: timeline.clock("utc"),
      random,
      speed: 1,
      keep: 20_000,
      faults,
      notifier: this.#notifier,
      asked: () => undefined,
      moved: (transaction: Transaction) => this.#look(transaction),
      phone: () => undefined,
      tlsPorts: new Set<number>(),
    };
    const own = { merchantId: MERCHANT_ID, serverKey: this.#serverKey };
    const snap = api === "snap" ? { snapKeys: SNAP_KEYS, snapNotificationUrl: WEBHOOK } : {};
    return openAccount({ ...own, ...snap }, house);
  }

  #look({ orderId, id }: Transaction): void {
    const before = this.#idOf.get(orderId);
    if (before !== undefined && before !== id) this.wrongs.push(`attempt ${orderId} was charged twice`);
    this.#idOf.set(orderId, id);
  }

  /** Somebody answers in time, or Midtrans takes it for nobody. */
  readonly #post: Post = (url, json, _signal, headers = {}) => {
    const { timeline, receive, merchant } = this.#options;
    const request: HttpRequest = {
      method: "POST",
      path: new URL(url).pathname,
      params: {},
      query: new URLSearchParams(),
      headers: { "content-type": "application/json", ...headers },
      peer: "127.0.0.1",
      body: new TextEncoder().encode(json),
    };
    return new Promise((resolve) => {
      timeline.after(NOTIFICATION_TIMEOUT_MS, () => resolve("unreachable"));
      void receive(merchant, request).then((status) => resolve(status ?? "unreachable"));
    });
  };

  #shown(transaction: Transaction): Account {
    const { orderId: reference, qr, refunds, standing } = transaction;
    const given = refunds
      .filter(({ bank }) => bank.says !== "no")
      .map(({ key, amount, bank }): Given => {
        const own = this.#byHand.has(key) ? {} : { key };
        return { ...own, amount, isConfirmed: bank.says === "yes" || this.#options.api === "snap" };
      });
    return { reference, qr, amount: grossOf(transaction), status: STATUS[standing], given };
  }
}

const STATUS: Readonly<Record<Transaction["standing"], Account["status"]>> = {
  pending: "pending",
  settlement: "settled",
  partial_refund: "settled",
  refund: "settled",
  cancel: "cancelled",
  expire: "expired",
  deny: "cancelled",
};

const CREDENTIALS = {
  clientSecret: new Secret(SNAP_KEYS.clientSecret),
  privateKey: new Secret(SNAP_KEYS.merchant.privateKey),
};

const SNAP = {
  clientId: SNAP_KEYS.clientId,
  partnerId: SNAP_KEYS.partnerId,
  merchantId: MERCHANT_ID,
  credentials: () => CREDENTIALS,
  providerPublicKeys: (): [string] => [SNAP_KEYS.provider.publicKey],
};
