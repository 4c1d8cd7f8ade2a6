import { statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Ground } from "../ground.ts";
import type { Http } from "../providers/http.ts";
import { concerns } from "../settings/book.ts";
import type { Store } from "../store/store.ts";
import { brokerCertificateEnd, endOf } from "./certificates.ts";
import { alarmRulesOf } from "./config.ts";
import { type Certificates, Evaluator, type EvaluatorParts } from "./evaluator.ts";
import { mail } from "./mail.ts";
import { type Messenger, Outbox } from "./outbox.ts";
import { paidOrders } from "./paid-orders.ts";
import { webhook } from "./webhook.ts";

type Judging = Pick<
  EvaluatorParts,
  "clock" | "log" | "roster" | "health" | "book" | "nowMs" | "leads" | "isConnected"
> & { readonly store: Store; newId(): string };

/** Sets the judge to work, and whoever tells people. */
export function openEvaluator(ground: Ground, http: Http, parts: Judging): Evaluator {
  const { alarms, journal } = ground.setup.config;
  const { store } = parts;
  const messengers = messengersOf(ground, http);
  return new Evaluator({
    ...parts,
    rules: alarmRulesOf(alarms),
    outbox: new Outbox({ ...parts, messengers, messagesAnHour: alarms.messages_an_hour }),
    concerns: (beforeMs) => concerns(store, beforeMs),
    paidOrders: () => paidOrders(store),
    certificates: () => certificatesOf(ground),
    diskFree: async () => ("file" in journal ? freeBytes(dirname(journal.file)) : undefined),
  });
}

function messengersOf({ setup, clock }: Ground, http: Http): readonly Messenger[] {
  const { webhook: to, mail: by } = setup.config.alarms;
  const { alarmSecret, mailPassword, mailCa } = setup;
  const found: Messenger[] = [];
  if (to !== undefined && alarmSecret !== undefined)
    found.push(webhook({ url: to.url, secret: alarmSecret, http, wall: () => clock.wall() }));
  if (by !== undefined) {
    const server = {
      host: by.host,
      port: by.port,
      security: by.security,
      from: by.from,
      to: by.to,
      tongue: by.language,
    };
    const login = by.username !== undefined &&
      mailPassword !== undefined && { username: by.username, password: mailPassword };
    found.push(mail({ ...server, ...login, ...(mailCa && { ca: mailCa }) }, clock));
  }
  return found;
}

async function certificatesOf({ setup, clock }: Ground): Promise<Certificates> {
  const { link } = setup.config;
  let tls: ReturnType<NonNullable<typeof setup.brokerTls>> | undefined;
  try {
    tls = setup.brokerTls?.();
  } catch {
    tls = undefined;
  }
  return {
    brokerEndsMs: await brokerCertificateEnd(link.url, tls, clock),
    ownEndsMs: endOf(tls?.cert),
  };
}

async function freeBytes(folder: string): Promise<number | "unknown"> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return "unknown";
  }
}
