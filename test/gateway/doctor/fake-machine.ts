import { gatewayConfig } from "../../../gateway/config.ts";
import type { Asking, Configured } from "../../../gateway/doctor/asking.ts";
import type { Hardware, Opened } from "../../../gateway/doctor/hardware.ts";
import type { Entry, GpioChips, Machine, Person } from "../../../gateway/doctor/machine.ts";
import type { Failed, Network, Shown, Talk } from "../../../gateway/doctor/network.ts";
import { readConfig } from "../../../host/config.ts";
import { Secret } from "../../../host/secret.ts";
import { newKeyPair } from "../../../protocol/keys.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

/** A machine, a network and devices that are as a test says; everything else of them is well. */
export type Pretended = {
  readonly clock?: VirtualClock;
  readonly config?: string;
  readonly unusable?: string;
  readonly node?: string;
  readonly arch?: string;
  readonly user?: Person;
  readonly wall?: number;
  readonly texts?: Readonly<Record<string, string>>;
  readonly names?: Readonly<Record<string, readonly string[]>>;
  readonly entries?: Readonly<Record<string, Partial<Entry>>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** By the whole command line. */
  readonly commands?: Readonly<Record<string, string>>;
  readonly links?: Readonly<Record<string, string>>;
  readonly gpio?: GpioChips;
  readonly space?: { readonly free: number; readonly total: number };
  readonly syncs?: readonly number[] | Error;
  readonly opened?: Opened;
  readonly addresses?: Failed;
  readonly reached?: Failed;
  readonly shown?: Shown | Failed;
  readonly talk?: Talk;
};

export const WALL = Date.UTC(2026, 10, 21);
const STAND_KEY = newKeyPair();
export const BACKEND_KEY = newKeyPair();

const SIMULATED = 'screen.driver = "simulated"\nprinter.driver = "simulated"\npins.driver = "simulated"';
export const REAL = `
screen = { driver = "spi-panel", model = "st7789-240x320", dc_line = 25 }
printer = { driver = "escpos" }
[pins]
driver = "gpio"
relays = [{ name = "slot-1", line = 27 }]
inputs = [{ name = "a1", line = 17 }, { name = "cancel", line = 22 }, { name = "chute", line = 23 }]`;

export const configText = (devices = SIMULATED, link = 'url = "mqtts://broker.example.id"', product = ""): string => `
${devices}
[stand]
id = "lobby-1"
name = "Kopi Lobi"
[link]
${link}
[keys]
private_file = "/etc/stand.pem"
backend_file = "/etc/backend.json"
[journal]
file = "/var/lib/stand/journal.sqlite"
[[products]]
id = "coffee"
name = "Kopi susu"
price = 15000
button = "a1"
line = "slot-1"
${product}
`;

/** What a sound stand's machine has. */
const TEXTS: Readonly<Record<string, string>> = {
  "/etc/passwd": "root:x:0:0::/root:/bin/sh\nqris-gateway:x:990:990::/nonexistent:/bin/false\n",
  "/etc/group": "root:x:0:\ngpio:x:986:\nspi:x:989:\nlp:x:7:qris-gateway\nqris-gateway:x:990:\nvideo:x:44:\n",
  "/proc/uptime": "90061.5 100.0\n",
  "/proc/self/mountinfo":
    "22 1 179:2 / / ro,noatime shared:1 - ext4 /dev/mmcblk0p2 ro\n31 22 179:3 / /var/lib rw,relatime shared:2 - ext4 /dev/mmcblk0p3 rw\n",
  "/sys/devices/platform/soc/soc:firmware/get_throttled": "0\n",
  "/sys/class/watchdog/watchdog0/state": "active\n",
};
const COMMANDS: Readonly<Record<string, string>> = {
  "systemctl cat qris-gateway.service":
    "# /lib/systemd/system/qris-gateway.service\n[Service]\nUser=qris-gateway\nGroup=qris-gateway\nSupplementaryGroups=gpio spi\n",
  "systemctl show qris-gateway.service -p LoadState,ActiveState,SubState,UnitFileState,NRestarts":
    "NRestarts=0\nLoadState=loaded\nActiveState=active\nSubState=running\nUnitFileState=enabled\n",
  "systemctl show --value -p RuntimeWatchdogUSec": "15s\n",
  "systemd-analyze cat-config systemd/journald.conf":
    "# /etc/systemd/journald.conf\n[Journal]\n#SystemMaxUse=\nSystemMaxUse=64M\n",
  "timedatectl show": "Timezone=Asia/Jakarta\nNTPSynchronized=yes\n",
};
const ENTRIES: Readonly<Record<string, Partial<Entry>>> = {
  "/etc/gateway.toml": {},
  "/etc/stand.pem": { mode: 0o400 },
  "/etc/backend.json": {},
  "/dev/watchdog0": { kind: "device" },
  "/dev/spidev0.0": { kind: "device", mode: 0o660, gid: 989 },
  "/dev/usb/lp0": { kind: "device", mode: 0o660, gid: 7 },
  "/dev/gpiochip0": { kind: "device", mode: 0o660, gid: 986 },
  "/var/lib/stand": { kind: "folder", mode: 0o700, uid: 990, gid: 990 },
  "/var/lib/stand/journal.sqlite": { mode: 0o600, uid: 990, gid: 990 },
};
const SECRETS: Readonly<Record<string, string>> = {
  "/etc/stand.pem": STAND_KEY.pem,
  "/etc/backend.json": JSON.stringify({ keys: [BACKEND_KEY.publicJwk] }),
};
const GPIO: GpioChips = {
  way: "character-device",
  chips: [{ path: "/dev/gpiochip0", label: "pinctrl-bcm2711" }],
  denied: [],
};

