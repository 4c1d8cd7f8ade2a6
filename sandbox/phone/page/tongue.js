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

/** `Rp15.000`. */
export const money = (amount) => `Rp${amount.toLocaleString("id-ID")}`;
