import { monotonicUsec } from "./clock.ts";
import type { Log } from "./log.ts";

/** What systemd hears from a service of `Type=notify` (sd_notify(3)); silent where no systemd listens. Never throws, never waits. */
export interface SystemdNotice {
  /** Up, or done with reloading. */
  ready(): void;
  /** `ready` ends it. */
  reloading(): void;
  /** One line for `systemctl status`. */
  status(line: string): void;
  /** Still alive; due more often than `watchdogMs`. */
  watchdog(): void;
  stopping(): void;
  close(): void;
}

/** Takes one datagram to systemd, or throws. */
export type Sender = { send(text: string): void; close(): void };

const SILENT: Sender = { send: () => undefined, close: () => undefined };

/** Speaks to the systemd that set NOTIFY_SOCKET. Where it cannot be reached, the log says so once and the service goes on. */
export async function sdNotify(
  env: NodeJS.ProcessEnv,
  log: Log,
  open: (path: string) => Promise<Sender> = openSocket,
): Promise<SystemdNotice> {
  const path = env["NOTIFY_SOCKET"];
  if (path === undefined || path === "") return noticeOver(SILENT, log);
  try {
    return noticeOver(await open(path), log);
  } catch (error) {
    log.warn("systemd cannot be told how we are", { error });
    return noticeOver(SILENT, log);
  }
}

/** Loaded only where it is needed: the binding to libc costs memory. */
async function openSocket(path: string): Promise<Sender> {
  const { openDatagramSocket } = await import("./datagram.ts");
  return openDatagramSocket(path);
}

function noticeOver(sender: Sender, log: Log): SystemdNotice {
  let complained = false;
  const tell = (text: string): void => {
    try {
      sender.send(text);
    } catch (error) {
      if (!complained) log.warn("systemd did not hear us", { error });
      complained = true;
    }
  };
  return {
    ready: () => tell("READY=1"),
    reloading: () => tell(`RELOADING=1\nMONOTONIC_USEC=${monotonicUsec()}`),
    status: (line) => tell(`STATUS=${line.replaceAll(/\s+/g, " ")}`),
    watchdog: () => tell("WATCHDOG=1"),
    stopping: () => tell("STOPPING=1"),
    close: () => sender.close(),
  };
}

/**
 * How long systemd waits between two `watchdog` before it kills the service, in milliseconds; nothing where it does not, or
 * where the watch is kept over another process (sd_watchdog_enabled(3)).
 */
export function watchdogMs(env: NodeJS.ProcessEnv, pid: number = process.pid): number | undefined {
  const { WATCHDOG_USEC: length, WATCHDOG_PID: watched } = env;
  if (length === undefined || !/^[1-9][0-9]{0,14}$/.test(length)) return undefined;
  if (watched !== undefined && watched !== String(pid)) return undefined;
  return Number(length) / 1000;
}
