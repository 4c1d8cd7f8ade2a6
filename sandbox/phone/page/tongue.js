/** The language that was chosen before, else the browser's. */
export function preferredTongue() {
  try {
    const kept = localStorage.getItem("tongue");
    if (kept === "id" || kept === "en") return kept;
  } catch {
    // Storage may be closed to a page in a frame.
  }
  return navigator.language.toLowerCase().startsWith("id") ? "id" : "en";
}

export function keepTongue(chosen) {
  try {
    localStorage.setItem("tongue", chosen);
  } catch {
    // Not kept, then.
  }
}

/** Says the texts that the page itself holds, and shows which language they are in. */
export function sayTexts(tongue, say) {
  document.documentElement.lang = tongue;
  document.title = say("name");
  for (const each of document.querySelectorAll("[data-say]")) each.textContent = say(each.dataset.say);
  for (const each of document.querySelectorAll("[data-tongue]")) {
    each.setAttribute("aria-pressed", String(each.dataset.tongue === tongue));
  }
}

/** `Rp15.000`. */
export const money = (amount) => `Rp${amount.toLocaleString("id-ID")}`;
