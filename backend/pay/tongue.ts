/** One thing in both languages of the page. */
export type Words = { readonly id: string; readonly en: string };

export const words = (id: string, en: string): Words => ({ id, en });

/** `both`: nobody knows which the reader understands. */
export type Tongue = "id" | "en" | "both";

/** Longer headers are nobody's honest list of languages. */
const LONGEST_HEADER = 500;

/** The language that was chosen on the page, else the one that the browser likes best, else both. */
export function tongueOf(chosen: string | null, acceptLanguage: string | undefined): Tongue {
  if (chosen === "id" || chosen === "en") return chosen;
  const liked = (acceptLanguage ?? "").slice(0, LONGEST_HEADER).split(",").map(readLiking);
  const best = liked.filter(({ tongue, weight }) => tongue !== undefined && weight > 0);
  return best.sort((one, other) => other.weight - one.weight)[0]?.tongue ?? "both";
}

type Liking = { readonly tongue: "id" | "en" | undefined; readonly weight: number };

/** One language of RFC 9110's list, `en-GB;q=0.8`. Some browsers still call Indonesian `in`. */
function readLiking(text: string): Liking {
  const [, language = "", weight = "1"] =
    /^\s*([a-z]{1,8})(?:-[a-z0-9-]*)?\s*(?:;\s*q=([\d.]{1,5}))?\s*$/i.exec(text) ?? [];
  const name = language.toLowerCase();
  return { tongue: name === "in" ? "id" : name === "id" || name === "en" ? name : undefined, weight: Number(weight) };
}

/** As one text, for where there is room for no markup. */
export const plain = ({ id, en }: Words, tongue: Tongue): string =>
  tongue === "both" ? `${id} / ${en}` : { id, en }[tongue];
