import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OrderId } from "../../../protocol/ids.ts";
import { openOutside } from "../sale/outside.ts";
import type { Overheard } from "../sale/wire-tap.ts";
import { Customer, type Plot } from "./customer.ts";
import { Machine } from "./machine.ts";
import { serveDisk } from "./nbd.ts";
import { Tape } from "./tape.ts";
import type { Mark } from "./truth.ts";

const DISK_BYTES = 64 * 1_048_576;

/**
 * Sells on a real daemon in a virtual machine, writes down everything that its disk was told and everything that the world saw,
 * in one order. The last sales are made by the control that does not wait for its disk.
 */
export async function record(plots: readonly Plot[], carelessPlots: readonly Plot[]): Promise<Tape<Mark>> {
  const folder = mkdtempSync(join(tmpdir(), "qris-tape-"));
  const tape = new Tape<Mark>(blankDisk(join(folder, "blank")));
  const socket = join(folder, "nbd");
  const server = await serveDisk(tape, socket);
  let paidLast: OrderId | undefined;
  const outside = await openOutside((overheard: Overheard) => {
    if (overheard.is === "told" && overheard.body.type === "settled") paidLast = overheard.body.order;
    tape.mark(overheard);
  });
  const relayChanged = (level: 0 | 1): void => {
    if (level === 1 && paidLast !== undefined) tape.mark({ is: "closed", order: paidLast });
  };
  const machine = new Machine({ disk: { socket }, folder: outside.folder, careless: false, relayChanged });
  try {
    await machine.ready();
    const customer = new Customer(outside);
    for (const plot of plots) await customer.buys(plot);
    await machine.becomesCareless(() => {
      tape.mark({ is: "careless" });
      outside.press("careless");
    });
    for (const plot of carelessPlots) await customer.buys(plot);
    return tape;
  } catch (error) {
    throw new Error(`${String(error)}\n${machine.story()}\n${outside.diary.lines.slice(-20).join("\n")}`);
  } finally {
    await machine.cut();
    server.close();
    await outside.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** An ext4 that is finished: nothing is left for the kernel to prepare by and by. */
function blankDisk(file: string): Buffer {
  writeFileSync(file, "");
  truncateSync(file, DISK_BYTES);
  execFileSync("/sbin/mkfs.ext4", ["-qF", "-E", "lazy_itable_init=0,lazy_journal_init=0", file]);
  return readFileSync(file);
}
