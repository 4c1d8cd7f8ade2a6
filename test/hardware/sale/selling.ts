import { type Check, equal } from "../check.ts";
import { tell } from "../printers/far-printer.ts";
import { codeOnPaper, Glass, tickets } from "./eyes.ts";
import { LabStand, type StandOptions } from "./stand.ts";
import { PULSE_MS } from "./stand-config.ts";

/**
 * Whole sales inside the virtual machine. The daemon runs as its unit starts it, on real kernel drivers; what it shows and prints
 * is read from the wires by zbar, and the world it sells in is outside. `folder`: what that has given it.
 */
export const saleChecks = (folder: string): readonly Check[] => [
  {
    name: "a stand with a panel sells: button, code on the glass, payment, contact, sensor, receipt",
    run: () =>
      onStand(folder, { screen: true, printer: true, sensor: true }, async (stand) => {
        const glass = new Glass(stand.given.door);
        await tell("clear");
        await stand.start();
        const before = (await stand.known()).length;
        await stand.order("coffee");
        await sells(stand, () => glass.shows(), before);
        await glass.clears();
        await tickets(stand.given.door, 1);
        await isCancelled(stand, glass);
        equal(await stand.stop(), [0, null], "the daemon's end");
        equal(stand.service.told.at(-1), "STOPPING=1", "the last word to systemd");
      }),
  },
  {
    name: "a stand with nothing but a printer sells: code on paper, receipt; what no sensor sees is owed",
    run: () =>
      onStand(folder, { screen: false, printer: true, sensor: true }, async (stand) => {
        await tell("clear");
        await stand.start();
        const before = (await stand.known()).length;
        await stand.order("coffee");
        await sells(stand, () => codeOnPaper(stand.given.door, 0), before);
        await tickets(stand.given.door, 2);
        await stand.order("coffee");
        equal(await stand.pay(await codeOnPaper(stand.given.door, 2)), true, "paid");
        off.push((await stand.relay.opens(1)) - PULSE_MS.coffee);
        const { because } = await stand.isKnown("owed", before + 2);
        equal(because, "not-confirmed", "why it is owed");
        await tickets(stand.given.door, 4);
        equal(stand.relay.pulses.length, 2, "pulses");
      }),
  },
];

/** Of all pulses seen so far: what they were off what was asked, in milliseconds. */
const off: number[] = [];
/** The emulated processor stands still whenever its host is busy, for the watcher too: the truest of them is judged. */
const PRECISION_MS = 20;

export const pulseCheck: Check = {
  name: "the contact was closed for as long as configured, within 20 ms",
  run: async () => {
    equal(off.length > 0, true, "pulses were measured");
    equal(Math.min(...off.map(Math.abs)) <= PRECISION_MS, true, `off by ${off.map(Math.round).join(", ")} ms`);
  },
};

/** From the code on: pays, watches the contact, lets the goods fall. */
async function sells(stand: LabStand, code: () => Promise<string>, before: number): Promise<void> {
  const qr = await code();
  const pulses = stand.relay.pulses.length;
  equal((await stand.isKnown("payable", before + 1)).paid, 0, "paid before");
  equal(await stand.pay(qr), true, "paid");
  await stand.relay.closes(pulses);
  await stand.drop();
  off.push((await stand.relay.opens(pulses)) - PULSE_MS.coffee);
  await stand.isKnown("delivered", before + 1);
  const [newest] = await stand.states();
  equal(newest?.at === "delivered" && newest.confirmed, true, "confirmed by the sensor");
}

async function isCancelled(stand: LabStand, glass: Glass): Promise<void> {
  const { length: before } = await stand.known();
  await stand.order("coffee");
  const qr = await glass.shows();
  await stand.press("cancel");
  await glass.clears();
  await stand.isKnown("voided", before + 1);
  equal(await stand.pay(qr), false, "paid after the end");
  equal(stand.relay.pulses.length, 1, "pulses");
}

export async function onStand(
  folder: string,
  options: StandOptions,
  run: (stand: LabStand) => Promise<void>,
): Promise<void> {
  const stand = await LabStand.install(folder, options);
  try {
    await run(stand);
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.stack : String(error)}\n${stand.service.story()}`);
  } finally {
    stand.close();
  }
}
