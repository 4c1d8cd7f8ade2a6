/** One measured number, beside the least that the same machine can do for it in the same run. */
export type Row = {
  readonly what: string;
  readonly unit: "ms" | "MB" | "fsyncs" | "bytes" | "/s" | "s";
  readonly value: number;
  /** What the same hardware steps cost without our logic; `undefined` where the number is its own measure. */
  readonly floor: number | undefined;
  /** The value must not exceed it; `undefined` where it is only told. */
  readonly target: number | undefined;
  /** The more the better: the value must not fall below its target. */
  readonly isMore?: boolean;
  /** How it was measured, as far as a reader needs it. */
  readonly note?: string;
};

export const isMet = ({ value, target, isMore }: Row): boolean =>
  target === undefined || (isMore === true ? value >= target : value <= target);

const HEAD = ["", "measured", "floor", "target", ""] as const;

/** Rows as one plain table; notes stand below, numbered. */
export function tableOf(rows: readonly Row[]): string {
  const notes = [...new Set(rows.flatMap(({ note }) => note ?? []))];
  const lines = rows.map((row) => [
    row.note === undefined ? row.what : `${row.what} [${notes.indexOf(row.note) + 1}]`,
    `${digits(row.value)} ${row.unit}`,
    row.floor === undefined ? "-" : `${digits(row.floor)} ${row.unit}`,
    row.target === undefined ? "-" : `${row.isMore === true ? ">=" : "<="} ${digits(row.target)} ${row.unit}`,
    verdictOn(row),
  ]);
  const widths = HEAD.map((_, column) => Math.max(...[HEAD, ...lines].map((line) => line[column]?.length ?? 0)));
  const shown = [HEAD, ...lines].map((line) => line.map((cell, column) => padded(cell, column, widths)).join("  "));
  return [...shown, ...notes.map((note, place) => `[${place + 1}] ${note}`), ""].join("\n");
}

const verdictOn = (row: Row): string => {
  if (row.target === undefined) return "";
  return isMet(row) ? "met" : "MISSED";
};

const padded = (cell: string, column: number, widths: readonly number[]): string =>
  column === 0 || column === HEAD.length - 1 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0);

const digits = (value: number): string => value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2);
