import { z } from "zod";
import { jsonIn } from "../../host/json.ts";
import { BadKey, privateKeyFrom, publicJwkSchema, thumbprintOf } from "../../protocol/keys.ts";
import type { GatewayConfig } from "../config.ts";
import { type Check, check, configuredCheck } from "./check.ts";
import type { Machine } from "./machine.ts";
import { optionIn, wayIn } from "./options.ts";
import { groupName, may, READ, standUser, WRITE } from "./person.ts";

/** The configuration, the files that it names, and the devices: whether they are there, and whom they let in. */

const OTHERS = 0o007;
const GROUP = 0o070;
const OTHERS_WRITE = 0o002;

const configuration = check({
  name: "configuration",
  asks: "Is the configuration usable, and can nobody else change it?",
  outcomes: {
    ok: { verdict: "ok", means: "It is." },
    unusable: { verdict: "wrong", means: "The stand does not start with it.", todo: "put right what is listed" },
    open: { verdict: "wrong", means: "Every user of this machine may change it.", todo: "chmod o-w FILE" },
  },
  look: async ({ file, unusable, machine }) => {
    if (unusable !== undefined) return { as: "unusable", found: unusable };
    const entry = await machine.entry(file);
    const isOpen = entry !== undefined && (entry.mode & OTHERS_WRITE) !== 0;
    return { as: isOpen ? "open" : "ok", found: `${file}, mode ${modeText(entry?.mode)}` };
  },
});

const modeText = (mode: number | undefined): string =>
  mode === undefined ? "unknown" : mode.toString(8).padStart(4, "0");

const standKey = configuredCheck({
  name: "stand-key",
  asks: "Is this stand's private key there, and does nobody else read it?",
  outcomes: {
    ok: { verdict: "ok", means: "It is; the public half is printed, for the backend's [[stands]]." },
    unreadable: {
      verdict: "wrong",
      means: "There is none, or it may not be read.",
      todo: "make one with qris-gateway new-key FILE, or run doctor as root",
    },
    "no-key": {
      verdict: "wrong",
      means: "The file holds no Ed25519 key.",
      todo: "make one with qris-gateway new-key FILE",
    },
    open: {
      verdict: "wrong",
      means: "Every user of this machine may read it, and speak for this stand.",
      todo: "chmod 0400 FILE; if others use this machine, make a new key and tell the backend",
    },
    group: { verdict: "warning", means: "A group may read it.", todo: "chmod 0400 FILE" },
  },
  look: async ({ config: { keys } }, { machine }) => {
    const { read, entry } = await machine.secret(keys.private_file);
    if (read.is === "unreadable") return { as: "unreadable", found: read.problem };
    const key = keyIn(read.secret.reveal());
    if (typeof key === "string") return { as: "no-key", found: `${keys.private_file}: ${key}` };
    const mode = entry?.mode ?? 0;
    const found = `public half ${JSON.stringify(key)}, mode ${modeText(entry?.mode)}`;
    if ((mode & OTHERS) !== 0) return { as: "open", found };
    return { as: (mode & GROUP) === 0 ? "ok" : "group", found };
  },
});

function keyIn(text: string) {
  try {
    return privateKeyFrom(text).publicJwk;
  } catch (error) {
    if (error instanceof BadKey) return error.message;
    throw error;
  }
}

const jwkSet = z.object({ keys: z.array(publicJwkSchema).min(1) });

const backendKeys = configuredCheck({
  name: "backend-keys",
  asks: "Are the backend's public keys there, and can nobody else put another one among them?",
  outcomes: {
    ok: { verdict: "ok", means: "They are; compare their names with the backend's." },
    unreadable: {
      verdict: "wrong",
      means: "There are none, or they may not be read.",
      todo: "copy the backend's JWK set here",
    },
    "no-keys": {
      verdict: "wrong",
      means: "The file is no JWK set of Ed25519 public keys.",
      todo: 'write {"keys": [JWK]}, with the JWK that qris-backend new-key printed',
    },
    open: {
      verdict: "wrong",
      means: "Every user of this machine may change them, and so open the relays.",
      todo: "chown root FILE; chmod 0644 FILE",
    },
  },
  look: async ({ config: { keys } }, { machine }) => {
    const { read, entry } = await machine.secret(keys.backend_file);
    if (read.is === "unreadable") return { as: "unreadable", found: read.problem };
    const set = jwkSet.safeParse(jsonIn(read.secret.reveal()));
    if (!set.success) return { as: "no-keys", found: `${keys.backend_file} holds no JWK set` };
    const found = `${set.data.keys.map(thumbprintOf).join(", ")}, mode ${modeText(entry?.mode)}`;
    return { as: entry !== undefined && (entry.mode & OTHERS_WRITE) !== 0 ? "open" : "ok", found };
  },
});

