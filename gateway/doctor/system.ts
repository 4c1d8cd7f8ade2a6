import { HEADER_CHIPS } from "../../device/pins/chips.ts";
import type { GatewayConfig } from "../config.ts";
import { readThrottling, THROTTLED_FILE } from "../health/throttling.ts";
import { type Check, check, configuredCheck } from "./check.ts";
import { optionIn, wayIn } from "./options.ts";
import { UNIT } from "./unit.ts";

/** Node, kernel, and what systemd and the Raspberry Pi say of themselves. */

const LEAST_NODE = [20, 19] as const;
const TRIED: readonly string[] = ["arm64", "arm", "x64"];

const node = check({
  name: "node",
  asks: "Is this Node.js new enough, and built for a processor that the stand was tried on?",
  outcomes: {
    ok: { verdict: "ok", means: "Node 20.19 or newer on arm64, arm or x64." },
    "too-old": {
      verdict: "wrong",
      means: "Older than 20.19: parts of the program cannot run.",
      todo: "install Node 20.19 or newer from nodesource.com or as docs say",
    },
    untried: {
      verdict: "warning",
      means: "A processor that nobody has tried the stand on.",
      todo: "use a Raspberry Pi with a 64-bit system",
    },
  },
  look: async ({ machine }) => {
    const found = `${machine.node} on ${machine.arch}`;
    const [major = 0, minor = 0] = (/^v(\d+)\.(\d+)/.exec(machine.node) ?? []).slice(1).map(Number);
    const [least, leastMinor] = LEAST_NODE;
    if (major < least || (major === least && minor < leastMinor)) return { as: "too-old", found };
    return { as: TRIED.includes(machine.arch) ? "ok" : "untried", found };
  },
});

const gpio = configuredCheck({
  name: "gpio",
  asks: "Does the kernel have the GPIO chip that the configuration means?",
  outcomes: {
    ok: { verdict: "ok", means: "The chip is there, by the way that is named." },
    "not-used": { verdict: "skipped", means: "No part of the configuration uses GPIO lines." },
    "no-chip": {
      verdict: "wrong",
      means: "No chip has the label: buttons and relays cannot work.",
      todo: "name the label of the chip with the 40-pin header as `chip` under [pins]; `found` lists those there are",
    },
    denied: {
      verdict: "wrong",
      means: "This user may not open the chips.",
      todo: "run doctor as root; the daemon's user must be in the group gpio",
    },
  },
  look: async ({ config }, { machine }) => {
    const user = lineUser(config);
    if (user === undefined) return { as: "not-used", found: "no GPIO lines are configured" };
    const chosen = optionIn(user, "chip");
    const labels = chosen === undefined ? HEADER_CHIPS : [chosen];
    const { way, chips, denied } = await machine.gpio(wayIn(user));
    const chip = labels.map((label) => chips.find((each) => each.label === label)).find((each) => each !== undefined);
    const base = chip?.base === undefined ? "" : `, lines from ${chip.base}`;
    if (chip !== undefined)
      return { as: "ok", found: `Linux ${machine.kernel}: ${chip.label} by ${way} (${chip.path}${base})` };
    if (denied.length > 0)
      return { as: "denied", found: `${denied.join(", ")} may not be opened by ${machine.user.name}` };
    const there = chips.map(({ label }) => label).join(", ") || "none";
    return { as: "no-chip", found: `Linux ${machine.kernel} by ${way}: no ${labels.join(" or ")}; there is: ${there}` };
  },
});

/** `undefined` where nothing uses lines. */
const lineUser = ({ pins, screen }: GatewayConfig) =>
  [pins, screen].find(({ driver }) => ["gpio", "spi-panel", "e-paper"].includes(driver));

const power = check({
  name: "power",
  asks: "Does the Raspberry Pi get enough voltage, and does it keep cool?",
  outcomes: {
    ok: { verdict: "ok", means: "Never too little voltage nor too much heat since it was switched on." },
    "not-a-pi": { verdict: "skipped", means: "This machine does not tell." },
    "under-voltage": {
      verdict: "wrong",
      means: "Too little voltage right now: cards get damaged and USB devices vanish.",
      todo: "use the official power supply and a short thick cable; feed printer and relays from a supply of their own",
    },
    "was-under-voltage": {
      verdict: "warning",
      means: "Too little voltage at some time since it was switched on, often when printer or motor start.",
      todo: "use the official power supply; feed printer and relays from a supply of their own",
    },
    hot: {
      verdict: "warning",
      means: "The processor is, or was, slowed down because of heat.",
      todo: "give the case air, or the processor a heat sink",
    },
  },
  look: async ({ machine }) => {
    const text = (await machine.text(THROTTLED_FILE)) ?? (await machine.run("vcgencmd", "get_throttled"));
    const throttling = readThrottling(text);
    if (throttling === undefined) return { as: "not-a-pi", found: "no word of a Raspberry Pi's firmware" };
    const { word, isLow, wasLow, isHot, wasHot } = throttling;
    const found = `throttled=0x${word}`;
    if (isLow) return { as: "under-voltage", found };
    if (wasLow) return { as: "was-under-voltage", found };
    return { as: isHot || wasHot ? "hot" : "ok", found };
  },
});

const uptime = check({
  name: "uptime",
  asks: "Since when has this machine been running?",
  outcomes: {
    ok: { verdict: "ok", means: "For more than ten minutes." },
    young: {
      verdict: "ok",
      means: "It was started a short while ago; when nobody did that, it loses its power or its watchdog bites.",
    },
    unknown: { verdict: "skipped", means: "The kernel does not say." },
  },
  look: async ({ machine }) => {
    const seconds = Number.parseFloat((await machine.text("/proc/uptime")) ?? "");
    if (Number.isNaN(seconds)) return { as: "unknown", found: "no /proc/uptime" };
    return { as: seconds < 600 ? "young" : "ok", found: `started ${spanText(seconds)} ago` };
  },
});

