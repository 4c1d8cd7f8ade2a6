import { beforeAll, describe, expect, test } from "vitest";
import { bash, prepareLab, say } from "./lab.ts";
import { openOutside } from "./sale/outside.ts";

/**
 * The drivers on real kernel drivers: a virtual machine is booted for each kernel that a Raspberry Pi may have, and the checks of
 * `main.ts` run in it, compiled. What they find is told here, a test for each check.
 */

const PROGRAM = ".cache/test-dist/test/hardware/main.js";
const BOOT_SECONDS = 280;
/** A daemon starts five times. */
const SALES_SECONDS = 600;

type Result = { readonly part: string; readonly name: string; readonly ms: number; readonly wrong?: string };

const resultsIn = (output: string): readonly Result[] =>
  output
    .split("\n")
    .filter((line) => line.startsWith("CHECK "))
    .map((line) => JSON.parse(line.slice("CHECK ".length)) as Result);

beforeAll(prepareLab);

/** Each kernel: how it is booted, and what is checked on it. */
const kernels: readonly {
  readonly name: string;
  readonly boot: readonly string[];
  readonly parts: readonly string[];
  /** With broker, payment provider and backend outside of it. */
  readonly sells?: true;
}[] = [
  { name: "Linux 6.5 and before, lines numbered from 0", boot: ["--gpio-base", "0"], parts: ["sysfs"] },
  { name: "Linux 6.6 and later, lines numbered from 512", boot: [], parts: ["character-device", "sysfs"] },
  {
    name: "Raspberry Pi OS from Trixie on, no lines in sysfs",
    boot: ["--no-sysfs-gpio"],
    parts: ["auto", "printers", "doctor"],
  },
  { name: "a whole stand", boot: ["--no-sysfs-gpio"], parts: ["sale", "killed-in-mid-pulse"], sells: true },
  { name: "a screen of 32 bits", boot: ["--screen", "480x320"], parts: ["screen-480x320", "spi-panel", "samples"] },
  { name: "a screen of 16 bits", boot: ["--screen", "800x480-16"], parts: ["screen-800x480-16"] },
];

describe.each(kernels)("on $name", ({ boot, parts, sells }) => {
  const seconds = sells === true ? SALES_SECONDS : BOOT_SECONDS;
  test(`the checks of ${parts.join(" and ")}`, { timeout: seconds * 1_000 + 30_000 }, async () => {
    const outside = sells && (await openOutside());
    const net = outside === undefined ? [] : ["--net"];
    const words = [PROGRAM, ...(outside === undefined ? [] : ["--outside", outside.folder]), ...parts];
    const command = ["--timeout", `${seconds}`, ...boot, ...net, ".", process.execPath, ...words];
    const done = await bash("lab/run", command, seconds * 1_000 + 20_000).finally(() => outside?.close());
    const results = resultsIn(done.stdout);
    const wrong = results.filter((result) => result.wrong !== undefined);
    expect(wrong, say(done)).toEqual([]);
    expect(done.status, say(done)).toBe(0);
    for (const part of parts) expect(results.filter((result) => result.part === part).length).toBeGreaterThan(0);
  });
});

describe("a machine that hangs as a whole", () => {
  /** What lab/run says of a guest that ended by itself. */
  const GONE = 125;

  test("is ended by its watchdog, set as the package sets it", { timeout: 200_000 }, async () => {
    const program = ".cache/test-dist/test/hardware/starving.js";
    const done = await bash("lab/run", ["--timeout", "170", ".", process.execPath, program], 190_000);
    expect(done.stdout, say(done)).toMatch(/^TOOK 15 OF 15$/m);
    expect(done.stdout, say(done)).toMatch(/^FED$/m);
    expect(done.stdout, say(done)).not.toMatch(/^ALIVE$/m);
    expect(done.status, say(done)).toBe(GONE);
  });
});
