/**
 * `channel_response_code` of a denied charge: GoPay's own words (docs.midtrans.com/reference/gopay-response-codes). Most speak
 * of a wallet's owner, who is not there yet when a code to scan is asked for; the page calls all but 900 and 153 internal errors.
 */
export const GOPAY_CODES: Readonly<Record<string, string>> = {
  "101": "WALLET_NOT_FOUND",
  "102": "MERCHANT_NOT_AUTHORIZED",
  "103": "ILLEGAL_KYC_TYPE",
  "104": "ILLEGAL_USER_TYPE",
  "105": "USER_NOT_FOUND",
  "106": "RESERVATION_NOT_FOUND",
  "109": "CURRENTLY_NOT_ALLOWED",
  "110": "UNAUTHORIZED",
  "112": "WALLET_BLOCKED",
  "116": "MERCHANT_NOT_FOUND",
  "119": "INCORRECT_PIN",
  "120": "PIN_NOT_SETUP",
  "122": "ILLEGAL_RECEIVER",
  "123": "KYC_NOT_APPROVED",
  "124": "KYC_PENDING",
  "125": "PIN_IS_REQUIRED",
  "126": "CUSTOMER_WALLET_BLOCKED",
  "130": "SERVICE_BLOCKED",
  "132": "TRANSACTION_IN_PROGRESS",
  "133": "SETTLEMENT_FAILED",
  "135": "TRANSACTION_NOT_FOUND",
  "142": "INVALID_MERCHANT_IDENTIFIER",
  "151": "AMEND_RESERVATION_INVALID_AMOUNT",
  "153": "INVALID_PAYMENT_OPTION",
  "900": "GENERIC_SERVICE_ERROR",
  "901": "ATTRIBUTE_NOT_AVAILABLE_ERROR",
  "902": "MALFORMED_JSON",
  "903": "FORBIDDEN_OPERATION",
};

const PASSING = "900";

/** The only denial that a later attempt may turn: "intermittent", "please retry later". */
export const isPassing = (code: string | undefined): boolean => code === PASSING;

/** For the operator: the code's name, and what can be done. */
export function explainGopayCode(code: string): string {
  const name = Object.hasOwn(GOPAY_CODES, code) ? GOPAY_CODES[code] : "not in the documentation";
  const advice = isPassing(code) ? "GoPay's own trouble, it passes" : "ask Midtrans' support, with the order id";
  return `channel_response_code ${code} (${name}: ${advice})`;
}
