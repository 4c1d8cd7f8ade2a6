/** A driver's own option, where it has one of this name; the configuration's schema has judged it already. */
export function optionIn(options: object, name: string): string | undefined {
  const option: unknown = Reflect.get(options, name);
  return typeof option === "string" ? option : undefined;
}
