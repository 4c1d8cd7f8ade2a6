/** Text that is HTML already. Everything else is escaped when it goes into it. */
export type Markup = { readonly html: string };

type Insert = string | number | Markup | readonly Markup[] | undefined;

/** A template of HTML; what is inserted is text, unless it is `Markup`. Attributes stand in double quotes. */
export function html(strings: TemplateStringsArray, ...inserts: readonly Insert[]): Markup {
  const parts = strings.map((text, nth) => text + written(inserts[nth]));
  return { html: parts.join("") };
}

/** Text that is trusted to be HTML, CSS or a script as it stands. */
export const verbatim = (text: string): Markup => ({ html: text });

function written(insert: Insert): string {
  if (insert === undefined) return "";
  if (typeof insert === "string" || typeof insert === "number") return escaped(String(insert));
  return "html" in insert ? insert.html : insert.map(written).join("");
}

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escaped = (text: string): string => text.replace(/[&<>"']/g, (letter) => ESCAPES[letter] ?? "");
