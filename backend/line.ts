import { z } from "zod";

/**
 * What a person types: one line of text, 1 to `most` characters. Nothing in it moves what stands beside it, so it stays one line wherever it is
 * written: in the log, at a terminal, in the audit log.
 */
export const line = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(
      /^[^\p{Cc}\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069]*$/u,
      "has characters that cannot be shown in a line",
    );

/** Who decided, as he says, and why: for the books. */
export const byAndWhy = { by: line(100), why: line(500) };
