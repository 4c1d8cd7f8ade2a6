import { readFileSync } from "node:fs";
import { Gpio } from "onoff";
import { HardwareFault } from "../device.ts";
import type { SysfsChip } from "./chips.ts";
import type { InputLine, InputOptions, Lines, OutputLine, OutputOptions } from "./lines.ts";
import { Changes, once, Taken } from "./taken.ts";

/** Whether this kernel still has GPIO in sysfs; Raspberry Pi OS has not, from Trixie on. */
export const hasSysfs = (): boolean => Gpio.accessible;

/**
 * Lines through `/sys/class/gpio`, by onoff. Its numbers are the chip's base plus the header's. sysfs knows no resistors: a
 * bias other than `as-is` has to be set at boot (`gpio=17=pu` in config.txt).
 */
export function sysfsLines(chip: SysfsChip): Lines {
  const taken = new Taken();
  return {
    where: `${chip.path} (${chip.label}), sysfs`,
    input: (options) => taken.keep(inputOn(chip, options)),
    output: (options) => taken.keep(outputOn(chip, options)),
    close: () => {
      taken.close();
    },
  };
}

function inputOn(chip: SysfsChip, { line, activeLow, bias, debounceMs }: InputOptions): InputLine {
  if (bias === "up" || bias === "down") {
    throw new HardwareFault(
      `sysfs cannot set the resistor of line ${line}: write \`gpio=${line}=${bias === "up" ? "pu" : "pd"}\` into config.txt, ` +
        'and bias = "as-is" here',
    );
  }
  const gpio = exported(
    chip,
    line,
    () => new Gpio(chip.base + line, "in", "both", { debounceTimeout: debounceMs, activeLow }),
  );
  const isActive = (): boolean => gpio.readSync() === 1;
  const changes = new Changes(isActive());
  gpio.watch((error) => {
    if (error) return;
    changes.now(isActive());
  });
  const close = once(() => {
    gpio.unwatchAll();
    gpio.unexport();
  });
  return { isActive, onChange: (hear) => changes.subscribe(hear), close };
}

/** Taken as an output that is inactive from its first instant: `high` where active means low. */
function outputOn(chip: SysfsChip, { line, activeLow }: OutputOptions): OutputLine {
  const gpio = exported(
    chip,
    line,
    () => new Gpio(chip.base + line, activeLow ? "high" : "low", "none", { activeLow }),
  );
  const set = (isActive: boolean): void => gpio.writeSync(isActive ? 1 : 0);
  const close = once(() => {
    set(false);
    gpio.unexport();
  });
  return { set, close };
}

/**
 * A line of sysfs can be exported by two programs, and neither is told. What is exported before we come is another program's,
 * or was left by one of ours that died: it is ours only when nobody but sysfs itself holds it.
 */
function exported(chip: SysfsChip, line: number, take: () => Gpio): Gpio {
  try {
    return take();
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const holder = code === "EBUSY" ? `, held by ${holderOf(chip, line)}` : "";
    throw new HardwareFault(`line ${line} of ${chip.label} cannot be had through sysfs: ${code}${holder}`, error);
  }
}

/** Who holds a line, by the kernel's own list, where it may be read (root). */
function holderOf({ base }: SysfsChip, line: number): string {
  try {
    const list = readFileSync("/sys/kernel/debug/gpio", "utf8");
    const row = list.split("\n").find((each) => each.includes(`gpio-${base + line} `));
    return /\|([^)]+?)\s*\)/.exec(row ?? "")?.[1] ?? "somebody";
  } catch {
    return "somebody";
  }
}
