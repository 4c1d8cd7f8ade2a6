declare const rupiahBrand: unique symbol;

/** Whole rupiah, 0 or more. There are no cents in this trade. */
export type Rupiah = number & { readonly [rupiahBrand]: true };

/** Most that one QRIS payment may carry, set by Bank Indonesia (PADG 24/1/PADG/2022). */
export const QRIS_MAX = 10_000_000;

export const isRupiah = (value: unknown): value is Rupiah =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;

/** For amounts the program itself made; throws `RangeError` on anything that is not whole rupiah. */
export function rupiah(value: number): Rupiah {
  if (!isRupiah(value)) throw new RangeError(`${value} is not an amount in whole rupiah`);
  return value;
}

/**
 * Reads an amount as the provider and QRIS payloads write it: `789000`, `789000.00`, `789000.0`.
 * `undefined` for everything else, a fraction of a rupiah included.
 */
export function readRupiah(text: string): Rupiah | undefined {
  const whole = /^(\d{1,15})(?:\.0{0,2})?$/.exec(text)?.[1];
  return whole === undefined ? undefined : rupiah(Number(whole));
}

/** `Rp 15.000`, as printed in Indonesia. */
export const showRupiah = (amount: Rupiah): string => `Rp ${String(amount).replace(/\B(?=(\d{3})+$)/g, ".")}`;
