import type { Clock } from "../../../protocol/time.ts";
import type { Standing } from "../provider.ts";
import type { MidtransAnswer } from "./answers.ts";
import { type CallOptions, callMidtrans } from "./calls.ts";
import { judgeStatus } from "./judge.ts";

export type StatusDesk = CallOptions & { readonly clock: Clock };

/** `answer`: what the standing was read from, if there was any. */
export type StatusRead = { readonly standing: Standing; readonly answer?: MidtransAnswer };

/**
 * Asks how a transaction stands, by our reference: unique for ever, and the one name of it that a notification's signature
 * covers.
 */
export async function askStatus(desk: StatusDesk, reference: string, signal: AbortSignal): Promise<StatusRead> {
  const answered = await callMidtrans(desk, { operation: "status", reference, signal });
  if (answered.is === "none") return { standing: { is: "unclear", detail: answered.detail } };
  const { answer } = answered;
  return { standing: judgeStatus(answer, reference, desk.clock.wall()), answer };
}
