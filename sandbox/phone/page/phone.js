import { keepTongue, money, preferredTongue, sayTexts } from "./tongue.js";
import { words } from "./words.js";

const stand = new URLSearchParams(location.search).get("stand");
const $ = (id) => document.getElementById(id);
const REFRESH_MS = 1500;

/** What the customer is about to do: the code, what it says, and the digits typed so far. */
let bill;
/** Why the last try went wrong, in every language; `undefined` when the simulator did not say. */
let objection;
let digits = "";
/** What passed through the wallet, newest first. */
let entries = [];
let tongue = preferredTongue();

const say = (key) => words[tongue][key];

function speak(chosen) {
  tongue = chosen;
  sayTexts(tongue, say);
  $("finder-hint").textContent = say(stand === null ? "hint-none" : "hint-stand");
  $("pad").querySelector("[data-key=erase]")?.setAttribute("aria-label", say("erase"));
  showDots();
  showObjection();
  showRoutes();
  showEntries();
}

/** What each wallet is to the code that is to be paid. */
function showRoutes() {
  for (const issuer of document.querySelectorAll("input[name=issuer]")) {
    const isOwn = issuer.value.toLowerCase() === bill?.ownWallet;
    issuer.parentElement.querySelector("small").textContent = say(isOwn ? "on-us" : "off-us");
  }
}

function go(screen) {
  $("glass").dataset.screen = screen;
  digits = "";
  showDots();
  $(screen).scrollTop = 0;
  const heading = $(screen).querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
}

async function ask(path, body) {
  const isPicture = body instanceof Blob;
  try {
    const answer = await fetch(path, {
      method: "POST",
      headers: { "content-type": isPicture ? "image/png" : "application/json" },
      body: isPicture ? body : JSON.stringify(body),
    });
    return await answer.json();
  } catch {
    return {};
  }
}

async function scan(what) {
  $("finder").classList.add("scanning");
  $("finder-hint").textContent = say("scanning");
  const found = await ask("scan", what);
  $("finder").classList.remove("scanning");
  $("finder-hint").textContent = say(stand === null ? "hint-none" : "hint-stand");
  if (found.payable !== true) fail(found);
  else confirm(found);
}

function confirm(found) {
  bill = found;
  $("merchant").textContent = found.merchant;
  $("city").textContent = found.city;
  $("initials").textContent = found.merchant
    .replace(/[^\p{L}\d ]/gu, "")
    .split(/\s+/)
    .map((word) => word[0] ?? "")
    .join("")
    .slice(0, 2)
    .toUpperCase();
  for (const place of ["amount", "pin-amount"]) $(place).textContent = money(found.amount);
  $("pin-merchant").textContent = found.merchant;
  showRoutes();
  go("confirm");
}

/** Only a clear no means that no money moved; no answer says nothing. */
function fail(answer) {
  objection = answer.words;
  $("unmoved").hidden = objection === undefined;
  showObjection();
  go("failed");
}

function showObjection() {
  $("why").textContent = objection?.[tongue] ?? say("offline");
}

async function pay() {
  const issuer = document.querySelector("input[name=issuer]:checked");
  go("busy");
  const [answer] = await Promise.all([ask("pay", { qr: bill.qr, issuer: issuer.value }), pause(700)]);
  if (answer.paid !== true) {
    fail(answer);
    return;
  }
  $("paid-amount").textContent = money(answer.amount);
  $("paid-merchant").textContent = answer.merchant;
  $("paid-issuer").textContent = nameOf(issuer.value);
  $("paid-at").textContent = new Date().toLocaleTimeString(tongue === "id" ? "id-ID" : "en-GB");
  go("paid");
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function type(key) {
  if ($("glass").dataset.screen !== "pin") return;
  if (key === "erase") digits = digits.slice(0, -1);
  else if (digits.length < 6) digits += key;
  showDots();
  if (digits.length === 6) void pay();
}

function showDots() {
  $("dots").setAttribute("aria-label", say("pin-count")(digits.length));
  for (const [place, dot] of [...$("dots").children].entries()) dot.classList.toggle("on", place < digits.length);
}

function drawPad() {
  const keys = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "", "0", "erase"];
  $("pad").replaceChildren(
    ...keys.map((key) => {
      const each = document.createElement(key === "" ? "span" : "button");
      if (key === "") return each;
      each.type = "button";
      each.dataset.key = key;
      each.textContent = key === "erase" ? "⌫" : key;
      each.addEventListener("click", () => type(key));
      return each;
    }),
  );
}

