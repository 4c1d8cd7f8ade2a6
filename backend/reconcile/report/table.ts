import { CsvError, parse } from "csv-parse/sync";

export type TableRow = { readonly line: number; readonly cells: readonly string[] };
export type TableRead =
  | { readonly is: "table"; readonly rows: readonly TableRow[] }
  | { readonly is: "broken"; readonly because: string };

export type Delimiter = "," | ";" | "\t";

const LONGEST_ROW = 64 * 1024;

/** Takes CSV apart. Quotes within cells and rows of unequal length are put up with; a quote that is never closed is not. */
export function readTable(text: string, delimiter: Delimiter): TableRead {
  try {
    const found = parse(text, {
      delimiter,
      info: true,
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: LONGEST_ROW,
    }) as unknown as readonly { readonly info: { readonly lines: number }; readonly record: readonly string[] }[];
    return { is: "table", rows: found.map(({ info, record }) => ({ line: info.lines, cells: record })) };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    return { is: "broken", because: `is no CSV: ${error.message}` };
  }
}
