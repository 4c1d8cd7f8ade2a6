import { chardevLines } from "../device/pins/chardev.ts";
import { chooseChip, listChips, listSysfsChips } from "../device/pins/chips.ts";
import type { Lines } from "../device/pins/lines.ts";
import { hasSysfs, sysfsLines } from "../device/pins/sysfs.ts";
import { linuxKernel } from "./linux.ts";

export const ways = ["auto", "character-device", "sysfs"] as const;
/** How the kernel's lines are reached. `auto`: through sysfs where it is there, as onoff does it, else the character device. */
export type Way = (typeof ways)[number];

/** The lines of the header, on the first chip with one of these labels. Throws `HardwareFault`. */
export function openLines(way: Way, labels: readonly string[]): Lines {
  const isSysfs = way === "sysfs" || (way === "auto" && hasSysfs());
  if (isSysfs) return sysfsLines(chooseChip(listSysfsChips(), labels));
  const kernel = linuxKernel();
  return chardevLines(kernel, chooseChip(listChips(kernel), labels));
}
