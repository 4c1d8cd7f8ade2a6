import { get, may } from "../api.js";
import { DAY_MS } from "../days.js";
import { draw, h } from "../dom.js";
import { ageTag, megabytes, moment, number, rupiah, span, timeTag } from "../format.js";
import { icon } from "../icons.js";
import { troubleIn } from "../later.js";
import { onLive } from "../live.js";
import {
  bought,
  calm,
  factList,
  orderLink,
  orderTag,
  pageHead,
  panel,
  standTag,
  table,
  tag,
  troubleNote,
  waiting,
} from "../parts.js";
import { say, wordFor } from "../tongue.js";
import { alarmItem } from "./alarms.js";
import { settingsPanel } from "./settings-panel.js";
import { change, invite, revoke } from "./stand-forms.js";
import { healthPanel, showHealth } from "./stand-health.js";
import { screenPanel, showScreen } from "./stand-screen.js";

/**
 * @typedef {import("../../api/words.ts").StandPage} StandPage
 * @typedef {{ stand?: StandPage, trouble?: unknown, screen: HTMLElement, charts: HTMLElement, span: string }} Seen
 */

/** A certificate that ends sooner is shown as trouble. */
const SOON_MS = 14 * DAY_MS;

/** One stand: what it shows, how it is, what it sells. @type {import("../router.js").Page} */
export function openStand({ here, root, signal }) {
  const id = here.params["id"] ?? "";
  /** @type {Seen} */
  const seen = {
    screen: h("div", { class: "glass", own: true }),
    charts: h("div", { class: "charts", own: true }),
    span: "day",
  };
  const redraw = () => draw(root, view(seen, { reload, look, pick }));
  const reload = () =>
    void get(`/stands/${encodeURIComponent(id)}`, signal)
      .then((stand) => {
        [seen.stand, seen.trouble] = [/** @type {StandPage} */ (stand), undefined];
        document.title = `${seen.stand.name} · ${say("console")}`;
        redraw();
      })
      .catch(troubleIn(seen, signal, redraw));
  const look = () => void showScreen(seen.screen, id, signal);
  /** @param {string} chosen */
  const pick = (chosen) => {
    seen.span = chosen;
    redraw();
    void showHealth(seen.charts, id, chosen, signal);
  };
  onLive("stand", (line) => line.id === id && reload(), signal);
  onLive("order", (order) => order.stand === id && reload(), signal);
  redraw();
  reload();
  look();
  pick(seen.span);
}

/** @param {Seen} seen @param {{ reload: () => void, look: () => void, pick: (span: string) => void }} can */
function view({ stand, trouble, screen, charts, span: chosen }, { reload, look, pick }) {
  if (stand === undefined)
    return [pageHead(say("stand")), trouble === undefined ? waiting(10) : troubleNote(trouble, reload)];
  return [
    pageHead(
      stand.name,
      h(
        "div",
        { class: "head-more" },
        standTag(stand.state),
        h("span", { class: "soft" }, stand.id),
        stand.site === undefined ? "" : h("span", { class: "soft" }, icon("pin"), stand.site),
      ),
      may("admin") && h("div", { class: "deeds" }, adminButtons(stand, reload)),
    ),
    trouble === undefined ? undefined : troubleNote(trouble, reload),
    reasonsOf(stand),
    h(
      "div",
      { class: "stand-top" },
      h("div", { class: "stack" }, screenPanel(screen, look), alarmsPanel(stand, reload)),
      panel(say("stand.now"), { id: "now" }, factsOf(stand)),
    ),
    healthPanel(charts, chosen, pick),
    h("div", { class: "stand-bottom" }, settingsPanel(stand, reload), ordersPanel(stand)),
    keysPanel(stand),
  ];
}

/** @param {StandPage} stand @param {() => void} reload */
function alarmsPanel({ name, alarmsNow }, reload) {
  const items = alarmsNow.map((alarm) => alarmItem(alarm, () => name, reload, true));
  const body = items.length === 0 ? calm("good", say("alarms.none")) : h("ul", { class: "alarms" }, items);
  return panel(say("nav.alarms"), { id: "stand-alarms", class: "alarms-panel" }, body);
}

