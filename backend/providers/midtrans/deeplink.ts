import { isOwnAddress } from "./picture.ts";

/** Where GoPay's deeplinks lead (docs.midtrans.com/reference/faq-redirection-to-gojek-gopay-app, 2026-02). */
const GOPAY_HOST = /^(?:(?:[a-z0-9-]+\.)*gopay\.co\.id|gojek\.link|(?:gopayapp|gojek)\.page\.link)$/;
const APPS: readonly string[] = ["gojek:", "gopay:"];

/**
 * Whether a payer's phone may be sent there: over TLS to Midtrans or GoPay, to the base address's own host, or into their
 * apps. Anything else in an answer is not for a customer's eyes.
 */
export function isDeeplink(address: string, base: URL): boolean {
  if (!/^[\x21-\x7e]+$/.test(address) || !URL.canParse(address)) return false;
  const url = new URL(address);
  if (APPS.includes(url.protocol)) return true;
  return isOwnAddress(address, base) || isGopayAddress(url);
}

const isGopayAddress = ({ protocol, port, username, password, hostname }: URL): boolean =>
  protocol === "https:" && port === "" && username === "" && password === "" && GOPAY_HOST.test(hostname);
