import { expect, test } from "vitest";
import type { SnapKeys } from "../../sandbox/snap/keys.ts";
import { openRig } from "./open-rig.ts";
import type { Rig } from "./rig.ts";

/* Keys are exchanged in the middle of a sale. */

/** Midtrans' status queries are further away than the ends of these journeys: news come as notifications, or not at all. */
const terms = { firstAskMs: 3_600_000, slowestAskMs: 3_600_000 };
const LATE_MS = 60_000;

const newServerKey = ({ midtrans }: Rig): void => midtrans.accounts.first.keys.rotate("SB-Mid-server-new", 0);

/** Each side gets the key pair that the other side had, and the client another secret. */
function newSnapKeys({ midtrans }: Rig): void {
  const keys: Changeable<SnapKeys> | undefined = midtrans.accounts.first.snapKeys;
  if (keys === undefined) throw new Error("no keys for BI-SNAP");
  const { merchant, provider } = keys;
  Object.assign(keys, { merchant: provider, provider: merchant, clientSecret: "another secret of the client" });
}

type Changeable<Keys> = { -readonly [Name in keyof Keys]: Keys[Name] };

const exchanges = [
  ["qris", newServerKey],
  ["snap", newSnapKeys],
] as const;

test.each(exchanges)(
  "over %s, between charge and payment: the new key's word is believed, and opens doors",
  async (provider, renew) => {
    const rig = await openRig({ provider, terms });
    const { order, qr } = await rig.orders();
    renew(rig);
    rig.backend.exchangeKeys();
    await rig.pays(qr);
    await rig.standIs("delivered");
    await rig.endsWell();
    expect(rig.answersTo(order).filter((answered) => answered !== 200)).toEqual([]);
    const next = await rig.orders();
    rig.stand.press("cancel");
    await rig.standIs("closed");
    expect(rig.chargesOf(next.order)).toMatchObject([{ standing: "cancel" }]);
    await rig.endsWell();
  },
);

test.each(exchanges)(
  "over %s, while a notification is on its way: the old key's word is believed too",
  async (provider, renew) => {
    const rig = await openRig({ provider, terms });
    rig.arms({ fault: "late", of: "settlement", ms: LATE_MS });
    const { order, qr } = await rig.orders();
    await rig.pays(qr);
    renew(rig);
    rig.backend.exchangeKeys();
    rig.clock.skip(LATE_MS);
    await rig.standIs("delivered");
    await rig.endsWell();
    expect(rig.answersTo(order).filter((answered) => answered !== 200)).toEqual([]);
  },
);

test.each(exchanges)(
  "over %s, and the files lag behind: what is refused till then is believed when Midtrans repeats it",
  async (provider, renew) => {
    const rig = await openRig({ provider, terms });
    const { order, qr } = await rig.orders();
    renew(rig);
    await rig.pays(qr);
    const refusals = (): number =>
      rig.answersTo(order).filter((answered) => answered === 403 || answered === 401).length;
    await rig.until("the new key's word is refused", () => refusals() === 1);
    expect(rig.stand.front).toMatchObject({ at: "awaiting" });
    rig.backend.exchangeKeys();
    rig.clock.skip(LATE_MS);
    await rig.standIs("delivered");
    await rig.endsWell();
    expect(refusals()).toBe(1);
  },
);
