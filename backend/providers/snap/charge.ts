import { addsUp } from "../midtrans/charge-body.ts";
import { readPicture } from "../midtrans/picture.ts";
import { type Attempt, type Charge, referenceOf } from "../provider.ts";
import { readQrImage } from "../qr-image.ts";
import { generateBody, validUntil } from "./bodies.ts";
import { type Answered, callSnap } from "./calls.ts";
import type { Desk } from "./desk.ts";
import { type GenerateVerdict, judgeGenerate } from "./judge.ts";

/** As long as a QR payload may be (EMVCo) and an offer can carry. */
const LONGEST_QR = 512;

/** `qr-mpm-generate`; sent once for an attempt, whose reference is its external id, whatever becomes of it. */
export async function charge(desk: Desk, attempt: Attempt, signal: AbortSignal): Promise<Charge> {
  if (!addsUp(attempt)) {
    const detail = `the items do not add up to ${attempt.amount}`;
    return { is: "refused", retriable: false, because: "bad-amount", detail };
  }
  const reference = referenceOf(attempt);
  const expiresAt = validUntil(attempt, desk.clock.wall());
  const body = generateBody(attempt, desk, expiresAt);
  const call = { operation: "generate", reference, externalId: reference, body, signal } as const;
  const answered = await callSnap(desk, desk.tokens, call);
  if (answered.is === "none") return unanswered(answered);
  const verdict = judgeGenerate(answered.answer, reference);
  if (verdict.is === "issued" || verdict.is === "pictured") desk.numbers.learn(reference, verdict.transaction);
  const charged = verdict.is === "pictured" ? await seen(desk, verdict, signal) : verdict;
  return charged.is === "issued" ? { ...charged, expiresAt } : charged;
}

function unanswered(answered: Extract<Answered, { is: "none" }>): Charge {
  const { detail } = answered;
  if (answered.sent) return { is: "unclear", detail };
  if (answered.misconfigured) return { is: "refused", retriable: false, because: "misconfigured", detail };
  return { is: "refused", retriable: true, because: "unavailable", detail };
}

/** The charge stands; if nobody can see its code, whoever asks will find it pending, end it and try again. */
async function seen(
  desk: Desk,
  { image, url, transaction }: Extract<GenerateVerdict, { is: "pictured" }>,
  signal: AbortSignal,
): Promise<Charge> {
  const enclosed = image === undefined ? undefined : readQrImage(pngIn(image));
  if (enclosed !== undefined && enclosed.length <= LONGEST_QR) return { is: "issued", qr: enclosed, transaction };
  const picture = await readPicture(desk, url === undefined ? [] : [url], signal);
  if (picture.is === "read") return { is: "issued", qr: picture.qr, transaction };
  const tried = image === undefined ? "" : "the picture in the answer shows no code; ";
  return { is: "unclear", detail: `charged, but there is no QR code: ${tried}${picture.detail}` };
}

/** Base64, as text or as an address of its own (`data:image/png;base64,…`): the documentation shows neither in full. */
const pngIn = (image: string): Buffer => Buffer.from(image.replace(/^data:image\/png;base64,/, ""), "base64");
