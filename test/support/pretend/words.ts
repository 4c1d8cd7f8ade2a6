/* What all of the fleet that is made up is made of. */

/** Numbers from 0 up to 1, the same every time. */
export type Random = () => number;

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export const PRODUCTS = [
  ["Kopi Susu", 15_000],
  ["Teh Botol", 8_000],
  ["Air Mineral", 5_000],
  ["Roti Cokelat", 12_000],
] as const;
export const SOFTWARE = ["0.2.0", "0.2.0", "0.2.0", "0.1.4"] as const;

/** The same every time. */
export function chance(): Random {
  let seed = 42;
  return () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed / 2_147_483_648;
  };
}

export const pick = <One>(all: readonly One[], random: Random): One => all[Math.floor(random() * all.length)] as One;
