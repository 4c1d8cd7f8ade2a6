import { DAY_MS, JAKARTA } from "./days.js";
import { h } from "./dom.js";
import { locale, say } from "./tongue.js";

/** A space that no line breaks at. */
const NBSP = "\u00a0";
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** `Rp 15.000` in Indonesian, `Rp 15,000` in English. @param {number} amount whole rupiah */
export const rupiah = (amount) => `Rp${NBSP}${Math.round(amount).toLocaleString(locale())}`;

/** `Rp 1,2 jt`, for where there is little room. @param {number} amount */
export function shortRupiah(amount) {
  const [much, unit] =
    amount >= 1e9
      ? [amount / 1e9, say("unit.billion")]
      : amount >= 1e6
        ? [amount / 1e6, say("unit.million")]
        : [amount, ""];
  if (unit === "") return rupiah(amount);
  return `Rp${NBSP}${much.toLocaleString(locale(), { maximumFractionDigits: 1 })}${NBSP}${unit}`;
}

/** @param {number} value @param {number} [digits] */
export const number = (value, digits = 0) => value.toLocaleString(locale(), { maximumFractionDigits: digits });

/** @type {Readonly<Record<string, string>>} */
const INDONESIAN = {
  [JAKARTA]: "WIB",
  "Asia/Pontianak": "WIB",
  "Asia/Makassar": "WITA",
  "Asia/Ujung_Pandang": "WITA",
  "Asia/Jayapura": "WIT",
};
const here = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** @param {number} wall @param {Intl.DateTimeFormatOptions} options */
const inWords = (wall, options) => new Intl.DateTimeFormat(locale(), { timeZone: here, ...options }).format(wall);

/** How the zone of this browser is called, `WIB` in Jakarta. @param {number} wall */
function zoneOf(wall) {
  const known = INDONESIAN[here];
  if (known !== undefined) return known;
  const parts = new Intl.DateTimeFormat(locale(), { timeZoneName: "short", timeZone: here }).formatToParts(wall);
  return parts.find(({ type }) => type === "timeZoneName")?.value ?? here;
}

const CLOCK = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** `14.05` in Indonesian, `14:05` in English. @param {number} wall */
export const clock = (wall, seconds = false) => inWords(wall, seconds ? { ...CLOCK, second: "2-digit" } : CLOCK);
/** The company's day that a moment is of, which is Jakarta's wherever the browser is. @param {number} wall */
export const companyDate = (wall) =>
  inWords(wall, { timeZone: JAKARTA, day: "numeric", month: "short", year: "numeric" });
/** @param {number} wall */
export const date = (wall) => inWords(wall, { day: "numeric", month: "short", year: "numeric" });
/** @param {number} wall */
const shortDate = (wall) => inWords(wall, { day: "numeric", month: "short" });
/** Date and time with the zone. @param {number} wall */
export const moment = (wall) => `${date(wall)}, ${clock(wall)}${NBSP}${zoneOf(wall)}`;

/** The same in Jakarta, for who sits elsewhere: receipts and reports speak WIB. @param {number} wall */
const inJakarta = (wall) => `${inWords(wall, { timeZone: JAKARTA, dateStyle: "medium", timeStyle: "medium" })} WIB`;

/** A moment: today only its clock. Its title has it in full, in WIB. @param {number} wall */
export function timeTag(wall, seconds = false) {
  const isToday = date(wall) === date(Date.now());
  const text = isToday ? clock(wall, seconds) : `${shortDate(wall)} ${clock(wall, seconds)}`;
  return h("time", { datetime: new Date(wall).toISOString(), title: inJakarta(wall) }, `${text}${NBSP}${zoneOf(wall)}`);
}

/** `12 min`, `3 h`, `2 d`: how long something has lasted. @param {number} ms */
export function span(ms) {
  if (ms < MINUTE_MS) return `${Math.max(0, Math.floor(ms / SECOND_MS))}${NBSP}${say("unit.second")}`;
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)}${NBSP}${say("unit.minute")}`;
  if (ms < 2 * DAY_MS) {
    const minutes = Math.floor((ms % HOUR_MS) / MINUTE_MS);
    const hours = `${Math.floor(ms / HOUR_MS)}${NBSP}${say("unit.hour")}`;
    return minutes === 0 || ms >= 10 * HOUR_MS ? hours : `${hours} ${minutes}${NBSP}${say("unit.minute")}`;
  }
  return `${Math.floor(ms / DAY_MS)}${NBSP}${say("unit.day")}`;
}

/** How long it has been, which `grow` keeps true. @param {number} wall */
export const ageTag = (wall) =>
  h(
    "time",
    { class: "age", "data-since": wall, datetime: new Date(wall).toISOString(), title: inJakarta(wall) },
    span(Date.now() - wall),
  );

/** Every age on the page, as of now. */
export function grow() {
  for (const tag of document.querySelectorAll("time[data-since]")) {
    const text = span(Date.now() - Number(tag.getAttribute("data-since")));
    if (tag.textContent !== text) tag.textContent = text;
  }
}

/** @param {number} bytes */
export const megabytes = (bytes) =>
  bytes >= 1e9 ? `${number(bytes / 1e9, 1)}${NBSP}GB` : `${number(bytes / 1e6)}${NBSP}MB`;
