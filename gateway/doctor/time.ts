import { type Check, check } from "./check.ts";
import { wordsIn } from "./system.ts";

/** The wall clock. Orders do not depend on it; certificates, receipts and the books do. */

const PLAUSIBLE_FROM = Date.UTC(2025, 0, 1);
const PLAUSIBLE_TO = Date.UTC(2050, 0, 1);

const clock = check({
  name: "clock",
  asks: "Is the wall clock right?",
  outcomes: {
    ok: { verdict: "ok", means: "It is kept right by the network." },
    implausible: {
      verdict: "wrong",
      means: "A year that cannot be: certificates are refused, and receipts bear no time.",
      todo: "connect the network and wait a minute; a Raspberry Pi without a clock of its own wakes up in the past. Or add an RTC",
    },
    unsynchronised: {
      verdict: "warning",
      means: "Nobody has told this machine the time since it was switched on.",
      todo: "timedatectl set-ntp true; let UDP port 123 through, or name a server in /etc/systemd/timesyncd.conf",
    },
    unknown: {
      verdict: "warning",
      means: "Whether it is kept right cannot be told here.",
      todo: "install systemd-timesyncd or chrony",
    },
  },
  look: async ({ machine }) => {
    const wall = machine.clock.wall();
    const found = new Date(wall).toISOString();
    if (wall < PLAUSIBLE_FROM || wall > PLAUSIBLE_TO) return { as: "implausible", found };
    const { NTPSynchronized } = wordsIn((await machine.run("timedatectl", "show")) ?? "");
    if (NTPSynchronized === "yes") return { as: "ok", found: `${found}, synchronised` };
    const isTold = (await machine.entry("/run/systemd/timesync/synchronized")) !== undefined;
    if (isTold) return { as: "ok", found: `${found}, synchronised by timesyncd` };
    return { as: NTPSynchronized === "no" ? "unsynchronised" : "unknown", found };
  },
});

export const timeChecks: readonly Check[] = [clock];
