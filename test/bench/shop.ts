import { join } from "node:path";
import { openBackend } from "../../backend/backend.ts";
import { ledgerShape } from "../../backend/ledger/shape.ts";
import type { Event, Terms } from "../../backend/ledger/words.ts";
import { ONLY_MERCHANT } from "../../backend/merchants/merchants.ts";
import { openHttp } from "../../backend/providers/http.ts";
import { midtransCore } from "../../backend/providers/midtrans/core.ts";
import { signNotification } from "../../backend/providers/midtrans/signature.ts";
import { type Attempt, type PaymentProvider, referenceOf } from "../../backend/providers/provider.ts";
import { webhookRoute } from "../../backend/webhooks.ts";
import { utcClock } from "../../host/clock.ts";
import { type Route, serve } from "../../host/http.ts";
import { Secret } from "../../host/secret.ts";
import { openSqliteJournal } from "../../journal/sqlite/open.ts";
import { newUlid, type Random } from "../../protocol/ids.ts";
import { keySetOf, newKeyPair, privateKeyFrom } from "../../protocol/keys.ts";
import { openMqtt } from "../../wire/mqtt.ts";
import type { Mosquitto } from "../support/mosquitto.ts";
import { onlyMerchant } from "../support/only-merchant.ts";
import { qrFor, STAND } from "../support/sale.ts";
import { refunding } from "../support/terms.ts";
import { unreadLog } from "./bench-log.ts";
import { Signal } from "./signal.ts";
import { nowMs } from "./stopwatch.ts";
import { overheard, type Trace, tolled } from "./trace.ts";

/** Nobody asks before a sale is over, so nothing but the sale is measured. */
export const TERMS: Terms = {
  payableMs: 900_000,
  retryPausesMs: [1_000],
  firstAskMs: 120_000,
  slowestAskMs: 300_000,
  lapseMs: 60_000,
  ...refunding,
};

export const PATH = "/midtrans/notification";
/** Midtrans names every charge of the bench alike. */
const TRANSACTION = "0d8178e1-c6c7-4ab4-81a6-893be9d924ab";
export const SERVER_KEY = new Secret("SB-Mid-server-bench-0001");

export type Pems = { readonly stand: string; readonly backend: string };

export const newPems = (): Pems => ({ stand: newKeyPair().pem, backend: newKeyPair().pem });

/** Keys of the two who talk, and what each knows of the other. */
export function keysOf(pems: Pems) {
  const [stand, backend] = [keyOf(pems.stand), keyOf(pems.backend)];
  return {
    stand,
    backend,
    standKeys: keySetOf([{ owner: STAND, jwk: stand.publicJwk }]),
    backendKeys: keySetOf([{ owner: "backend", jwk: backend.publicJwk }]),
  };
}

function keyOf(pem: string) {
  const signing = privateKeyFrom(pem);
  return { pem, signing, publicJwk: signing.publicJwk };
}

export const newKeys = () => keysOf(newPems());

/** What each side of a sale needs to know, in a process of its own. */
export type SideParts = {
  readonly broker: Pick<Mosquitto, "url" | "ca">;
  readonly folder: string;
  readonly pems: Pems;
};

export type ShopParts = {
  readonly broker: Pick<Mosquitto, "url" | "ca">;
  readonly folder: string;
  readonly keys: ReturnType<typeof newKeys>;
  readonly random: Random;
  readonly trace?: Trace;
};

export type Shop = Awaited<ReturnType<typeof openShop>>;

/** The backend's side of a sale: all of it real, but that Midtrans answers a charge at once, from within. */
export async function openShop({ broker, folder, keys, random, trace }: ShopParts) {
  const [clock, log] = [utcClock(), unreadLog("backend")];
  const [charged, noticed, delivered] = [new Signal<Attempt>(), new Signal<number>(), new Signal<string>()];
  const newId = (): string => newUlid(clock.wall(), random);
  const opened = openSqliteJournal({
    file: join(folder, "ledger.sqlite"),
    shape: ledgerShape,
    newId,
    wall: clock.wall,
  });
  const journal = overheard(opened.journal, {
    committed: (bytes, at) => trace?.add("commit", "backend", bytes, at),
    advanced: (event: Event, order) => event.type === "delivered" && delivered.tell(order),
  });
  const http = openHttp({ clock });
  const midtrans = midtransCore({
    serverKeys: () => [SERVER_KEY],
    baseUrl: "http://127.0.0.1:1",
    notificationUrls: [],
    http,
    clock,
    log,
  });
  const provider = answeringAtOnce(midtrans, charged);
  const open = openMqtt({ ...wireOf(broker), clock, random, log });
  const backend = openBackend({
    clientId: "backend-1",
    journal,
    merchants: onlyMerchant(provider),
    key: keys.backend.signing,
    standKeys: keys.standKeys,
    openTransport: trace === undefined ? open : tolled(open, "backend", trace),
    clock,
    random,
    log,
    termsFor: () => TERMS,
    onFault: (fault) => log.error("journal failed", { fault }),
  });
  const route = timed(
    webhookRoute({ merchant: ONLY_MERCHANT, provider, cashier: backend.cashier, clock, log, path: PATH }),
    noticed,
  );
  const server = await serve({ routes: [route], port: 0, clock, log });
  return {
    backend,
    journal,
    /** A stand asked for a QR code. */
    charged,
    /** When a notification reached its route. */
    noticed,
    /** A stand's word that this order's goods are out is on disk. */
    delivered,
    /** Where Midtrans tells of the money. */
    webhook: server.url + PATH,
    close: async (): Promise<void> => {
      await server.close();
      await backend.stop();
      await http.close();
      await journal.close();
    },
  };
}

export const wireOf = ({ url, ca }: Pick<Mosquitto, "url" | "ca">) => ({
  url,
  ...(ca === undefined ? {} : { tls: () => ({ ca }) }),
});

/** Midtrans, but that a charge is answered at once, from within. */
export const answeringAtOnce = (midtrans: PaymentProvider, charged?: Signal<Attempt>): PaymentProvider => ({
  ...midtrans,
  charge: async (attempt) => {
    charged?.tell(attempt);
    return { is: "issued", qr: qrFor(attempt.amount), transaction: TRANSACTION };
  },
});

const timed = (route: Route, noticed: Signal<number>): Route => ({
  ...route,
  answer: (request) => {
    noticed.tell(nowMs());
    return route.answer(request);
  },
});

/** What Midtrans tells when the money for this attempt has come. */
export function noticeOf(attempt: Pick<Attempt, "order" | "number" | "amount">): string {
  const signed = { order_id: referenceOf(attempt), status_code: "200", gross_amount: `${attempt.amount}.00` };
  return JSON.stringify({
    ...signed,
    signature_key: signNotification(signed, SERVER_KEY),
    transaction_id: TRANSACTION,
    transaction_status: "settlement",
    transaction_time: "2026-01-01 12:00:00",
    settlement_time: "2026-01-01 12:00:10",
    status_message: "midtrans payment notification",
    fraud_status: "accept",
    payment_type: "qris",
    currency: "IDR",
    acquirer: "gopay",
    issuer: "gopay",
    merchant_id: "G123456789",
  });
}

/** Midtrans tells of the money for this attempt; resolves when the backend has recorded it. */
export async function notify(url: string, attempt: Attempt): Promise<void> {
  const headers = { "content-type": "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: noticeOf(attempt) });
  if (answer.status !== 200) throw new Error(`the webhook answered ${answer.status}: ${await answer.text()}`);
  await answer.arrayBuffer();
}
