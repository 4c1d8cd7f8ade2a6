import { dirname } from "node:path";
import { type Check, check, configuredCheck } from "./check.ts";
import type { Machine } from "./machine.ts";
import { standUser } from "./person.ts";

/** Whether what is written is still there after a power cut, and whether there is room for it. */

export type Mount = {
  readonly at: string;
  readonly type: string;
  readonly source: string;
  readonly options: readonly string[];
};

/** The lines of /proc/self/mountinfo, by proc(5). */
const mountsIn = (text: string): readonly Mount[] =>
  text.split("\n").flatMap((line) => {
    const [left = "", right = ""] = line.split(" - ");
    const [, , , , at, options = ""] = left.split(" ");
    const [type = "", source = "", own = ""] = right.split(" ");
    if (at === undefined || type === "") return [];
    return [{ at: at.replaceAll("\\040", " "), type, source, options: [...options.split(","), ...own.split(",")] }];
  });

/** The last mount over the deepest folder that holds `path`. */
const mountOf = (path: string, mounts: readonly Mount[]): Mount | undefined =>
  mounts
    .filter(({ at }) => at === "/" || path === at || path.startsWith(`${at}/`))
    .reduce<Mount | undefined>(
      (best, each) => (best !== undefined && best.at.length > each.at.length ? best : each),
      undefined,
    );

const mountUnder = async (path: string, machine: Machine): Promise<Mount | undefined> =>
  mountOf(path, mountsIn((await machine.text("/proc/self/mountinfo")) ?? ""));

const IN_MEMORY: readonly string[] = ["tmpfs", "ramfs", "overlay", "aufs", "squashfs"];
const LASTING: readonly string[] = ["ext4", "ext3", "f2fs", "btrfs", "xfs", "zfs"];
const UNSAFE = /^(nobarrier|barrier=0|data=writeback|fsync_mode=nobarrier)$/;

const persistence = configuredCheck({
  name: "journal-disk",
  asks: "Does the journal lie on a disk that keeps what was written when the power goes?",
  outcomes: {
    ok: { verdict: "ok", means: "A file system that lasts, by its name and mount options." },
    "in-memory": {
      verdict: "wrong",
      means: "What is written there is gone after a power cut: paid orders would be forgotten.",
      todo: "put journal.file on a partition of its own, as for a read-only root",
    },
    "read-only": {
      verdict: "wrong",
      means: "Nothing can be written there.",
      todo: "mount it for writing, or name another folder in journal.file",
    },
    "unsafe-options": {
      verdict: "wrong",
      means: "It is mounted so that a power cut may tear it.",
      todo: "take nobarrier, barrier=0 and data=writeback out of /etc/fstab",
    },
    untried: {
      verdict: "warning",
      means: "A file system that nobody has cut the power of under this program: FAT, a network's, or another.",
      todo: "use ext4",
    },
    unknown: {
      verdict: "warning",
      means: "The kernel does not say what lies under the journal's folder.",
      todo: "look at /proc/self/mountinfo",
    },
  },
  look: async ({ config: { journal } }, { machine }) => {
    const mount = await mountUnder(await machine.real(dirname(journal.file)), machine);
    if (mount === undefined) return { as: "unknown", found: "no mount holds the journal's folder" };
    const { type, source, at, options } = mount;
    const found = `${type} on ${source} at ${at}`;
    if (IN_MEMORY.includes(type)) return { as: "in-memory", found };
    if (options.includes("ro")) return { as: "read-only", found };
    const unsafe = options.filter((option) => UNSAFE.test(option));
    if (unsafe.length > 0) return { as: "unsafe-options", found: `${found}, ${unsafe.join(", ")}` };
    return { as: LASTING.includes(type) ? "ok" : "untried", found };
  },
});

const MB = 1024 * 1024;
/** Below this the stand sells nothing. */
const LEAST_BYTES = 20 * MB;
const LITTLE_BYTES = 200 * MB;

const space = configuredCheck({
  name: "space",
  asks: "Is there room for the journal?",
  outcomes: {
    ok: { verdict: "ok", means: "200 MB or more." },
    little: {
      verdict: "warning",
      means: "Less than 200 MB.",
      todo: "free some: journalctl --vacuum-size=50M, apt-get clean",
    },
    full: {
      verdict: "wrong",
      means: "Less than 20 MB: the stand sells nothing.",
      todo: "free some: journalctl --vacuum-size=50M, apt-get clean",
    },
    "no-folder": {
      verdict: "wrong",
      means: "The journal's folder is not there.",
      todo: "create it, and give it to the stand's user",
    },
  },
  look: async ({ config: { journal } }, { machine }) => {
    const folder = dirname(journal.file);
    const there = await machine.space(folder);
    if (there === undefined) return { as: "no-folder", found: `${folder} is not there` };
    const found = `${Math.floor(there.free / MB)} MB of ${Math.floor(there.total / MB)} MB are free`;
    if (there.free < LEAST_BYTES) return { as: "full", found };
    return { as: there.free < LITTLE_BYTES ? "little" : "ok", found };
  },
});

