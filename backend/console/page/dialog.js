import { Refused } from "./api.js";
import { draw, h } from "./dom.js";
import { icon } from "./icons.js";
import { troubleNote } from "./parts.js";
import { say } from "./tongue.js";

/**
 * @typedef {{
 *   title: string,
 *   body: import("./dom.js").Child,
 *   confirm: () => { text: string, isReady: boolean, tone?: "danger" },
 *   act: (form: HTMLFormElement) => Promise<void>,
 * }} Asked `confirm`: asked again after everything that is typed or chosen; `act`: rejects with what went wrong
 */

let asked = 0;

/** Asks before something is done; resolves to whether it was. The browser holds the focus in it, and gives it back. @param {Asked} asked @returns {Promise<boolean>} */
export function ask({ title, body, confirm, act }) {
  let [isBusy, isDone] = [false, false];
  /** What is on its way is not called back: nobody is to believe that it was. */
  const leave = () => isBusy || dialog.close();
  const trouble = h("div", { class: "trouble" });
  const button = h("button", { type: "submit", class: "main" });
  const titleId = `dialog-title-${++asked}`;
  const dialog = h("dialog", { class: "dialog", "aria-labelledby": titleId });
  const form = h(
    "form",
    { method: "dialog", novalidate: true },
    h(
      "header",
      {},
      h("h2", { id: titleId }, title),
      h("button", { type: "button", class: "bare", "aria-label": say("close"), onclick: leave }, icon("close")),
    ),
    h("div", { class: "dialog-body" }, body),
    trouble,
    h("footer", {}, h("button", { type: "button", class: "quiet", onclick: leave }, say("cancel")), button),
  );
  dialog.append(form);
  dialog.addEventListener("cancel", (event) => isBusy && event.preventDefault());
  const show = () => {
    const { text, isReady, tone } = confirm();
    draw(button, isBusy ? say("sending") : text);
    button.disabled = !isBusy && !isReady;
    button.setAttribute("aria-disabled", String(isBusy));
    button.classList.toggle("danger", tone === "danger");
  };
  form.addEventListener("input", show);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isBusy || button.disabled) return;
    if (!form.reportValidity()) return;
    isBusy = true;
    draw(trouble);
    show();
    try {
      await act(form);
      isDone = true;
      dialog.close();
    } catch (error) {
      if (!isSignedOut(error)) draw(trouble, troubleNote(error));
    }
    isBusy = false;
    show();
  });
  const opener = document.activeElement;
  document.body.append(dialog);
  show();
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      if (opener?.isConnected !== true) focusHead();
      resolve(isDone);
    });
  });
}

/** Then one signs in on top of this, and what was filled in stays. @param {unknown} error */
const isSignedOut = (error) => error instanceof Refused && error.code === "signed-out";

/** What was asked about is gone: whoever uses a keyboard goes on at the page's name. */
const focusHead = () => {
  const head = document.querySelector("h1");
  if (head instanceof HTMLElement) head.focus({ preventScroll: true });
};

/** Says something that has to be read, with one way on. @param {string} title @param {import("./dom.js").Child} body */
export const tellIn = (title, body) =>
  ask({ title, body, confirm: () => ({ text: say("done"), isReady: true }), act: async () => undefined });

/** A word at the edge of the page that goes by itself; read out, never in the way. @param {string} text */
export function toast(text) {
  const shelf = document.querySelector("#toasts");
  if (shelf === null) return;
  const note = h("p", { class: "toast" }, text);
  shelf.append(note);
  setTimeout(() => note.remove(), 6_000);
}
