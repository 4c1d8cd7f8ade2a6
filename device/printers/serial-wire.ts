import { SerialPort } from "serialport";
import type { DeviceClock } from "../clock.ts";
import { HardwareFault } from "../device.ts";
import { streamWire } from "./stream-wire.ts";
import type { Wire } from "./wire.ts";

export type FlowControl = "none" | "rts-cts" | "xon-xoff";
export type SerialOptions = {
  readonly path: string;
  readonly baud: number;
  readonly flowControl: FlowControl;
  /** Makes the kernel forget what waits on this descriptor, at once: `tcflush`. */
  discard(fd: number): void;
};

/** A printer on a serial line: eight data bits, no parity, one stop bit. Rejects with `HardwareFault`. */
export async function openSerialWire(options: SerialOptions, clock: DeviceClock): Promise<Wire> {
  const { path, baud, flowControl } = options;
  const isXon = flowControl === "xon-xoff";
  const flow = { rtscts: flowControl === "rts-cts", xon: isXon, xoff: isXon };
  const port = new SerialPort({ path, baudRate: baud, ...flow, autoOpen: false });
  const error = await new Promise<Error | null | undefined>((resolve) => port.open(resolve));
  if (error)
    throw new HardwareFault(`no printer at ${path}: ${error.message}; is it plugged in, and may this user open it?`);
  const discard = (): void => discardOf(port, options);
  process.on("exit", discard);
  port.once("close", () => process.off("exit", discard));
  return streamWire(port, clock, () => end(port, discard));
}

/** Closing a line that nobody reads, also by the end of the process, would wait half a minute for what is still to be sent. */
function discardOf({ port }: SerialPort, { discard }: SerialOptions): void {
  if (port !== undefined && "fd" in port && typeof port.fd === "number") discard(port.fd);
}

async function end(port: SerialPort, discard: () => void): Promise<void> {
  if (!port.isOpen) return;
  discard();
  await new Promise((resolve) => port.close(resolve));
}
