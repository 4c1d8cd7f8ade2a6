const $ = (id) => document.getElementById(id);

/** Why it is owed, as the ledger calls it. */
const WHY = {
  "paid-late": "paid after the sale had ended",
  underpaid: "less was paid than was asked",
  "release-failed": "the goods did not come out",
  "release-unclear": "the power went in the middle of the release",
  "not-confirmed": "the sensor saw nothing fall",
  "unknown-here": "the stand knows nothing of it",
  "no-word": "the stand never said what became of it",
  "paid-twice": "paid twice",
  goodwill: "given back although the goods are out",
};
const DONE = { refund: "Refund ordered", release: "Release ordered" };

let drawn = "[]";

export function showOwed(owed) {
  const now = JSON.stringify(owed);
  if (now === drawn) return;
  const isMore = owed.length > JSON.parse(drawn).length;
  drawn = now;
  $("owed-count").textContent = owed.length === 0 ? "nothing" : owed.length;
  $("owed-count").classList.toggle("some", owed.length > 0);
  $("owed").replaceChildren(...owed.map(drawOrder));
  if (isMore || owed.length === 0) $("staff").open = isMore;
  if (owed.length === 0) $("staff-said").hidden = true;
}

function drawOrder(owed) {
  const row = document.createElement("li");
  row.dataset.order = owed.order;
  row.append(headOf(owed), whyOf(owed), deedsOf(owed));
  return row;
}

function headOf({ claim, item, amount, page }) {
  const head = element("div", "owed-head");
  const code = element(page === null ? "code" : "a", "claim", claim);
  if (page !== null) {
    Object.assign(code, { href: page, target: "_blank", rel: "noopener noreferrer" });
    code.title = "The customer’s page of this order";
  }
  head.append(code, element("b", "", item), element("span", "", `Rp ${amount.toLocaleString("id-ID")}`));
  return head;
}

function whyOf({ because, hint }) {
  const why = element("p", "owed-why", WHY[because] ?? because);
  if (hint === undefined) return why;
  const advice = hint.replaceAll("`", "");
  why.append(element("span", "", advice));
  why.title = advice;
  return why;
}

function deedsOf({ order, state, isReleasable }) {
  const deeds = element("div", "deeds");
  if (state === "refunding") deeds.append(element("span", "", "on its way back"));
  else deeds.append(...(isReleasable ? [deedOf(order, "release", "Release")] : []), deedOf(order, "refund", "Refund"));
  return deeds;
}

function deedOf(order, deed, words) {
  const button = element("button", "deed", words);
  button.type = "button";
  button.dataset.deed = deed;
  button.addEventListener("click", () => void decide(order, deed, button));
  return button;
}

async function decide(order, deed, button) {
  button.disabled = true;
  const problem = await ask(`demo/owed/${order}/${deed}`);
  button.disabled = false;
  $("staff-said").textContent = problem ?? `${DONE[deed]} for ${order.slice(-4)}`;
  $("staff-said").classList.toggle("bad", problem !== undefined);
  $("staff-said").hidden = false;
}

/** What stands against it; nothing when it is ordered. */
async function ask(path) {
  try {
    const answer = await fetch(path, { method: "POST" });
    return answer.ok ? undefined : (await answer.json()).error;
  } catch {
    return "The demo does not answer.";
  }
}

function element(name, style, text = "") {
  const made = document.createElement(name);
  made.className = style;
  made.textContent = text;
  return made;
}
