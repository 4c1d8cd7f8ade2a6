/** Where Midtrans reports one transaction. Both lists empty: to the dashboard's address alone. */
export type NotificationUrls = {
  /** Instead of the dashboard's address. */
  readonly override: readonly string[];
  /** Beside the dashboard's address. */
  readonly append: readonly string[];
};

const MOST = 3;

/**
 * The headers that say so (docs.midtrans.com/docs/https-notification-webhooks: "Customizing Notification URL via API"). Throws
 * `RangeError` on what cannot work: a bad address, more than three, or both lists, which that page offers to choose between.
 */
export function notificationHeaders({ override, append }: NotificationUrls): Readonly<Record<string, string>> {
  if (override.length > 0 && append.length > 0) {
    throw new RangeError(
      "notification addresses are there to replace the dashboard's and to be added to it: Midtrans takes one or the other",
    );
  }
  check(override);
  check(append);
  return {
    ...(override.length === 0 ? {} : { "x-override-notification": override.join(",") }),
    ...(append.length === 0 ? {} : { "x-append-notification": append.join(",") }),
  };
}

function check(urls: readonly string[]): void {
  if (urls.length > MOST) throw new RangeError(`Midtrans notifies at most ${MOST} addresses, not ${urls.length}`);
  const bad = urls.find((url) => !/^https?:\/\/[\x21-\x2b\x2d-\x7e]+$/.test(url) || !URL.canParse(url));
  if (bad !== undefined)
    throw new RangeError(`"${bad}" is no address for notifications: write https://…, without commas`);
}
