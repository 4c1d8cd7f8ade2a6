import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { minify } from "../../../../backend/providers/snap/minify.ts";
import { minified } from "../../../../sandbox/snap/signature.ts";

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const short = (text: string): string => Buffer.from(minify(bytesOf(text))).toString("utf8");

describe("white space between tokens goes, and nothing else", () => {
  test.each([
    ['{ "a" : 1.0 ,\r\n\t"b":[ ] }', '{"a":1.0,"b":[]}'],
    ['{"url": "https:\\/\\/a.example\\/b c"}', '{"url":"https:\\/\\/a.example\\/b c"}'],
    ['{"a" : " \\" : , \\\\" , "b" : 1 }', '{"a":" \\" : , \\\\","b":1}'],
    ['{"a" : 1 , "a" : 2 }', '{"a":1,"a":2}'],
    ['{"a": "\\u0020 é 日本"}', '{"a":"\\u0020 é 日本"}'],
    [" \n 17 ", "17"],
    ["", ""],
    // A no-break space is none to JSON: what is not JSON is left for the parser to complain of.
    ["\u00a0[ ]", "\u00a0[]"],
    ["[\f1,\v2 ]", "[\f1,\v2]"],
  ])("%j becomes %j", (text, expected) => {
    expect(short(text)).toBe(expected);
  });
});

const unit = fc.oneof(
  fc.constantFrom(" ", "\t", '"', "\\", "/", "\u00a0"),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 1 }),
);

/** The tokens of some JSON text, among them ways of writing that no serialiser of ours would choose. */
const { tokens } = fc.letrec<{ tokens: readonly string[] }>((tie) => ({
  tokens: fc.oneof(
    { maxDepth: 4 },
    fc
      .constantFrom(
        ...["null", "true", "false", "1.0", "-0", "1E+5", "0.10e-2"],
        ...[
          '"a\\/b"',
          '"\\\\"',
          '"\\" "',
          '" {\\n} "',
          '"\\u0041"',
          '"\\u0020 , : "',
          '"\\ud83d"',
          '"\u00a0\u2028 \u2003"',
          '""',
        ],
      )
      .map((token) => [token]),
    fc.string({ unit }).map((text) => [JSON.stringify(text)]),
    fc.array(tie("tokens"), { maxLength: 4 }).map((items) => ["[", ...joined(items), "]"]),
    fc.array(fc.tuple(fc.string(), tie("tokens")), { maxLength: 4 }).map((fields) => {
      const members = fields.map(([name, value]) => [JSON.stringify(name), ":", ...value]);
      return ["{", ...joined(members), "}"];
    }),
  ),
}));
const joined = (parts: readonly (readonly string[])[]): readonly string[] =>
  parts.flatMap((part, at) => (at === 0 ? part : [",", ...part]));

const space = fc.string({ unit: fc.constantFrom(" ", "\t", "\n", "\r"), maxLength: 3 });

test("JSON with any white space in it becomes its tokens, to the byte", () => {
  fc.assert(
    fc.property(tokens, fc.infiniteStream(space), (parts, spaces) => {
      const spread = parts.map((part) => spaces.next().value + part).join("") + spaces.next().value;
      expect(() => JSON.parse(spread)).not.toThrow();
      expect(short(spread)).toBe(parts.join(""));
      expect(Buffer.from(minify(bytesOf(spread)))).toEqual(minified(bytesOf(spread)));
    }),
    { numRuns: 500 },
  );
});

/** The same by other means: each string literal as it is, and no white space beside them. */
const literal = /("(?:[^"\\]|\\.)*")|[ \t\r\n]+/g;
const literalsIn = (text: string): readonly string[] => text.match(/"(?:[^"\\]|\\.)*"/g) ?? [];

test("it is what is left when white space outside of string literals is taken out; literals and meaning stay", () => {
  fc.assert(
    fc.property(tokens, fc.infiniteStream(space), (parts, spaces) => {
      const spread = parts.map((part) => spaces.next().value + part).join("") + spaces.next().value;
      const once = short(spread);
      expect(once).toBe(spread.replace(literal, "$1"));
      expect(short(once)).toBe(once);
      expect(literalsIn(once)).toEqual(literalsIn(spread));
      expect(JSON.parse(once)).toEqual(JSON.parse(spread));
    }),
    { numRuns: 500 },
  );
});

test("any bytes are taken, are not changed, and the result is final", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      const before = Uint8Array.from(bytes);
      const once = minify(bytes);
      expect(bytes).toEqual(before);
      expect(minify(once)).toEqual(once);
    }),
  );
});
