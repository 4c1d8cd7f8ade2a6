import { readFile, stat, statfs } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { dirname, join } from "node:path";
import type { Machine } from "./health.ts";
import { readThrottling, THROTTLED_FILE } from "./throttling.ts";

/** Thousandths of a degree; a Pi has one zone, some machines have none. */
const TEMPERATURE = "/sys/class/thermal/thermal_zone0/temp";

/** systemd-timesyncd keeps this folder, and the file from the first answer of a time server on. */
const TIMESYNC = "/run/systemd/timesync";

/** The Linux machine that we run on; `file` lies on the disk that matters. */
export const linuxMachine = (file: string): Required<Machine> => ({
  freeDiskBytes: async () => {
    const { bavail, bsize } = await statfs(dirname(file));
    return bavail * bsize;
  },
  temperature: async () => {
    const text = await readFile(TEMPERATURE, "utf8").catch(() => "");
    return /^-?\d+\s*$/.test(text) ? Number(text) / 1000 : undefined;
  },
  throttled: async () => {
    const found = readThrottling(await readFile(THROTTLED_FILE, "utf8").catch(() => undefined));
    return found && [...(found.isLow ? ["low-voltage" as const] : []), ...(found.isHot ? ["hot" as const] : [])];
  },
  isClockSynced: async () => {
    if (!(await isThere(TIMESYNC))) return undefined;
    return isThere(join(TIMESYNC, "synchronized"));
  },
  addresses,
});

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** Those that another machine can reach; of version 6 only where there is none of version 4. */
function addresses(): readonly string[] {
  const all = Object.entries(networkInterfaces()).flatMap(([name, each = []]) => each.map((one) => ({ ...one, name })));
  const outside = all.filter(({ internal, address }) => !internal && !address.startsWith("fe80:"));
  const short = outside.filter(({ family }) => family === "IPv4");
  return (short.length > 0 ? short : outside).map(({ name, address }) => `${address} (${name})`);
}
