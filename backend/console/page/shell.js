import { get, may, send, whoAmI } from "./api.js";
import { toast } from "./dialog.js";
import { draw, h } from "./dom.js";
import { icon } from "./icons.js";
import { isLinked, onLive } from "./live.js";
import { changePassword } from "./pages/password.js";
import { calm, chooser, pageHead, tongueChooser } from "./parts.js";
import { hereNow, routeOf } from "./router.js";
import { routes, ways } from "./routes.js";
import { theme, wear } from "./theme.js";
import { say, wordFor } from "./tongue.js";

/** @typedef {import("../api/words.ts").Overview} Overview */

/** How many ways a phone has room for beside `more`. */
const ON_PHONE = 4;

let leaving = new AbortController();
let leavingPage = new AbortController();
/** @type {Overview | undefined} */
let overview;
let isOpen = false;
/** @type {() => void} */
let beginAnew = () => {};

/** What surrounds every page, and the page that the address names. @param {{ begin: () => void }} parts */
export function openShell({ begin }) {
  closeShell();
  beginAnew = begin;
  leaving = new AbortController();
  const { signal } = leaving;
  const main = h("main", { id: "main", tabindex: "-1", own: true });
  const side = h("header", { class: "side", own: true });
  draw(
    document.body,
    h("button", { type: "button", class: "skip", onclick: () => main.focus() }, say("skip")),
    h("div", { class: "shell" }, side, main),
    h("div", { id: "toasts", role: "status", "aria-live": "polite" }),
  );
  const redraw = () => drawSide(side);
  addEventListener("hashchange", () => turn(main, redraw, true), { signal });
  addEventListener("keydown", ({ key }) => key === "Escape" && isOpen && fold(redraw), { signal });
  onLive(
    "overview",
    (news) => {
      if (overview !== undefined && news.owed > overview.owed) toast(say("owed.more", { count: news.owed }));
      overview = news;
      redraw();
    },
    signal,
  );
  onLive("link", redraw, signal);
  get("/overview", signal)
    .then((news) => {
      overview = /** @type {Overview} */ (news);
      redraw();
    })
    .catch(() => undefined);
  turn(main, redraw, false);
}

export function closeShell() {
  leaving.abort();
  leavingPage.abort();
  isOpen = false;
}

/** @param {() => void} redraw */
function fold(redraw) {
  isOpen = false;
  redraw();
}

/** Shows the page that the address names. @param {HTMLElement} main @param {() => void} redraw @param {boolean} isMoved */
function turn(main, redraw, isMoved) {
  leavingPage.abort();
  leavingPage = new AbortController();
  const { path, query } = hereNow();
  const found = routeOf(routes, path);
  const isAllowed = found !== undefined && (found.route.role === undefined || may(found.route.role));
  const root = h("div", { class: "page", own: true });
  draw(main, root);
  document.title = `${found === undefined ? say("nowhere") : say(found.route.title)} · ${say("console")}`;
  fold(redraw);
  if (isAllowed) found.route.page({ here: { path, params: found.params, query }, root, signal: leavingPage.signal });
  else draw(root, pageHead(say("nowhere")), calm("away", say(found === undefined ? "nowhere.line" : "nowhere.role")));
  if (!isMoved) return;
  scrollTo(0, 0);
  const head = root.querySelector("h1");
  if (head instanceof HTMLElement) head.focus({ preventScroll: true });
}

/** @param {HTMLElement} side */
function drawSide(side) {
  const { path } = hereNow();
  side.classList.toggle("open", isOpen);
  const redraw = () => drawSide(side);
  draw(
    side,
    h(
      "a",
      { class: "brand", href: "#/" },
      h("img", { src: "page/icon.svg", alt: "", width: 30, height: 30 }),
      h("span", {}, say("console")),
    ),
    linkState(),
    h(
      "nav",
      { class: "nav", "aria-label": say("nav") },
      h(
        "ul",
        {},
        ways.filter((way) => !("role" in way) || may(way.role)).map((way, nth) => wayTo(way, path, nth >= ON_PHONE)),
        h(
          "li",
          { class: "more", key: "more" },
          h(
            "button",
            {
              type: "button",
              "aria-expanded": String(isOpen),
              onclick: () => {
                isOpen = !isOpen;
                redraw();
              },
            },
            icon(isOpen ? "close" : "more"),
            h("span", {}, say("nav.more")),
            isOpen ? undefined : count(overview?.alarms, "alarms"),
          ),
        ),
      ),
    ),
    foot(redraw),
  );
}

/** @param {typeof ways[number]} way @param {string} path @param {boolean} isRare */
function wayTo(way, path, isRare) {
  const isHere = way.path === "/" ? path === "/" : path.startsWith(way.path);
  const counted =
    way.path === "/"
      ? count(overview?.owed, "owed")
      : way.path === "/alarms"
        ? count(overview?.alarms, "alarms")
        : undefined;
  return h(
    "li",
    { key: way.path, class: isRare && "rare" },
    h(
      "a",
      { href: `#${way.path}`, "aria-current": isHere && "page" },
      icon(way.icon),
      h("span", {}, say(way.key)),
      counted,
    ),
  );
}

/** @param {number | undefined} number @param {"owed" | "alarms"} of */
const count = (number, of) =>
  number === undefined || number === 0
    ? undefined
    : h(
        "b",
        { class: `count ${of}` },
        number > 999 ? "999+" : number,
        h("span", { class: "unseen" }, ` ${say(`count.${of}`)}`),
      );

const linkState = () =>
  h(
    "p",
    { class: `link ${isLinked() ? "live" : "lost"}` },
    h("i", {}),
    say(isLinked() ? "live" : "live.lost"),
    whoAmI()?.isTest ? h("b", { class: "test" }, say("test")) : undefined,
  );

/** @param {() => void} redraw */
function foot(redraw) {
  const me = whoAmI();
  return h(
    "div",
    { class: "side-foot" },
    tongueChooser(() => {
      openShell({ begin: beginAnew });
      const chosen = document.querySelector(".side-foot [aria-pressed=true]");
      if (chosen instanceof HTMLElement) chosen.focus();
    }),
    chooser(
      say("theme"),
      theme(),
      [
        ["auto", say("theme.auto")],
        ["light", say("theme.light")],
        ["dark", say("theme.dark")],
      ],
      (next) => {
        wear(next === "light" || next === "dark" ? next : "auto");
        redraw();
      },
    ),
    h(
      "div",
      { class: "me" },
      h("p", {}, h("strong", {}, me?.name), h("span", {}, wordFor("role", me?.role ?? ""))),
      me?.isForeign
        ? undefined
        : h(
            "button",
            {
              type: "button",
              class: "bare",
              title: say("password.change"),
              "aria-label": say("password.change"),
              onclick: () => changePassword({ isForced: false, done: () => openShell({ begin: beginAnew }) }),
            },
            icon("key"),
          ),
      h(
        "button",
        {
          type: "button",
          class: "bare",
          title: say("sign-out"),
          "aria-label": say("sign-out"),
          onclick: () => void signOut(),
        },
        icon("out"),
      ),
    ),
  );
}

async function signOut() {
  await send("POST", "/logout", {}).catch(() => undefined);
  beginAnew();
}
