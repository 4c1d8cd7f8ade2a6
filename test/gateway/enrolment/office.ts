import type { Posted } from "../../../gateway/enrolment/post.ts";
import { newAuthority, openAuthority, readRequest } from "../../../host/certificates.ts";
import {
  ENROL_PATH,
  type EnrolAnswer,
  enrolProof,
  enrolRequestSchema,
  isProof,
  RENEW_PATH,
  renewProof,
  renewRequestSchema,
} from "../../../protocol/enrolment.ts";
import type { StandId } from "../../../protocol/ids.ts";
import { newKeyPair, type PublicJwk } from "../../../protocol/keys.ts";

export const CODE = "7K3M-9QXD-4C7H";
export const DAY_MS = 86_400_000;

/** A backend's office that makes whoever shows the code the stand `lobby-1`; it checks every proof. */
export class Office {
  readonly backend = newKeyPair();
  readonly authority = openAuthority(newAuthority({ name: "Stands", nowMs: Date.now(), forMs: 3_650 * DAY_MS }));
  /** The keys that were shown, each time. */
  readonly shown: PublicJwk[] = [];
  renewals = 0;
  /** What is answered instead. */
  instead: Posted | undefined;
  forMs = 90 * DAY_MS;
  /** Whose name its certificates bear. */
  name = "lobby-1";
  more: Partial<EnrolAnswer> = {};
  /** Before that it answers nothing. */
  slow: Promise<void> = Promise.resolve();
  wall = (): number => Date.now();

  readonly post = async (url: string, body: object): Promise<Posted> => {
    await this.slow;
    const path = new URL(url).pathname;
    const answer = path === ENROL_PATH ? this.#enrol(body) : path === RENEW_PATH ? this.#renew(body) : undefined;
    return this.instead ?? answer ?? { is: "answer", status: 404, body: {} };
  };

  #enrol(body: object): Posted {
    const asked = enrolRequestSchema.parse(body);
    if (!isProof(asked.key, enrolProof(asked), asked.proof)) throw new Error("the proof does not fit");
    this.shown.push(asked.key);
    if (asked.code !== CODE) return refusal(403, "code-unknown");
    const certificate = this.#certify(asked.csr);
    const answer: EnrolAnswer = {
      stand: "lobby-1" as StandId,
      name: "Kopi Lobi",
      broker: { url: "mqtts://broker.example.id:8883", ca: this.authority.certificate },
      certificate,
      keys: { version: 3, keys: [this.backend.publicJwk] },
      ...this.more,
    };
    return { is: "answer", status: 200, body: answer };
  }

  #renew(body: object): Posted {
    const asked = renewRequestSchema.parse(body);
    const key = this.shown.at(-1);
    if (key === undefined || !isProof(key, renewProof(asked), asked.proof)) return refusal(403, "stand-unknown");
    this.renewals += 1;
    return { is: "answer", status: 200, body: { certificate: this.#certify(asked.csr) } };
  }

  #certify(csr: string): string {
    const read = readRequest(csr);
    if (read.is === "bad") throw new Error(read.because);
    return this.authority.issue(read.request, { name: this.name, nowMs: this.wall(), forMs: this.forMs }).certificate;
  }
}

export const refusal = (status: number, error: string, retryAfterMs?: number): Posted => ({
  is: "answer",
  status,
  body: { error, message: "No.", hint: "Ask." },
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});