/** A part that is taken out is `undefined` in `Pretended`. */
export function machineOf(told: Pretended): Machine {
  const texts = { ...TEXTS, ...told.texts };
  const entries = { ...ENTRIES, ...told.entries };
  const secrets = { ...SECRETS, ...told.secrets };
  const commands = { ...COMMANDS, ...told.commands };
  const clock = told.clock ?? new VirtualClock();
  const entry = async (path: string): Promise<Entry | undefined> =>
    entries[path] && { kind: "file", mode: 0o644, uid: 0, gid: 0, ...entries[path] };
  return {
    clock: { now: () => clock.now(), after: (ms, run) => clock.after(ms, run), wall: () => told.wall ?? WALL },
    node: told.node ?? "v20.19.2",
    arch: told.arch ?? "arm64",
    kernel: "6.12.34-v8",
    user: told.user ?? { name: "root", uid: 0, gids: [0] },
    text: async (path) => texts[path],
    names: async (folder) => told.names?.[folder] ?? (folder === "/dev/usb" ? ["lp0"] : []),
    entry,
    real: async (path) => told.links?.[path] ?? path,
    secret: async (place) => {
      const text = secrets[place];
      if (text === undefined)
        return { read: { is: "unreadable", problem: `${place} does not exist` }, entry: undefined };
      return { read: { is: "read", secret: new Secret(text) }, entry: await entry(place) };
    },
    run: async (command, ...words) => commands[[command, ...words].join(" ")],
    gpio: async () => told.gpio ?? GPIO,
    space: async () => ("space" in told ? told.space : { free: 5_000 * 1024 * 1024, total: 9_000 * 1024 * 1024 }),
    syncs: async () => {
      if (told.syncs instanceof Error) throw told.syncs;
      return told.syncs ?? Array.from({ length: 200 }, (_, nth) => 4 + (nth % 7));
    },
  };
}

const networkOf = (told: Pretended): Network => ({
  addresses: async () => told.addresses ?? { is: "found", addresses: ["103.10.1.2"] },
  reach: async () => told.reached ?? { is: "reached", ms: 21 },
  certificate: async () => told.shown ?? { is: "shown", validToWall: WALL + 60 * 86_400_000, issuer: "Let's Encrypt" },
  talk: async () => told.talk ?? { is: "answered", connectedMs: 90, answeredMs: 140 },
});

const NO_PARTS: Opened = {
  is: "open",
  complaints: [],
  parts: {
    pins: { is: "failed", because: "no pins here" },
    screen: { is: "open", thing: undefined },
    printer: { is: "open", thing: undefined },
    close: async () => undefined,
  },
};

export function askingOf(told: Pretended): Asking {
  const hardware: Hardware = { open: async () => told.opened ?? NO_PARTS, close: async () => undefined };
  const read = readConfig(told.config ?? configText(), gatewayConfig);
  if (read.is === "bad") throw new Error(JSON.stringify(read.errors));
  const stand: Configured = { config: read.config, network: networkOf(told), hardware };
  return {
    machine: machineOf(told),
    file: "/etc/gateway.toml",
    unusable: told.unusable,
    stand: told.unusable === undefined ? stand : undefined,
  };
}
