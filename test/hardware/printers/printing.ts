import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Condition, Printed, Strip } from "../../../device/device.ts";
import type { Slip } from "../../../device/drawing/slip.ts";
import { type EscposOptions, EscposPrinter } from "../../../device/printers/escpos-printer.ts";
import { openLpWire } from "../../../device/printers/lp-wire.ts";
import { openSerialWire } from "../../../device/printers/serial-wire.ts";
import { typeset } from "../../../device/printers/typesetting.ts";
import { findUsbPrinter } from "../../../device/printers/usb.ts";
import type { OpenWire } from "../../../device/printers/wire.ts";
import { readBootId, steadyClock } from "../../../host/clock.ts";
import { loadLibc } from "../../../host/libc.ts";
import { SAMPLE_QRIS } from "../../device/fixtures.ts";
import { type Check, equal } from "../check.ts";
import { paper, received, tell } from "./far-printer.ts";

const clock = steadyClock(readBootId());
/** A slip that needs no drawing. */
const SLIP: Slip = {
  blocks: [
    { is: "text", text: "Kopi Lobi" },
    { is: "qr", text: SAMPLE_QRIS },
  ],
};
const OPTIONS: EscposOptions = {
  ...{ dots: 384, rowsPerSecond: 4_000, cut: "partial", feedLines: 2, drawer: "none" },
  typeset: (slip) =>
    typeset(slip, { dots: 384, hasLetters: true, hasCodes: true, codePage: "ascii", draw: () => undefined }),
};
const { tcflush } = loadLibc();
const SERIAL = {
  path: "/dev/ttyACM0",
  baud: 115_200,
  flowControl: "none",
  discard: (fd: number) => {
    tcflush(fd, 2);
  },
} as const;

/** Black as noise is, the same each time. */
const strip = (height: number): Strip => ({
  width: 384,
  height,
  black: Uint8Array.from({ length: 384 * height }, (_, dot) => ((dot * 2_654_435_761) >>> 13) & 1),
});

export const ports: Readonly<Record<"usb" | "serial", OpenWire>> = {
  usb: async () => openLpWire(findUsbPrinter(undefined), clock),
  serial: () => openSerialWire(SERIAL, clock),
};

