import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { HardwareFault } from "../device.ts";

/** As `lsusb` writes them: four digits each, lower case. */
export type UsbId = { readonly vendor: string; readonly product: string };

/**
 * The path of the USB printer with this id, or of the first there is when none is asked for: `/dev/usb/lp0`. The kernel numbers
 * printers in the order of their plugging in, so that a path may name another one tomorrow. Throws `HardwareFault`.
 */
export function findUsbPrinter(wanted: UsbId | undefined, sys = "/sys"): string {
  const there = printersIn(join(sys, "class", "usbmisc"));
  const found = there.find(({ id }) => wanted === undefined || textOf(id) === textOf(wanted));
  if (found !== undefined) return `/dev/usb/${found.name}`;
  const others = there.map(({ id }) => textOf(id)).join(", ");
  throw new HardwareFault(
    `no USB printer${wanted === undefined ? "" : ` ${textOf(wanted)}`}: is it plugged in and on, and is the kernel's usblp loaded?` +
      (others === "" ? "" : ` There is ${others}.`),
  );
}

const textOf = ({ vendor, product }: UsbId): string => `${vendor}:${product}`;

function printersIn(folder: string): readonly { readonly name: string; readonly id: UsbId }[] {
  const names = entriesOf(folder).filter((name) => /^lp\d+$/.test(name));
  const inOrder = names.toSorted((one, other) => Number(one.slice(2)) - Number(other.slice(2)));
  return inOrder.flatMap((name) => {
    const id = idOf(join(folder, name, "device"));
    return id === undefined ? [] : [{ name, id }];
  });
}

/** `link` leads to the interface; the device it belongs to is the folder above. Unplugged between two looks, it is not there. */
function idOf(link: string): UsbId | undefined {
  try {
    const device = dirname(realpathSync(link));
    const word = (file: string): string => readFileSync(join(device, file), "utf8").trim();
    return { vendor: word("idVendor"), product: word("idProduct") };
  } catch {
    return undefined;
  }
}

function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
