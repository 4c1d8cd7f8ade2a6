import { get, may, send } from "../api.js";
import { toast } from "../dialog.js";
import { draw, h } from "../dom.js";
import { followStands } from "../fleet.js";
import { ageTag, timeTag } from "../format.js";
import { icon, mark } from "../icons.js";
import { calmly, troubleIn } from "../later.js";
import { onLive } from "../live.js";
import { calm, pageHead, panel, standLink, troubleNote, waiting } from "../parts.js";
import { say, tongue, wordFor } from "../tongue.js";

/** @typedef {import("../../api/words.ts").AlarmLine} AlarmLine */

/** Ten thousand that begin at once are one look. */
const CALM_MS = 500;

/** @type {import("../router.js").Page} */
export function openAlarms({ root, signal }) {
  /** @type {{ alarms?: readonly AlarmLine[], trouble?: unknown }} */
  const seen = {};
  const fleet = followStands(signal, () => redraw());
  const load = async () => {
    seen.alarms = /** @type {{ alarms: readonly AlarmLine[] }} */ (await get("/alarms", signal)).alarms;
    redraw();
  };
  const reload = () => {
    seen.trouble = undefined;
    Promise.all([load(), fleet.loadNames()]).catch(troubleIn(seen, signal, redraw));
  };
  const redraw = () => draw(root, view(seen, fleet.nameOf, reload));
  onLive(
    "alarm",
    calmly(CALM_MS, signal, () => load().catch(() => undefined)),
    signal,
  );
  redraw();
  reload();
}

/** @param {{ alarms?: readonly AlarmLine[], trouble?: unknown }} seen @param {(id: string) => string} nameOf @param {() => void} reload */
function view({ alarms, trouble }, nameOf, reload) {
  const open = alarms?.filter(({ acknowledged }) => acknowledged === undefined) ?? [];
  const known = alarms?.filter(({ acknowledged }) => acknowledged !== undefined) ?? [];
  /** @param {readonly AlarmLine[]} some */
  const list = (some) =>
    h(
      "ul",
      { class: "alarms wide" },
      some.map((alarm) => alarmItem(alarm, nameOf, reload)),
    );
  return [
    pageHead(say("nav.alarms")),
    trouble === undefined ? undefined : troubleNote(trouble, reload),
    panel(
      say("alarms.open"),
      { id: "alarms-open" },
      alarms === undefined
        ? waiting(5)
        : open.length === 0
          ? calm("good", say("alarms.none"), say("alarms.none.line"))
          : list(open),
    ),
    known.length > 0 && panel(say("alarms.known"), { id: "alarms-known" }, list(known)),
  ];
}

/** @param {AlarmLine} alarm @param {(id: string) => string} nameOf @param {() => void} done @param {boolean} [isShort] */
export function alarmItem(alarm, nameOf, done, isShort = false) {
  const { id, kind, stand, order, detail, sinceMs, endedMs, acknowledged } = alarm;
  const isOver = endedMs !== undefined;
  return h(
    "li",
    { key: id, class: isOver ? "over" : "" },
    h("span", { class: `alarm-mark ${isOver ? "ended" : "bad"}` }, mark(isOver ? "ended" : "bad")),
    h(
      "div",
      { class: "alarm-what" },
      h(
        "p",
        {},
        h("strong", {}, wordFor("alarm", kind)),
        " ",
        stand === undefined ? "" : standLink(stand, nameOf(stand)),
        order === undefined ? "" : [" · ", h("a", { href: `#/orders/${order}` }, say("order"))],
      ),
      h(
        "p",
        { class: "soft" },
        detail[tongue()],
        " · ",
        isOver ? [say("alarms.over"), " ", timeTag(endedMs)] : [say("since"), " ", ageTag(sinceMs)],
        acknowledged === undefined ? "" : ` · ${say("alarms.by", { who: acknowledged.by })}`,
      ),
    ),
    acknowledged === undefined && may("staff")
      ? h(
          "button",
          {
            type: "button",
            class: isShort ? "bare" : "quiet",
            title: say("alarms.acknowledge"),
            "aria-label": `${say("alarms.acknowledge")}: ${wordFor("alarm", kind)} ${stand ?? ""}`,
            onclick: () => void acknowledge(id, done),
          },
          icon("hand"),
          isShort ? undefined : say("alarms.acknowledge"),
        )
      : undefined,
  );
}

/** @param {string} id @param {() => void} done */
async function acknowledge(id, done) {
  try {
    await send("POST", `/alarms/${encodeURIComponent(id)}/acknowledge`, {});
    toast(say("alarms.acknowledged"));
  } catch (error) {
    toast(error instanceof Error ? error.message : String(error));
  }
  done();
}
