import { may } from "../api.js";
import { h } from "../dom.js";
import { moment, rupiah } from "../format.js";
import { factList, panel, table, tag } from "../parts.js";
import { say } from "../tongue.js";
import { editSettings } from "./settings-form.js";
import { historyOf } from "./settings-history.js";
import { settingsOf } from "./settings-words.js";

/** @typedef {import("../../api/words.ts").StandPage} StandPage */

/** What a stand is to sell by, and what it does sell by. @param {StandPage} stand @param {() => void} reload */
export function settingsPanel(stand, reload) {
  const { desired, refused } = stand.settings;
  const settings = settingsOf(stand);
  return panel(
    say("settings"),
    {
      id: "menu",
      beside:
        may("admin") &&
        h(
          "button",
          { type: "button", class: "quiet small", onclick: () => void editSettings(stand, reload) },
          say("change"),
        ),
    },
    factList([
      [
        say("settings.wanted"),
        desired === undefined ? say("settings.own") : say("settings.version", { version: desired.version }),
      ],
      desired !== undefined && [say("settings.since"), [moment(desired.sinceMs), ` · ${desired.by}`]],
      [say("settings.used"), usedNow(stand)],
      refused !== undefined && [say("settings.refused", { version: refused.version }), refused.because],
    ]),
    settings.products.length === 0 && h("p", { class: "soft" }, say("settings.own.line")),
    settings.products.length > 0 &&
      table({
        name: say("settings.menu"),
        heads: [say("product.name"), say("product.price"), say("product.button"), say("product.line")],
        numbers: [1],
        rows: settings.products.map(({ id, name, price, button, line }) => ({
          key: id,
          cells: [name, rupiah(price), button, line],
        })),
      }),
    historyOf(stand, reload),
  );
}

/** @param {StandPage} stand */
function usedNow({ settings: { desired, using, refused } }) {
  if (using === undefined) return "–";
  const isPending = desired !== undefined && using !== desired.version && refused?.version !== desired.version;
  const isSame = using === desired?.version;
  return [
    using === 0 ? say("settings.own") : say("settings.version", { version: using }),
    " ",
    isPending ? tag("wait", say("settings.pending")) : isSame ? tag("good", say("settings.same")) : "",
  ];
}
