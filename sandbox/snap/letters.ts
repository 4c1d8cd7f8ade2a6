import type { Random } from "../../protocol/ids.ts";
import type { Clock } from "../../protocol/time.ts";
import type { Write } from "../midtrans/announcer.ts";
import type { Body } from "../midtrans/body.ts";
import type { Strikes } from "../midtrans/faults.ts";
import { notificationBody } from "./bodies.ts";
import type { SnapKeys } from "./keys.ts";
import { signNotification } from "./signature.ts";
import { isoOf } from "./time.ts";

export const NOTIFY_PATH = "/v1.0/qr/qr-mpm-notify";

export type LetterOptions = {
  readonly keys: SnapKeys;
  readonly faults: Strikes;
  readonly clock: Clock;
  readonly random: Random;
};

/**
 * Notifications over BI-SNAP, signed in their headers. They are written with spaces and `\/`, which the documentation allows
 * and a careless reader of signatures trips over. The path that is signed is the documented one, without the merchant's own.
 */
export const snapLetters =
  ({ keys, faults, clock, random }: LetterOptions): Write =>
  (transaction, occasion) => {
    const genuine = notificationBody(transaction);
    const wrong = faults.take("wrong-amount", occasion);
    const priced =
      wrong === undefined ? genuine : { ...genuine, amount: { value: `${wrong.amount}.00`, currency: "IDR" } };
    const signed = written(wrong?.signed === false ? genuine : priced);
    const timestamp = isoOf(clock.wall());
    const isForged = faults.take("forge", occasion) !== undefined;
    const signature = signNotification(
      NOTIFY_PATH,
      isForged ? `${signed}1` : signed,
      timestamp,
      keys.provider.privateKey,
    );
    return {
      body: written({ ...priced, ...faults.take("alter", occasion)?.fields }),
      headers: {
        "x-timestamp": timestamp,
        "x-signature": signature,
        "x-partner-id": keys.partnerId,
        "x-external-id": Array.from({ length: 20 }, () => Math.floor(random() * 10)).join(""),
      },
    };
  };

const written = (body: Body): string => JSON.stringify(body, null, 2).replaceAll("/", "\\/");
