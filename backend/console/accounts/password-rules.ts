import { randomInt } from "node:crypto";

const SHORTEST = 12;
const LONGEST_BYTES = 1_024;
const FEWEST_KINDS = 5;

/** The beginnings of what guessers try first, and this product's own words. */
const GUESSED = [
  "password",
  "katasandi",
  "rahasia",
  "qwerty",
  "123456",
  "abcdef",
  "iloveyou",
  "letmein",
  "admin",
  "qris",
];

/**
 * What is wrong with a new password, or nothing. Length counts; kinds of characters are not asked for (NIST SP 800-63B, 5.1.1.2).
 * A guessable word may be part of it, when enough is left without it.
 */
export function wrongWithPassword(password: string, name: string): string | undefined {
  const characters = [...password.normalize("NFKC")];
  if (Buffer.byteLength(password) > LONGEST_BYTES) return `has more than ${LONGEST_BYTES} bytes`;
  if (characters.length < SHORTEST)
    return `has ${characters.length} characters: ${SHORTEST} are the least, a sentence is best`;
  if (new Set(characters).size < FEWEST_KINDS) return `has fewer than ${FEWEST_KINDS} different characters`;
  const rest = [name, ...GUESSED].reduce((text, word) => text.replaceAll(word, ""), password.toLowerCase());
  const isGuessable = [...rest].length < SHORTEST / 2;
  return isGuessable ? "is the account's name or a word that everybody tries: add words of your own" : undefined;
}

/** Nothing that looks like something else: to be read out over a telephone. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";

/** `h7kd-2mzq-…`, 24 characters of 31: 118 bits. Said once, changed at the first sign-in. */
export function oneTimePassword(): string {
  const pick = (): string => LETTERS[randomInt(LETTERS.length)] ?? "";
  const group = (): string => Array.from({ length: 4 }, pick).join("");
  return Array.from({ length: 6 }, group).join("-");
}
