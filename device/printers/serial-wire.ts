import { SerialPort } from "serialport";
import type { DeviceClock } from "../clock.ts";
import { HardwareFault } from "../device.ts";
import { streamWire } from "./stream-wire.ts";
import type { Wire } from "./wire.ts";

export type FlowControl = "none" | "rts-cts" | "xon-xoff";
/** Eight data bits, no parity, one stop bit. */
export type SerialOptions = { readonly path: string; readonly baud: number; readonly flowControl: FlowControl };

/** A printer on a serial line. Rejects with `HardwareFault`. */
export async function openSerialWire({ path, baud, flowControl }: SerialOptions, clock: DeviceClock): Promise<Wire> {
  const isXon = flowControl === "xon-xoff";
  const flow = { rtscts: flowControl === "rts-cts", xon: isXon, xoff: isXon };
  const port = new SerialPort({ path, baudRate: baud, ...flow, autoOpen: false });
  const error = await new Promise<Error | null | undefined>((resolve) => port.open(resolve));
  if (error)
    throw new HardwareFault(`no printer at ${path}: ${error.message}; is it plugged in, and may this user open it?`);
  return streamWire(port, clock, () => end(port));
}

/** What waits in the kernel is dropped first: closing a line that nobody reads would wait for it, for half a minute. */
async function end(port: SerialPort): Promise<void> {
  if (!port.isOpen) return;
  await new Promise((resolve) => port.flush(resolve));
  await new Promise((resolve) => port.close(resolve));
}
