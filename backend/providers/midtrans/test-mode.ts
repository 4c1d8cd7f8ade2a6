const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;
/** The Core API's is `.sandbox`, BI-SNAP's `.sbx` and, before that, `.stg`. */
const SANDBOX = /^[a-z0-9-]+\.(?:sandbox|sbx|stg)\.(?:midtrans\.com|veritrans\.co\.id)$/;

/** This machine itself: the only place that may be spoken to without TLS. */
export const isLoopback = (url: URL): boolean => LOOPBACK.test(url.hostname);

/**
 * True where payments should not be real. At Midtrans' sandbox they still can be: its QR codes may point at the merchant's
 * real account (docs.midtrans.com/docs/testing-payment-on-sandbox).
 */
export const isTestHost = (url: URL): boolean => isLoopback(url) || SANDBOX.test(url.hostname);
