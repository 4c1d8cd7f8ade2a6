import type { Log } from "../../host/log.ts";
import type { CareBody, ReportBody, UsingBody } from "../../protocol/statements.ts";
import { type Clock, type Instant, sinceMs } from "../../protocol/time.ts";
import type { OpenStand } from "../open-stand.ts";
import type { Care } from "../parts.ts";
import type { Shown } from "../screen/what-is-shown.ts";
import type { SettingsKeeper } from "./keeper.ts";
import type { TrustedKeys } from "./trusted-keys.ts";

export type StandCareOptions = {
  readonly settings: SettingsKeeper;
  readonly keys: TrustedKeys;
  /** The stand's version of this program. */
  readonly software: string;
  readonly clock: Clock;
  readonly log: Log;
  /** How much longer the certificate for the broker is good; `undefined` where there is none. */
  certificateEndsInMs(): number | undefined;
};

const seenOf = ({ page, png }: Shown): ReportBody => ({
  type: "seen",
  page,
  ...(png === undefined ? {} : { png: Buffer.from(png).toString("base64url") }),
});

type CaredFor = Pick<OpenStand, "link" | "shown">;

/** Drawing a page takes the processor: nobody is answered more often. */
const LOOK_MS = 2_000;

/** Hears what the backend says of the stand itself, and tells by what it works. */
export class StandCare implements Care {
  readonly #options: StandCareOptions;
  #stand: CaredFor | undefined;
  #lookedAt: Instant | undefined;

  constructor(options: StandCareOptions) {
    this.#options = options;
  }

  tend(stand: CaredFor): void {
    this.#stand = stand;
  }

  using(): UsingBody {
    const { settings, keys, software } = this.#options;
    const left = this.#options.certificateEndsInMs();
    return {
      type: "using",
      software,
      settings: settings.using,
      keys: { version: keys.version },
      ...(left === undefined ? {} : { certificateEndsInMs: Math.max(0, Math.floor(left)) }),
    };
  }

  /** Something of it has changed. */
  changed(): void {
    this.#say(this.using());
  }

  async hear(body: CareBody): Promise<void> {
    const { settings, keys, log } = this.#options;
    switch (body.type) {
      case "settings":
        return settings.hear(body.version, body.settings);
      case "keys": {
        const became = await keys.replace(body.version, body.keys);
        if (became === "replaced") log.info("keys replaced", { version: body.version, trusted: keys.size });
        return this.changed();
      }
      case "look":
        return this.#show();
    }
  }

  /** What the backend says next does not wait for the picture. */
  #show(): void {
    const { clock, log } = this.#options;
    const stand = this.#stand;
    const ageMs = this.#lookedAt === undefined ? undefined : sinceMs(this.#lookedAt, clock.now());
    if (stand === undefined || (ageMs !== undefined && ageMs < LOOK_MS)) return;
    this.#lookedAt = clock.now();
    stand.shown().then(
      (shown) => this.#say(seenOf(shown)),
      (error: unknown) => log.warn("picture not drawn", { error }),
    );
  }

  /** What does not reach the broker is asked for again, or told after the next sync. */
  #say(body: ReportBody): void {
    const { log } = this.#options;
    this.#stand?.link
      ?.report(body)
      .catch((error: unknown) => log.warn("report not sent", { report: body.type, error }));
  }
}
