import { may, send } from "../api.js";
import { ask, toast } from "../dialog.js";
import { h } from "../dom.js";
import { moment } from "../format.js";
import { say } from "../tongue.js";
import { asSettings, differences, settingsOf } from "./settings-words.js";

/** @typedef {import("../../api/words.ts").StandPage} StandPage */

/** The last versions, each with what it changed. @param {StandPage} stand @param {() => void} done */
export function historyOf(stand, done) {
  const history = stand.settings.history ?? [];
  if (history.length < 2) return undefined;
  const items = history.map((version, nth) => {
    const before = history[nth + 1];
    const changed =
      before === undefined ? [say("settings.first")] : differences(asSettings(before), asSettings(version));
    return h(
      "li",
      { key: version.version },
      h(
        "p",
        {},
        h("strong", {}, say("settings.version", { version: version.version })),
        " ",
        h("small", {}, `${moment(version.sinceMs)} · ${version.by}`),
      ),
      h(
        "ul",
        { class: "soft" },
        changed.map((line) => h("li", {}, line)),
      ),
      nth > 0 && may("admin")
        ? h(
            "button",
            { type: "button", class: "quiet small", onclick: () => void useAgain(stand, version, done) },
            say("settings.back"),
            h("span", { class: "unseen" }, ` ${say("settings.version", { version: version.version })}`),
          )
        : undefined,
    );
  });
  return h("details", { class: "less history" }, h("summary", {}, say("settings.history")), h("ol", {}, items));
}

/** @param {StandPage} stand @param {import("../../api/words.ts").SettingsVersion} version @param {() => void} done */
async function useAgain(stand, version, done) {
  const changed = differences(settingsOf(stand), asSettings(version));
  const lines = changed.length === 0 ? [say("settings.back.nothing")] : changed;
  const isDone = await ask({
    title: say("settings.back.title", { version: version.version }),
    body: h(
      "div",
      { class: "note plain" },
      h(
        "div",
        {},
        h("p", {}, say("settings.back.line")),
        h(
          "ul",
          {},
          lines.map((line) => h("li", {}, line)),
        ),
      ),
    ),
    confirm: () => ({ text: say("settings.send"), isReady: true }),
    act: async () => {
      await send("PUT", `/stands/${stand.id}/settings`, { settings: version.settings });
    },
  });
  if (!isDone) return;
  toast(say("settings.sent"));
  done();
}