function drawBill({ order, amount, qr, expiresAt }) {
  const row = document.createElement("li");
  const button = document.createElement("button");
  const left = Math.max(0, Math.round((Date.parse(expiresAt) - Date.now()) / 1000));
  const parts = [
    ["b", money(amount)],
    ["span", order],
    ["small", say("left")(Math.floor(left / 60), String(left % 60).padStart(2, "0"))],
  ];
  button.type = "button";
  button.append(...parts.map(([name, text]) => elementOf(name, text)));
  button.addEventListener("click", () => void scan({ qr }));
  row.append(button);
  return row;
}

async function openHistory() {
  entries = await fetch("history")
    .then((answer) => answer.json())
    .then((answer) => answer.entries)
    .catch(() => []);
  showEntries();
  go("history");
}

function showEntries() {
  $("entries").replaceChildren(...entries.map(drawEntry));
  $("entries-empty").hidden = entries.length > 0;
}

function drawEntry({ what, at, amount, issuer, merchant, reason, words: said }) {
  const row = document.createElement("li");
  const time = new Date(at).toLocaleString(tongue === "id" ? "id-ID" : "en-GB", {
    dateStyle: "medium",
    timeStyle: "short",
  });
  const why = reason === undefined ? "" : say("reason")(reason);
  const parts = [
    ["b", merchant],
    ["strong", `${what === "paid" ? "−" : "+"}${money(amount)}`],
    ["span", said[tongue]],
    ["em", why],
    ["small", `${nameOf(issuer)} · ${time}`],
  ].filter(([, text]) => text !== "");
  row.append(...parts.map(([name, text]) => elementOf(name, text)));
  row.querySelector("strong").classList.toggle("back-in", what !== "paid");
  return row;
}

function elementOf(name, text) {
  const element = document.createElement(name);
  element.textContent = text;
  return element;
}

/** As the wallet calls itself. */
function nameOf(issuer) {
  const known = [...document.querySelectorAll("input[name=issuer]")].find(({ value }) => value === issuer);
  return known?.parentElement.querySelector("b").textContent ?? issuer;
}

/** A bill that is under the finger, or in focus, stays where it is. */
async function refresh() {
  const isHome = $("glass").dataset.screen === "home" && !document.hidden;
  const isTouched = $("open").matches(":hover, :focus-within");
  if (isHome && stand !== null) $("finder-picture").src = `screen?stand=${encodeURIComponent(stand)}&at=${Date.now()}`;
  if (isHome && !isTouched) {
    const bills = await fetch("open")
      .then((answer) => answer.json())
      .catch(() => ({ open: [] }));
    $("open").replaceChildren(...bills.open.map(drawBill));
    $("open-empty").hidden = bills.open.length > 0;
  }
  setTimeout(refresh, REFRESH_MS);
}

function listen() {
  for (const each of document.querySelectorAll("[data-go]")) each.addEventListener("click", () => go(each.dataset.go));
  for (const each of document.querySelectorAll("[data-tongue]"))
    each.addEventListener("click", () => choose(each.dataset.tongue));
  $("scan-stand").addEventListener("click", () => void scan({ stand }));
  $("to-pin").addEventListener("click", () => go("pin"));
  $("to-history").addEventListener("click", () => void openHistory());
  $("paste-open").addEventListener("click", () => {
    $("paste").hidden = !$("paste").hidden;
    $("paste-open").setAttribute("aria-expanded", String(!$("paste").hidden));
    if (!$("paste").hidden) $("qr-text").focus();
  });
  $("paste").addEventListener("submit", (event) => {
    event.preventDefault();
    void scan({ qr: $("qr-text").value });
  });
  $("picture").addEventListener("change", () => {
    const [file] = $("picture").files;
    if (file !== undefined) void scan(file);
    $("picture").value = "";
  });
  document.addEventListener("keydown", ({ key }) => {
    if (/^\d$/.test(key)) type(key);
    if (key === "Backspace") type("erase");
  });
  $("finder-picture").addEventListener("load", () => {
    $("finder-picture").hidden = false;
  });
  $("finder-picture").addEventListener("error", () => {
    $("finder-picture").hidden = true;
  });
}

function choose(chosen) {
  speak(chosen);
  keepTongue(chosen);
}

drawPad();
listen();
$("scan-stand").hidden = stand === null;
$("finder").classList.toggle("live", stand !== null);
speak(tongue);
void refresh();
