/* Keeps the page as the ledger has it; without this script the page loads itself anew. */

const path = location.pathname.replace(/\/finish$/, "");
const LONGEST_PAUSE_MS = 30_000;
const PATIENCE_MS = 10_000;

let timer;
let failures = 0;
let endsAt;

const main = () => document.querySelector("main[data-mark]");

async function read(url) {
  const patience = new AbortController();
  const late = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    const answer = await fetch(url, { cache: "no-store", signal: patience.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    return await answer.text();
  } finally {
    clearTimeout(late);
  }
}

/** The page anew, in the place of what is there; who listens to it hears its title. */
async function renew() {
  const fresh = new DOMParser().parseFromString(await read(location.href), "text/html");
  const next = fresh.querySelector("main[data-mark]");
  if (next === null) throw new Error("no page");
  main().replaceWith(next);
  document.title = fresh.title;
  document.getElementById("said").textContent = next.querySelector("h1").textContent;
}

function countFrom(leftMs) {
  endsAt = leftMs === undefined ? undefined : performance.now() + leftMs;
  showTime();
}

function showTime() {
  const place = document.getElementById("left");
  if (place === null || endsAt === undefined) return;
  const seconds = Math.ceil(Math.max(0, endsAt - performance.now()) / 1000);
  place.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

async function look() {
  clearTimeout(timer);
  let pause = 0;
  try {
    const now = JSON.parse(await read(`${path}/state`));
    if (now.mark !== main().dataset.mark) await renew();
    countFrom(now.leftMs);
    failures = 0;
    pause = now.againMs;
  } catch {
    failures += 1;
    pause = Math.min(LONGEST_PAUSE_MS, 2_000 * 2 ** failures);
  }
  document.getElementById("offline").hidden = failures < 2;
  lookIn(pause);
}

/** Nobody looks at a page that is hidden; whoever comes back from the wallet sees it at once. */
function lookIn(ms) {
  clearTimeout(timer);
  if (document.visibilityState === "visible") timer = setTimeout(look, ms);
}

if (main() !== null) {
  const left = document.getElementById("left");
  countFrom(left === null ? undefined : Number(left.dataset.leftMs));
  setInterval(showTime, 250);
  document.addEventListener("visibilitychange", () => lookIn(0));
  addEventListener("online", () => lookIn(0));
  lookIn(Number(main().dataset.againMs));
}
