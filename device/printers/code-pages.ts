/* The letters that printers have of their own, by the tables of Epson's "Character code tables". */

/** `ascii`: nothing but what every printer prints alike, so that no page is chosen. */
export const codePages = ["ascii", "pc437", "wpc1252"] as const;
export type CodePage = (typeof codePages)[number];

/** Page 0 and page 16 of ESC t. */
const NUMBERS: Readonly<Record<CodePage, number | undefined>> = { ascii: undefined, pc437: 0, wpc1252: 16 };

const PC437 =
  "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

/** 0x80 to 0x9f, where five bytes mean nothing; from 0xa0 on it is Unicode's own order. */
const WPC1252 = "€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ";

/** By character, its byte from 0x80 on. */
const BEYOND_ASCII: Readonly<Record<CodePage, ReadonlyMap<string, number>>> = {
  ascii: new Map(),
  pc437: lettersFrom(0x80, PC437),
  wpc1252: new Map([
    ...lettersFrom(0x80, WPC1252),
    ...lettersFrom(0xa0, String.fromCharCode(...Array.from({ length: 0x60 }, (_, at) => 0xa0 + at))),
  ]),
};

export const numberOf = (page: CodePage): number | undefined => NUMBERS[page];

/** `undefined` when the page lacks one of the characters. Never a byte below 0x20: none is a command. */
export function encoded(text: string, page: CodePage): Uint8Array | undefined {
  const bytes = [...text].map((letter) => (isAscii(letter) ? letter.charCodeAt(0) : BEYOND_ASCII[page].get(letter)));
  return bytes.includes(undefined) ? undefined : Uint8Array.from(bytes.map((byte) => byte ?? 0));
}

const isAscii = (letter: string): boolean => letter >= " " && letter <= "~";

function lettersFrom(first: number, letters: string): ReadonlyMap<string, number> {
  const all = [...letters].map((letter, at) => [letter, first + at] as const);
  return new Map(all.filter(([letter]) => letter !== " "));
}
