import { saveSettings } from "../../settings/book.ts";
import type { Pusher } from "../../settings/pusher.ts";
import type { Roster } from "../../stands/roster.ts";
import type { Store } from "../../store/store.ts";
import type { SettingsDesk } from "../api/desks.ts";

export type SettingsDeskParts = {
  readonly store: Store;
  readonly roster: Pick<Roster, "get">;
  /** Tells the stands; absent where others do. */
  readonly pusher?: Pick<Pusher, "look">;
  nowMs(): number;
};

/** Saves what stands shall use. Whoever is away learns it when it comes back. */
export const settingsDesk = ({ store, roster, pusher, nowMs }: SettingsDeskParts): SettingsDesk => ({
  desire: async ({ stands, settings, why = "" }, by) => {
    const strange = stands.find((stand) => roster.get(stand) === undefined);
    if (strange !== undefined)
      return { is: "bad", issues: [{ path: "stands", message: `there is no stand ${strange}` }] };
    const saved = await saveSettings(store, stands, { settings, by, why, atMs: nowMs() });
    if (saved.is === "bad") {
      const issues = saved.issues.map(({ path, message }) => ({
        path: path === "" ? "settings" : `settings.${path}`,
        message,
      }));
      return { is: "bad", issues };
    }
    pusher?.look(stands);
    return { is: "yes", versions: Object.fromEntries(saved.versions) };
  },
});
