import { HardwareFault } from "../device.ts";
import type { Chip } from "./chips.ts";
import {
  changesIn,
  EVENT_BYTES,
  GET_LINE,
  GET_LINEINFO,
  GET_VALUES,
  inputRequest,
  lineFdIn,
  lineInfoIn,
  lineInfoRequest,
  outputRequest,
  SET_VALUES,
  valueIn,
  valueWords,
} from "./gpio-v2.ts";
import { type Kernel, KernelError } from "./kernel.ts";
import type { InputLine, InputOptions, Lines, OutputLine, OutputOptions } from "./lines.ts";
import { Changes, once, Taken } from "./taken.ts";

/** How `gpioinfo` shows who holds our lines. */
const CONSUMER = "qris-gateway";
/** Events taken at once, and one read a wake-up, for a second would wait. */
const EVENTS_AT_ONCE = 16;

/** Lines through the character device, `/dev/gpiochip*`: the kernel holds them for us, and debounces. */
export function chardevLines(kernel: Kernel, chip: Chip): Lines {
  const fd = kernel.open(chip.path);
  const taken = new Taken();
  return {
    where: `${chip.path} (${chip.label}), character device`,
    input: (options) => {
      const request = inputRequest(options, CONSUMER);
      return taken.keep(inputOn(kernel, take(kernel, fd, chip, options.line, request), options));
    },
    output: (options) => {
      const request = outputRequest(options.line, options.activeLow, CONSUMER);
      return taken.keep(outputOn(kernel, take(kernel, fd, chip, options.line, request), options));
    },
    close: () => {
      taken.close();
      kernel.close(fd);
    },
  };
}

function take(kernel: Kernel, chipFd: number, chip: Chip, line: number, request: Buffer): number {
  if (line >= chip.lines) {
    throw new HardwareFault(`there is no line ${line}: ${chip.label} has 0 to ${chip.lines - 1}`);
  }
  try {
    kernel.ioctl(chipFd, GET_LINE, request);
    return lineFdIn(request);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    throw new HardwareFault(whyNot(kernel, chipFd, chip, line, error), error);
  }
}

function whyNot(kernel: Kernel, chipFd: number, { label }: Chip, line: number, error: KernelError): string {
  if (error.code !== "EBUSY") return `line ${line} of ${label} cannot be had: ${error.code}`;
  const info = lineInfoRequest(line);
  kernel.ioctl(chipFd, GET_LINEINFO, info);
  const { consumer } = lineInfoIn(info);
  const hint =
    consumer === "sysfs"
      ? `: \`echo N > /sys/class/gpio/unexport\` gives it back`
      : ": stop that, or take another line";
  return `line ${line} of ${label} is held by "${consumer || "somebody unnamed"}"${hint}`;
}

function inputOn(kernel: Kernel, fd: number, { line }: InputOptions): InputLine {
  const isActive = (): boolean => {
    const values = valueWords(false);
    ask(kernel, fd, GET_VALUES, values, line);
    return valueIn(values);
  };
  const changes = new Changes(isActive());
  const events = Buffer.alloc(EVENTS_AT_ONCE * EVENT_BYTES);
  // Event by event: what was pressed and let go while we did something else was pressed. The level last, for the kernel keeps
  // so many events and no more.
  const look = (): void => {
    for (const became of changesIn(events, kernel.read(fd, events))) changes.now(became);
    changes.now(isActive());
  };
  const stopListening = kernel.onReadable(fd, look);
  return {
    isActive,
    onChange: (hear) => changes.subscribe(hear),
    close: once(() => {
      stopListening();
      kernel.close(fd);
    }),
  };
}

function outputOn(kernel: Kernel, fd: number, { line }: OutputOptions): OutputLine {
  const set = (isActive: boolean): void => ask(kernel, fd, SET_VALUES, valueWords(isActive), line);
  return {
    set,
    close: once(() => {
      set(false);
      kernel.close(fd);
    }),
  };
}

function ask(kernel: Kernel, fd: number, request: number, argument: Buffer, line: number): void {
  try {
    kernel.ioctl(fd, request, argument);
  } catch (error) {
    const code = error instanceof KernelError ? error.code : String(error);
    throw new HardwareFault(`line ${line} does not answer any more: ${code}`, error);
  }
}
