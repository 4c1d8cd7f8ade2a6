import { Refused, send, signedInAs } from "../api.js";
import { draw, h } from "../dom.js";
import { span } from "../format.js";
import { field, saidIn, tongueChooser, troubleNote } from "../parts.js";
import { say } from "../tongue.js";

/**
 * The door. `error`: why nobody is let in now; that nobody is signed in yet is no trouble.
 * @param {{ error: unknown, again: () => void, enter: () => void }} parts
 */
export function signIn({ error, again, enter }) {
  document.title = `${say("sign-in")} · ${say("console")}`;
  const isAsked = error instanceof Refused && error.code === "signed-out";
  const isRefused = new URLSearchParams(location.search).get("sign-in") === "refused";
  const refusal = isRefused ? troubleNote(new Refused(401, { message: say("sign-in.refused") })) : undefined;
  const trouble = h("div", {}, isAsked ? refusal : troubleNote(error, again));
  const hasOidc = error instanceof Refused && error.ways?.oidc === true;
  const button = h("button", { type: "submit", class: "main wide" }, say("sign-in"));
  const form = h(
    "form",
    {
      onsubmit: async (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        button.disabled = true;
        try {
          signedInAs(await send("POST", "/login", { name: "", password: "", ...saidIn(form) }));
          enter();
        } catch (refused) {
          draw(trouble, troubleNote(inTime(refused)));
          button.disabled = false;
        }
      },
    },
    field({ name: "name", label: say("account.name"), required: true, autocomplete: "username", maxlength: 64 }),
    field({
      name: "password",
      label: say("password"),
      type: "password",
      required: true,
      autocomplete: "current-password",
    }),
    trouble,
    button,
    hasOidc && h("a", { class: "button wide", href: "/api/oidc/start" }, say("sign-in.oidc")),
  );
  draw(
    document.body,
    h(
      "main",
      { class: "door", key: "door" },
      h("img", { src: "page/icon.svg", alt: "", width: 52, height: 52 }),
      h("h1", {}, say("console")),
      h("p", { class: "soft" }, say("sign-in.line")),
      form,
      tongueChooser(() => signIn({ error, again, enter })),
    ),
  );
  if (isAsked) form.querySelector("input")?.focus();
}

/** Says how long to wait, where the backend does. @param {unknown} refused */
function inTime(refused) {
  if (!(refused instanceof Refused) || refused.againMs === undefined) return refused;
  return new Refused(refused.status, {
    message: refused.message,
    hint: say("sign-in.wait", { span: span(refused.againMs) }),
  });
}
