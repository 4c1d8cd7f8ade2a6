import { type Rupiah, readRupiah } from "./rupiah.ts";

/**
 * The text inside a QRIS code, as EMVCo's "Merchant Presented Mode" lays it out: two digits of id, two of length (in
 * characters), the value; templates hold fields of the same form.
 */

export type QrisField = { readonly id: string; readonly value: string };

export type QrisPayload = {
  /** In the order of the text, which need not be the order of the ids. */
  readonly fields: readonly QrisField[];
  /** Made for one payment (id 01 is 12); a sticker is not. */
  readonly isDynamic: boolean;
  /** Id 53, ISO 4217 number: 360 is the rupiah. */
  readonly currency?: string;
  /** Id 54; `undefined` where the customer types it. */
  readonly amount?: Rupiah;
  /** Id 58, ISO 3166: `ID`. */
  readonly country?: string;
  /** Id 59. */
  readonly merchantName?: string;
  /** Id 60. */
  readonly city?: string;
  /** Who takes the money for the merchant: sub-field 00 of the first template in 26 to 45, such as `COM.GO-JEK.WWW`. */
  readonly acquirer?: string;
  /** The merchant's national id: sub-field 02 of template 51. */
  readonly nmid?: string;
};

export type QrisRead =
  | { readonly is: "good"; readonly payload: QrisPayload }
  | { readonly is: "bad"; readonly because: string };

/**
 * Reads a payload and checks its CRC. Lenient in what providers do differently (any order of ids, ids it does not know,
 * templates it cannot read: GoPay's 62-50 is a bare UUID); strict in what moves money. Total: never throws.
 */
export function readQris(text: string): QrisRead {
  const fields = fieldsOf(text);
  if (fields === undefined) return bad("not a row of id, length and value");
  const twice = fields.find(({ id }, place) => fields.findIndex((other) => other.id === id) !== place);
  if (twice !== undefined) return bad(`id ${twice.id} is there twice`);
  if (valueAt(fields, "00") !== "01") return bad("id 00 is not 01");
  const because = wrongCrc(text, fields);
  if (because !== undefined) return bad(because);
  const written = valueAt(fields, "54");
  const amount = written === undefined ? undefined : readRupiah(written);
  if (written !== undefined && amount === undefined) return bad("the amount is not in whole rupiah");
  return { is: "good", payload: payloadOf(fields, amount) };
}

/** Whether a customer who scans `text` pays exactly `amount` in rupiah, once, in Indonesia. Total: never throws. */
export function checkOffer(text: string, amount: Rupiah): "good" | { readonly bad: string } {
  const read = readQris(text);
  if (read.is === "bad") return { bad: read.because };
  const { payload } = read;
  if (payload.currency !== IDR) return { bad: `the currency is ${payload.currency ?? "missing"}, not ${IDR} (IDR)` };
  if (!payload.isDynamic) return { bad: "not made for one payment: id 01 is not 12" };
  if (payload.country !== "ID") return { bad: `the country is ${payload.country ?? "missing"}, not ID` };
  if (payload.amount !== amount) return { bad: `the amount is ${payload.amount ?? "missing"}, not ${amount}` };
  return "good";
}

export type QrisFields = {
  readonly acquirer: {
    readonly guid: string;
    /** The merchant's account number, 19 digits. */
    readonly mpan: string;
    readonly merchant: string;
  };
  readonly nmid: string;
  /** `UMI`, `UKE`, `UME`, `UBE` or `URE`, from micro to large. */
  readonly criteria: string;
  /** Four digits of ISO 18245. */
  readonly category: string;
  readonly merchantName: string;
  readonly city: string;
  readonly postalCode: string;
  /** Absent for a sticker, where the customer types it. */
  readonly amount?: Rupiah;
  /** A UUID of the acquirer's own. */
  readonly reference: string;
  readonly terminal: string;
};

