import type { HttpAnswer, HttpRequest, Route } from "../host/http.ts";
import type { Log } from "../host/log.ts";
import type { Cashier } from "./cashier.ts";
import type { Acknowledgement, MerchantId, Notification, PaymentProvider, Reception } from "./providers/provider.ts";

export type WebhookOptions = {
  readonly merchant: MerchantId;
  readonly provider: PaymentProvider;
  readonly cashier: Pick<Cashier, "notified" | "hinted">;
  readonly log: Log;
  /** `/midtrans/notification`, as told to the provider. */
  readonly path: string;
  /** The address of a sender that may not notify; everybody may when absent. */
  readonly strangerIn?: (request: HttpRequest) => string | undefined;
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
export const webhookRoute = (options: WebhookOptions): Route => ({
  method: "POST",
  path: options.path,
  answer: async (request) => {
    const stranger = options.strangerIn?.(request);
    if (stranger !== undefined) return turnAway(stranger, options);
    const reception = await receive(request, options);
    return options.provider.acknowledge?.(reception) ?? USUAL[reception];
  },
});

function turnAway(address: string, { merchant, log }: WebhookOptions): HttpAnswer {
  log.warn("notification from an unknown address", { address, merchant, hint: "http.notification_sources" });
  return { status: 403, body: { error: "not from an address of the provider" } };
}

async function receive(request: HttpRequest, options: WebhookOptions): Promise<Reception> {
  const { path, headers, body } = request;
  const notification = options.provider.readNotification({ path, headers, body });
  try {
    return await takeIn(notification, options);
  } catch (error) {
    options.log.error("notification not recorded", { error });
    return "not-recorded";
  }
}

async function takeIn(notification: Notification, { merchant, cashier, log }: WebhookOptions): Promise<Reception> {
  switch (notification.is) {
    case "news":
      return cashier.notified(merchant, notification.reference, notification.standing);
    case "confirm":
      log.warn("notification is to be confirmed", { reference: notification.reference, because: notification.because });
      return cashier.hinted(merchant, notification.reference);
    case "trial":
      log.info("trial notification: its address, its way here and its key are good", { merchant });
      return "taken";
    case "forged":
      log.warn("forged notification", { merchant, because: notification.because });
      return "forged";
    case "unreadable":
      log.warn("unreadable notification", { merchant, because: notification.because });
      return "unreadable";
  }
}
