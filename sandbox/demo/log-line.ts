import { z } from "zod";

/** One line of a log of ours. */
export type LogLine = {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly what: string;
  readonly facts: Readonly<Record<string, unknown>>;
};

const shape = z.looseObject({ level: z.enum(["debug", "info", "warn", "error"]), what: z.string() });

/** `undefined` for a line that no log of ours wrote. */
export function readLogLine(text: string): LogLine | undefined {
  try {
    const read = shape.safeParse(JSON.parse(text));
    if (!read.success) return undefined;
    const { level, what, ...facts } = read.data;
    return { level, what, facts };
  } catch {
    return undefined;
  }
}
