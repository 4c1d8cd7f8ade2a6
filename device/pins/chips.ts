import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { HardwareFault } from "../device.ts";
import { chipInfoIn, chipInfoRequest, GET_CHIPINFO } from "./gpio-v2.ts";
import type { Kernel } from "./kernel.ts";

/** The chips that carry the 40-pin header: Raspberry Pi 5; 4; 3, Zero and older. */
export const HEADER_CHIPS: readonly string[] = ["pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835"];

export type Chip = { readonly path: string; readonly label: string; readonly lines: number };

/** Every GPIO chip's character device. A Raspberry Pi has some that are not the header. */
export function listChips(kernel: Kernel, folder = "/dev"): readonly Chip[] {
  const names = readdirSync(folder).filter((name) => /^gpiochip\d+$/.test(name));
  return names.map((name) => chipAt(kernel, join(folder, name)));
}

function chipAt(kernel: Kernel, path: string): Chip {
  const fd = kernel.open(path);
  try {
    const info = chipInfoRequest();
    kernel.ioctl(fd, GET_CHIPINFO, info);
    return { path, ...chipInfoIn(info) };
  } finally {
    kernel.close(fd);
  }
}

/** Where sysfs has a chip: its first line's number, 0 until Linux 6.5, 512 and more since 6.6. */
export type SysfsChip = { readonly path: string; readonly label: string; readonly base: number };

export function listSysfsChips(folder = "/sys/class/gpio"): readonly SysfsChip[] {
  const textOf = (chip: string, file: string): string => readFileSync(join(folder, chip, file), "utf8").trim();
  const names = readdirSync(folder).filter((name) => /^gpiochip\d+$/.test(name));
  return names.map((name) => ({
    path: join(folder, name),
    label: textOf(name, "label"),
    base: Number(textOf(name, "base")),
  }));
}

/** The chip with one of these labels, the first label first. Throws `HardwareFault` with the labels there are. */
export function chooseChip<One extends { readonly label: string }>(
  chips: readonly One[],
  labels: readonly string[],
): One {
  const chosen = labels.map((label) => chips.find((chip) => chip.label === label)).find((chip) => chip !== undefined);
  if (chosen !== undefined) return chosen;
  const there = chips.map(({ label }) => label).join(", ") || "none";
  throw new HardwareFault(
    `no GPIO chip is called ${labels.join(" or ")}; there is: ${there}. Name the right one as \`chip\` under [pins]`,
  );
}
