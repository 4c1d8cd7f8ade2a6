import type { Kernel } from "../pins/kernel.ts";
import { once } from "../pins/taken.ts";
import { faultOf } from "./faults.ts";

/** `KDSETMODE` of linux/kd.h, and its two modes. */
const KDSETMODE = 0x4b3a;
const KD_TEXT = 0;
const KD_GRAPHICS = 1;

const REFUSED =
  "The daemon may not do this without CAP_SYS_TTY_CONFIG: put vt.global_cursor_default=0 into cmdline.txt instead";
const HINTS = { ENOENT: "This machine has no console: leave `console` away", EACCES: REFUSED, EPERM: REFUSED };

/**
 * Keeps the kernel's console, its cursor and its messages, off the framebuffer until `close`, which brings its text back. What it
 * was told outlives the process. Throws `HardwareFault`.
 */
export function takeConsole(kernel: Kernel, path: string): { close(): void } {
  const doing = `taking the console ${path}`;
  const fd = openConsole(kernel, path, doing);
  try {
    kernel.ioctlNumber(fd, KDSETMODE, KD_GRAPHICS);
  } catch (error) {
    kernel.close(fd);
    throw faultOf(error, doing, HINTS);
  }
  return {
    close: once(() => {
      try {
        kernel.ioctlNumber(fd, KDSETMODE, KD_TEXT);
      } finally {
        kernel.close(fd);
      }
    }),
  };
}

function openConsole(kernel: Kernel, path: string, doing: string): number {
  try {
    return kernel.open(path);
  } catch (error) {
    throw faultOf(error, doing, HINTS);
  }
}
