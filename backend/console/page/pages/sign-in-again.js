import { get, Refused, send, signedInAs, whoAmI } from "../api.js";
import { ask } from "../dialog.js";
import { h } from "../dom.js";
import { field, saidIn } from "../parts.js";
import { say } from "../tongue.js";

/** @typedef {import("../../api/words.ts").Me} Me */

/** The session has ended while something was being filled in: the same person signs in on top of it. @returns {Promise<boolean>} whether all goes on as it was */
export async function signInAgain() {
  const before = whoAmI();
  if (before === undefined) return false;
  /** @type {Me | undefined} */
  let after;
  await ask({
    title: say("sign-in.over"),
    body: [h("p", {}, say("sign-in.over.line")), before.isForeign ? elsewhere() : passwordOf(before.name)],
    confirm: () => ({ text: say(before.isForeign ? "sign-in.over.on" : "sign-in"), isReady: true }),
    act: async (form) => {
      after = before.isForeign
        ? await whoCameBack()
        : await send("POST", "/login", { name: before.name, password: "", ...saidIn(form) });
    },
  });
  if (after === undefined || after.name !== before.name || after.role !== before.role || after.mustChangePassword)
    return false;
  signedInAs(after);
  return true;
}

/** @param {string} name */
const passwordOf = (name) => [
  h("input", { type: "text", value: name, autocomplete: "username", hidden: true, disabled: true }),
  field({
    name: "password",
    id: "again-password",
    label: say("sign-in.over.password", { name }),
    type: "password",
    required: true,
    autocomplete: "current-password",
  }),
];

const elsewhere = () =>
  h(
    "p",
    {},
    h("a", { class: "button wide", href: "/api/oidc/start", target: "_blank", rel: "noopener" }, say("sign-in.oidc")),
  );

/** @returns {Promise<Me>} */
async function whoCameBack() {
  try {
    return await get("/me");
  } catch (error) {
    const isNobody = error instanceof Refused && error.code === "signed-out";
    throw isNobody ? new Refused(401, { message: say("sign-in.over.nobody") }) : error;
  }
}
