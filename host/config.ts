import { readFileSync } from "node:fs";
import { parse, TomlError } from "smol-toml";
import type { z } from "zod";
import { type ConfigError, errorsOf, pathText } from "./config-errors.ts";
import type { Path } from "./config-shape.ts";

/** Exit code for a bad configuration (EX_CONFIG of sysexits.h); the units name it, so that systemd does not try again and again. */
export const EXIT_BAD_CONFIG = 78;

const LARGEST_FILE = 1024 * 1024;

export type Configured<Config> =
  | { readonly is: "good"; readonly config: Config }
  | { readonly is: "bad"; readonly errors: readonly ConfigError[] };

/** Puts into a document what is written elsewhere, before it is judged; `errors`: what of that is not to be had. */
export type Complete = (document: unknown) => Completed;
export type Completed = { readonly document: unknown; readonly errors: readonly ConfigError[] };

/** Reads a TOML file; one that cannot be read is an error like any other, with the file as its path. */
export function readConfigFile<S extends z.ZodType>(
  path: string,
  schema: S,
  complete?: Complete,
): Configured<z.output<S>> {
  try {
    const bytes = readFileSync(path);
    if (bytes.length <= LARGEST_FILE) return readConfig(bytes.toString("utf8"), schema, complete);
    return bad(path, `holds ${bytes.length} bytes, no configuration is that long: is it the right file?`);
  } catch (error) {
    return bad(path, `cannot be read: ${whyNot(error)}`);
  }
}

function whyNot(error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EACCES") return "this user may not; run this as root, or as the program's own user";
  return error instanceof Error ? error.message : String(error);
}

/**
 * Parses TOML and judges it by `schema`. The result is frozen to its last leaf. Every error of the schema is told at once,
 * those of TOML's syntax one at a time, with line and column.
 */
export function readConfig<S extends z.ZodType>(
  text: string,
  schema: S,
  complete: Complete = (document) => ({ document, errors: [] }),
): Configured<z.output<S>> {
  const written = parsed(text);
  if (written.is === "bad") return written;
  const { document, errors } = complete(written.config);
  const judged = schema.safeParse(document);
  if (judged.success && errors.length === 0) return { is: "good", config: frozen(judged.data) };
  return { is: "bad", errors: [...errors, ...errorsOf(judged.error?.issues ?? [], document, schema)] };
}

/** The errors as lines for a person: what, where, and how it would be right. */
export const explainErrors = (file: string, errors: readonly ConfigError[]): string =>
  [`${file} is not usable:`, ...errors.map(lineOf)].join("\n");

function lineOf({ path, problem, example }: ConfigError): string {
  return `  ${path === "" ? "" : `${path}: `}${problem}${example === undefined ? "" : ` (for example: ${example})`}`;
}

function parsed(text: string): Configured<unknown> {
  try {
    return numbered(parse(text, { integersAsBigInt: true }));
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [reason = ""] = error.message.replace(/^Invalid TOML document: /, "").split("\n");
    return bad(`line ${error.line}, column ${error.column}`, `is no TOML: ${reason}${hintOn(reason)}`);
  }
}

/** What was probably meant, where it is a mistake that many make. */
const hintOn = (reason: string): string => HINTS.find(([pattern]) => pattern.test(reason))?.[1] ?? "";

const HINTS: readonly (readonly [RegExp, string])[] = [
  [/^invalid value/, '; text stands in quotes: name = "Kopi Lobi"'],
  [/already defined/, "; it is there twice: put both together"],
  [/^control characters/, "; is the quote at its end missing?"],
];

/**
 * The document with plain numbers. A fraction that is none is refused: who writes 15.000 for fifteen thousand, as it stands on
 * price lists, would sell at fifteen.
 */
function numbered(document: unknown): Configured<unknown> {
  const errors: ConfigError[] = [];
  const config = withNumbers(document, [], errors);
  return errors.length === 0 ? { is: "good", config } : { is: "bad", errors };
}

function withNumbers(value: unknown, path: Path, errors: ConfigError[]): unknown {
  const refuse = (problem: string): void => void errors.push({ path: pathText(path), problem, example: undefined });
  if (typeof value === "number" && Number.isInteger(value)) refuse(WHOLE_FRACTION);
  if (typeof value === "bigint" && !Number.isSafeInteger(Number(value))) refuse("is too large a number");
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map((each, place) => withNumbers(each, [...path, place], errors));
  if (!isTable(value)) return value;
  for (const [key, part] of Object.entries(value)) Reflect.set(value, key, withNumbers(part, [...path, key], errors));
  return value;
}

const WHOLE_FRACTION = "is a whole number with a point in it: write fifteen thousand as 15000 or 15_000, six as 6";

const isTable = (value: unknown): value is object =>
  typeof value === "object" && value !== null && !(value instanceof Date);

const bad = (path: string, problem: string): { is: "bad"; errors: readonly ConfigError[] } => ({
  is: "bad",
  errors: [{ path, problem, example: undefined }],
});

function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return ArrayBuffer.isView(value) ? value : Object.freeze(value);
}
