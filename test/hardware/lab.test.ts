import { describe, test } from "vitest";
import { expectNothingWrong } from "./checks.ts";

/**
 * The drivers on real kernel drivers: a virtual machine is booted for each kernel that a Raspberry Pi may have, and the checks of
 * `main.ts` run in it, compiled. What they find is told here, a test for each boot.
 */

const BOOT_SECONDS = 280;

/** Each kernel: how it is booted, and what is checked on it. */
const kernels: readonly {
  readonly name: string;
  readonly options: readonly string[];
  readonly parts: readonly string[];
}[] = [
  { name: "Linux 6.5 and before, lines numbered from 0", options: ["--gpio-base", "0"], parts: ["sysfs"] },
  { name: "Linux 6.6 and later, lines numbered from 512", options: [], parts: ["character-device", "sysfs"] },
  {
    name: "Raspberry Pi OS from Trixie on, no lines in sysfs",
    options: ["--no-sysfs-gpio"],
    parts: ["auto", "printers", "doctor"],
  },
  { name: "a screen of 32 bits", options: ["--screen", "480x320"], parts: ["screen-480x320", "spi-panel", "samples"] },
  { name: "a screen of 16 bits", options: ["--screen", "800x480-16"], parts: ["screen-800x480-16"] },
];

describe.each(kernels)("on $name", ({ options, parts }) => {
  test(`the checks of ${parts.join(" and ")}`, { timeout: BOOT_SECONDS * 1_000 + 30_000 }, async () => {
    await expectNothingWrong({ options, parts, seconds: BOOT_SECONDS });
  });
});
