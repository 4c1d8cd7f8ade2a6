import { type Check, equal } from "../check.ts";
import { tell } from "../printers/far-printer.ts";
import { codeOnPaper, tickets } from "./eyes.ts";
import { onStand } from "./selling.ts";
import type { LabStand } from "./stand.ts";
import { PULSE_MS } from "./stand-config.ts";

const WATCHDOG_MS = 6_000;
/** How much longer than the pulse's bound the contact may be closed, whatever becomes of the daemon. */
const GRACE_MS = 100;

/** The daemon dies, or hangs, while the contact is closed. */
export const killChecks = (folder: string): readonly Check[] => [
  {
    name: "a daemon killed or hanging in mid-pulse leaves the contact open in time, and what was paid is owed, not released again",
    run: () =>
      onStand(folder, { screen: false, printer: true, sensor: false, silenceSeconds: 2 }, async (stand) => {
        await tell("clear");
        await stand.start();
        await diesInMidPulse(stand, 0, async () => {
          stand.service.signal("SIGKILL");
          equal(await stand.service.ended(), [null, "SIGKILL"], "the daemon's end");
        });
        await diesInMidPulse(stand, 1, async () => {
          stand.service.signal("SIGSTOP");
          await isStarved(stand);
          stand.service.signal("SIGKILL");
          await stand.service.ended();
        });
      }),
  },
];

async function diesInMidPulse(stand: LabStand, nth: number, dies: () => Promise<void>): Promise<void> {
  const before = (await stand.known()).length;
  await tell("clear");
  await stand.order("tea");
  equal(await stand.pay(await codeOnPaper(stand.given.door, 0)), true, "paid");
  await stand.relay.closes(nth);
  await dies();
  const closedMs = await stand.relay.opens(nth);
  equal(closedMs <= PULSE_MS.tea + GRACE_MS, true, `the contact was closed for ${closedMs} ms`);
  await tell("clear");
  await stand.start({ watchdogMs: WATCHDOG_MS });
  const { because, paid } = await stand.isKnown("owed", before + 1);
  equal([because, paid], ["release-unclear", 1], "why it is owed, and how often it was paid");
  await tickets(stand.given.door, 1);
  equal(stand.relay.pulses.length, nth + 1, "pulses");
}

/** Systemd hears nothing more, until its patience is at an end. */
async function isStarved(stand: LabStand): Promise<void> {
  const { told } = stand.service;
  equal(told.includes("WATCHDOG=1"), true, "fed while it was well");
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  const before = told.length;
  await new Promise((resolve) => setTimeout(resolve, WATCHDOG_MS));
  equal(told.slice(before), [], "words to systemd from a daemon that hangs");
}