/** What printers promise, on the kernel's own usblp and cdc_acm. */
export function printerChecks(port: keyof typeof ports): readonly Check[] {
  const withPrinter = (name: string, run: (printer: EscposPrinter) => Promise<void>): Check => ({
    name: `${port}: ${name}`,
    run: async () => {
      await tell("port", port);
      await tell("plug");
      await tell("set", "ok");
      const printer = new EscposPrinter(OPTIONS, { open: ports[port], clock, tell: () => undefined });
      try {
        equal(await ready(printer), "ready", "condition before");
        await tell("clear");
        await run(printer);
      } finally {
        await printer.close();
        await tell("set", "ok");
      }
    },
  });

  return [
    withPrinter("a strip arrives, every dot of it", async (printer) => {
      equal(await printer.print(strip(200)), "printed", "print");
      const [ticket] = (await paper()).tickets;
      equal(Buffer.from(ticket?.black ?? []).equals(Buffer.from(strip(200).black)), true, "the dots on paper");
      equal((await paper()).complaints, [], "complaints");
    }),
    withPrinter("a slip arrives in the printer's own words, its code as it was", async (printer) => {
      equal(await printer.print(strip(200), SLIP), "printed", "print");
      const roll = await paper();
      equal(roll.complaints, [], "complaints");
      const said = roll.marks.flatMap((mark) => (mark.did === "line" || mark.did === "code" ? [mark.text] : []));
      equal(said, ["Kopi Lobi", SAMPLE_QRIS], "what is on paper");
      equal(roll.tickets.length, 0, "pictures");
    }),
    ...obstacles.map(([state, condition, printed]) =>
      withPrinter(`${state} is seen as ${condition}, and ends with ${printed}`, async (printer) => {
        await tell("set", state);
        equal(await printer.condition(), condition, "condition");
        equal(await printer.print(strip(20)), printed, "print");
        equal((await paper()).tickets.length, printed === "printed" ? 1 : 0, "tickets");
        await tell("set", "ok");
        equal(await ready(printer), "ready", "condition afterwards");
      }),
    ),
    withPrinter("unplugged in mid-ticket it is unclear, and it works again when it is plugged in", async (printer) => {
      await tell("unplug-after", "9000");
      equal(await printer.print(strip(600)), "unclear", "print");
      equal(await printer.condition(), "offline", "condition unplugged");
      await tell("plug");
      await tell("clear");
      equal(await ready(printer), "ready", "condition plugged in");
      equal(await printer.print(strip(50)), "printed", "print afterwards");
      const last = (await paper()).tickets.at(-1);
      equal(Buffer.from(last?.black ?? []).equals(Buffer.from(strip(50).black)), true, "the dots on paper");
    }),
    withPrinter("that reads no more it gives up in time, and does not stop anything else", async (printer) => {
      await tell("set", "stall");
      const from = performance.now();
      const longest = await longestPauseDuring(async () => {
        const condition = await printer.condition();
        equal(["unknown", "offline"].includes(condition), true, condition);
        equal(await printer.print(strip(600)), "offline", "print");
      });
      equal(performance.now() - from < 5_000, true, `given up after ${performance.now() - from} ms`);
      equal(longest < 1_000, true, `everything stood still for ${longest} ms`);
    }),
    withPrinter("that stalls in mid-ticket it is unclear, in time, and it works again afterwards", async (printer) => {
      const printing = printer.print(strip(2_000));
      while ((await received()).length < 5_000) await new Promise((resolve) => setTimeout(resolve, 5));
      await tell("set", "stall");
      const from = performance.now();
      const longest = await longestPauseDuring(async () => equal(await printing, "unclear", "print"));
      equal(performance.now() - from < 9_000, true, `given up after ${performance.now() - from} ms`);
      equal(longest < 1_000, true, `everything stood still for ${longest} ms`);
      await tell("set", "ok");
      equal(await ready(printer), "ready", "condition afterwards");
      await tell("clear");
      equal(await printer.print(strip(50)), "printed", "print afterwards");
    }),
    ...(["exit", "close", "throw"] as const).map((how) => ({
      name: `${port}: a process that ends by ${how} while the printer reads nothing is gone at once`,
      run: () => endsAtOnce(port, how),
    })),
  ];
}

const obstacles: readonly (readonly [state: string, condition: Condition, printed: Printed])[] = [
  ["paper-out", "no-paper", "no-paper"],
  ["cover-open", "cover-open", "cover-open"],
  ["near-end", "paper-low", "printed"],
  ["offline", "offline", "offline"],
  ["error", "overheated", "offline"],
  ["mute", "unknown", "offline"],
];

/** A printer that was lost is looked for anew after a pause. */
async function ready(printer: EscposPrinter): Promise<Condition> {
  const end = performance.now() + 8_000;
  for (;;) {
    const condition = await printer.condition();
    if (condition === "ready" || performance.now() > end) return condition;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** In milliseconds: how long the event loop stood still at most. */
async function longestPauseDuring(act: () => Promise<void>): Promise<number> {
  let longest = 0;
  let last = performance.now();
  const ticking = setInterval(() => {
    longest = Math.max(longest, performance.now() - last);
    last = performance.now();
  }, 20);
  try {
    await act();
  } finally {
    clearInterval(ticking);
  }
  return longest;
}

async function endsAtOnce(port: keyof typeof ports, how: string): Promise<void> {
  await tell("port", port);
  await tell("plug");
  await tell("set", "stall");
  const child = spawn(process.execPath, [fileURLToPath(new URL("./ender.js", import.meta.url)), port, how], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const killer = setTimeout(() => child.kill("SIGKILL"), 30_000);
  const ended = once(child, "exit");
  await once(child.stdout, "data");
  const from = performance.now();
  const [code, signal] = (await ended) as [number | null, string | null];
  clearTimeout(killer);
  await tell("set", "ok");
  equal([code, signal], [how === "throw" ? 1 : 0, null], "exit code and signal");
  equal(performance.now() - from < 5_000, true, `gone after ${Math.round(performance.now() - from)} ms`);
}
