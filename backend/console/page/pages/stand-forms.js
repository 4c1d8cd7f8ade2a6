import { send } from "../api.js";
import { ask, tellIn, toast } from "../dialog.js";
import { h } from "../dom.js";
import { moment } from "../format.js";
import { choice, factList, field, saidIn } from "../parts.js";
import { say } from "../tongue.js";

/** @typedef {import("../../api/words.ts").StandPage} StandPage */
/** @typedef {import("../../api/words.ts").Invitation} Invitation */

const policies = /** @type {const} */ (["hold", "refund", "deliver"]);

/** @param {Partial<StandPage>} [stand] */
const aboutFields = (stand) => [
  field({ name: "name", label: say("stand.name"), value: stand?.name ?? "", required: true, maxlength: 40 }),
  field({ name: "site", label: say("site"), value: stand?.site ?? "", maxlength: 100, hint: say("stand.site.hint") }),
  h(
    "div",
    { class: "pair" },
    field({
      name: "latitude",
      label: say("stand.latitude"),
      value: stand?.place?.latitude ?? "",
      type: "number",
      step: "any",
      min: -90,
      max: 90,
      placeholder: "-6.2",
    }),
    field({
      name: "longitude",
      label: say("stand.longitude"),
      value: stand?.place?.longitude ?? "",
      type: "number",
      step: "any",
      min: -180,
      max: 180,
      placeholder: "106.8",
    }),
  ),
  h(
    "div",
    { class: "pair" },
    /** @type {const} */ (["late", "failed"]).map((of) =>
      choice({
        name: of,
        label: say(`policy.${of}`),
        value: stand?.policies?.[of] ?? "hold",
        options: policies.map((policy) => [policy, say(`policy.is.${policy}`)]),
      }),
    ),
  ),
];

/** @param {HTMLFormElement} form */
function aboutIn(form) {
  const { name = "", site, latitude, longitude, late = "hold", failed = "hold", id, merchant } = saidIn(form);
  const place =
    latitude === undefined || longitude === undefined
      ? undefined
      : { latitude: Number(latitude), longitude: Number(longitude) };
  return { name, site, place, policies: { late, failed }, id, merchant };
}

/** @param {() => void} done */
export async function addStand(done) {
  /** @type {Invitation | undefined} */
  let invitation;
  const isDone = await ask({
    title: say("stands.add"),
    body: [
      field({
        name: "id",
        label: say("stand.id"),
        required: true,
        maxlength: 32,
        pattern: "[a-z0-9]([a-z0-9\\-]{0,30}[a-z0-9])",
        hint: say("stand.id.hint"),
      }),
      aboutFields(),
      field({ name: "merchant", label: say("merchant"), maxlength: 32, hint: say("merchant.hint") }),
    ],
    confirm: () => ({ text: say("stands.add.confirm"), isReady: true }),
    act: async (form) => {
      invitation = await send("POST", "/stands", aboutIn(form));
    },
  });
  if (!isDone || invitation === undefined) return;
  done();
  await showCode(invitation);
}

/** The code is nowhere else: said once. @param {Invitation} invitation */
const showCode = ({ stand, code, endsMs }) =>
  tellIn(say("invite.title", { stand }), [
    h("p", {}, say("invite.line")),
    h("p", { class: "code", tabindex: "0" }, code),
    h("pre", { tabindex: "0", "aria-label": say("invite.command") }, `sudo qris-gateway enroll --code ${code}`),
    h("p", { class: "soft" }, say("invite.ends", { when: moment(endsMs) })),
  ]);

/** @param {StandPage} stand @param {() => void} done */
export async function invite(stand, done) {
  /** @type {Invitation | undefined} */
  let invitation;
  const isDone = await ask({
    title: say("invite.again", { stand: stand.name }),
    body: h(
      "div",
      { class: "note plain" },
      h("ul", {}, h("li", {}, say("invite.1")), h("li", {}, say("invite.2")), h("li", {}, say("invite.3"))),
    ),
    confirm: () => ({ text: say("invite.confirm"), isReady: true }),
    act: async () => {
      invitation = await send("POST", `/stands/${stand.id}/invite`, {});
    },
  });
  if (!isDone || invitation === undefined) return;
  done();
  await showCode(invitation);
}

/** @param {StandPage} stand @param {() => void} done */
export async function revoke(stand, done) {
  let why = "";
  const isDone = await ask({
    title: say("revoke.title", { stand: stand.name }),
    body: [
      factList([
        [say("stand"), `${stand.name} (${stand.id})`],
        [say("site"), stand.site ?? "–"],
      ]),
      h(
        "div",
        { class: "note bad" },
        h("ul", {}, h("li", {}, say("revoke.1")), h("li", {}, say("revoke.2")), h("li", {}, say("revoke.3"))),
      ),
      field({ name: "why", label: say("deed.why"), required: true, maxlength: 500 }),
    ],
    confirm: () => {
      const input = document.querySelector("#field-why");
      why = input instanceof HTMLInputElement ? input.value.trim() : "";
      return { text: say("revoke.confirm"), isReady: why !== "", tone: "danger" };
    },
    act: async () => {
      await send("POST", `/stands/${stand.id}/revoke`, { why });
    },
  });
  if (!isDone) return;
  toast(say("revoke.done", { stand: stand.name }));
  done();
}

/** @param {StandPage} stand @param {() => void} done */
export async function change(stand, done) {
  const isDone = await ask({
    title: say("stand.change", { stand: stand.name }),
    body: aboutFields(stand),
    confirm: () => ({ text: say("save"), isReady: true }),
    act: async (form) => {
      const { name, site = null, place = null, policies: both } = aboutIn(form);
      await send("PATCH", `/stands/${stand.id}`, { name, site, place, policies: both });
    },
  });
  if (!isDone) return;
  toast(say("saved"));
  done();
}
