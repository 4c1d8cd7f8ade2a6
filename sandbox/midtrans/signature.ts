import { createHash } from "node:crypto";

/** What a notification's `signature_key` covers, exactly as written in its body: nothing else of it is protected. */
export type Signed = { readonly orderId: string; readonly statusCode: string; readonly grossAmount: string };

/** Lower-case hex SHA-512 of order, status code, amount and server key, one behind the other. */
export const signatureOf = ({ orderId, statusCode, grossAmount }: Signed, serverKey: string): string =>
  createHash("sha512").update(`${orderId}${statusCode}${grossAmount}${serverKey}`).digest("hex");
