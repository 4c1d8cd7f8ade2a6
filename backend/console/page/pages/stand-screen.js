import { picture } from "../api.js";
import { draw, h } from "../dom.js";
import { span } from "../format.js";
import { icon } from "../icons.js";
import { panel } from "../parts.js";
import { say, wordFor } from "../tongue.js";

/** What a stand's screen shows, as the stand itself sends it. @param {HTMLElement} screen @param {() => void} look */
export function screenPanel(screen, look) {
  const again = h(
    "button",
    { type: "button", class: "quiet small", onclick: look },
    icon("again"),
    say("screen.again"),
  );
  return panel(say("screen"), { id: "screen", beside: again }, screen);
}

/** Pages that may have a QR code. */
const CODED = ["awaiting", "troubled"];

/** @param {HTMLElement} glass @param {string} id @param {AbortSignal} signal */
export async function showScreen(glass, id, signal) {
  if (glass.firstChild === null) draw(glass, h("div", { class: "glass-empty" }, say("screen.asking")));
  glass.setAttribute("aria-busy", "true");
  try {
    const { blob, ageMs, page } = await picture(`/stands/${encodeURIComponent(id)}/screen`, signal);
    const url = URL.createObjectURL(blob);
    const image = h("img", { src: url, alt: say("screen.alt", { page: wordFor("page", page) }) });
    await image.decode().catch(() => undefined);
    draw(
      glass,
      image,
      h(
        "p",
        { class: "soft", role: "status" },
        ageMs < 10_000
          ? say("screen.fresh", { page: wordFor("page", page) })
          : say("screen.old", { page: wordFor("page", page), span: span(ageMs) }),
        CODED.includes(page) ? ` ${say("screen.code")}` : "",
      ),
    );
    URL.revokeObjectURL(url);
  } catch (error) {
    if (!signal.aborted)
      draw(glass, h("div", { class: "glass-empty" }, error instanceof Error ? error.message : String(error)));
  }
  glass.removeAttribute("aria-busy");
}