const brokerFiles = configuredCheck({
  name: "broker-files",
  asks: "Are the password, the certificates and the key for the broker there, where the configuration names them?",
  outcomes: {
    ok: { verdict: "ok", means: "They are, or none is named." },
    unreadable: { verdict: "wrong", means: "One is not there, or may not be read.", todo: "see what was found" },
    open: {
      verdict: "wrong",
      means: "Every user of this machine may read the password, or the key.",
      todo: "chmod 0400 FILE",
    },
  },
  look: async ({ config: { link } }, { machine }) => {
    const secret = [link.password_file, link.key_file].filter((file) => file !== undefined);
    const files = [...secret, ...[link.ca_file, link.cert_file].filter((file) => file !== undefined)];
    for (const file of files) {
      const { read, entry } = await machine.secret(file);
      if (read.is === "unreadable") return { as: "unreadable", found: read.problem };
      if (secret.includes(file) && ((entry?.mode ?? 0) & OTHERS) !== 0) return { as: "open", found: file };
    }
    return { as: "ok", found: files.join(", ") || "none is named" };
  },
});

const access = configuredCheck({
  name: "devices",
  asks: "Are the devices there, and may the stand's user open them?",
  outcomes: {
    ok: { verdict: "ok", means: "They are, by their permission bits." },
    none: { verdict: "skipped", means: "The configuration names no device of this machine." },
    missing: {
      verdict: "wrong",
      means: "The kernel does not show a device that the configuration names.",
      todo: "is it plugged in? SPI and serial lines are switched on with raspi-config, or in /boot/firmware/config.txt",
    },
    denied: {
      verdict: "wrong",
      means: "The stand's user may not open it: a group is lacking.",
      todo: "usermod -aG GROUP USER, with both as found; then start the stand anew",
    },
  },
  look: async ({ config }, { machine }) => {
    const user = await standUser(machine);
    const paths = await pathsOf(config, machine);
    if (paths.length === 0) return { as: "none", found: "no device of this machine is named" };
    const entries = await Promise.all(paths.map(async (path) => ({ path, entry: await machine.entry(path) })));
    const missing = entries.filter(({ entry }) => entry === undefined).map(({ path }) => path);
    if (missing.length > 0) return { as: "missing", found: `${missing.join(", ")} is not there` };
    const denied = entries.flatMap(({ path, entry }) =>
      entry === undefined || may(user, entry, READ | WRITE) ? [] : [{ path, gid: entry.gid }],
    );
    const lacking = await Promise.all(
      denied.map(async ({ path, gid }) => `${path} (group ${await groupName(machine, gid)})`),
    );
    if (lacking.length > 0) return { as: "denied", found: `${user.name} may not open ${lacking.join(", ")}` };
    return { as: "ok", found: `${user.name} may open ${paths.join(", ")}` };
  },
});

/** A printer on USB that is named by its id, or not at all, is one of those that the kernel shows. */
async function pathsOf(config: GatewayConfig, machine: Machine): Promise<readonly string[]> {
  const screen = optionIn(config.screen, "path");
  const port = optionIn(config.printer, "port") ?? "";
  const named = /^(?:lp|serial):(.+)$/.exec(port)?.[1];
  const usb = named === undefined && port.startsWith("usb") ? await usbPrinters(machine) : [];
  const lines = config.pins.driver === "gpio" ? await linePaths(config, machine) : [];
  return [screen, named, ...usb, ...lines].filter((path) => path !== undefined);
}

async function usbPrinters(machine: Machine): Promise<readonly string[]> {
  const names = (await machine.names("/dev/usb")).filter((name) => /^lp\d+$/.test(name));
  return names.length === 0 ? ["/dev/usb/lp0"] : names.map((name) => `/dev/usb/${name}`);
}

async function linePaths({ pins }: GatewayConfig, machine: Machine): Promise<readonly string[]> {
  const { way, chips, denied } = await machine.gpio(wayIn(pins));
  if (way === "sysfs") return ["/sys/class/gpio/export"];
  return [...chips.map(({ path }) => path), ...denied];
}

export const fileChecks: readonly Check[] = [configuration, standKey, backendKeys, brokerFiles, access];
