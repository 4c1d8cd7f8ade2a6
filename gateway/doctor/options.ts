import { z } from "zod";
import { wayOf } from "../drivers/gpio.ts";
import type { Way } from "../lines.ts";

/** A driver's own option, where it has one of this name; the configuration's schema has judged it already. */
export function optionIn(options: object, name: string): string | undefined {
  const option: unknown = Reflect.get(options, name);
  return typeof option === "string" ? option : undefined;
}

const wired = z.object({
  way: z.enum(["auto", "character-device", "sysfs"]),
  inputs: z.array(z.object({ bias: z.string() })).default([]),
});

/** By which way a part reaches its lines, as its driver decides. */
export function wayIn(options: object): Way {
  const read = wired.safeParse(options);
  return read.success ? wayOf(read.data) : "auto";
}