/** A card or eMMC needs half a millisecond and more to have a block; less, and it only says so. */
const TOO_QUICK_MS = 0.3;
const SLOW_MS = 500;

const fsync = configuredCheck({
  name: "fsync",
  asks: "Does the disk take its time to have what was written? One that answers at once may lie, and forget it.",
  outcomes: {
    ok: { verdict: "ok", means: "As long as cards and eMMC take." },
    "too-quick": {
      verdict: "warning",
      means:
        "Quicker than a card can be. A virtual disk, a drive with a battery of its own, or one that lies and loses sales.",
      todo: "on a Raspberry Pi: use another card, of a known maker and rated for endurance",
    },
    slow: {
      verdict: "warning",
      means: "One write in twenty takes more than half a second: a worn card, or much else that writes.",
      todo: "use another card, rated for endurance",
    },
    unwritable: {
      verdict: "wrong",
      means: "Nothing could be written beside the journal.",
      todo: "run doctor as root; the folder must belong to the stand's user",
    },
  },
  patienceMs: 30_000,
  look: async ({ config: { journal } }, { machine }) => {
    const lengths = await machine.syncs(dirname(journal.file)).catch((error: unknown) => String(error));
    if (typeof lengths === "string") return { as: "unwritable", found: lengths };
    const sorted = lengths.toSorted((one, other) => one - other);
    const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
    const found = `${sorted.length} writes: half within ${msText(at(0.5))}, all but a twentieth within ${msText(at(0.95))}`;
    if (at(0.5) < TOO_QUICK_MS) return { as: "too-quick", found };
    return { as: at(0.95) > SLOW_MS ? "slow" : "ok", found };
  },
});

const msText = (ms: number): string => `${ms < 10 ? ms.toFixed(2) : Math.round(ms)} ms`;

const root = check({
  name: "root",
  asks: "Is the system itself safe from power cuts?",
  outcomes: {
    "read-only": { verdict: "ok", means: "Nothing writes to it." },
    writable: {
      verdict: "ok",
      means: "It is written to now and then; a power cut at the wrong moment can cost the system, not the sales.",
      todo: "for a stand that is switched off at the plug, make it read-only (raspi-config, overlay file system), the journal on a partition of its own",
    },
    unknown: { verdict: "skipped", means: "The kernel does not say how it is mounted." },
  },
  look: async ({ machine }) => {
    const mount = await mountUnder("/", machine);
    if (mount === undefined) return { as: "unknown", found: "no /proc/self/mountinfo" };
    const isSafe = mount.options.includes("ro") || IN_MEMORY.includes(mount.type);
    return { as: isSafe ? "read-only" : "writable", found: `${mount.type} on ${mount.source}` };
  },
});

const owner = configuredCheck({
  name: "journal-owner",
  asks: "Do the journal and its folder belong to the stand's user?",
  outcomes: {
    ok: { verdict: "ok", means: "They do, or the stand runs as root." },
    other: {
      verdict: "wrong",
      means: "They belong to somebody else, such as root, who has run the stand by hand: the stand cannot write them.",
      todo: "chown USER FILE, with both as found",
    },
    none: { verdict: "ok", means: "There is no journal yet; the stand makes one when it starts." },
  },
  look: async ({ config: { journal } }, { machine }) => {
    const user = await standUser(machine);
    const files = [journal.file, `${journal.file}.lock`, `${journal.file}-wal`, dirname(journal.file)];
    const entries = await Promise.all(files.map(async (file) => ({ file, entry: await machine.entry(file) })));
    const others = entries.filter(({ entry }) => entry !== undefined && entry.uid !== user.uid && user.uid !== 0);
    if (others.length > 0)
      return { as: "other", found: `not ${user.name}'s: ${others.map(({ file }) => file).join(", ")}` };
    const isThere = entries[0]?.entry !== undefined;
    return { as: isThere ? "ok" : "none", found: isThere ? `${journal.file} is ${user.name}'s` : "no journal yet" };
  },
});

export const diskChecks: readonly Check[] = [persistence, space, fsync, owner, root];
