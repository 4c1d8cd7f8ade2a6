import { type Rupiah, rupiah } from "../../../protocol/rupiah.ts";

/**
 * An amount as people and spreadsheets write it: `15000`, `15000.00`, `Rp 15.000`, `15,000.00`, `15.000,00`, `15,000 IDR`.
 * Separators before three digits group; the last one before one or two digits begins the fraction, which must be nothing.
 * `undefined` for everything else, a negative amount and a fraction of a rupiah included.
 */
export function readAmount(text: string): Rupiah | undefined {
  const bare = text.replace(/^\s*(?:rp|idr)\.?|\bidr\s*$/gi, "").replace(/\s/g, "");
  const parts = /^(\d{1,3}(?:([.,])\d{3}(?:\2\d{3})*)?|\d+)(?:([.,])0{1,2})?$/.exec(bare);
  const [, whole, grouping, fraction] = parts ?? [];
  if (whole === undefined || (grouping !== undefined && grouping === fraction)) return undefined;
  const digits = whole.replace(/\D/g, "");
  return digits.length > 15 ? undefined : rupiah(Number(digits));
}
