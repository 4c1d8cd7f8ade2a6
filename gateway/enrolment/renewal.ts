import { createPrivateKey, X509Certificate } from "node:crypto";
import { certificateFacts, newRequest } from "../../host/certificates.ts";
import type { Log } from "../../host/log.ts";
import { replaceFile } from "../../host/replace-file.ts";
import { readSecretFile } from "../../host/secret.ts";
import { prove, RENEW_PATH, renewAnswerSchema, renewProof } from "../../protocol/enrolment.ts";
import type { Random } from "../../protocol/ids.ts";
import type { SigningKey } from "../../protocol/keys.ts";
import type { Clock, Stop, WallMs } from "../../protocol/time.ts";
import { brokerPem } from "./enrol.ts";
import { type Identity, identityFiles } from "./identity.ts";
import type { Post } from "./post.ts";

export type CertificateOptions = {
  /** Where the certificate for the broker lies; `undefined`: there is none. */
  readonly file: string | undefined;
  readonly env: NodeJS.ProcessEnv;
  /** Who renews it, and where; absent where a technician does. */
  readonly renewing?: {
    readonly folder: string;
    readonly identity: Identity;
    readonly key: SigningKey;
    readonly post: Post;
  };
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** There is another one now: who connects next shows it. */
  changed(): void;
};

type Facts = { readonly beginsMs: WallMs; readonly endsMs: WallMs };

const MINUTE_MS = 60_000;
const LOOK_MS = 60 * MINUTE_MS;
const LONGEST_PAUSE_MS = 6 * 60 * MINUTE_MS;
const SOON_MS = 7 * 24 * 60 * MINUTE_MS;

/**
 * This stand's certificate for the broker: how long it is good, and a new one from a third of its life before the end on, spread
 * over a tenth of that time, so that stands that were enrolled together do not come together. It is renewed over HTTP: also when
 * it has ended, and the broker does not let the stand in any more.
 */
export class BrokerCertificate {
  readonly #options: CertificateOptions;
  readonly #spread: number;
  #facts: Facts | undefined;
  #failures = 0;

  constructor(options: CertificateOptions) {
    this.#options = options;
    this.#spread = options.random();
    this.#facts = this.#read();
  }

  /** Milliseconds, negative when it has ended; `undefined` where there is none. */
  endsInMs(): number | undefined {
    return this.#facts && this.#facts.endsMs - this.#options.clock.wall();
  }

  /** Looks after it until stopped. */
  keep(): Stop {
    const { clock, log, file } = this.#options;
    if (file === undefined) return () => undefined;
    let isOver = false;
    let stop: Stop = () => undefined;
    const wait = (ms: number): void => {
      if (!isOver) stop = clock.after(ms, () => void look());
    };
    const look = async (): Promise<void> => {
      await this.look().catch((error: unknown) => log.error("certificate not renewed", { error }));
      wait(this.#pauseMs());
    };
    wait((1 + 9 * this.#spread) * MINUTE_MS);
    return () => {
      isOver = true;
      stop();
    };
  }

  /** Renews it where it is time. */
  async look(): Promise<void> {
    this.#facts = this.#read();
    const { clock, log } = this.#options;
    const left = this.endsInMs();
    if (this.#facts === undefined || left === undefined) return;
    if (clock.wall() >= dueMs(this.#facts, this.#spread)) await this.#renew();
    const still = this.endsInMs() ?? left;
    if (still < SOON_MS) log.error("certificate ends soon", { days: Math.floor(still / (24 * 60 * MINUTE_MS)) });
  }

  async #renew(): Promise<void> {
    const { renewing, log } = this.#options;
    if (renewing === undefined) return;
    const because = await this.#tryToRenew(renewing);
    this.#failures = because === undefined ? 0 : this.#failures + 1;
    if (because !== undefined) log.warn("certificate not renewed", { because, tries: this.#failures });
  }

  async #tryToRenew({ folder, identity, key, post }: NonNullable<CertificateOptions["renewing"]>) {
    const { stand, at } = identity;
    const { key: brokerKey, csr } = newRequest(stand);
    const posted = await post(`${at}${RENEW_PATH}`, { stand, csr, proof: prove(key, renewProof({ stand, csr })) });
    if (posted.is === "failed") return posted.because;
    if (posted.status !== 200) return `the backend answered ${posted.status}`;
    const answer = renewAnswerSchema.safeParse(posted.body);
    if (!answer.success) return "the backend's answer is no certificate";
    const { certificate } = answer.data;
    if (!isFor(certificate, stand, brokerKey)) return "the backend's certificate is not this stand's";
    await replaceFile(identityFiles(folder).broker, brokerPem(brokerKey, certificate), 0o600);
    this.#facts = this.#read();
    this.#options.log.info("certificate renewed", { endsMs: this.#facts?.endsMs });
    this.#options.changed();
    return undefined;
  }

  /** After failures ever longer, with jitter; else an hour. */
  #pauseMs(): number {
    if (this.#failures === 0) return LOOK_MS;
    const pause = Math.min(LONGEST_PAUSE_MS, MINUTE_MS * 2 ** Math.min(this.#failures, 12));
    return pause * (0.5 + this.#options.random() / 2);
  }

  #read(): Facts | undefined {
    const { file, log } = this.#options;
    if (file === undefined) return undefined;
    const read = readSecretFile(file, this.#options.env);
    try {
      if (read.is === "unreadable") throw new Error(read.problem);
      return certificateFacts(read.secret.reveal());
    } catch (error) {
      log.error("certificate not read", { error });
      return this.#facts;
    }
  }
}

/** From when on it is renewed; `spread` is 0 to 1. */
function dueMs({ beginsMs, endsMs }: Facts, spread: number): WallMs {
  const third = (endsMs - beginsMs) / 3;
  return endsMs - third + (third / 10) * spread;
}

function isFor(certificate: string, stand: string, key: string): boolean {
  try {
    const isOurs = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
    return isOurs && certificateFacts(certificate).name === stand;
  } catch {
    return false;
  }
}
