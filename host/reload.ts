import type { Stop } from "../protocol/time.ts";
import type { Log } from "./log.ts";
import type { SystemdNotice } from "./sdnotify.ts";

export type ReloadParts = {
  readonly process: NodeJS.EventEmitter;
  readonly notice: Pick<SystemdNotice, "reloading" | "ready">;
  readonly log: Log;
  /** Reads anew what may change while the process runs. Says itself what it did and what failed; does not wait. */
  reload(): void;
};

/**
 * Reloads on SIGHUP and tells systemd when it begins and ends, so that `systemctl reload` waits for it (sd_notify(3)). Whatever
 * goes wrong, the process goes on with what it had.
 */
export function reloadOnSignal({ process, notice, log, reload }: ReloadParts): Stop {
  const hear = (): void => {
    notice.reloading();
    try {
      reload();
    } catch (error) {
      log.error("not reloaded", { error });
    }
    notice.ready();
  };
  process.on("SIGHUP", hear);
  return () => process.off("SIGHUP", hear);
}
