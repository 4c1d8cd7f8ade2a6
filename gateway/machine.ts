import { readFile, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import type { Machine } from "./health.ts";

/** Thousandths of a degree; a Pi has one zone, some machines have none. */
const TEMPERATURE = "/sys/class/thermal/thermal_zone0/temp";

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
});
