import { showMachine, startMachine } from "./machine.js";
import { showOwed } from "./staff.js";
import { addEntry, showKnobs, startStory, turn } from "./story.js";

const $ = (id) => document.getElementById(id);
/** A stream that has been silent for so long after an error is lost. */
const LOST_MS = 4000;

/** `phone`: the phone looks at one stand, told by the demo. */
let hasPhone = false;

function light(id, is) {
  $(id).dataset.is = is;
}

function show(glance) {
  light("light-daemon", glance.power === "cut" ? "cut" : glance.daemon);
  light("light-network", glance.network === "cut" ? "cut" : "ready");
  light("light-backend", glance.backend);
  showMachine(glance);
  showKnobs(glance);
  showOwed(glance.owed);
  showCustomer(glance);
  showConsole(glance.console);
  if (hasPhone) return;
  hasPhone = true;
  $("phone").src = `phone/?stand=${encodeURIComponent(glance.stand)}`;
}

function showConsole({ url, name, password }) {
  $("console").firstElementChild.href = url;
  $("console-name").textContent = name;
  $("console-password").textContent = password;
}

/** What the customer may do beside scanning. */
function showCustomer({ page, paymentType }) {
  $("gopay").setAttribute("aria-pressed", String(paymentType === "gopay"));
  $("customer-page").hidden = page === null;
  if (page === null) return;
  $("customer-page").href = page.address;
  $("customer-page").querySelector("code").textContent = page.order.slice(-4);
}

function startCustomer() {
  $("gopay").addEventListener("click", ({ currentTarget }) =>
    turn("gopay", currentTarget.getAttribute("aria-pressed") !== "true"),
  );
}

function listen() {
  const stream = new EventSource("demo/events");
  let silence;
  stream.addEventListener("open", () => {
    clearTimeout(silence);
    silence = undefined;
    $("lost").hidden = true;
  });
  stream.addEventListener("error", () => {
    silence ??= setTimeout(() => {
      $("lost").hidden = false;
    }, LOST_MS);
  });
  stream.addEventListener("glance", ({ data }) => show(JSON.parse(data)));
  stream.addEventListener("entry", ({ data }) => addEntry(JSON.parse(data)));
}

function startTabs() {
  for (const tab of document.querySelectorAll(".tabs button")) {
    tab.addEventListener("click", () => {
      document.body.dataset.tab = tab.dataset.tab;
      for (const each of document.querySelectorAll(".tabs button"))
        each.setAttribute("aria-current", String(each === tab));
    });
  }
}

startMachine();
startStory();
startTabs();
startCustomer();
listen();
