import type { z } from "zod";
import { senderOf } from "../../host/addresses.ts";
import type { HttpAnswer, HttpRequest, Route } from "../../host/http.ts";
import { jsonIn } from "../../host/json.ts";
import type { Log } from "../../host/log.ts";
import { Seldom } from "../../host/seldom.ts";
import {
  ENROL_PATH,
  type EnrolAnswer,
  type EnrolRefusal,
  enrolRequestSchema,
  RENEW_PATH,
  type RenewAnswer,
  renewRequestSchema,
} from "../../protocol/enrolment.ts";
import type { StandId } from "../../protocol/ids.ts";
import type { Clock } from "../../protocol/time.ts";
import { Throttle } from "../pay/throttle.ts";
import type { Enrolled, Enrolling, TurnedDown } from "./enrolling.ts";

/** Where machines become stands, open to the world. Whoever is refused learns nothing of what was wrong with what he guessed. */
export type EnrolRouteParts = {
  readonly enrolling: Pick<Enrolling, "redeem" | "renew">;
  readonly clock: Clock;
  readonly log: Log;
  /** Tries of one address, and of all together. */
  readonly triesAMinute: { readonly each: number; readonly all: number };
  isProxy(address: string): boolean;
  /** The broker and the backend's keys, for who is let in. */
  welcome(): Pick<EnrolAnswer, "broker" | "keys">;
  /** A stand's first menu. */
  settingsFor(stand: StandId): Promise<EnrolAnswer["settings"]>;
  /** The list of certificates that are not good any more, PEM. */
  revoked(): Promise<string>;
};

const CRL_PATH = `${ENROL_PATH}/crl.pem`;
const RETRY_SECONDS = 60;

export function enrolRoutes(parts: EnrolRouteParts): readonly Route[] {
  const { clock, triesAMinute, revoked } = parts;
  const each = new Throttle({ clock, aMinute: triesAMinute.each });
  const all = new Throttle({ clock, aMinute: triesAMinute.all });
  const seldom = new Seldom(parts);
  const isTooMany = (address: string): boolean => !each.admits(address) || !all.admits("all");
  const guarded =
    (answer: (request: HttpRequest, address: string) => Promise<HttpAnswer>): Route["answer"] =>
    async (request) => {
      const address = addressOf(request, parts);
      if (isTooMany(address)) {
        seldom.warn("enrolment refused", { because: "too many tries", address });
        return SLOW_DOWN;
      }
      return answer(request, address).catch((error: unknown) => unavailable(parts, error));
    };
  return [
    { method: "POST", path: ENROL_PATH, answer: guarded((request, address) => enrol(request, address, parts)) },
    { method: "POST", path: RENEW_PATH, answer: guarded((request, address) => renew(request, address, parts)) },
    {
      method: "GET",
      path: CRL_PATH,
      answer: async () => ({
        status: 200,
        headers: { "content-type": "application/x-pem-file" },
        body: await revoked(),
      }),
    },
  ];
}

async function enrol(request: HttpRequest, address: string, parts: EnrolRouteParts): Promise<HttpAnswer> {
  const asked = read(request, enrolRequestSchema);
  if (asked === undefined) return malformed(parts, address);
  const done = await parts.enrolling.redeem(asked);
  if (done.is === "refused") return turnAway(done, "code-unknown", address, parts);
  const { stand, again } = done;
  parts.log.info("stand enrolled", { stand, address, ...(again ? { again } : {}) });
  return json(200, await answerTo(done, parts));
}

async function answerTo({ stand, name, site, certificate }: Enrolled, parts: EnrolRouteParts): Promise<EnrolAnswer> {
  const settings = await parts.settingsFor(stand);
  const more = { ...(site === undefined ? {} : { site }), ...(settings && { settings }) };
  return { stand, name, ...parts.welcome(), certificate, ...more };
}

async function renew(request: HttpRequest, address: string, parts: EnrolRouteParts): Promise<HttpAnswer> {
  const asked = read(request, renewRequestSchema);
  if (asked === undefined) return malformed(parts, address);
  const done = await parts.enrolling.renew(asked);
  if (done.is === "too-often") {
    parts.log.warn("enrolment refused", { because: "too many tries", address, stand: asked.stand });
    return SLOW_DOWN;
  }
  if (done.is === "refused") return turnAway(done, "stand-unknown", address, parts);
  parts.log.info("certificate renewed", { stand: asked.stand, ...(done.again ? { again: true } : {}) });
  const answer: RenewAnswer = { certificate: done.certificate };
  return json(200, answer);
}

/** What every refusal of its kind says, to the letter. */
const REFUSALS = {
  "code-unknown": {
    message: "This is not good for a new stand.",
    hint: "A code works once and for a short time: `backend stands invite ID` makes a new one.",
  },
  "stand-unknown": {
    message: "This renews no certificate.",
    hint: "A stand that was revoked comes back with a new code: `gateway enroll`.",
  },
  "bad-request": { message: "This is no request for an enrolment.", hint: "See protocol/enrolment.ts." },
  "too-many": { message: "Too many tries.", hint: "Wait a minute." },
  unavailable: { message: "The backend cannot do this now.", hint: "Try again." },
} as const satisfies Partial<Record<EnrolRefusal, { message: string; hint: string }>>;

const refusal = (status: number, error: keyof typeof REFUSALS, headers: Record<string, string> = {}): HttpAnswer => ({
  status,
  headers: { ...headers, "cache-control": "no-store" },
  body: { error, ...REFUSALS[error] },
});

function turnAway(
  { because, stand }: TurnedDown,
  error: "code-unknown" | "stand-unknown",
  address: string,
  { log }: EnrolRouteParts,
): HttpAnswer {
  log.warn("enrolment refused", { because, address, ...(stand && { stand }) });
  return refusal(403, error);
}

function malformed({ log }: EnrolRouteParts, address: string): HttpAnswer {
  log.warn("enrolment refused", { because: "not such a request", address });
  return refusal(400, "bad-request");
}

const SLOW_DOWN = refusal(429, "too-many", { "retry-after": String(RETRY_SECONDS) });

function unavailable({ log }: EnrolRouteParts, error: unknown): HttpAnswer {
  log.error("enrolment failed", { error });
  return refusal(503, "unavailable");
}

const json = (status: number, body: object): HttpAnswer => ({
  status,
  headers: { "cache-control": "no-store" },
  body,
});

const addressOf = ({ peer, headers }: HttpRequest, { isProxy }: EnrolRouteParts): string =>
  senderOf(peer, headers["x-forwarded-for"], isProxy) ?? `unknown behind ${peer}`;

const read = <Body>({ body }: HttpRequest, schema: z.ZodType<Body>): Body | undefined =>
  schema.safeParse(jsonIn(body)).data;
