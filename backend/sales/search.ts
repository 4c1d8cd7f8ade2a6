import { claimCodeOf, isOrderId, type StandId } from "../../protocol/ids.ts";
import { sql } from "../store/query.ts";
import type { Store } from "../store/store.ts";
import type { SaleRow } from "./sale.ts";

/** What to look for; what is absent is not asked. */
export type SalesFilter = {
  /** An order's id, its claim code, the provider's id of its payment, its amount, or words of its products' names. */
  readonly text?: string;
  readonly stand?: string;
  readonly merchant?: string;
  /** As `at` of the ledger's states. */
  readonly state?: string;
  /** When the order began: `fromMs` lies in it, `toMs` does not. Milliseconds since 1970. */
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Whole rupiah, both included. */
  readonly least?: number;
  readonly most?: number;
};

export type SalesPage = {
  /** The newest first. */
  readonly sales: readonly SaleRow[];
  /** Goes into `after` for what is older; absent when that was all. A page may hold fewer than asked for, none too, and there is more. */
  readonly next?: string;
};

export type PageOptions = {
  /** `next` of the page before. */
  readonly after?: string;
  /** 1 to 500. Default 50. */
  readonly limit?: number;
  /** Between two parts of the book others have their turn: a file answers without letting go. */
  breathe?(): Promise<void>;
};

type Place = { readonly began_ms: number; readonly order_id: string };

/** So many orders are looked at in one question, and in one call: an answer takes a moment, however large the book is. */
const LOOKED_AT = 2_000;
const MOST_LOOKED_AT = 100_000;
const USUAL_LIMIT = 50;
const MOST = 500;

/** Throws `RangeError` on an `after` that no page gave. */
export async function searchSales(store: Store, filter: SalesFilter, options: PageOptions = {}): Promise<SalesPage> {
  const limit = Math.min(MOST, Math.max(1, options.limit ?? USUAL_LIMIT));
  const named = filter.text === undefined ? [] : await namedIn(store, filter.text, filter);
  if (named.length > 0) return { sales: named };
  const found: SaleRow[] = [];
  let place = options.after === undefined ? undefined : readPlace(options.after);
  for (let looked = 0; looked < MOST_LOOKED_AT; looked += LOOKED_AT) {
    const end = await endOfPart(store, filter, place);
    const part = await inPart(store, filter, place, end, limit + 1 - found.length);
    found.push(...part);
    if (found.length > limit) return { sales: found.slice(0, limit), next: writePlace(found[limit - 1]) };
    if (end === undefined) return { sales: found };
    place = end;
    await options.breathe?.();
  }
  return { sales: found, next: writePlace(place) };
}

/** One order; `undefined` when the book has not got it. */
export const saleById = (store: Store, order: string): Promise<SaleRow | undefined> =>
  store.selectFrom("sales").selectAll().where("order_id", "=", order).executeTakeFirst();

/** Whether the book has any order of this stand, paid or not. */
export const hasSales = async (store: Store, stand: StandId): Promise<boolean> =>
  (await store.selectFrom("sales").select("order_id").where("stand", "=", stand).limit(1).executeTakeFirst()) !==
  undefined;

/** Orders that something happened to since, the longest ago first; of the same moment in any sequence. For whoever follows the book. */
export const changedSales = (store: Store, sinceMs: number, limit: number): Promise<SaleRow[]> =>
  store.selectFrom("sales").selectAll().where("changed_ms", ">=", sinceMs).orderBy("changed_ms").limit(limit).execute();

