import type { Random } from "../../protocol/ids.ts";
import type { Fault, FaultName } from "../../sandbox/midtrans/fault.ts";
import { Faults, type Occasion, type Strikes } from "../../sandbox/midtrans/faults.ts";
import type { BankMood } from "./bank.ts";
import { withMethod } from "./mortal.ts";

export type Chance = {
  readonly random: Random;
  readonly mood: () => BankMood;
  /** Of the world, in milliseconds. */
  readonly now: () => number;
  /** What the dashboard puts on top of every amount. */
  readonly fee: number;
  /** An order about which every notification must arrive. */
  readonly isToBeTold: (order: string) => boolean;
};

type Spell = (chance: Chance, occasion: Occasion) => Fault | undefined;

const likely =
  (of: (mood: BankMood) => number, fault: Fault): Spell =>
  ({ random, mood }) =>
    random() < of(mood()) ? fault : undefined;

/** Now and then something harmless is different, or a call fails with a page that is no JSON. */
const quirk = (fault: Fault): Spell => likely((mood) => mood.quirk, fault);

const SPELLS: Readonly<Partial<Record<FaultName, Spell>>> = {
  deny: likely((mood) => mood.deny, { fault: "deny", code: "900" }),
  "bad-qr": likely((mood) => mood.spoilQr, { fault: "bad-qr", how: "crc" }),
  fee: ({ fee }) => (fee === 0 ? undefined : { fault: "fee", amount: fee }),
  error: ({ random, mood }, { when = "before" }) =>
    random() < mood().quirk ? { fault: "error", http: 502, when } : undefined,
  "no-qr-string": quirk({ fault: "no-qr-string" }),
  "token-expired": quirk({ fault: "token-expired" }),
  "expiry-field": quirk({ fault: "expiry-field", as: "expire_time" }),
  "mirror-status": quirk({ fault: "mirror-status" }),
  "refund-refused": ({ random, mood, now }) => {
    const { closedUntilMs, poorUntilMs, refuse } = mood().refunds;
    if (now() < closedUntilMs) return { fault: "refund-refused", because: "not-now" };
    if (now() < poorUntilMs) return { fault: "refund-refused", because: "no-balance" };
    return random() < refuse ? { fault: "refund-refused", because: "by-bank" } : undefined;
  },
  "refund-unconfirmed": likely(({ refunds }) => refunds.neverConfirm, { fault: "refund-unconfirmed" }),
  "refund-taken-back": likely(({ refunds }) => refunds.takeBack, { fault: "refund-taken-back" }),
  drop: ({ random, mood, isToBeTold }, { order = "" }) =>
    !isToBeTold(order) && random() < mood().loseNotification ? { fault: "drop" } : undefined,
  duplicate: likely((mood) => mood.repeatNotification, { fault: "duplicate", copies: 1 }),
  late: ({ random, mood }) => ({ fault: "late", ms: Math.floor(mood().delayMs[1] * random()) }),
};

/** Faults that nobody arms: they strike by chance, as the mood of the moment has it. */
export function chanceFaults(chance: Chance): Faults {
  const take: Strikes["take"] = (name, occasion) => {
    const fault = SPELLS[name]?.(chance, occasion);
    return fault !== undefined && isNamed(fault, name) ? fault : undefined;
  };
  return withMethod(new Faults(), "within", () => ({ take }));
}

const isNamed = <Name extends FaultName>(fault: Fault, name: Name): fault is Extract<Fault, { fault: Name }> =>
  fault.fault === name;
