/**
 * Reads YAML as our own files write it: maps and lists by indentation, words plain or in double quotes, lists in brackets on one
 * line, `>-` and `|` for long texts, comments on lines of their own. Throws on anything else, so that nothing cleverer comes in.
 */
export function plainYaml(text: string): unknown {
  const lines = text
    .split("\n")
    .map((raw) => ({ indent: raw.length - raw.trimStart().length, text: raw.trim(), raw }))
    .filter((line) => line.text !== "" && !line.text.startsWith("#"));
  const reader = { lines, at: 0 };
  const value = block(reader, 0);
  if (reader.at < lines.length) throw new Error(`out of place: ${lines[reader.at]?.raw}`);
  return value;
}

type Line = { readonly indent: number; readonly text: string; readonly raw: string };
type Reader = { readonly lines: Line[]; at: number };

function block(reader: Reader, indent: number): unknown {
  const first = reader.lines[reader.at];
  if (first === undefined || first.indent < indent) return null;
  return first.text.startsWith("- ") ? list(reader, first.indent) : map(reader, first.indent);
}

function list(reader: Reader, indent: number): readonly unknown[] {
  const items: unknown[] = [];
  for (
    let line = reader.lines[reader.at];
    line?.indent === indent && line.text.startsWith("- ");
    line = reader.lines[reader.at]
  ) {
    const rest = line.text.slice(2);
    if (ENTRY.test(rest)) {
      reader.lines[reader.at] = { indent: indent + 2, text: rest, raw: line.raw };
      items.push(map(reader, indent + 2));
    } else {
      reader.at += 1;
      items.push(scalar(rest, line.raw));
    }
  }
  return items;
}

const ENTRY = /^("[^"]*"|[^"\s:[\]{}][^\s:]*):(?: (.*))?$/;

function map(reader: Reader, indent: number): Readonly<Record<string, unknown>> {
  const found: Record<string, unknown> = {};
  for (let line = reader.lines[reader.at]; line?.indent === indent; line = reader.lines[reader.at]) {
    const [, name, rest] = ENTRY.exec(line.text) ?? [];
    if (name === undefined) throw new Error(`no entry: ${line.raw}`);
    const key = name.replaceAll('"', "");
    if (key in found) throw new Error(`twice: ${line.raw}`);
    reader.at += 1;
    found[key] = entryOf(reader, indent, rest, line.raw);
  }
  return found;
}

function entryOf(reader: Reader, indent: number, rest: string | undefined, raw: string): unknown {
  if (rest === ">-" || rest === "|") return longText(reader, indent, rest === "|" ? "\n" : " ");
  if (rest !== undefined && rest !== "") return scalar(rest, raw);
  const next = reader.lines[reader.at];
  const isInside =
    next !== undefined && (next.indent > indent || (next.indent === indent && next.text.startsWith("- ")));
  return isInside ? block(reader, next.indent) : null;
}

function longText(reader: Reader, indent: number, glue: string): string {
  const texts: string[] = [];
  for (let line = reader.lines[reader.at]; line !== undefined && line.indent > indent; line = reader.lines[reader.at]) {
    texts.push(line.text);
    reader.at += 1;
  }
  return texts.join(glue);
}

function scalar(text: string, raw: string): unknown {
  if (text.startsWith('"')) return JSON.parse(text);
  if (/^\[.*\]$/.test(text)) return JSON.parse(text);
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (text === "true" || text === "false") return text === "true";
  if (text === "{}") return {};
  if (/^[&*!|>%@`'{[\]}]|: | #/.test(text)) throw new Error(`too clever: ${raw}`);
  return text;
}
