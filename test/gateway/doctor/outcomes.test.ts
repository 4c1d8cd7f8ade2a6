import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Condition, Printer, Relay, Screen } from "../../../device/device.ts";
import { NO_CONFIGURATION } from "../../../gateway/doctor/check.ts";
import { checks } from "../../../gateway/doctor/checks.ts";
import type { Opened } from "../../../gateway/doctor/hardware.ts";
import type { Pins } from "../../../gateway/drivers/driver.ts";
import { step } from "../../../gateway/order/order.ts";
import { standShape } from "../../../gateway/order/shape.ts";
import type { Effect, Event, State } from "../../../gateway/order/words.ts";
import { orderFor } from "../../../gateway/trade/menu.ts";
import { openSqliteJournal } from "../../../journal/sqlite/open.ts";
import { newOrderId, newUlid } from "../../../protocol/ids.ts";
import { coffee, PRICE, rules, settlementOf } from "../../support/sale.ts";
import { seeded } from "../../support/stand-on-bench.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { askingOf, BACKEND_KEY, configText, type Pretended, REAL, WALL } from "./fake-machine.ts";

/** Every way in which every check may end: what the machine is like, and what is said of it. */
type Row = { readonly check: string; readonly as: string; readonly found: string; readonly told: Pretended };

const folder = mkdtempSync(join(tmpdir(), "outcomes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const real = configText(REAL);
const plain = (link: string) => configText(undefined, link);
const systemd = (words: string) => ({
  commands: {
    "systemctl show qris-gateway.service -p LoadState,ActiveState,SubState,UnitFileState,NRestarts": words,
  },
});
const mounted = (line: string): Pretended => ({ texts: { "/proc/self/mountinfo": `${line}\n` } });
const without = <Kind extends "texts" | "commands" | "entries" | "secrets">(
  kind: Kind,
  ...names: readonly string[]
): Pretended => ({
  [kind]: Object.fromEntries(names.map((name) => [name, undefined])),
});

const DAY_MS = 86_400_000;
const held: Opened = { is: "held", told: undefined };
const noted = (printer: string, obstacles: readonly string[] = [], ageMs = 34_000): Opened => ({
  is: "held",
  told: { ageMs, printer, obstacles },
});
const doors = configText(REAL.replace('name = "chute"', 'name = "door"')).concat(
  '[[interlocks]]\ninput = "door"\nmeans = "door-open"\n',
);
const ajar = (name: string): Pins =>
  pinsOf({ input: (asked) => ({ ...pinsOf({}).input(asked), isActive: async () => asked === name }) });
const closed: Opened = { is: "failed", because: "the lock may not be opened" };

const screenOf = (width: number, height: number): Screen => ({
  width,
  height,
  show: async () => undefined,
  close: async () => undefined,
});
const printerOf = (condition: Condition, dots = 384): Printer => ({
  dots,
  print: async () => "printed",
  condition: async () => condition,
  close: async () => undefined,
});
const relay = (isReady: boolean): Relay => ({
  pulse: async () => undefined,
  ready: async () => isReady,
  close: async () => undefined,
});
const absent = (name: string): never => {
  throw new Error(`no ${name}`);
};
const pinsOf = (parts: Partial<Pins>): Pins => ({
  relay: () => relay(true),
  input: (name) => ({
    isActive: async () => name === "stuck",
    onChange: () => () => undefined,
    onPress: () => () => undefined,
    close: async () => undefined,
  }),
  output: absent,
  close: async () => undefined,
  ...parts,
});
type Parts = { readonly screen?: Screen; readonly printer?: Printer; readonly pins?: Pins };
const open = ({ screen, printer, pins }: Parts, complaints: readonly string[] = []): Opened => ({
  is: "open",
  complaints,
  parts: {
    pins: { is: "open", thing: pins ?? pinsOf({}) },
    screen: { is: "open", thing: screen },
    printer: { is: "open", thing: printer },
    close: async () => undefined,
  },
});
const broken: Opened = {
  is: "open",
  complaints: [],
  parts: {
    pins: { is: "failed", because: "no GPIO chip" },
    screen: { is: "failed", because: "/dev/spidev0.0: ENOENT" },
    printer: { is: "failed", because: "no such port" },
    close: async () => undefined,
  },
};

const orderless = `
[stand]
id = "lobby-1"
name = "Kopi Lobi"
[link]
url = "mqtts://broker.example.id"
[keys]
private_file = "/etc/stand.pem"
backend_file = "/etc/backend.json"
[journal]
file = "/var/lib/stand/journal.sqlite"
[screen]
driver = "simulated"
[pins]
driver = "none"
[controller]
`;

/** A journal of this test's own, as the configuration would name it. */
function journalAt(name: string, make: (file: string) => void): Pretended {
  const file = join(folder, name);
  make(file);
  return { config: configText().replace("/var/lib/stand/journal.sqlite", file) };
}

function journalWith(...events: readonly ((order: ReturnType<typeof newOrderId>) => Event)[]) {
  return (file: string): void => {
    const random = seeded(9);
    const { journal } = openSqliteJournal<State, Event, Effect>({
      file,
      shape: standShape,
      newId: () => newUlid(WALL, random),
      wall: () => WALL,
    });
    const [id, now] = [newOrderId(WALL, random), { clock: "boot", ms: 0 }];
    const begun = { type: "begun", order: orderFor(coffee, id, WALL) } as const;
    for (const event of [begun, ...events.map((make) => make(id))])
      void journal.advance(id, event, (state) => step(state, event, now, rules), { now });
    void journal.close();
  };
}

const row = (check: string, as: string, found: string, told: Pretended = {}): Row => ({ check, as, found, told });
const quick = Array.from({ length: 200 }, () => 0.02);
const slow = Array.from({ length: 200 }, (_, nth) => (nth % 10 === 0 ? 900 : 5));

const rows: readonly Row[] = [
  row("configuration", "ok", "/etc/gateway.toml, mode 0644"),
  row("configuration", "unusable", "stand.id: is missing", { unusable: "stand.id: is missing" }),
  row("configuration", "open", "mode 0666", { entries: { "/etc/gateway.toml": { mode: 0o666 } } }),

  row("stand-key", "ok", '"crv":"Ed25519"'),
  row("stand-key", "unreadable", "does not exist", without("secrets", "/etc/stand.pem")),
  row("stand-key", "no-key", "not a private key", { secrets: { "/etc/stand.pem": "nonsense" } }),
  row("stand-key", "open", "mode 0644", { entries: { "/etc/stand.pem": { mode: 0o644 } } }),
  row("stand-key", "group", "mode 0440", { entries: { "/etc/stand.pem": { mode: 0o440 } } }),

  row("backend-keys", "ok", BACKEND_KEY.signing.kid),
  row("backend-keys", "unreadable", "does not exist", without("secrets", "/etc/backend.json")),
  row("backend-keys", "no-keys", "no JWK set", { secrets: { "/etc/backend.json": '{"keys": []}' } }),
  row("backend-keys", "no-keys", "no JWK set", { secrets: { "/etc/backend.json": "{" } }),
  row("backend-keys", "open", "mode 0666", { entries: { "/etc/backend.json": { mode: 0o666 } } }),

  row("broker-files", "ok", "none is named"),
  row("broker-files", "ok", "/etc/password, /etc/ca.pem", {
    config: plain('url = "mqtts://b.id"\nusername = "a"\npassword_file = "/etc/password"\nca_file = "/etc/ca.pem"'),
    secrets: { "/etc/password": "p", "/etc/ca.pem": "c" },
    entries: { "/etc/password": { mode: 0o400 }, "/etc/ca.pem": {} },
  }),
  row("broker-files", "unreadable", "/etc/ca.pem does not exist", {
    config: plain('url = "mqtts://b.id"\nca_file = "/etc/ca.pem"'),
  }),
  row("broker-files", "open", "/etc/password", {
    config: plain('url = "mqtts://b.id"\nusername = "a"\npassword_file = "/etc/password"'),
    secrets: { "/etc/password": "p" },
    entries: { "/etc/password": { mode: 0o644 } },
  }),
  row("broker-files", "open", "/etc/key.pem", {
    config: plain('url = "mqtts://b.id"\ncert_file = "/etc/cert.pem"\nkey_file = "/etc/key.pem"'),
    secrets: { "/etc/cert.pem": "c", "/etc/key.pem": "k" },
    entries: { "/etc/cert.pem": { mode: 0o644 }, "/etc/key.pem": { mode: 0o644 } },
  }),

  row("devices", "ok", "qris-gateway may open /dev/spidev0.0, /dev/usb/lp0, /dev/gpiochip0", { config: real }),
  row("devices", "none", "no device", {}),
  row("devices", "missing", "/dev/spidev0.0 is not there", { config: real, ...without("entries", "/dev/spidev0.0") }),
  row("devices", "missing", "/dev/usb/lp0 is not there", {
    config: real,
    names: { "/dev/usb": [] },
    ...without("entries", "/dev/usb/lp0"),
  }),
  row("devices", "denied", "qris-gateway may not open /dev/gpiochip0 (group root)", {
    config: real,
    entries: { "/dev/gpiochip0": { mode: 0o660, gid: 0 } },
  }),
  row("devices", "denied", "ani may not open /dev/spidev0.0 (group spi), /dev/gpiochip0 (group gpio)", {
    config: real,
    user: { name: "ani", uid: 1000, gids: [1000, 7] },
    ...without("commands", "systemctl cat qris-gateway.service"),
  }),
  row("devices", "ok", "/dev/ttyUSB0, /sys/class/gpio/export", {
    config: real.replace('driver = "escpos"', 'driver = "escpos", port = "serial:/dev/ttyUSB0"'),
    entries: {
      "/dev/ttyUSB0": { mode: 0o666 },
      "/sys/class/gpio/export": { mode: 0o220, gid: 986 },
      "/dev/spidev0.0": { mode: 0o666 },
    },
    user: { name: "root", uid: 0, gids: [] },
    gpio: { way: "sysfs", chips: [], denied: [] },
    ...without("commands", "systemctl cat qris-gateway.service"),
  }),

  row("node", "ok", "v20.19.2 on arm64"),
  row("node", "ok", "v24.1.0 on arm", { node: "v24.1.0", arch: "arm" }),
  row("node", "too-old", "v20.18.9", { node: "v20.18.9" }),
  row("node", "too-old", "v18.20.0", { node: "v18.20.0" }),
  row("node", "untried", "riscv64", { arch: "riscv64" }),

  row("gpio", "not-used", "no GPIO lines"),
  row("gpio", "ok", "pinctrl-bcm2711 by character-device (/dev/gpiochip0)", { config: real }),
  row("gpio", "ok", "pinctrl-rp1 by sysfs (/sys/class/gpio/gpiochip569, lines from 569)", {
    config: real,
    gpio: {
      way: "sysfs",
      chips: [{ path: "/sys/class/gpio/gpiochip569", label: "pinctrl-rp1", base: 569 }],
      denied: [],
    },
  }),
  row("gpio", "no-chip", "no my-board; there is: pinctrl-bcm2711", {
    config: configText(REAL.replace('driver = "gpio"', 'driver = "gpio"\nchip = "my-board"')),
  }),
  row("gpio", "denied", "/dev/gpiochip0 may not be opened by root", {
    config: real,
    gpio: { way: "character-device", chips: [], denied: ["/dev/gpiochip0"] },
  }),

  row("power", "ok", "throttled=0x0"),
  row("power", "not-a-pi", "no word", without("texts", "/sys/devices/platform/soc/soc:firmware/get_throttled")),
  row("power", "under-voltage", "throttled=0x50005", {
    ...without("texts", "/sys/devices/platform/soc/soc:firmware/get_throttled"),
    commands: { "vcgencmd get_throttled": "throttled=0x50005\n" },
  }),
  row("power", "was-under-voltage", "0x50000", {
    texts: { "/sys/devices/platform/soc/soc:firmware/get_throttled": "50000\n" },
  }),
  row("power", "hot", "0x80008", { texts: { "/sys/devices/platform/soc/soc:firmware/get_throttled": "80008\n" } }),

  row("uptime", "ok", "started 1 d 1 h ago"),
  row("uptime", "young", "started 40 s ago", { texts: { "/proc/uptime": "40.2 3.0" } }),
  row("uptime", "unknown", "no /proc/uptime", without("texts", "/proc/uptime")),

  row("watchdog", "ok", "15s"),
  row("watchdog", "unused", "nobody feeds it", {
    texts: { "/sys/class/watchdog/watchdog0/state": "inactive\n" },
    commands: { "systemctl show --value -p RuntimeWatchdogUSec": "0\n" },
  }),
  row("watchdog", "missing", "no /dev/watchdog0", without("entries", "/dev/watchdog0")),

  row("unit", "ok", "active (running), enabled, 0 restarts"),
  row("unit", "by-hand", "systemd has no", systemd("LoadState=not-found\nActiveState=inactive\n")),
  row(
    "unit",
    "by-hand",
    "systemd has no",
    without(
      "commands",
      "systemctl show qris-gateway.service -p LoadState,ActiveState,SubState,UnitFileState,NRestarts",
    ),
  ),
  row(
    "unit",
    "disabled",
    "disabled",
    systemd("LoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=disabled\nNRestarts=0\n"),
  ),
  row(
    "unit",
    "stopped",
    "inactive (dead)",
    systemd("LoadState=loaded\nActiveState=inactive\nSubState=dead\nUnitFileState=enabled\nNRestarts=0\n"),
  ),
  row(
    "unit",
    "failed",
    "failed (failed)",
    systemd("LoadState=loaded\nActiveState=failed\nSubState=failed\nUnitFileState=enabled\nNRestarts=3\n"),
  ),
  row(
    "unit",
    "failed",
    "auto-restart",
    systemd("LoadState=loaded\nActiveState=activating\nSubState=auto-restart\nUnitFileState=enabled\nNRestarts=3\n"),
  ),
  row(
    "unit",
    "restarts",
    "9 restarts",
    systemd("LoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=enabled\nNRestarts=9\n"),
  ),

  row("logs", "ok", "SystemMaxUse=64M"),
  row("logs", "ok", "Storage=volatile", {
    commands: { "systemd-analyze cat-config systemd/journald.conf": "Storage=volatile\n" },
  }),
  row("logs", "ok", "kept in memory", {
    commands: { "systemd-analyze cat-config systemd/journald.conf": "#Storage=auto\n" },
  }),
  row("logs", "unbounded", "no SystemMaxUse", {
    commands: { "systemd-analyze cat-config systemd/journald.conf": "#SystemMaxUse=64M\n" },
    entries: { "/var/log/journal": { kind: "folder" } },
  }),
  row("logs", "unknown", "does not tell", without("commands", "systemd-analyze cat-config systemd/journald.conf")),

  row("clock", "ok", "2026-11-21T00:00:00.000Z, synchronised"),
  row("clock", "implausible", "1970-01-01", { wall: 86_000 }),
  row("clock", "implausible", "2080", { wall: Date.UTC(2080, 0, 1) }),
  row("clock", "unsynchronised", "2026", { commands: { "timedatectl show": "NTPSynchronized=no\n" } }),
  row("clock", "ok", "timesyncd", {
    commands: { "timedatectl show": "NTPSynchronized=no\n" },
    entries: { "/run/systemd/timesync/synchronized": {} },
  }),
  row("clock", "unknown", "2026", without("commands", "timedatectl show")),

  row("journal-disk", "ok", "ext4 on /dev/mmcblk0p3 at /var/lib"),
  row(
    "journal-disk",
    "in-memory",
    "overlay on overlayroot at /",
    mounted("22 1 0:30 / / rw - overlay overlayroot rw,lowerdir=/a"),
  ),
  row("journal-disk", "in-memory", "tmpfs on tmpfs at /data", {
    ...mounted("22 1 179:2 / / rw - ext4 /dev/x rw\n23 22 0:9 / /data rw - tmpfs tmpfs rw"),
    links: { "/var/lib/stand": "/data/stand" },
  }),
  row("journal-disk", "read-only", "ext4", mounted("22 1 179:2 / / ro - ext4 /dev/mmcblk0p2 ro")),
  row("journal-disk", "unsafe-options", "barrier=0", mounted("22 1 179:2 / / rw - ext4 /dev/mmcblk0p2 rw,barrier=0")),
  row("journal-disk", "untried", "vfat", mounted("22 1 179:1 / / rw - vfat /dev/mmcblk0p1 rw")),
  row("journal-disk", "unknown", "no mount", without("texts", "/proc/self/mountinfo")),

  row("space", "ok", "5000 MB of 9000 MB are free"),
  row("space", "little", "100 MB", { space: { free: 100 * 1_048_576, total: 9_000 * 1_048_576 } }),
  row("space", "full", "19 MB", { space: { free: 20 * 1_048_576 - 1, total: 9_000 * 1_048_576 } }),
  row("space", "no-folder", "/var/lib/stand is not there", { space: undefined } as never),

  row("fsync", "ok", "200 writes: half within 7.00 ms, all but a twentieth within 10 ms"),
  row("fsync", "too-quick", "half within 0.02 ms", { syncs: quick }),
  row("fsync", "slow", "all but a twentieth within 900 ms", { syncs: slow }),
  row("fsync", "unwritable", "EACCES", { syncs: new Error("EACCES: permission denied") }),

  row("journal-owner", "ok", "is qris-gateway's"),
  row("journal-owner", "other", "not qris-gateway's: /var/lib/stand/journal.sqlite.lock", {
    entries: { "/var/lib/stand/journal.sqlite.lock": { uid: 0 } },
  }),
  row("journal-owner", "none", "no journal yet", without("entries", "/var/lib/stand/journal.sqlite")),

  row("root", "read-only", "ext4 on /dev/mmcblk0p2"),
  row("root", "read-only", "overlay on overlayroot", mounted("22 1 0:30 / / rw - overlay overlayroot rw")),
  row("root", "writable", "ext4", mounted("22 1 179:2 / / rw - ext4 /dev/mmcblk0p2 rw")),
  row("root", "unknown", "no /proc", without("texts", "/proc/self/mountinfo")),

  row("journal", "none", "is not there yet"),
  row("journal", "ok", "1 orders open, 0 of them owed, 1 statements", journalAt("ok.sqlite", journalWith())),
  row(
    "journal",
    "owed",
    "1 orders open, 1 of them owed",
    journalAt(
      "owed.sqlite",
      journalWith(
        (order) => ({ type: "settled", order, settlement: settlementOf(PRICE), inFront: true }),
        (order) => ({ type: "not-released", release: `${order}-1` as never, because: "release-failed" }),
      ),
    ),
  ),
  row(
    "journal",
    "damaged",
    "is damaged",
    journalAt("damaged.sqlite", (file) => writeFileSync(file, "no database, by far".repeat(500))),
  ),
  row(
    "journal",
    "newer",
    "a later version",
    journalAt("newer.sqlite", (file) => {
      const later = { ...standShape, state: { version: 99, read: standShape.state.read } };
      void openSqliteJournal({
        file,
        shape: later,
        newId: () => newUlid(WALL, seeded(2)),
        wall: () => WALL,
      }).journal.close();
    }),
  ),
  row("journal", "unreadable", "cannot be used", {
    config: configText().replace("/var/lib/stand/journal.sqlite", folder),
  }),

  row("screen", "ok", "480 × 320, a QRIS code has 4 pixels a module", { opened: open({ screen: screenOf(480, 320) }) }),
  row("screen", "none", "no screen", { opened: open({}) }),
  row("screen", "held", "the running daemon has it", { opened: held }),
  row("screen", "closed", "the lock", { opened: closed }),
  row("screen", "failed", "ENOENT", { opened: broken }),
  row("screen", "too-small", "128 × 128, a QRIS code has 1 pixels", { opened: open({ screen: screenOf(128, 128) }) }),

  ...(["ready", "paper-low", "no-paper", "cover-open", "overheated", "unknown"] as const).map((condition) =>
    row("printer", condition, `${condition}, 384 dots across`, { opened: open({ printer: printerOf(condition) }) }),
  ),
  row("printer", "offline", "offline, 384 dots across; the printer is not reached: ENOENT", {
    opened: open({ printer: printerOf("offline") }, ["lines", "the printer is not reached: ENOENT"]),
  }),
  row("printer", "none", "no printer", { opened: open({}) }),
  row("printer", "held", "the running daemon has it", { opened: held }),
  row("printer", "no-paper", "no-paper, as the running daemon noted 34 s ago", { opened: noted("no-paper") }),
  row("printer", "held", "the running daemon has it", { opened: noted("on-fire") }),
  row("printer", "closed", "the lock", { opened: closed }),
  row("printer", "no-driver", "no such port", { opened: broken }),
  row("printer", "narrow", "ready, 256 dots across", { opened: open({ printer: printerOf("ready", 256) }) }),

  row("relays", "ok", "slot-1", { opened: open({}) }),
  row("relays", "none", "no product has a relay", { config: orderless, opened: open({}) }),
  row("relays", "held", "the running daemon has it", { opened: held }),
  row("relays", "closed", "the lock", { opened: closed }),
  row("relays", "failed", "no GPIO chip", { opened: broken }),
  row("relays", "missing", "no relay is called slot-1", { opened: open({ pins: pinsOf({ relay: absent }) }) }),

  row("inputs", "ok", "a1, cancel", { opened: open({}) }),
  row("inputs", "none", "no button", { config: orderless, opened: open({}) }),
  row("inputs", "held", "the running daemon has it", { opened: held }),
  row("inputs", "closed", "the lock", { opened: closed }),
  row("inputs", "failed", "no GPIO chip", { opened: broken }),
  row("inputs", "missing", "no input is called a1, cancel", { opened: open({ pins: pinsOf({ input: absent }) }) }),
  row("inputs", "active", "active: stuck", {
    config: configText(undefined, undefined, 'sensor = "stuck"'),
    opened: open({}),
  }),

  row("interlocks", "ok", "door", { config: doors, opened: open({}) }),
  row("interlocks", "none", "no interlock", { opened: open({}) }),
  row("interlocks", "held", "the running daemon has it", { config: doors, opened: held }),
  row("interlocks", "closed", "the lock", { config: doors, opened: closed }),
  row("interlocks", "failed", "no GPIO chip", { config: doors, opened: broken }),
  row("interlocks", "missing", "no input is called door", {
    config: doors,
    opened: open({ pins: pinsOf({ input: absent }) }),
  }),
  row("interlocks", "active", "active: door", { config: doors, opened: open({ pins: ajar("door") }) }),

  row("selling", "ok", "noted 34 s ago: nothing stands in its way", { opened: noted("ready") }),
  row("selling", "out-of-service", "no-paper, door-open", { opened: noted("no-paper", ["no-paper", "door-open"]) }),
  row("selling", "not-running", "does not run", { opened: open({}) }),
  row("selling", "unknown", "noted nothing yet", { opened: held }),
  row("selling", "stale", "noted 181 s ago", { opened: noted("ready", [], 181_000) }),

  row("broker-name", "ok", "broker.example.id is 103.10.1.2"),
  row("broker-name", "ok", "10.0.0.5 is an address", { config: plain('url = "mqtt://10.0.0.5"') }),
  row("broker-name", "unknown", "ENOTFOUND", { addresses: { is: "failed", because: "ENOTFOUND" } }),
  row("broker-port", "ok", "broker.example.id port 8883, in 21 ms"),
  row("broker-port", "ok", "::1 port 1883", { config: plain('url = "mqtt://[::1]"') }),
  row("broker-port", "unreached", "port 8883: ECONNREFUSED", { reached: { is: "failed", because: "ECONNREFUSED" } }),
  row("broker-tls", "ok", "from Let's Encrypt, 60 days left"),
  row("broker-tls", "ok", "on this machine", { config: plain('url = "mqtt://localhost"') }),
  row("broker-tls", "soon", "13 days left", {
    shown: { is: "shown", validToWall: WALL + 13.5 * DAY_MS, issuer: "Own" },
  }),
  row("broker-tls", "plain", "mqtt:// to 10.0.0.5", { config: plain('url = "mqtt://10.0.0.5"') }),
  row("broker-tls", "distrusted", "CERT_HAS_EXPIRED", {
    shown: { is: "shown", validToWall: WALL - DAY_MS, issuer: "Own", distrust: "CERT_HAS_EXPIRED" },
  }),
  row("broker-tls", "none", "wrong version number", { shown: { is: "failed", because: "wrong version number" } }),
  row("broker-login", "ok", "connected and subscribed in 90 ms"),
  row("broker-login", "ok", "in 90 ms", { talk: { is: "silent", connectedMs: 90, waitedMs: 10_000 } }),
  row("broker-login", "refused", "Not authorized", { talk: { is: "not-connected", because: "Not authorized" } }),
  row("backend", "ok", "acked in 140 ms"),
  row("backend", "silent", "no answer within 10 s", { talk: { is: "silent", connectedMs: 90, waitedMs: 10_000 } }),
  row("backend", "not-connected", "Not authorized", { talk: { is: "not-connected", because: "Not authorized" } }),
];

const find = (name: string) => {
  const found = checks.find((check) => check.name === name);
  if (found === undefined) throw new Error(`there is no check ${name}`);
  return found;
};

test.each(rows)("$check: $as ($found)", async ({ check, as, found, told }) => {
  const seen = await find(check).look(askingOf(told));
  expect(seen.found).toContain(found);
  expect(seen.as).toBe(as);
});

test("a relay whose guard does not come up is waited for, and then is not ready", async () => {
  const clock = new VirtualClock();
  const opened = open({ pins: pinsOf({ relay: () => relay(false) }) }, ["line 27 is held by somebody"]);
  const looking = find("relays").look(askingOf({ clock, opened }));
  let isOver = false;
  void looking.then(() => {
    isOver = true;
  });
  await clock.advance(14_900);
  expect(isOver).toBe(false);
  await clock.advance(200);
  expect(await looking).toEqual({ as: "not-ready", found: "slot-1; line 27 is held by somebody" });
});

/** Those of which the table has no row: waiting, and what all have. */
const ELSEWHERE = ["relays not-ready"];

test("the table has every outcome of every check", () => {
  const known = checks.flatMap(({ name, outcomes }) => Object.keys(outcomes).map((as) => `${name} ${as}`));
  const shown = new Set([...rows.map(({ check, as }) => `${check} ${as}`), ...ELSEWHERE]);
  const missing = known.filter((each) => !each.endsWith(` ${NO_CONFIGURATION}`) && !shown.has(each));
  expect(missing).toEqual([]);
});

test("without a configuration, every check that needs one is skipped, and no other", async () => {
  const asking = askingOf({ unusable: "all of it" });
  for (const check of checks) {
    const { as } = await check.look(asking);
    expect(as === NO_CONFIGURATION, check.name).toBe(Object.hasOwn(check.outcomes, NO_CONFIGURATION));
  }
});

test("names are told apart, and what is wrong or doubtful comes with what to do", () => {
  expect(new Set(checks.map(({ name }) => name)).size).toBe(checks.length);
  for (const { name, outcomes } of checks)
    for (const [as, { verdict, todo }] of Object.entries(outcomes))
      if (verdict === "wrong" || verdict === "warning") expect(todo, `${name} ${as}`).toBeTruthy();
});
