import { type Day, dayOf, readDay } from "../day.ts";

const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/** As Indonesians write them, where that differs. */
const BULAN: Readonly<Record<string, string>> = { mei: "may", agu: "aug", agt: "aug", okt: "oct", des: "dec" };

/**
 * The day of a report's date or time, which is taken as western Indonesian time unless it has an offset: `2026-11-20 15:46:00`,
 * `20/11/2026`, `20-11-2026 15:46`, `20 Nov 2026, 15:46`, `2026-11-20T08:46:00Z`. Of two numbers before a year the day comes
 * first, as everywhere in Indonesia. `undefined` for anything else.
 */
export function readDate(text: string): Day | undefined {
  const said = text.trim();
  const withOffset = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})$/.test(said);
  if (withOffset) return readInstant(said);
  const [, year, month, day] = /^(\d{4})[-/](\d{2})[-/](\d{2})(?:\D|$)/.exec(said) ?? dayFirst(said) ?? [];
  return year === undefined ? undefined : readDay(`${year}-${month}-${day}`);
}

function readInstant(text: string): Day | undefined {
  const wall = Date.parse(
    text
      .replace(" ", "T")
      .replace(/\s+/g, "")
      .replace(/([+-]\d{2})(\d{2})$/, "$1:$2"),
  );
  return Number.isNaN(wall) ? undefined : dayOf(wall);
}

function dayFirst(text: string): readonly [string, string, string, string] | undefined {
  const [, day, month, year] = /^(\d{1,2})[-/ .](\d{1,2}|[a-z]{3})[a-z]*[-/ .](\d{4})(?:\D|$)/i.exec(text) ?? [];
  if (day === undefined || month === undefined || year === undefined) return undefined;
  const number = /^\d/.test(month) ? month : String(monthOf(month.toLowerCase()));
  return [text, year, number.padStart(2, "0"), day.padStart(2, "0")];
}

const monthOf = (name: string): number => MONTHS.indexOf(BULAN[name] ?? name) + 1;
