import { z } from "zod";

/** The names that a report's columns may have, the best first; compared in small letters, `_` and the like as spaces. */
const names = (usual: readonly [string, ...string[]]) =>
  z
    .array(z.string().min(1))
    .min(1)
    .default([...usual]);

export const columnsSchema = z.strictObject({
  order: names(["order id"]).describe("Must be in the report."),
  status: names(["transaction status", "status"]).describe("Must be in the report."),
  transaction: names(["transaction id"]),
  amount: names(["gross amount", "amount", "transaction amount"]),
  time: names(["settlement time", "settlement date", "transaction time", "date time", "date"]),
});
export type Columns = z.output<typeof columnsSchema>;

/** Which cell of a row holds what. */
export type Places = Readonly<Record<keyof Columns, number | undefined>>;

export type HeaderRead =
  | { readonly is: "header"; readonly places: Places }
  /** What a header must have and this row has not. */
  | { readonly is: "other"; readonly missing: readonly (keyof Columns)[] };

export function readHeader(row: readonly string[], columns: Columns): HeaderRead {
  const titles = row.map(plain);
  const place = (wanted: readonly string[]): number | undefined =>
    wanted.map((name) => titles.indexOf(plain(name))).find((at) => at >= 0);
  const places: Places = {
    order: place(columns.order),
    status: place(columns.status),
    transaction: place(columns.transaction),
    amount: place(columns.amount),
    time: place(columns.time),
  };
  const missing = (["order", "status"] as const).filter((name) => places[name] === undefined);
  return missing.length === 0 ? { is: "header", places } : { is: "other", missing };
}

const plain = (title: string): string =>
  title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