/** What somebody has in hand names one order, or a few: that is looked up at once. The filters count all the same. */
async function namedIn(store: Store, text: string, filter: SalesFilter): Promise<readonly SaleRow[]> {
  const name = text.trim();
  const upper = name.toUpperCase();
  const letters = upper.replace(/[^0-9A-Z]/g, "");
  const claim = letters.length === 8 ? claimCodeOf(letters as Parameters<typeof claimCodeOf>[0]) : "";
  const { text: _, ...rest } = filter;
  return matching(store, rest)
    .where(({ eb, or }) =>
      or([
        eb("order_id", "=", isOrderId(upper) ? upper : ""),
        eb("claim", "=", claim),
        eb("payment", "=", name === "" ? "-" : name),
      ]),
    )
    .orderBy("began_ms", "desc")
    .limit(MOST)
    .execute();
}

/** The last of the next orders that are looked at; nothing when they are the last of all. */
const endOfPart = (store: Store, filter: SalesFilter, after: Place | undefined): Promise<Place | undefined> =>
  inRow(store, filter, after)
    .select(["began_ms", "order_id"])
    .offset(LOOKED_AT - 1)
    .limit(1)
    .executeTakeFirst();

function inPart(store: Store, filter: SalesFilter, after: Place | undefined, end: Place | undefined, limit: number) {
  let query = matching(store, filter).orderBy("began_ms", "desc").orderBy("order_id", "desc").limit(limit);
  if (after !== undefined) query = query.where(isBehind(after));
  if (end !== undefined) query = query.where(isUpTo(end));
  return query.execute();
}

/** What an index finds. */
function inRow(store: Store, { stand, fromMs, toMs }: SalesFilter, after: Place | undefined) {
  let query = store.selectFrom("sales").orderBy("began_ms", "desc").orderBy("order_id", "desc");
  if (stand !== undefined) query = query.where("stand", "=", stand);
  if (fromMs !== undefined) query = query.where("began_ms", ">=", fromMs);
  if (toMs !== undefined) query = query.where("began_ms", "<", toMs);
  return after === undefined ? query : query.where(isBehind(after));
}

function matching(store: Store, filter: SalesFilter) {
  const { stand, merchant, state, fromMs, toMs, least, most, text } = filter;
  let query = store.selectFrom("sales").selectAll();
  if (stand !== undefined) query = query.where("stand", "=", stand);
  if (merchant !== undefined) query = query.where("merchant", "=", merchant);
  if (state !== undefined) query = query.where("state", "=", state);
  if (fromMs !== undefined) query = query.where("began_ms", ">=", fromMs);
  if (toMs !== undefined) query = query.where("began_ms", "<", toMs);
  if (least !== undefined) query = query.where("amount", ">=", least);
  if (most !== undefined) query = query.where("amount", "<=", most);
  const sum = amountIn(text);
  if (sum !== undefined) return query.where("amount", "=", sum);
  for (const word of wordsOf(text)) query = query.where(sql<boolean>`words LIKE ${`%${word}%`} ESCAPE '\\'`);
  return query;
}

/** `15000`, `15.000`, `Rp 15.000`. */
function amountIn(text = ""): number | undefined {
  const [, digits] = /^(?:rp\.?\s*)?(\d{1,9}|\d{1,3}(?:\.\d{3}){1,2})$/i.exec(text.trim()) ?? [];
  return digits === undefined ? undefined : Number(digits.replaceAll(".", ""));
}

const wordsOf = (text = ""): readonly string[] =>
  text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "")
    .slice(0, 10)
    .map((word) => word.replace(/[\\%_]/g, "\\$&"));

const isBehind = ({ began_ms, order_id }: Place) => sql<boolean>`(began_ms, order_id) < (${began_ms}, ${order_id})`;

const isUpTo = ({ began_ms, order_id }: Place) => sql<boolean>`(began_ms, order_id) >= (${began_ms}, ${order_id})`;

const writePlace = (place: Place | undefined): string => `${place?.began_ms}-${place?.order_id}`;

function readPlace(text: string): Place {
  const [, began, order] = /^(\d{1,15})-(.{1,64})$/.exec(text) ?? [];
  if (began === undefined || order === undefined) throw new RangeError(`"${text}" was given by no page`);
  return { began_ms: Number(began), order_id: order };
}
