import { readFileSync } from "node:fs";
import spi from "spi-device";
import { HardwareFault } from "../device.ts";
import { faultOf } from "./faults.ts";

/** One device on an SPI bus: bytes go out, in order, and nothing comes back. */
export interface SpiBus {
  /** Such as `/dev/spidev0.0`. */
  readonly name: string;
  /** Bytes of the longest transfer that the kernel takes. */
  readonly longest: number;
  /** Resolves when the last bit is on the wire. The caller waits for it before the next. Rejects with `HardwareFault`. */
  send(bytes: Buffer): Promise<void>;
  close(): Promise<void>;
}

export type SpiOptions = { readonly path: string; readonly hz: number; readonly mode: 0 | 3 };

/** What spidev has unless its module is told otherwise. */
const USUAL_BUFFER = 4_096;
const BUFFER_FILE = "/sys/module/spidev/parameters/bufsiz";

const HINTS = {
  ENOENT: "Switch SPI on: dtparam=spi=on in /boot/firmware/config.txt, then start the machine again",
  EACCES: "Add the daemon's user to the group spi",
  EBUSY: "Another program holds it",
};

/** Rejects with `HardwareFault`. */
export async function openSpi({ path, hz, mode }: SpiOptions): Promise<SpiBus> {
  const [, bus, select] = /^\/dev\/spidev(\d+)\.(\d+)$/.exec(path) ?? [];
  if (bus === undefined || select === undefined) {
    throw new HardwareFault(`"${path}" is no SPI device: write /dev/spidev0.0 or /dev/spidev0.1`);
  }
  const device = await new Promise<spi.SpiDevice>((resolve, reject) => {
    const options = { mode, maxSpeedHz: hz };
    const opened = spi.open(Number(bus), Number(select), options, (error) => {
      if (error) reject(faultOf(error, `opening ${path}`, HINTS));
      else resolve(opened);
    });
  });
  return {
    name: path,
    longest: longestTransfer(),
    send: (sendBuffer) =>
      new Promise((resolve, reject) => {
        device.transfer([{ sendBuffer, byteLength: sendBuffer.length }], (error) => {
          if (error) reject(faultOf(error, `sending ${sendBuffer.length} bytes to ${path}`));
          else resolve();
        });
      }),
    close: () =>
      new Promise((resolve, reject) => {
        device.close((error) => (error ? reject(faultOf(error, `closing ${path}`)) : resolve()));
      }),
  };
}

export function longestTransfer(file = BUFFER_FILE): number {
  try {
    const bytes = Number(readFileSync(file, "utf8"));
    return Number.isInteger(bytes) && bytes > 0 ? bytes : USUAL_BUFFER;
  } catch {
    return USUAL_BUFFER;
  }
}
