import { send, signedInAs, whoAmI } from "../api.js";
import { ask, toast } from "../dialog.js";
import { draw, h } from "../dom.js";
import { field, saidIn, troubleNote } from "../parts.js";
import { say } from "../tongue.js";

/** Shorter ones the backend refuses. */
const LEAST = 12;

const fields = () => [
  field({
    name: "old",
    label: say("password.old"),
    type: "password",
    required: true,
    autocomplete: "current-password",
  }),
  field({
    name: "new",
    label: say("password.new"),
    type: "password",
    required: true,
    autocomplete: "new-password",
    hint: say("password.hint", { least: LEAST }),
  }),
];

/** @param {HTMLFormElement} form */
async function change(form) {
  const account = await send("POST", "/me/password", { old: "", new: "", ...saidIn(form) });
  signedInAs(/** @type {import("../../api/words.ts").Me} */ (account));
}

/** `isForced`: nothing else comes before it. @param {{ isForced: boolean, done: () => void }} parts */
export function changePassword({ isForced, done }) {
  if (!isForced) {
    const asked = {
      title: say("password.change"),
      body: fields(),
      confirm: () => ({ text: say("save"), isReady: true }),
      act: change,
    };
    void ask(asked).then((isDone) => {
      if (!isDone) return;
      done();
      toast(say("password.changed"));
    });
    return;
  }
  document.title = `${say("password.change")} · ${say("console")}`;
  const trouble = h("div", {});
  const form = h(
    "form",
    {
      onsubmit: async (/** @type {SubmitEvent} */ event) => {
        event.preventDefault();
        await change(form).then(done, (error) => draw(trouble, troubleNote(error)));
      },
    },
    h("input", {
      name: "username",
      value: whoAmI()?.name,
      autocomplete: "username",
      hidden: true,
      type: "text",
      disabled: true,
    }),
    fields(),
    trouble,
    h("button", { type: "submit", class: "main wide" }, say("save")),
  );
  draw(
    document.body,
    h(
      "main",
      { class: "door", key: "password" },
      h("img", { src: "page/icon.svg", alt: "", width: 52, height: 52 }),
      h("h1", {}, say("password.change")),
      h("p", { class: "soft" }, say("password.line")),
      form,
    ),
  );
  const first = form.querySelector("input:not([hidden])");
  if (first instanceof HTMLElement) first.focus();
}
