import type { z } from "zod";
import { exampleOf, formsOf, type Shape, shapeOf } from "./config-shape.ts";
import { tomlLine, tomlName } from "./toml-text.ts";

/**
 * A configuration to start from: what must be there stands with its example, what may be there is commented out with its
 * default or example. Filled from descriptions, `.meta({ example })` and defaults of the schema, so it cannot lag behind it.
 */
export function sampleToml(schema: z.ZodType): string {
  const lines = tableLines(shapeOf(schema), [], true);
  return `${lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim()}\n`;
}

type Entry = { readonly name: string; readonly shape: Shape; readonly required: boolean };

/** A table's own lines, then the tables in it. `live`: not commented out. */
function tableLines(shape: Shape, path: readonly string[], live: boolean): readonly string[] {
  const entries = entriesOf(mainForm(shape));
  const values = entries.filter(({ shape }) => !isTable(shape) && !isList(shape));
  const tables = entries.filter(({ shape }) => isTable(shape) || isList(shape));
  return [
    ...values.flatMap((entry) => valueLines(entry, live)),
    ...otherForms(shape),
    ...tables.flatMap((entry) => innerLines(entry, path, live)),
  ];
}

function valueLines({ name, shape, required }: Entry, live: boolean): readonly string[] {
  const example =
    exampleOf(shape) ??
    formsOf(shape)
      .map(exampleOf)
      .find((known) => known !== undefined) ??
    "";
  const choices = formsOf(shape).flatMap(({ enum: values = [] }) => values);
  const note = [shape.description, choices.length > 1 ? `One of ${choices.join(", ")}.` : undefined];
  const comment = note.filter((part) => part !== undefined).join(" ");
  const line = example === undefined ? `${tomlName(name)} = …` : tomlLine(name, example);
  return [...(comment === "" ? [] : [`# ${comment}`]), live && required ? line : `# ${line}`];
}

function innerLines({ name, shape, required }: Entry, path: readonly string[], live: boolean): readonly string[] {
  const inner = isList(shape) ? (shape.items ?? {}) : shape;
  const stands = live && (required || shape.default !== undefined);
  const place = [...path, name];
  const title = place.map(tomlName).join(".");
  const header = isList(shape) ? `[[${title}]]` : `[${title}]`;
  const comment = shape.description === undefined ? [] : [`# ${shape.description}`];
  return ["", ...comment, stands ? header : `# ${header}`, ...tableLines(inner, place, stands)];
}

/** A table of one of several kinds: the kinds that the sample does not show, each as a comment. */
function otherForms(shape: Shape): readonly string[] {
  const shown = mainForm(shape);
  const others = formsOf(shape).filter((form) => form !== shown && form.properties !== undefined);
  return others.flatMap((form) => ["#", "# or", ...entriesOf(form).flatMap((entry) => valueLines(entry, false))]);
}

/** The form that the default chooses, else the first. */
function mainForm(shape: Shape): Shape {
  const forms = formsOf(shape).filter(({ properties }) => properties !== undefined);
  const chosen = shape.example ?? shape.default;
  const agrees = ({ properties = {} }: Shape): boolean =>
    typeof chosen === "object" &&
    chosen !== null &&
    Object.entries(chosen).every(([name, value]) => {
      const fixed = properties[name]?.const;
      return fixed === undefined || fixed === value;
    });
  return forms.find(agrees) ?? forms[0] ?? shape;
}

const entriesOf = ({ properties = {}, required = [] }: Shape): readonly Entry[] =>
  Object.entries(properties).map(([name, shape]) => ({ name, shape, required: required.includes(name) }));

/** A table is written with a header of its own; one with free names only as a value. */
const isTable = (shape: Shape): boolean => formsOf(shape).some(({ properties }) => properties !== undefined);
const isList = ({ items }: Shape): boolean => items !== undefined && isTable(items);
