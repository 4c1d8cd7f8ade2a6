import { z } from "zod";

/** What JSON Schema says about one place in a configuration; `example` comes from the schema's `.meta({ example })`. */
export type Shape = {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly example?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Shape | boolean;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly oneOf?: readonly Shape[];
  readonly allOf?: readonly Shape[];
};

export type Path = readonly PropertyKey[];

/** The shape of what a person writes, before defaults and transformations. */
export const shapeOf = (schema: z.ZodType): Shape =>
  z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as unknown as Shape;

/** The forms that a place may have: more than one where the schema says `or`. */
export function formsOf(shape: Shape): readonly Shape[] {
  const choices = shape.anyOf ?? shape.oneOf;
  if (choices !== undefined) return choices.flatMap(formsOf);
  return [shape, ...(shape.allOf ?? []).flatMap(formsOf)];
}

/** Everything the schema may mean by `path`; empty where it knows no such place. */
function shapesAt(shape: Shape, path: Path): readonly Shape[] {
  const [step, ...rest] = path;
  if (step === undefined) return [shape];
  return formsOf(shape)
    .map((form) => insideOf(form, step))
    .flatMap((inner) => (inner === undefined ? [] : shapesAt(inner, rest)));
}

function insideOf(form: Shape, step: PropertyKey): Shape | undefined {
  if (typeof step === "number") return form.items;
  const { properties = {}, additionalProperties } = form;
  const name = String(step);
  if (Object.hasOwn(properties, name)) return properties[name];
  return typeof additionalProperties === "object" ? additionalProperties : undefined;
}

/** Names that may stand in the table at `path`. */
export const namesAt = (shape: Shape, path: Path): readonly string[] => [
  ...new Set(
    shapesAt(shape, path)
      .flatMap(formsOf)
      .flatMap(({ properties = {} }) => Object.keys(properties)),
  ),
];

/** The values that may stand at `path`, where the schema lists them. */
export const valuesAt = (shape: Shape, path: Path): readonly unknown[] => [
  ...new Set(
    shapesAt(shape, path)
      .flatMap(formsOf)
      .flatMap((form) => form.enum ?? ("const" in form ? [form.const] : [])),
  ),
];

/** A value that would do at `path`: see `exampleOf`. */
export const exampleAt = (shape: Shape, path: Path): unknown =>
  shapesAt(shape, path)
    .map(exampleOf)
    .find((example) => example !== undefined);

/**
 * A value that would do: the example or default that the shape carries, else the first of those it lists, else a table or
 * list made of the examples in it.
 */
export function exampleOf(shape: Shape): unknown {
  const told = shape.example ?? shape.default ?? shape.const ?? shape.enum?.[0];
  if (told !== undefined) return told;
  const [first, ...more] = formsOf(shape);
  if (first !== shape || more.length > 0) return [first, ...more].map((form) => form && exampleOf(form)).find(isKnown);
  if (shape.items !== undefined) return [shape.items].map(exampleOf).filter(isKnown);
  return shape.properties === undefined ? undefined : tableOf(shape);
}

function tableOf({ properties = {}, required = [] }: Shape): Readonly<Record<string, unknown>> {
  const entries = required.map((name) => [name, exampleOf(properties[name] ?? {})] as const);
  return Object.fromEntries(entries.filter(([, example]) => isKnown(example)));
}

const isKnown = (value: unknown): boolean => value !== undefined;
