import type { z } from "zod";
import { exampleAt, namesAt, type Path, type Shape, shapeOf, valuesAt } from "./config-shape.ts";
import { tomlLine, tomlName, tomlValue } from "./toml-text.ts";

export type ConfigError = {
  /** Where: `products[0].price`, or `line 3, column 5`, or the file. */
  readonly path: string;
  /** What is wrong, never with the value that was found: somebody may have put a password there. */
  readonly problem: string;
  /** A line that would be right, where the schema knows one. */
  readonly example: string | undefined;
};

type Issue = z.core.$ZodIssue;

/** Every issue of `schema` with `document`, in the words of the configuration. */
export function errorsOf(issues: readonly Issue[], document: unknown, schema: z.ZodType): readonly ConfigError[] {
  const shape = shapeOf(schema);
  return issues.flatMap((issue) => explain(issue, [], document, shape));
}

function explain(issue: Issue, above: Path, document: unknown, shape: Shape): readonly ConfigError[] {
  const path = [...above, ...issue.path];
  if (issue.code === "unrecognized_keys") return issue.keys.map((key) => unknownKey(path, key, shape));
  const nested = issue.code === "invalid_union" ? nearest(issue.errors) : undefined;
  if (nested !== undefined) return nested.flatMap((inner) => explain(inner, path, document, shape));
  const isMissing = issue.code !== "custom" && valueAt(document, path) === undefined;
  const problem = isMissing ? "is missing" : problemOf(issue, path, shape);
  return [{ path: pathText(path), problem, example: exampleLine(path, shape) }];
}

/** Of the forms that did not fit, the one with the fewest complaints is what the writer meant. */
const nearest = (forms: readonly (readonly Issue[])[]): readonly Issue[] | undefined =>
  forms.filter((issues) => issues.length > 0).toSorted((a, b) => a.length - b.length)[0];

function problemOf(issue: Issue, path: Path, shape: Shape): string {
  const values = valuesAt(shape, path);
  if (values.length > 0 && (issue.code === "invalid_union" || issue.code === "invalid_value")) {
    return `must be one of ${values.map(tomlValue).join(", ")}`;
  }
  return ZODS_OWN.test(issue.message) ? (plainly(issue) ?? issue.message) : issue.message;
}

/** What a schema says that was given no words. */
const ZODS_OWN = /^(Invalid input: expected|Too (small|big): expected|Invalid URL|Invalid string: must match)/;

function plainly(issue: Issue): string | undefined {
  if (issue.code === "invalid_type") return KINDS[issue.expected];
  if (issue.code === "too_small") return `must ${boundWords(issue, "least", Number(issue.minimum))}`;
  if (issue.code === "too_big") return `must ${boundWords(issue, "most", Number(issue.maximum))}`;
  if (issue.code !== "invalid_format") return undefined;
  return issue.format === "url" ? "must be an address" : `must be written so: ${issue.pattern}`;
}

const KINDS: Readonly<Record<string, string>> = {
  string: "must be text, in quotes",
  number: "must be a number, without quotes",
  int: "must be a whole number",
  boolean: "must be true or false, without quotes",
  array: "must be a list, in [ ]",
  object: "must be a table",
  record: "must be a table",
};

type Bound = { readonly origin: string; readonly inclusive?: boolean };

function boundWords({ origin, inclusive }: Bound, end: "least" | "most", bound: number): string {
  if (origin === "string") return end === "least" && bound === 1 ? "not be empty" : `have at ${end} ${bound} letters`;
  if (origin === "array") return `have at ${end} ${bound} ${bound === 1 ? "entry" : "entries"}`;
  if (inclusive === false) return `be ${end === "least" ? "more" : "less"} than ${bound}`;
  return `be at ${end} ${bound}`;
}

function unknownKey(path: Path, key: string, shape: Shape): ConfigError {
  const names = namesAt(shape, path);
  if (names.includes(key)) {
    const problem = "is not known; it belongs to another kind of this table";
    return { path: pathText([...path, key]), problem, example: undefined };
  }
  const meant = nearestName(key, names);
  const hint = meant === undefined ? `known here: ${names.join(", ")}` : `did you mean ${meant}?`;
  const example = meant === undefined ? undefined : exampleLine([...path, meant], shape);
  return { path: pathText([...path, key]), problem: `is not known; ${hint}`, example };
}

function exampleLine(path: Path, shape: Shape): string | undefined {
  const example = exampleAt(shape, path);
  if (example === undefined) return undefined;
  const name = path.at(-1);
  return typeof name === "string" ? tomlLine(name, example) : tomlValue(example);
}

function valueAt(document: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) return undefined;
    return Reflect.get(value, step);
  }, document);
}

/** `products[0].price` */
export const pathText = (path: Path): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    return text === "" ? tomlName(String(step)) : `${text}.${tomlName(String(step))}`;
  }, "");

/** The name that `key` was probably meant to be: two letters may differ, in a long name a third, in a short one half. */
export function nearestName(key: string, names: readonly string[]): string | undefined {
  const [best] = names
    .map((name) => ({ name, distance: distanceOf(key.toLowerCase(), name.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance);
  if (best === undefined) return undefined;
  const { length } = best.name;
  return best.distance <= Math.min(Math.max(2, length / 3), length / 2) ? best.name : undefined;
}

/** Levenshtein's: letters to insert, leave out or replace. */
function distanceOf(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (const [line, letter] of [...from.slice(0, 100)].entries()) {
    const next = [line + 1];
    for (const [at, wanted] of [...to].entries()) {
      const replaced = (row[at] ?? 0) + (letter === wanted ? 0 : 1);
      next.push(Math.min(replaced, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
