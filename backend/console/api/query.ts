import type { HttpRequest } from "../../../host/http.ts";
import { isStandId, STAND } from "../../../protocol/ids.ts";
import type { Answered } from "./answers.ts";
import { badFields } from "./answers.ts";
import type { OrderSearch, Span } from "./desks.ts";

/** What stands behind `?`, read strictly: a name that is misspelt would be a filter that does not filter. */

type Read<Value> = { readonly is: "good"; readonly value: Value } | { readonly is: "bad"; readonly answer: Answered };

const MOST_ROWS = 500;
const LAST_MS = 8.64e15;

type Reader = {
  number(name: string, least: number, most: number): number | undefined;
  text(name: string, like?: RegExp): string | undefined;
};

function readQuery<Value>(
  { query }: HttpRequest,
  known: readonly string[],
  read: (from: Reader) => Value,
): Read<Value> {
  const issues: { path: string; message: string }[] = [];
  for (const name of new Set(query.keys())) {
    if (!known.includes(name))
      issues.push({ path: name.slice(0, 64), message: `is not known here: ${known.join(", ")}` });
  }
  const text = (name: string, like?: RegExp): string | undefined => {
    const said = query.get(name)?.trim() ?? "";
    if (said !== "" && like?.test(said) === false) issues.push({ path: name, message: "is none that was given here" });
    if (said.length > 200) issues.push({ path: name, message: "has more than 200 characters" });
    return said === "" ? undefined : said;
  };
  const number = (name: string, least: number, most: number): number | undefined => {
    const said = text(name);
    if (said === undefined) return undefined;
    const value = /^-?\d{1,16}$/.test(said) ? Number(said) : Number.NaN;
    if (value >= least && value <= most) return value;
    issues.push({ path: name, message: `must be a whole number from ${least} to ${most}` });
    return undefined;
  };
  const value = read({ number, text });
  return issues.length === 0 ? { is: "good", value } : { is: "bad", answer: badFields(issues) };
}

const SEARCH = ["q", "stand", "state", "from", "to", "least", "most", "after", "limit"] as const;

export const readSearch = (request: HttpRequest, usually: number, most: number = MOST_ROWS): Read<OrderSearch> =>
  readQuery(request, SEARCH, ({ number, text }) => {
    const [stand, fromMs, toMs] = [text("stand", STAND), number("from", 0, LAST_MS), number("to", 0, LAST_MS)];
    const [least, highest] = [number("least", 0, 1e12), number("most", 0, 1e12)];
    const [words, state, after] = [text("q"), text("state"), text("after", /^\d{1,15}-[0-9A-Z]{1,64}$/)];
    return {
      ...(words !== undefined && { text: words }),
      ...(isStandId(stand) && { stand }),
      ...(state !== undefined && { state }),
      ...(fromMs !== undefined && { fromMs }),
      ...(toMs !== undefined && { toMs }),
      ...(least !== undefined && { least }),
      ...(highest !== undefined && { most: highest }),
      ...(after !== undefined && { after }),
      limit: number("limit", 1, most) ?? usually,
    };
  });

const DAY_MS = 86_400_000;

/** The last day where nothing is said; never more than `mostDays`. */
export const readSpan = <More>(
  request: HttpRequest,
  now: number,
  mostDays: number,
  more: readonly string[],
  read: (from: Reader) => More,
): Read<Span & More> =>
  readQuery(request, ["from", "to", ...more], (from) => {
    const toMs = from.number("to", 0, LAST_MS) ?? now;
    const fromMs = from.number("from", Math.max(0, toMs - mostDays * DAY_MS), toMs) ?? Math.max(0, toMs - DAY_MS);
    return { fromMs, toMs, ...read(from) };
  });

export const readPage = (
  request: HttpRequest,
  usually: number,
): Read<{ readonly limit: number; readonly after?: number }> =>
  readQuery(request, ["after", "limit"], ({ number }) => {
    const after = number("after", 0, Number.MAX_SAFE_INTEGER);
    return { limit: number("limit", 1, MOST_ROWS) ?? usually, ...(after !== undefined && { after }) };
  });
