import { get, send, whoAmI } from "../api.js";
import { ask, tellIn, toast } from "../dialog.js";
import { draw, h } from "../dom.js";
import { timeTag } from "../format.js";
import { icon } from "../icons.js";
import { troubleIn } from "../later.js";
import { choice, field, pageHead, panel, saidIn, table, tag, troubleNote, waiting } from "../parts.js";
import { say, wordFor } from "../tongue.js";

/** @typedef {import("../../api/words.ts").AccountLine} AccountLine */
/** @typedef {import("../../api/words.ts").NewPassword} NewPassword */

const roles = /** @type {const} */ (["viewer", "staff", "admin"]);
const roleOptions = () =>
  roles.map((role) => /** @type {const} */ ([role, `${wordFor("role", role)} – ${say(`role.${role}.may`)}`]));

/** Who may come in, and as what. @type {import("../router.js").Page} */
export function openAccounts({ root, signal }) {
  /** @type {{ accounts?: readonly AccountLine[], trouble?: unknown }} */
  const seen = {};
  const redraw = () => draw(root, view(seen, reload));
  const reload = () =>
    void get("/accounts", signal)
      .then((answer) => {
        seen.accounts = /** @type {{ accounts: readonly AccountLine[] }} */ (answer).accounts;
        seen.trouble = undefined;
        redraw();
      })
      .catch(troubleIn(seen, signal, redraw));
  redraw();
  reload();
}

/** @param {{ accounts?: readonly AccountLine[], trouble?: unknown }} seen @param {() => void} reload */
const view = ({ accounts, trouble }, reload) => [
  pageHead(
    say("nav.accounts"),
    h("button", { type: "button", class: "main", onclick: () => void add(reload) }, icon("plus"), say("accounts.add")),
  ),
  trouble === undefined ? undefined : troubleNote(trouble, reload),
  panel(
    say("accounts.list"),
    { id: "accounts" },
    accounts === undefined
      ? waiting(4)
      : table({
          name: say("accounts.list"),
          heads: [say("name"), say("role"), say("accounts.in"), say("accounts.last"), say("accounts.do")],
          rows: accounts.map((account) => ({ key: account.name, cells: cellsOf(account, reload) })),
        }),
  ),
];

/** @param {AccountLine} account @param {() => void} reload @returns {readonly import("../dom.js").Child[]} */
function cellsOf(account, reload) {
  const { name, role, isDisabled, mustChangePassword, isForeign, signedInMs } = account;
  const isMe = name === whoAmI()?.name;
  return [
    [name, isMe ? h("small", {}, say("accounts.me")) : undefined],
    wordFor("role", role),
    [
      isDisabled ? tag("ended", say("accounts.off")) : tag("good", say("accounts.on")),
      isForeign
        ? h("small", {}, say("accounts.foreign"))
        : mustChangePassword
          ? h("small", {}, say("accounts.must-change"))
          : undefined,
    ],
    signedInMs === undefined ? say("never") : timeTag(signedInMs),
    isMe
      ? ""
      : h(
          "div",
          { class: "deeds" },
          !isForeign && button(say("accounts.role"), name, () => void changeRole(account, reload)),
          !isForeign && button(say("accounts.password"), name, () => void newPassword(account, reload)),
          button(say(isDisabled ? "accounts.let" : "accounts.shut"), name, () => void shut(account, reload)),
        ),
  ];
}

/** @param {string} text @param {string} name @param {() => void} onclick */
const button = (text, name, onclick) =>
  h("button", { type: "button", class: "quiet small", onclick }, text, h("span", { class: "unseen" }, `: ${name}`));

/** @param {NewPassword} made */
const showPassword = ({ account, password }) =>
  tellIn(say("accounts.password.title", { name: account.name }), [
    h("p", {}, say("accounts.password.line")),
    h("p", { class: "code", tabindex: "0" }, password),
  ]);

/** @param {() => void} done */
async function add(done) {
  /** @type {NewPassword | undefined} */
  let made;
  await ask({
    title: say("accounts.add"),
    body: [
      field({
        name: "name",
        label: say("account.name"),
        required: true,
        maxlength: 64,
        pattern: "[a-z0-9][a-z0-9._@+\\-]{1,63}",
        hint: say("accounts.name.hint"),
      }),
      choice({ name: "role", label: say("role"), value: "staff", options: roleOptions() }),
    ],
    confirm: () => ({ text: say("accounts.add.confirm"), isReady: true }),
    act: async (form) => {
      made = await send("POST", "/accounts", saidIn(form));
    },
  });
  if (made === undefined) return;
  done();
  await showPassword(made);
}

/** @param {string} name @param {object} body @returns {Promise<NewPassword>} */
const patch = (name, body) => send("PATCH", `/accounts/${encodeURIComponent(name)}`, body);

/** @param {AccountLine} account @param {() => void} done */
async function changeRole({ name, role }, done) {
  const isDone = await ask({
    title: say("accounts.role.title", { name }),
    body: [
      choice({ name: "role", label: say("role"), value: role, options: roleOptions() }),
      h("p", { class: "soft" }, say("accounts.role.line")),
    ],
    confirm: () => ({ text: say("save"), isReady: true }),
    act: async (form) => {
      await patch(name, saidIn(form));
    },
  });
  if (!isDone) return;
  toast(say("saved"));
  done();
}

/** @param {AccountLine} account @param {() => void} done */
async function newPassword({ name }, done) {
  /** @type {NewPassword | undefined} */
  let made;
  await ask({
    title: say("accounts.password.ask", { name }),
    body: h("p", {}, say("accounts.password.ask.line")),
    confirm: () => ({ text: say("accounts.password"), isReady: true }),
    act: async () => {
      made = await patch(name, { newPassword: true });
    },
  });
  if (made === undefined) return;
  done();
  await showPassword(made);
}

/** @param {AccountLine} account @param {() => void} done */
async function shut({ name, isDisabled }, done) {
  const isDone = await ask({
    title: say(isDisabled ? "accounts.let.title" : "accounts.shut.title", { name }),
    body: h("p", {}, say(isDisabled ? "accounts.let.line" : "accounts.shut.line")),
    confirm: () => ({
      text: say(isDisabled ? "accounts.let" : "accounts.shut"),
      isReady: true,
      ...(isDisabled ? {} : { tone: /** @type {const} */ ("danger") }),
    }),
    act: async () => {
      await patch(name, { isDisabled: !isDisabled });
    },
  });
  if (!isDone) return;
  toast(say("saved"));
  done();
}
