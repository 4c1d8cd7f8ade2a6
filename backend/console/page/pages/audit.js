import { get, query } from "../api.js";
import { draw, h } from "../dom.js";
import { timeTag } from "../format.js";
import { troubleIn } from "../later.js";
import { calm, pageHead, panel, standLink, table, tag, troubleNote, waiting } from "../parts.js";
import { knownWord, say, wordFor } from "../tongue.js";

/** @typedef {import("../../api/words.ts").AuditLine} AuditLine */
/** @typedef {import("../../api/words.ts").AuditList} AuditList */

const AT_ONCE = 100;
/** Whose name the log has where nobody was signed in. */
const NOBODY = "-";

/** What was done here, by whom; nobody can take anything out of it. @type {import("../router.js").Page} */
export function openAudit({ root, signal }) {
  /** @type {{ entries?: readonly AuditLine[], next?: string | undefined, trouble?: unknown }} */
  const seen = {};
  const redraw = () => draw(root, view(seen, load));
  /** @param {string} [after] */
  const load = (after) =>
    void get(`/audit${query({ after, limit: AT_ONCE })}`, signal)
      .then((answer) => {
        const { entries, next } = /** @type {AuditList} */ (answer);
        seen.entries = after === undefined ? entries : [...(seen.entries ?? []), ...entries];
        [seen.next, seen.trouble] = [next, undefined];
        redraw();
      })
      .catch(troubleIn(seen, signal, redraw));
  redraw();
  load();
}

/** @param {{ entries?: readonly AuditLine[], next?: string | undefined, trouble?: unknown }} seen @param {(after?: string) => void} load */
const view = ({ entries, next, trouble }, load) => [
  pageHead(say("nav.audit")),
  trouble === undefined ? undefined : troubleNote(trouble, () => load()),
  panel(
    say("audit.list"),
    { id: "audit" },
    entries === undefined
      ? waiting(12)
      : entries.length === 0
        ? calm("away", say("audit.none"))
        : [
            table({
              name: say("audit.list"),
              heads: [
                say("time"),
                say("audit.who"),
                say("audit.what"),
                say("audit.about"),
                say("audit.result"),
                say("audit.from"),
              ],
              rows: entries.map((entry) => ({ key: String(entry.number), cells: cellsOf(entry) })),
            }),
            next === undefined
              ? undefined
              : h("button", { type: "button", class: "quiet wide", onclick: () => load(next) }, say("orders.more")),
          ],
  ),
];

/** @param {AuditLine} entry @returns {readonly import("../dom.js").Child[]} */
const cellsOf = ({ atMs, who, role, what, about, details, result, because, from }) => [
  timeTag(atMs, true),
  [who === NOBODY ? say("audit.nobody") : who, role === undefined ? undefined : h("small", {}, wordFor("role", role))],
  wordFor("audit", what),
  [
    aboutLink(what, about),
    Object.keys(details).length === 0 ? undefined : h("small", { class: "details" }, detailsOf(details)),
  ],
  [
    tag(toneOf(result), wordFor("audit", result)),
    because === undefined ? undefined : h("small", {}, knownWord("refused", because) ?? because),
  ],
  from,
];

/** @param {string} result @returns {import("../parts.js").Tone} */
const toneOf = (result) => (result === "done" ? "good" : result === "begun" || result === "unknown" ? "wait" : "bad");

/** Orders and stands have pages of their own. @param {string} what @param {string | undefined} about */
function aboutLink(what, about) {
  if (about === undefined) return "–";
  if (what.startsWith("order.")) return h("a", { href: `#/orders/${about}` }, about);
  if (what.startsWith("stand.")) return standLink(about);
  return about;
}

/** @param {Readonly<Record<string, unknown>>} details */
const detailsOf = (details) =>
  Object.entries(details)
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(" · ");