/** A payload in the layout of GoPay's, with its CRC. Throws `RangeError` when a value is empty or longer than 99. */
export function writeQris(fields: QrisFields): string {
  const { acquirer, criteria, amount } = fields;
  const row = [
    field("00", "01"),
    field("01", amount === undefined ? "11" : DYNAMIC),
    field(
      "26",
      field("00", acquirer.guid) + field("01", acquirer.mpan) + field("02", acquirer.merchant) + field("03", criteria),
    ),
    field("51", field("00", "ID.CO.QRIS.WWW") + field("02", fields.nmid) + field("03", criteria)),
    field("52", fields.category),
    field("53", IDR),
    field("58", "ID"),
    field("59", fields.merchantName),
    field("60", fields.city),
    field("61", fields.postalCode),
    amount === undefined ? "" : field("54", `${amount}.00`),
    field("62", field("50", fields.reference) + field("07", fields.terminal)),
    "6304",
  ].join("");
  return row + crcOf(row);
}

const IDR = "360";
const DYNAMIC = "12";

/** CRC-16/CCITT-FALSE of the text's UTF-8 bytes in four upper-case hex digits: polynomial 1021, begins at FFFF, not reflected. */
export function crcOf(text: string): string {
  let crc = 0xffff;
  for (const byte of new TextEncoder().encode(text)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021;
    crc &= 0xffff;
  }
  return crc.toString(16).toUpperCase().padStart(4, "0");
}

/** Id 63 must come last: the CRC covers everything before its own four digits, the `6304` included. */
function wrongCrc(text: string, fields: readonly QrisField[]): string | undefined {
  const last = fields.at(-1);
  if (last?.id !== "63" || last.value.length !== 4) return "it does not end with a CRC (6304 and four digits)";
  return last.value.toUpperCase() === crcOf(text.slice(0, -4)) ? undefined : "the CRC does not fit";
}

function payloadOf(fields: readonly QrisField[], amount: Rupiah | undefined): QrisPayload {
  const account = fields.find(({ id }) => id >= "26" && id <= "45");
  const found = {
    currency: valueAt(fields, "53"),
    amount,
    country: valueAt(fields, "58"),
    merchantName: valueAt(fields, "59"),
    city: valueAt(fields, "60"),
    acquirer: valueIn(account?.value, "00"),
    nmid: valueIn(valueAt(fields, "51"), "02"),
  };
  return { fields, isDynamic: valueAt(fields, "01") === DYNAMIC, ...present(found) };
}

type Present<Shape> = { [Key in keyof Shape]?: Exclude<Shape[Key], undefined> };
const present = <Shape extends object>(shape: Shape): Present<Shape> =>
  Object.fromEntries(Object.entries(shape).filter(([, value]) => value !== undefined)) as Present<Shape>;

/** `undefined` when the text is not a whole row of fields. */
function fieldsOf(text: string): readonly QrisField[] | undefined {
  const fields: QrisField[] = [];
  for (let at = 0; at < text.length; ) {
    const [, id, length] = /^(\d\d)(\d\d)/.exec(text.slice(at, at + 4)) ?? [];
    if (id === undefined) return undefined;
    const end = at + 4 + Number(length);
    if (end > text.length) return undefined;
    fields.push({ id, value: text.slice(at + 4, end) });
    at = end;
  }
  return fields;
}

const valueAt = (fields: readonly QrisField[], id: string): string | undefined =>
  fields.find((each) => each.id === id)?.value;

const valueIn = (template: string | undefined, id: string): string | undefined =>
  template === undefined ? undefined : valueAt(fieldsOf(template) ?? [], id);

function field(id: string, value: string): string {
  if (value.length === 0 || value.length > 99)
    throw new RangeError(`QRIS id ${id}: 1 to 99 characters, not ${value.length}`);
  return id + String(value.length).padStart(2, "0") + value;
}

const bad = (because: string): { readonly is: "bad"; readonly because: string } => ({ is: "bad", because });
