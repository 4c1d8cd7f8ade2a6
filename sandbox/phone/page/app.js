import { words } from "./app-words.js";
import { keepTongue, money, preferredTongue, sayTexts } from "./tongue.js";

const referenceid = new URLSearchParams(location.search).get("referenceid") ?? "";
const $ = (id) => document.getElementById(id);
/** How long the payer sees what became of it before the shop's page comes back. */
const LOOK_MS = 2500;

let tongue = preferredTongue();
/** What the page says now, drawn again when the language changes. */
let drawn = () => undefined;
/** The timer of going back to the shop. */
let leaving;

const say = (key) => words[tongue][key];

function speak(chosen) {
  tongue = chosen;
  sayTexts(tongue, say);
  drawn();
}

function go(screen, draw = () => undefined) {
  drawn = draw;
  draw();
  $("glass").dataset.screen = screen;
  const heading = $(screen).querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
}

async function ask(path, body) {
  const asked = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
  try {
    const answer = await fetch(path, asked);
    return await answer.json();
  } catch {
    return undefined;
  }
}

async function open() {
  go("busy");
  const bill = await ask(`bill?${new URLSearchParams({ referenceid })}`);
  if (bill?.payable !== true) return fail("failed", bill?.words, true);
  $("merchant").textContent = bill.merchant;
  $("paid-merchant").textContent = bill.merchant;
  $("city").textContent = bill.city;
  $("initials").textContent = initialsOf(bill.merchant);
  $("amount").textContent = money(bill.amount);
  $("order").textContent = bill.order;
  return go("bill");
}

const initialsOf = (name) =>
  name
    .replace(/[^\p{L}\d ]/gu, "")
    .split(/\s+/)
    .map((word) => word[0] ?? "")
    .join("")
    .slice(0, 2)
    .toUpperCase();

async function pay() {
  go("busy");
  const option = document.querySelector("input[name=option]:checked").value;
  const answer = await ask("pay", { referenceid, option });
  if (answer?.paid !== true) return fail("failed", answer?.words, answer !== undefined, answer?.return);
  $("paid-amount").textContent = money(answer.amount);
  go("paid");
  return leave(answer.return);
}

async function decline() {
  go("busy");
  const answer = await ask("decline", { referenceid });
  if (answer === undefined) return fail("failed", undefined, false);
  return fail("declined", undefined, true, answer.return);
}

/** Only a clear no means that no money moved; no answer says nothing. */
function fail(title, because, isKnown, address) {
  go("failed", () => {
    $("failed-title").textContent = say(title);
    $("why").textContent = because?.[tongue] ?? (isKnown ? "" : say("offline"));
    $("unmoved").textContent = isKnown ? say(title === "declined" ? "declined-hint" : "no-money-moved") : "";
  });
  if (isKnown) leave(address ?? null);
}

/** Whoever has an address to go back to goes there by itself, or sooner by hand: an app's own address may need the touch. */
function leave(address) {
  const isGoing = typeof address === "string";
  const draw = drawn;
  drawn = () => {
    draw();
    $("leave-hint").textContent = say(isGoing ? "returning" : "stay");
  };
  drawn();
  $("leave").hidden = false;
  $("back").hidden = !isGoing;
  if (!isGoing) return;
  $("back").href = address;
  leaving = setTimeout(() => location.assign(address), LOOK_MS);
}

for (const each of document.querySelectorAll("[data-tongue]")) {
  each.addEventListener("click", () => {
    speak(each.dataset.tongue);
    keepTongue(each.dataset.tongue);
  });
}
$("pay").addEventListener("click", () => void pay());
$("decline").addEventListener("click", () => void decline());
$("again").addEventListener("click", () => {
  clearTimeout(leaving);
  $("leave").hidden = true;
  void open();
});
speak(tongue);
void open();
