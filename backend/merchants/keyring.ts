import { type Instant, isReached, later } from "../../protocol/time.ts";

/** One or more keys, the one in use first. */
export type Keys<Key> = readonly [Key, ...Key[]];

/** The keys by which one party's word is believed, and those it used before. Pure. */
export type Ring<Key> = { readonly current: Keys<Key>; readonly former: readonly Former<Key>[] };
type Former<Key> = { readonly key: Key; readonly until: Instant };

/**
 * How long a key is believed after its exchange: longer than Midtrans repeats a notification that nobody took (5 h 42 min,
 * docs.midtrans.com, "Best practices to handle notification"), and a technician's working day.
 */
export const FORMER_MS = 24 * 3_600_000;
/** Whoever exchanges keys more often within a day loses the oldest. */
const FORMER_BOUND = 4;

export const newRing = <Key>(current: Keys<Key>): Ring<Key> => ({ current, former: [] });

/** What was in use and is not any more is believed for `FORMER_MS` longer; exchanging nothing changes nothing. */
export function exchange<Key>(
  { current, former }: Ring<Key>,
  keys: Keys<Key>,
  now: Instant,
  isSame: (one: Key, other: Key) => boolean,
): Ring<Key> {
  const isNew = (key: Key): boolean => keys.some((other) => isSame(key, other));
  const left = current.map((key) => ({ key, until: later(now, FORMER_MS) }));
  const still = former.filter(({ key, until }) => !isReached(until, now) && !current.some((one) => isSame(one, key)));
  return { current: keys, former: [...left, ...still].filter(({ key }) => !isNew(key)).slice(0, FORMER_BOUND) };
}

/** All that are believed now, the one in use first. */
export function keysAt<Key>({ current, former }: Ring<Key>, now: Instant): Keys<Key> {
  const [first, ...more] = current;
  return [first, ...more, ...former.filter(({ until }) => !isReached(until, now)).map(({ key }) => key)];
}
