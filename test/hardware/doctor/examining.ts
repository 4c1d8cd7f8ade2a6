import type { Report } from "../../../gateway/doctor/report.ts";
import { main } from "../../../gateway/main.ts";
import { StandFiles } from "../../gateway/commands/stand-files.ts";
import { type Check, equal, eventually } from "../check.ts";
import { tell } from "../printers/far-printer.ts";
import { levelOf, pull } from "../wires.ts";

/** What a technician does with a stand that is wired and not yet running, on real kernel drivers. */

const RELAY_LINE = 22;
const DEVICES = `
[screen]
driver = "spi-panel"
model = "st7789-240x320"
dc_line = 25
reset_line = 24
[printer]
driver = "escpos"
port = "usb"
[pins]
driver = "gpio"
silence_seconds = 15
relays = [{ name = "slot-1", line = ${RELAY_LINE} }]
inputs = [{ name = "a1", line = 17, bias = "as-is" }, { name = "cancel", line = 6 }]
`;

type Said = { readonly code: number; readonly out: string; readonly err: string };

async function called(files: StandFiles, ...words: readonly string[]): Promise<Said> {
  const said = { out: "", err: "" };
  const terminal = {
    out: (text: string) => {
      said.out += text;
    },
    err: (text: string) => {
      said.err += text;
    },
  };
  const code = await main([...words, "--config", files.path("gateway.toml")], process.env, terminal);
  return { code, ...said };
}

async function outcomes(files: StandFiles): Promise<(check: string) => string> {
  const { out } = await called(files, "doctor", "--json");
  const report = JSON.parse(out) as Report;
  return (check) => {
    const { verdict, as, found } = report.checks.find((each) => each.check === check) ?? {};
    return `${verdict} ${as}: ${found}`;
  };
}

function begins(actual: string, expected: string): void {
  equal(actual.slice(0, expected.length), expected, actual);
}

const withStand = (name: string, run: (files: StandFiles) => Promise<void>): Check => ({
  name: `doctor: ${name}`,
  run: async () => {
    await tell("port", "usb");
    await tell("plug");
    await tell("set", "ok");
    await tell("clear");
    for (const line of [17, 6]) pull(line, 1);
    const files = new StandFiles();
    try {
      files.configure({ devices: "", more: DEVICES });
      await run(files);
    } finally {
      files.remove();
    }
  },
});

export const doctorChecks = (): readonly Check[] => [
  withStand("chip, devices, screen, printer, relay and buttons are found", async (files) => {
    const outcome = await outcomes(files);
    begins(outcome("gpio"), "ok ok: Linux ");
    equal(outcome("gpio").includes("pinctrl-bcm2711 by character-device (/dev/gpiochip"), true, outcome("gpio"));
    begins(outcome("devices"), "ok ok: root may open /dev/spidev0.0, /dev/usb/lp0, /dev/gpiochip");
    begins(outcome("screen"), "ok ok: 240 × 320, a QRIS code has 3 pixels a module");
    begins(outcome("printer"), "ok ready: ready, 384 dots across");
    begins(outcome("relays"), "ok ok: slot-1");
    begins(outcome("inputs"), "ok ok: a1, cancel");
    begins(outcome("journal-disk"), "wrong in-memory");
    begins(outcome("backend"), "skipped not-connected");
  }),
  withStand("no paper, and a button that is held down, are found", async (files) => {
    await tell("set", "paper-out");
    pull(17, 0);
    const outcome = await outcomes(files);
    begins(outcome("printer"), "wrong no-paper");
    begins(outcome("inputs"), "warning active: active: a1");
  }),
  withStand("a printer that is unplugged is found", async (files) => {
    await tell("unplug");
    const outcome = await outcomes(files);
    begins(outcome("devices"), "wrong missing: /dev/usb/lp0");
    begins(outcome("printer"), "wrong offline: offline, 384 dots across; the printer is not reached: no USB printer");
  }),
  withStand("pulse-test closes the relay's line once, and opens it again", async (files) => {
    const pulsed = called(files, "pulse-test", "slot-1", "--yes", "--ms", "600");
    await eventually("the line is high", () => levelOf(RELAY_LINE) === 1, 40_000);
    const { code, err } = await pulsed;
    equal(code, 0, err);
    equal(levelOf(RELAY_LINE), 0, "the line afterwards");
  }),
];
