import { readAmount } from "./amount.ts";
import { type Columns, type HeaderRead, type Places, readHeader } from "./columns.ts";
import { readDate } from "./date.ts";
import { MOST_ROWS, type ReportRow, readStatus, type UnreadRow } from "./rows.ts";
import { type Delimiter, readTable, type TableRow } from "./table.ts";

export type ReportRead =
  | { readonly is: "read"; readonly rows: readonly ReportRow[]; readonly unread: readonly UnreadRow[] }
  | { readonly is: "unreadable"; readonly because: string };

type Header = { readonly delimiter: Delimiter; readonly line: number; readonly places: Places };

const DELIMITERS: readonly Delimiter[] = [",", ";", "\t"];
/** A title or two may stand above the header. */
const HEADER_WITHIN = 20;

/** Reads a report, however it was exported: by the names of its columns, with `,`, `;` or tabs between them. */
export function readReport(bytes: Uint8Array, columns: Columns): ReportRead {
  const text = decoded(bytes);
  const header = findHeader(text, columns);
  if ("because" in header) return { is: "unreadable", because: header.because };
  const table = readTable(text, header.delimiter);
  if (table.is === "broken") return { is: "unreadable", because: table.because };
  const rows = table.rows.filter(({ line }) => line > header.line);
  if (rows.length > MOST_ROWS) return { is: "unreadable", because: `has ${rows.length} rows; ${MOST_ROWS} are read` };
  const read = rows.flatMap((row) => readRow(row, header.places));
  return {
    is: "read",
    rows: read.filter((each) => "reference" in each),
    unread: read.filter((each) => "because" in each),
  };
}

/** Spreadsheets put a byte order mark before the text. */
function decoded(bytes: Uint8Array): string {
  const isWide = bytes[0] === 0xff && bytes[1] === 0xfe;
  return new TextDecoder(isWide ? "utf-16le" : "utf-8").decode(bytes);
}

function findHeader(text: string, columns: Columns): Header | { readonly because: string } {
  let missing: readonly (keyof Columns)[] = ["order", "status"];
  for (const [at, title] of text.split(/\r\n|\n|\r/, HEADER_WITHIN).entries()) {
    for (const delimiter of DELIMITERS) {
      const header = headerIn(title, delimiter, columns);
      if (header.is === "header") return { delimiter, line: at + 1, places: header.places };
      if (header.missing.length < missing.length) missing = header.missing;
    }
  }
  return { because: whyNoHeader(missing, columns) };
}

function headerIn(title: string, delimiter: Delimiter, columns: Columns): HeaderRead {
  const table = readTable(title, delimiter);
  return readHeader(table.is === "table" ? (table.rows[0]?.cells ?? []) : [], columns);
}

const whyNoHeader = (missing: readonly (keyof Columns)[], columns: Columns): string =>
  `has no column ${missing.map((name) => `for the ${name} (looked for ${list(columns[name])})`).join(" and none ")}: ` +
  `name it in reconcile.report_columns`;
const list = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(", ");

/** A row with neither order nor status is a footer. */
function readRow({ line, cells }: TableRow, places: Places): readonly (ReportRow | UnreadRow)[] {
  const cell = (name: keyof Places): string => cells[places[name] ?? cells.length]?.trim() ?? "";
  const reference = cell("order");
  const status = readStatus(cell("status"));
  if (reference === "" && cell("status") === "") return [];
  if (reference === "") return [{ line, because: "names no order" }];
  if (reference.length > 64) return [{ line, because: "its order id is longer than any" }];
  if (status === undefined) return [{ line, because: `its status is "${cell("status").slice(0, 40)}"` }];
  const transaction = cell("transaction").slice(0, 64);
  const amount = readAmount(cell("amount"));
  const day = readDate(cell("time"));
  const more = {
    ...(transaction === "" ? {} : { transaction }),
    ...(amount === undefined ? {} : { amount }),
    ...(day === undefined ? {} : { day }),
  };
  return [{ line, reference, status, ...more }];
}
