import { get } from "../api.js";
import { draw, h } from "../dom.js";
import { followStands } from "../fleet.js";
import { number } from "../format.js";
import { troubleIn } from "../later.js";
import { calm, pageHead, panel, standLink, troubleNote, waiting } from "../parts.js";
import { say } from "../tongue.js";

/** @typedef {import("../../api/words.ts").Versions} Versions */

/** Names of stands that are written out; the list of stands finds the others. */
const NAMED = 40;

/** Which software runs where. @type {import("../router.js").Page} */
export function openVersions({ root, signal }) {
  /** @type {{ versions?: Versions["versions"], trouble?: unknown }} */
  const seen = {};
  const fleet = followStands(signal, () => redraw());
  const redraw = () => draw(root, view(seen, fleet.nameOf, reload));
  const reload = () =>
    void Promise.all([get("/versions", signal), fleet.loadNames()])
      .then(([answer]) => {
        seen.versions = /** @type {Versions} */ (answer).versions;
        seen.trouble = undefined;
        redraw();
      })
      .catch(troubleIn(seen, signal, redraw));
  redraw();
  reload();
}

/** @param {{ versions?: Versions["versions"], trouble?: unknown }} seen @param {(id: string) => string} nameOf @param {() => void} reload */
function view({ versions, trouble }, nameOf, reload) {
  const all = versions?.reduce((sum, { count }) => sum + count, 0) ?? 0;
  return [
    pageHead(say("nav.versions")),
    trouble === undefined ? undefined : troubleNote(trouble, reload),
    panel(
      say("versions.list"),
      { id: "versions" },
      h("p", { class: "soft" }, say("versions.line")),
      versions === undefined
        ? waiting(4)
        : versions.length === 0
          ? calm("away", say("versions.none"))
          : h(
              "ul",
              { class: "versions" },
              versions.map((version) => versionItem(version, all, nameOf)),
            ),
    ),
  ];
}

/** @param {Versions["versions"][number]} version @param {number} all @param {(id: string) => string} nameOf */
function versionItem({ software, count, stands }, all, nameOf) {
  const bar = h("i", { class: "bar", "aria-hidden": "true" });
  bar.style.inlineSize = `${all === 0 ? 0 : Math.max(1, (count / all) * 100)}%`;
  return h(
    "li",
    { key: software },
    h("h3", {}, software),
    h("p", {}, say("versions.count", { count: number(count), share: number(all === 0 ? 0 : (count / all) * 100) })),
    bar,
    h(
      "details",
      { class: "less" },
      h("summary", {}, say("versions.where"), h("span", { class: "unseen" }, ` ${software}`)),
      h(
        "p",
        {},
        stands.slice(0, NAMED).flatMap((id, nth) => [nth > 0 ? ", " : "", standLink(id, nameOf(id))]),
        stands.length > NAMED ? " …" : "",
      ),
      h("p", {}, h("a", { href: `#/stands?q=${encodeURIComponent(software)}` }, say("versions.all"))),
    ),
  );
}