/** @param {StandPage} stand @param {() => void} reload */
function adminButtons(stand, reload) {
  if (stand.isConfigured) return h("p", { class: "soft" }, say("stand.configured"));
  return [
    h("button", { type: "button", class: "quiet", onclick: () => void change(stand, reload) }, say("change")),
    h(
      "button",
      { type: "button", class: "quiet", onclick: () => void invite(stand, reload) },
      icon("key"),
      say("invite"),
    ),
    stand.roster !== "revoked" &&
      h("button", { type: "button", class: "quiet danger", onclick: () => void revoke(stand, reload) }, say("revoke")),
  ];
}

/** Why it is in the state that it is in, and what to do. @param {StandPage} stand */
function reasonsOf({ state, obstacles, seenMs, settings }) {
  const lines = [
    ...obstacles.map((obstacle) => [wordFor("obstacle", obstacle), wordFor("obstacle-todo", obstacle)]),
    ...(state === "offline"
      ? [
          [
            seenMs === undefined ? say("stand.never") : say("stand.silent", { span: span(Date.now() - seenMs) }),
            say("stand.silent.todo"),
          ],
        ]
      : []),
    ...(state === "new" ? [[say("stand.new"), say("stand.new.todo")]] : []),
    ...(state === "revoked" ? [[say("stand.revoked"), say("stand.revoked.todo")]] : []),
    ...(settings.refused === undefined
      ? []
      : [[say("settings.refused", { version: settings.refused.version }), settings.refused.because]]),
  ];
  if (lines.length === 0) return undefined;
  return h(
    "ul",
    { class: "reasons-now" },
    lines.map(([what, todo]) => h("li", {}, tag("bad", what ?? ""), h("span", {}, todo))),
  );
}

/** @param {StandPage} stand */
function factsOf({ seenMs, software, health, merchant }) {
  const figures = health?.figures ?? {};
  const some = (/** @type {string} */ name, /** @type {(value: number) => string} */ show) =>
    typeof figures[name] === "number"
      ? /** @type {const} */ ([wordFor("figure", name), show(Number(figures[name]))])
      : undefined;
  const words = ["printer", "panel"].flatMap((name) => {
    const said = figures[name];
    return typeof said === "string"
      ? [/** @type {const} */ ([wordFor("figure", name), wordFor("figure-is", said)])]
      : [];
  });
  return factList([
    [say("seen"), seenMs === undefined ? "–" : ageTag(seenMs)],
    ...words,
    some("temperature", (value) => `${number(value, 1)} °C`),
    some("load", (value) => `${number(value * 100)} %`),
    some("rss", megabytes),
    some("diskFree", megabytes),
    some("unsent", number),
    some("reconnects", number),
    some("clockOffsetMs", (value) => `${number(value)} ms`),
    some("uptimeSeconds", (value) => span(value * 1_000)),
    [say("software"), software ?? "–"],
    [say("merchant"), merchant],
  ]);
}

/** @param {StandPage} stand */
const ordersPanel = ({ id, orders }) =>
  panel(
    say("stand.orders"),
    {
      id: "last-orders",
      beside: h("a", { class: "more-link", href: `#/orders?stand=${id}` }, say("all"), icon("next")),
    },
    orders.length === 0
      ? calm("away", say("orders.none"))
      : table({
          name: say("stand.orders"),
          heads: [say("claim"), say("time"), say("bought"), say("amount"), say("state")],
          numbers: [3],
          rows: orders.map((order) => ({
            key: order.order,
            cells: [
              orderLink(order.order, order.claim),
              timeTag(order.begunMs),
              bought(order.items),
              rupiah(order.amount),
              orderTag(order.state),
            ],
          })),
        }),
  );

/** @param {StandPage} stand */
function keysPanel({ roster, enrolledMs, certificateEndsMs, rate, policies }) {
  const left = certificateEndsMs === undefined ? undefined : certificateEndsMs - Date.now();
  return panel(
    say("keys"),
    { id: "keys" },
    factList([
      [say("keys.roster"), wordFor("roster", roster)],
      [say("keys.enrolled"), enrolledMs === undefined ? "–" : moment(enrolledMs)],
      [
        say("keys.certificate"),
        certificateEndsMs === undefined || left === undefined
          ? "–"
          : [
              moment(certificateEndsMs),
              " ",
              left < SOON_MS ? tag("bad", left < 0 ? say("keys.ended") : say("keys.soon", { span: span(left) })) : "",
            ],
      ],
      [say("keys.rate"), say("keys.rate.is", { aMinute: rate.aMinute, burst: rate.burst })],
      [say("policy.late"), wordFor("policy.is", policies.late)],
      [say("policy.failed"), wordFor("policy.is", policies.failed)],
    ]),
  );
}
