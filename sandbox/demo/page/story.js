const $ = (id) => document.getElementById(id);
const LANES = ["customer", "stand", "broker", "backend", "midtrans"];
const MOST = 600;
const NEAR_END_PX = 60;

/** Rows of name, word and what it does. */
const KNOBS = [
  [
    "Notification",
    ["late", "late", "Midtrans tells of the payment 8 seconds later"],
    ["drop", "lost", "Midtrans never tells: the backend asks after 15 seconds"],
    ["duplicate", "three times", "the same news again and again"],
    ["forge", "forged", "a signature that is not Midtrans’: refused; the backend asks by itself"],
  ],
  [
    "Charge",
    ["lost-answer", "answer lost", "the charge is made, the answer never comes: asked for, not repeated"],
    ["deny", "denied 900", "the acquirer says no; the backend tries again"],
    ["no-qr-string", "no text", "no qr_string, only a picture: the backend reads the picture"],
    ["bad-qr", "wrong sum", "a QR code for another amount: the stand must not show it"],
  ],
  [
    "Pull out",
    ["network", "network", "between the stand and the broker, until you press again"],
    ["crash-backend", "kill backend", "kill -9; it is started again after 2 seconds"],
    ["crash-daemon", "kill daemon", "kill -9; it is started again after 2 seconds"],
  ],
];
const HARD = ["network", "crash-backend", "crash-daemon"];

const shown = { chapter: "all", every: false };
/** Whether the newest line stays in sight. */
let follows = true;

export function startStory() {
  $("knobs").replaceChildren(...KNOBS.map(newKnobRow));
  for (const button of document.querySelectorAll(".chapters [data-chapter]")) {
    button.addEventListener("click", () => choose(button));
  }
  $("every").addEventListener("click", () => {
    shown.every = !shown.every;
    $("every").setAttribute("aria-pressed", String(shown.every));
    filter();
  });
  $("newest").addEventListener("click", toEnd);
  $("scroll").addEventListener("scroll", () => {
    follows = isAtEnd();
    if (follows) $("newest").hidden = true;
  });
  new ResizeObserver(() => follows && toEnd()).observe($("scroll"));
  if (matchMedia("(max-width: 820px)").matches) $("trouble").open = false;
}

export const turn = (name, on) =>
  fetch(`demo/switches/${name}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ on }),
  }).catch(() => undefined);

function newKnobRow([name, ...knobs]) {
  const row = element("div");
  row.className = "knob-row";
  const label = element("span", name);
  label.className = "knob-name";
  row.append(label, ...knobs.map(newKnob));
  return row;
}

function newKnob([name, words, title]) {
  const knob = document.createElement("button");
  knob.type = "button";
  knob.className = HARD.includes(name) ? "knob hard" : "knob";
  knob.dataset.knob = name;
  knob.textContent = words;
  knob.title = title;
  knob.setAttribute("aria-pressed", "false");
  const isPressed = () => knob.getAttribute("aria-pressed") === "true";
  knob.addEventListener("click", () => turn(name, name === "network" ? isPressed() : !isPressed()));
  return knob;
}

export function showKnobs({ armed, network, backend, daemon, power }) {
  const isPressed = {
    network: network === "cut",
    "crash-backend": backend === "down",
    "crash-daemon": daemon === "down" && power === "on",
  };
  for (const knob of document.querySelectorAll(".knob")) {
    const { knob: name } = knob.dataset;
    knob.setAttribute("aria-pressed", String(isPressed[name] ?? armed.includes(name)));
  }
}

export function addEntry(entry) {
  const line = drawEntry(entry);
  line.hidden = !isWanted(line);
  $("lines").append(line);
  $("nothing").hidden = true;
  while ($("lines").childElementCount > MOST) $("lines").firstElementChild.remove();
  if (follows) toEnd();
  else if (!line.hidden) $("newest").hidden = false;
}

function drawEntry({ at, chapter, from, to, words, detail, tone, order, minor }) {
  const line = document.createElement("li");
  line.className = minor ? "line minor fresh" : "line fresh";
  line.dataset.chapter = chapter;
  if (tone !== undefined) line.dataset.tone = tone;
  line.append(timeOf(at), trackOf(from, to), saidOf(words, detail));
  if (order !== undefined) line.append(element("code", order));
  return line;
}

function timeOf(at) {
  const moment = new Date(at);
  const time = element("time", moment.toLocaleTimeString("en-GB"));
  time.title = `${moment.getMilliseconds()} ms`;
  time.dateTime = moment.toISOString();
  return time;
}

function saidOf(words, detail) {
  const said = element("div");
  said.className = "said";
  said.append(element("b", words));
  if (detail !== undefined && detail !== "") {
    const more = element("span", detail);
    more.className = "more";
    said.append(more);
  }
  return said;
}

/** A dot where something happens by itself, an arrow from one to the other. */
function trackOf(from, to) {
  const track = element("div");
  track.className = "track";
  track.title = to === undefined ? from : `${from} → ${to}`;
  const [start, end] = [LANES.indexOf(from), LANES.indexOf(to ?? from)];
  track.append(start === -1 || start === end ? dotAt(Math.max(end, start)) : arrow(start, end));
  return track;
}

function dotAt(lane) {
  const dot = element("i");
  dot.style.gridColumn = String(lane + 1);
  return dot;
}

function arrow(start, end) {
  const line = element("i");
  const [first, last] = [Math.min(start, end), Math.max(start, end)];
  line.className = end < start ? "arrow back" : "arrow";
  line.style.gridColumn = `${first + 1} / ${last + 2}`;
  line.style.setProperty("--half", String(5 / (last - first + 1)));
  return line;
}

function element(name, text) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  return made;
}

function choose(button) {
  shown.chapter = button.dataset.chapter;
  for (const each of document.querySelectorAll(".chapters [data-chapter]")) {
    each.setAttribute("aria-pressed", String(each === button));
  }
  filter();
}

/** What was broken on purpose is shown with everything: it explains the rest. */
function isWanted({ dataset: { chapter }, classList }) {
  const isOfChapter = shown.chapter === "all" || chapter === shown.chapter || chapter === "trouble";
  return isOfChapter && (shown.every || !classList.contains("minor"));
}

function filter() {
  for (const line of $("lines").children) line.hidden = !isWanted(line);
  toEnd();
}

function isAtEnd() {
  const { scrollTop, scrollHeight, clientHeight } = $("scroll");
  return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
}

function toEnd() {
  $("scroll").scrollTop = $("scroll").scrollHeight;
  $("newest").hidden = true;
}
