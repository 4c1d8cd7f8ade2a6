import { newUlid } from "../../../protocol/ids.ts";
import type { Standing } from "../provider.ts";
import type { SnapAnswer } from "./answers.ts";
import { cancelBody, type Original, type QueryName, queryBody } from "./bodies.ts";
import { type Answered, callSnap } from "./calls.ts";
import { rowOf } from "./codes.ts";
import type { Desk } from "./desk.ts";
import { type Asked, judgeCancel, judgeQuery } from "./judge.ts";

/** What a query came to, and where it was answered, the answer. */
export type Queried = { readonly standing: Standing; readonly answer?: SnapAnswer };

/**
 * `qr-mpm-query`. An external id is good for a day by the documentation: what is not found by it is asked for once more by our
 * own number, which is good for ever, before it counts as unknown.
 */
export async function query(desk: Desk, reference: string, signal: AbortSignal): Promise<Queried> {
  const original = desk.numbers.originalOf(reference);
  const first = await queryBy(desk, reference, original, signal);
  if (first.standing.is !== "unknown" || "originalReferenceNo" in original) return first;
  const second = await queryBy(desk, reference, { originalPartnerReferenceNo: reference }, signal);
  return isUntaken(second) ? first : second;
}

/** An older page knows no queries by our own number. */
const isUntaken = ({ answer }: Queried): boolean =>
  answer !== undefined && rowOf(answer.responseCode, "query").query === "untaken";

async function queryBy(desk: Desk, reference: string, original: QueryName, signal: AbortSignal): Promise<Queried> {
  const body = queryBody(original, desk.merchantId);
  const answered = await callSnap(desk, desk.tokens, {
    operation: "query",
    reference,
    externalId: freshId(desk),
    body,
    signal,
  });
  if (answered.is === "none") return { standing: { is: "unclear", detail: answered.detail } };
  const { answer } = answered;
  const standing = judgeQuery(answer, { reference, original, heardAt: desk.clock.wall() });
  desk.numbers.learn(reference, answer.originalReferenceNo, standing);
  return { standing, answer };
}

/** `qr-mpm-cancel`; where Midtrans says a clear no, or not what it cancelled, the standing tells. */
export async function voidOf(desk: Desk, reference: string, signal: AbortSignal): Promise<Standing> {
  const original = desk.numbers.originalOf(reference);
  const answered = await cancel(desk, reference, original, signal);
  if (answered.is === "none") return { is: "unclear", detail: answered.detail };
  const asked: Asked = { reference, original, heardAt: desk.clock.wall() };
  const verdict = judgeCancel(answered.answer, asked);
  if (verdict.is !== "ask") return verdict;
  const { standing } = await query(desk, reference, signal);
  if (standing.is !== "pending") return standing;
  return { is: "unclear", detail: `still pending; cancel: ${verdict.because}` };
}

function cancel(desk: Desk, reference: string, original: Original, signal: AbortSignal): Promise<Answered> {
  const body = cancelBody(original, desk.merchantId);
  return callSnap(desk, desk.tokens, { operation: "cancel", reference, externalId: freshId(desk), body, signal });
}

const freshId = ({ clock, random }: Desk): string => newUlid(clock.wall(), random);
