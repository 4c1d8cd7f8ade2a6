import type { HttpAnswer, HttpRequest, Route } from "../host/http.ts";
import type { Log } from "../host/log.ts";
import type { Cashier, Taken } from "./cashier.ts";
import type { Notification, PaymentProvider } from "./providers/provider.ts";

export type WebhookOptions = {
  readonly provider: PaymentProvider;
  readonly cashier: Pick<Cashier, "notified" | "hinted">;
  readonly log: Log;
  /** `/midtrans/notification`, as told to the provider. */
  readonly path: string;
};

const answer = (status: number, body: object): HttpAnswer => ({ status, body });

/**
 * Where the provider's notifications arrive. Answers after the commit, and says 503 in its own trouble: Midtrans repeats after
 * 503 four times, after 500 once (docs.midtrans.com, "Best practices to handle notification").
 */
export const webhookRoute = (options: WebhookOptions): Route => ({
  method: "POST",
  path: options.path,
  answer: (request) => receive(request, options),
});

async function receive(request: HttpRequest, options: WebhookOptions): Promise<HttpAnswer> {
  const { path, headers, body } = request;
  const notification = options.provider.readNotification({ path, headers, body });
  try {
    return await takeIn(notification, options);
  } catch (error) {
    options.log.error("notification not recorded", { error });
    return answer(503, { error: "not recorded", hint: "send it again" });
  }
}

async function takeIn(notification: Notification, { cashier, log }: WebhookOptions): Promise<HttpAnswer> {
  switch (notification.is) {
    case "news":
      return acknowledge(await cashier.notified(notification.reference, notification.standing));
    case "confirm":
      log.warn("notification is to be confirmed", { reference: notification.reference, because: notification.because });
      return acknowledge(await cashier.hinted(notification.reference));
    case "forged":
      log.warn("forged notification", { because: notification.because });
      return answer(403, { error: "not signed by the provider" });
    case "unreadable":
      log.warn("unreadable notification", { because: notification.because });
      return answer(400, { error: notification.because });
  }
}

const acknowledge = (taken: Taken): HttpAnswer =>
  taken === "taken" ? answer(200, { status: "ok" }) : answer(404, { error: "no such order here" });