/** `3 d 4 h`, `12 min`, `40 s`. */
function spanText(seconds: number): string {
  const [days, hours] = [Math.floor(seconds / 86_400), Math.floor(seconds / 3_600)];
  if (days > 0) return `${days} d ${hours % 24} h`;
  if (hours > 0) return `${hours} h ${Math.floor(seconds / 60) % 60} min`;
  return seconds >= 60 ? `${Math.floor(seconds / 60)} min` : `${Math.floor(seconds)} s`;
}

const watchdog = check({
  name: "watchdog",
  asks: "Does the machine's own watchdog start it anew when all of it hangs?",
  outcomes: {
    ok: { verdict: "ok", means: "systemd feeds it." },
    unused: {
      verdict: "warning",
      means: "There is one and nobody uses it: a kernel that hangs waits for somebody to pull the plug.",
      todo: "write RuntimeWatchdogSec=15s under [Manager] into /etc/systemd/system.conf.d/watchdog.conf, and start the machine anew",
    },
    missing: {
      verdict: "warning",
      means: "The kernel shows none.",
      todo: "on a Raspberry Pi, add dtparam=watchdog=on to /boot/firmware/config.txt",
    },
  },
  look: async ({ machine }) => {
    if ((await machine.entry("/dev/watchdog0")) === undefined) return { as: "missing", found: "no /dev/watchdog0" };
    const state = (await machine.text("/sys/class/watchdog/watchdog0/state"))?.trim();
    const asked = (await machine.run("systemctl", "show", "--value", "-p", "RuntimeWatchdogUSec"))?.trim();
    if (state === "active" || isLength(asked))
      return { as: "ok", found: `fed by systemd, ${asked ?? "length unknown"}` };
    return { as: "unused", found: "/dev/watchdog0 is there, and nobody feeds it" };
  },
});

const isLength = (text: string | undefined): boolean => text !== undefined && /^[1-9]/.test(text);

const MANY_RESTARTS = 5;

const unit = check({
  name: "unit",
  asks: "Does systemd start the stand, and keep it running?",
  outcomes: {
    ok: { verdict: "ok", means: "Enabled and running." },
    "by-hand": { verdict: "skipped", means: "systemd is not here, or does not know the stand." },
    disabled: {
      verdict: "warning",
      means: "It runs now, and would not after a power cut.",
      todo: "systemctl enable qris-gateway",
    },
    stopped: {
      verdict: "warning",
      means: "It does not run, and nobody asked it to.",
      todo: "systemctl enable --now qris-gateway",
    },
    failed: {
      verdict: "wrong",
      means: "It ended with an error, or ends again and again.",
      todo: "journalctl -u qris-gateway -n 50 says why",
    },
    restarts: {
      verdict: "warning",
      means: "It runs, and had to be started anew several times since the machine was switched on.",
      todo: "journalctl -u qris-gateway -p warning says why",
    },
  },
  look: async ({ machine }) => {
    const told = await machine.run(
      "systemctl",
      "show",
      UNIT,
      "-p",
      "LoadState,ActiveState,SubState,UnitFileState,NRestarts",
    );
    const { LoadState, ActiveState, SubState, UnitFileState, NRestarts } = wordsIn(told ?? "");
    if (LoadState !== "loaded") return { as: "by-hand", found: `systemd has no ${UNIT}` };
    const found = `${ActiveState} (${SubState}), ${UnitFileState}, ${NRestarts ?? "?"} restarts`;
    if (ActiveState === "failed" || SubState === "auto-restart") return { as: "failed", found };
    if (ActiveState !== "active" && ActiveState !== "activating") return { as: "stopped", found };
    if (Number(NRestarts) > MANY_RESTARTS) return { as: "restarts", found };
    return { as: UnitFileState?.startsWith("enabled") ? "ok" : "disabled", found };
  },
});

/** `NAME=VALUE` a line, as systemd shows it. */
export const wordsIn = (text: string): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(text.split("\n").map((line) => [line.split("=", 1)[0] ?? "", line.slice(line.indexOf("=") + 1)]));

const logs = check({
  name: "logs",
  asks: "Does systemd's journal keep so little that the card lives?",
  outcomes: {
    ok: { verdict: "ok", means: "Kept in memory, or bounded." },
    unbounded: {
      verdict: "warning",
      means: "It may take a tenth of the card, and wears it.",
      todo: "write SystemMaxUse=64M under [Journal] into /etc/systemd/journald.conf.d/stand.conf; then systemctl restart systemd-journald",
    },
    unknown: { verdict: "skipped", means: "systemd's journal is not here, or does not show its settings." },
  },
  look: async ({ machine }) => {
    const text = await machine.run("systemd-analyze", "cat-config", "systemd/journald.conf");
    if (text === undefined) return { as: "unknown", found: "systemd-analyze does not tell" };
    const settings = wordsIn(text.replaceAll(/^\s*[#;].*$/gm, ""));
    const { Storage, SystemMaxUse } = settings;
    const isOnDisk = Storage !== "volatile" && Storage !== "none";
    const isKept = isOnDisk && (Storage === "persistent" || (await machine.entry("/var/log/journal")) !== undefined);
    if (SystemMaxUse) return { as: "ok", found: `SystemMaxUse=${SystemMaxUse}` };
    return isKept
      ? { as: "unbounded", found: "no SystemMaxUse" }
      : { as: "ok", found: `kept in memory${Storage ? ` (Storage=${Storage})` : ""}` };
  },
});

export const systemChecks: readonly Check[] = [node, gpio, power, uptime, watchdog, unit, logs];
