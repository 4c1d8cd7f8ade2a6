import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdtemp, open, readdir, readFile, realpath, rm, stat, statfs, symlink } from "node:fs/promises";
import { release, tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { listChips, listSysfsChips } from "../../device/pins/chips.ts";
import { hasSysfs } from "../../device/pins/sysfs.ts";
import { monotonicUsec } from "../../host/clock.ts";
import { readSecretFile } from "../../host/secret.ts";
import type { Clock } from "../../protocol/time.ts";
import { linuxKernel } from "../linux.ts";
import type { Entry, GpioChips, Machine } from "./machine.ts";
import { UNIT } from "./unit.ts";

const COMMAND_MS = 5_000;
const SYNCS = 200;
/** A card that needs longer than this for its share is known well enough. */
const SYNCS_MS = 8_000;
const BLOCK_BYTES = 4_096;

/** The machine that this runs on; `env` says where systemd's credentials are. */
export const thisMachine = (clock: Clock, env: NodeJS.ProcessEnv): Machine => ({
  clock,
  node: process.version,
  arch: process.arch,
  kernel: release(),
  user: { name: userInfo().username, uid: process.getuid?.() ?? 0, gids: process.getgroups?.() ?? [] },
  text: (path) => readFile(path, "utf8").catch(() => undefined),
  names: (folder) => readdir(folder).catch(() => []),
  entry: entryAt,
  real: (path) => realpath(path).catch(() => path),
  secret: async (place) => ({ read: readSecretFile(place, env), entry: await entryAt(pathOf(place, env)) }),
  run,
  gpio: async (way) => gpioChips(way === "sysfs" || (way === "auto" && hasSysfs())),
  space: async (folder) => {
    const disk = await statfs(folder).catch(() => undefined);
    return disk && { free: disk.bavail * disk.bsize, total: disk.blocks * disk.bsize };
  },
  syncs: (folder) => syncs(folder),
});

async function entryAt(path: string): Promise<Entry | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  const isDevice = found.isCharacterDevice() || found.isBlockDevice();
  const kind = found.isFile() ? "file" : found.isDirectory() ? "folder" : isDevice ? "device" : "other";
  return { kind, mode: found.mode & 0o777, uid: found.uid, gid: found.gid };
}

const CREDENTIAL = /^credential:/;

const pathOf = (place: string, env: NodeJS.ProcessEnv): string =>
  CREDENTIAL.test(place) ? join(env["CREDENTIALS_DIRECTORY"] ?? "/nowhere", place.replace(CREDENTIAL, "")) : place;

const run = (command: string, ...words: readonly string[]): Promise<string | undefined> =>
  new Promise((resolve) => {
    execFile(command, [...words], { timeout: COMMAND_MS, env: { ...process.env, LC_ALL: "C" } }, (error, text) =>
      resolve(error === null ? text : undefined),
    );
  });

async function gpioChips(isSysfs: boolean): Promise<GpioChips> {
  if (isSysfs) return { way: "sysfs", chips: listSysfsChips(), denied: [] };
  const names = (await readdir("/dev")).filter((name) => /^gpiochip\d+$/.test(name));
  const denied = names.map((name) => `/dev/${name}`).filter((path) => !isOpenTo(path));
  return {
    way: "character-device",
    chips: denied.length > 0 || names.length === 0 ? [] : listChips(linuxKernel()),
    denied,
  };
}

function isOpenTo(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function syncs(folder: string): Promise<readonly number[]> {
  const path = join(folder, `.doctor-${process.pid}`);
  const file = await open(path, "wx", 0o600);
  const [lengths, begun]: [number[], bigint] = [[], monotonicUsec()];
  const block = Buffer.alloc(BLOCK_BYTES, 1);
  try {
    while (lengths.length < SYNCS && monotonicUsec() - begun < SYNCS_MS * 1_000) {
      const from = monotonicUsec();
      await file.write(block, 0, BLOCK_BYTES, lengths.length * BLOCK_BYTES);
      await file.sync();
      lengths.push(Number(monotonicUsec() - from) / 1_000);
    }
    return lengths;
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
}

export type Credentials = { readonly env: NodeJS.ProcessEnv; close(): Promise<void> };

/**
 * `env` as the unit would have it: what systemd hands over as credentials is found for who asks at a terminal too. Makes links,
 * no copies.
 */
export async function withCredentials(env: NodeJS.ProcessEnv): Promise<Credentials> {
  if (env["CREDENTIALS_DIRECTORY"] !== undefined) return { env, close: async () => undefined };
  const unit = (await run("systemctl", "cat", UNIT)) ?? "";
  const loaded = [...unit.matchAll(/^LoadCredential=([\w.-]+):(\/.+)$/gm)];
  const folder = await mkdtemp(join(tmpdir(), "qris-doctor-"));
  for (const [, name = "", path = ""] of loaded) await symlink(path, join(folder, name)).catch(() => undefined);
  return { env: { ...env, CREDENTIALS_DIRECTORY: folder }, close: () => rm(folder, { recursive: true, force: true }) };
}
