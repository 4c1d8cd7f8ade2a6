import fc from "fast-check";
import type { Box } from "../../../device/drawing/box.ts";
import type { Mark } from "../../../device/drawing/marks.ts";

/** Texts as they come: empty, long, without a space, of foreign scripts, accents in towers, lone surrogates, control characters. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 60 }),
  fc.string({ unit: "binary", maxLength: 400 }),
  fc.lorem({ maxCount: 60 }),
  fc.constantFrom(
    "",
    " ",
    "W".repeat(500),
    "ẫ\u0301\u0302\u0303\u0304".repeat(30),
    "\ud800",
    "a\nb\tc\u0000",
    "\u202eRp 5",
  ),
);

const meets = (one: Box, other: Box): boolean =>
  one.x < other.x + other.width &&
  other.x < one.x + one.width &&
  one.y < other.y + other.height &&
  other.y < one.y + one.height;

export const overlapping = (marks: readonly Mark[]): readonly (readonly [Mark, Mark])[] =>
  marks.flatMap((one, index) =>
    marks
      .slice(index + 1)
      .filter((other) => meets(one.box, other.box))
      .map((other) => [one, other] as const),
  );

export const outside = (
  marks: readonly Mark[],
  { width, height }: { width: number; height: number },
): readonly Mark[] =>
  marks.filter(({ box }) => box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height);
