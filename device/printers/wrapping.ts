/** Lines of at most `columns` characters, broken between words; a word longer than a line is broken where it must be. */
export function wrapped(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((whole) => pieces(whole, columns))) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (longer.length <= columns) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return line === "" ? lines : [...lines, line];
}

/** `right` stands at the right edge, beside the last line of `left`; what takes more than six tenths of a line goes below. */
export function pairLines(left: string, right: string, columns: number): readonly string[] {
  const room = columns - right.length - 1;
  const isBeside = right.length <= columns * 0.6 && room > 0;
  if (!isBeside) return [...wrapped(left, columns), ...wrapped(right, columns).map((line) => line.padStart(columns))];
  const lines = wrapped(left, right === "" ? columns : room);
  const last = lines.at(-1) ?? "";
  return [...lines.slice(0, -1), last + right.padStart(columns - last.length)];
}

const pieces = (word: string, columns: number): readonly string[] =>
  Array.from({ length: Math.max(1, Math.ceil(word.length / columns)) }, (_, nth) =>
    word.slice(nth * columns, (nth + 1) * columns),
  );
