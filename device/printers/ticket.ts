import type { Strip } from "../device.ts";
import { type Cut, cut, type Drawer, kickDrawer, setDensity, withoutRealTimeCommands } from "./commands.ts";
import { centred, feed, initialise, raster } from "./encoder.ts";

export type TicketOptions = {
  readonly cut: Cut;
  /** Blank lines below what is printed. */
  readonly feedLines: number;
  readonly drawer: Drawer;
  /** 70 to 130 in steps of 5; without it the printer's own. */
  readonly densityPercent?: number;
};

/** Half of the smallest buffer of printers in use, so that no piece overflows it and a printer that has stopped is soon known. */
const BAND_BYTES = 2_048;
const HEADER_BYTES = 8;

/** Longer than any piece: a printer that lost the rest of one takes these for white dots; one that did not takes no notice. */
export const RINSE = new Uint8Array(BAND_BYTES + HEADER_BYTES);

/** A strip as pieces, each a command or more and never half of one, of at most 2,056 bytes. */
export function ticketOf(strip: Strip, options: TicketOptions): readonly Uint8Array[] {
  const density = options.densityPercent === undefined ? new Uint8Array() : setDensity(options.densityPercent);
  return [joined(initialise(), density, centred()), ...bandsOf(trimmed(strip)), endOf(options)];
}

/** After a ticket that broke off: what is there of it is cut from what follows. */
export const separator = (options: TicketOptions): Uint8Array =>
  joined(initialise(), feed(options.feedLines), cut(options.cut));

const endOf = (options: TicketOptions): Uint8Array =>
  joined(feed(options.feedLines), cut(options.cut), kickDrawer(options.drawer));

/** Without the white rows at its end. */
function trimmed({ width, black }: Strip): Strip {
  const height = Math.ceil((black.lastIndexOf(1) + 1) / width);
  return { width, height, black: black.subarray(0, width * height) };
}

function bandsOf({ width, height, black }: Strip): readonly Uint8Array[] {
  const rows = Math.max(1, Math.floor(BAND_BYTES / Math.ceil(width / 8)));
  return Array.from({ length: Math.ceil(height / rows) }, (_, nth) => {
    const from = nth * rows;
    const until = Math.min(height, from + rows);
    const band = raster({ width, height: until - from, black: black.subarray(from * width, until * width) });
    withoutRealTimeCommands(band.subarray(HEADER_BYTES));
    return band;
  });
}

const joined = (...parts: readonly Uint8Array[]): Uint8Array => Uint8Array.from(parts.flatMap((part) => [...part]));
