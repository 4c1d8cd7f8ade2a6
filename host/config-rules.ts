import { z } from "zod";

/** What a rule that spans several keys has against a configuration, and at which key a person should look. */
export type Complaint = { readonly path: readonly (string | number)[]; readonly message: string };

export const complaint = (message: string, ...path: readonly (string | number)[]): Complaint => ({ path, message });

export type Rule<Config> = {
  /** The tables it looks at; it is judged as soon as these are right, whatever is wrong elsewhere. */
  readonly on: readonly (keyof Config & string)[];
  readonly judge: (config: Config) => readonly Complaint[];
};

/** The schema, and rules that span several of its keys. */
export const withRules = <Schema extends z.ZodObject>(
  schema: Schema,
  rules: readonly Rule<z.output<Schema>>[],
): Schema =>
  rules.reduce(
    (ruled, { on, judge }) =>
      ruled.superRefine((config, context) => refuse(context, judge(config)), { when: areRight(schema, on) }),
    schema,
  );

function areRight(schema: z.ZodObject, names: readonly string[]): (payload: { readonly value: unknown }) => boolean {
  const part = z.object(Object.fromEntries(names.map((name) => [name, schema.shape[name] ?? z.never()])));
  return ({ value }) => part.safeParse(value).success;
}

function refuse(context: z.core.$RefinementCtx, complaints: readonly Complaint[]): void {
  for (const { path, message } of complaints) context.addIssue({ code: "custom", path: [...path], message });
}
