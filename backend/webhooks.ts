import type { HttpAnswer, HttpRequest, Route } from "../host/http.ts";
import type { Log } from "../host/log.ts";
import { Seldom } from "../host/seldom.ts";
import type { Clock } from "../protocol/time.ts";
import type { Cashier } from "./cashier.ts";
import type { Watching } from "./metrics/metered.ts";
import type { Acknowledgement, MerchantId, Notification, PaymentProvider, Reception } from "./providers/provider.ts";
import { loggedReference } from "./providers/reference.ts";

export type WebhookOptions = {
  readonly merchant: MerchantId;
  readonly provider: PaymentProvider;
  readonly cashier: Pick<Cashier, "notified" | "hinted">;
  readonly clock: Pick<Clock, "now">;
  readonly log: Log;
  /** `/midtrans/notification`, as told to the provider. */
  readonly path: string;
  /** The address of a sender that may not notify; everybody may when absent. */
  readonly strangerIn?: (request: HttpRequest) => string | undefined;
  readonly watching?: Watching;
};

/** For a provider that looks at the status alone; 503 is repeated more often than 500 by Midtrans' Core API. */
const USUAL: Readonly<Record<Reception, Acknowledgement>> = {
  taken: { status: 200, body: { status: "ok" } },
  "unknown-order": { status: 404, body: { error: "no such order here" } },
  forged: { status: 403, body: { error: "not signed by the provider" } },
  unreadable: { status: 400, body: { error: "no notification of an order of ours" } },
  "not-recorded": { status: 503, body: { error: "not recorded", hint: "send it again" } },
};

/**
 * Where the provider's notifications arrive. Answers after the commit; in its own trouble it asks for a repeat (docs.midtrans.com,
 * "Best practices to handle notification").
 */
export function webhookRoute(options: WebhookOptions): Route {
  const { merchant, provider, path, watching } = options;
  const desk = { ...options, seldom: new Seldom(options) };
  return {
    method: "POST",
    path,
    answer: async (request) => {
      const began = watching?.stopwatch() ?? 0;
      const { outcome, ...about } = await receive(request, desk);
      watching?.meter.notified({ merchant, outcome, ...about, tookMs: watching.stopwatch() - began });
      if (outcome === "stranger") return TURNED_AWAY;
      return provider.acknowledge?.(outcome) ?? USUAL[outcome];
    },
  };
}

/** `seldom`: for what anybody can send, as often as he likes. */
type Desk = WebhookOptions & { readonly seldom: Seldom };

const TURNED_AWAY: HttpAnswer = { status: 403, body: { error: "not from an address of the provider" } };

/** `reference`: the provider's name for the attempt that it speaks of, where it speaks of one. */
type Received = { readonly outcome: Reception | "stranger"; readonly reference?: string };

async function receive(request: HttpRequest, desk: Desk): Promise<Received> {
  const { merchant, provider, log, seldom } = desk;
  const address = desk.strangerIn?.(request);
  if (address !== undefined) {
    seldom.warn("notification from an unknown address", { address, merchant, hint: "http.notification_sources" });
    return { outcome: "stranger" };
  }
  const { path, headers, body } = request;
  const notification = provider.readNotification({ path, headers, body });
  const about = "reference" in notification ? { reference: notification.reference } : {};
  try {
    return { outcome: await takeIn(notification, desk), ...about };
  } catch (error) {
    log.error("notification not recorded", {
      error,
      ...("reference" in notification ? loggedReference(notification.reference) : {}),
    });
    return { outcome: "not-recorded", ...about };
  }
}

async function takeIn(notification: Notification, { merchant, cashier, log, seldom }: Desk): Promise<Reception> {
  switch (notification.is) {
    case "news":
      return cashier.notified(merchant, notification.reference, notification.standing);
    case "confirm":
      log.warn("notification is to be confirmed", {
        ...loggedReference(notification.reference),
        because: notification.because,
      });
      return cashier.hinted(merchant, notification.reference);
    case "trial":
      log.info("trial notification: its address, its way here and its key are good", { merchant });
      return "taken";
    case "forged":
      seldom.warn("forged notification", { merchant, because: notification.because }, notification.because);
      return "forged";
    case "unreadable":
      seldom.warn("unreadable notification", { merchant, because: notification.because }, notification.because);
      return "unreadable";
  }
}
