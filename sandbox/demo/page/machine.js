const $ = (id) => document.getElementById(id);
const GOODS = { "slot-1": "#kopi", "slot-2": "#teh", "slot-3": "#air" };
const NAMES = { "slot-1": "Kopi Susu", "slot-2": "Teh Botol", "slot-3": "Air Mineral" };
const PRESSED_MS = 140;
const TAKEN_MS = 9000;

let before;
let takeAway;

async function post(path, body = {}) {
  await fetch(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  }).catch(() => undefined);
}

const isOn = (button) => button.getAttribute("aria-pressed") === "true";

function press(key) {
  key.classList.add("pressed");
  setTimeout(() => key.classList.remove("pressed"), PRESSED_MS);
  void post(`stand/buttons/${key.dataset.button}`);
}

/** As long as a finger or the mouse is on it. A click that no pointer made, from a keyboard, is a short press. */
function startHolding(key) {
  const hold = (down) => {
    key.classList.toggle("pressed", down);
    void post(`stand/buttons/${key.dataset.button}`, { down });
  };
  key.addEventListener("pointerdown", ({ pointerId }) => {
    key.setPointerCapture(pointerId);
    hold(true);
  });
  key.addEventListener("lostpointercapture", () => hold(false));
  key.addEventListener("contextmenu", (event) => event.preventDefault());
  key.addEventListener("click", ({ detail }) => detail === 0 && press(key));
}

export function startMachine() {
  for (const key of document.querySelectorAll(".key:not(.cancel)")) key.addEventListener("click", () => press(key));
  for (const key of document.querySelectorAll(".key.cancel")) startHolding(key);
  $("paper-out").addEventListener("click", ({ currentTarget }) =>
    post("stand/printer", { paper: isOn(currentTarget) ? "ok" : "out" }),
  );
  $("cover-open").addEventListener("click", ({ currentTarget }) =>
    post("stand/printer", { cover: isOn(currentTarget) ? "closed" : "open" }),
  );
  $("jam").addEventListener("click", ({ currentTarget }) =>
    post("stand/sensor/chute", { jammed: !isOn(currentTarget) }),
  );
  $("door").addEventListener("click", ({ currentTarget }) =>
    post("stand/sensor/door", { active: !isOn(currentTarget) }),
  );
  $("power").addEventListener("click", ({ currentTarget }) =>
    post("stand/power", { cord: isOn(currentTarget) ? "cut" : "on" }),
  );
  $("slip-close").addEventListener("click", () => $("slip").close());
  $("paper").addEventListener("click", () => {
    $("slip-picture").src = $("strip").src;
    $("slip").showModal();
  });
}

export function showMachine(glance) {
  if (glance.picture !== before?.picture) void showPicture("screen", "screen.png", glance.picture);
  if (glance.strip !== before?.strip && glance.strip > 0) void showStrip(glance.strip, before !== undefined);
  if (before !== undefined) for (const relay of glance.relays) dropWhatOpened(relay);
  showLamps(glance.relays);
  showSwitches(glance);
  before = glance;
}

/** The picture changes at once, when it is here: no flicker. */
async function showPicture(id, name, version) {
  const picture = new Image();
  picture.src = `stand/${name}?${version}`;
  await picture.decode().catch(() => undefined);
  if (version >= Number($(id).dataset.version ?? 0)) {
    $(id).dataset.version = version;
    $(id).src = picture.src;
  }
}

async function showStrip(version, isFresh) {
  await showPicture("strip", "receipt.png", version);
  $("paper").hidden = false;
  $("paper").classList.remove("printing");
  if (!isFresh) return;
  void $("paper").offsetWidth;
  $("paper").classList.add("printing");
}

function dropWhatOpened({ line, pulses }) {
  const known = before.relays.find((relay) => relay.line === line);
  if (known === undefined || pulses <= known.pulses) return;
  clearTimeout(takeAway);
  $("goods-picture").setAttribute("href", GOODS[line]);
  $("goods").removeAttribute("hidden");
  $("goods").classList.remove("falls");
  void $("goods").getBoundingClientRect();
  $("goods").classList.add("falls");
  takeAway = setTimeout(() => $("goods").setAttribute("hidden", ""), TAKEN_MS);
}

function showLamps(relays) {
  const lamps = relays.map(({ line, closed, pulses }) => {
    const lamp = document.createElement("span");
    lamp.className = closed ? "lamp closed" : "lamp";
    lamp.title = `Relay ${line}, ${NAMES[line]}: ${pulses} ${pulses === 1 ? "pulse" : "pulses"} so far`;
    lamp.dataset.pulses = pulses;
    lamp.append(document.createElement("i"), iconOf(line), `${pulses}×`);
    return lamp;
  });
  $("lamps").replaceChildren(...lamps);
}

function iconOf(line) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", GOODS[line]);
  svg.append(use);
  return svg;
}

function showSwitches({ printer, jammed, doorOpen, lamp, buzzer, power }) {
  const isIn = power === "on";
  $("paper-out").setAttribute("aria-pressed", String(printer.paper === "out"));
  $("cover-open").setAttribute("aria-pressed", String(printer.cover === "open"));
  $("printer-light").classList.toggle("bad", printer.paper === "out" || printer.cover === "open");
  $("jam").setAttribute("aria-pressed", String(jammed));
  $("door").setAttribute("aria-pressed", String(doorOpen));
  $("lamp").classList.toggle("lit", lamp);
  $("buzzer").classList.toggle("sounds", buzzer);
  $("power").setAttribute("aria-pressed", String(isIn));
  $("power-name").textContent = isIn ? "Pull the plug" : "Put the plug back";
  $("power-hint").textContent = isIn ? "at any moment; nothing gets lost" : "it starts again on its journal";
  $("cabinet").classList.toggle("dark", !isIn);
}
