import type { Strip } from "../device.ts";
import {
  type Cut,
  chooseLetters,
  cut,
  type Drawer,
  kickDrawer,
  setDensity,
  tellStatus,
  withoutRealTimeCommands,
} from "./commands.ts";
import { centred, feed, initialise, raster } from "./encoder.ts";

export type TicketOptions = {
  readonly cut: Cut;
  /** Blank lines below what is printed. */
  readonly feedLines: number;
  readonly drawer: Drawer;
  /** 70 to 130 in steps of 5; without it the printer's own. */
  readonly densityPercent?: number;
  /** The printer shall tell its status by itself. */
  readonly tellsStatus?: boolean;
  /** Letters of the printer's are used; `page`: for ESC t, where more than ASCII is. */
  readonly letters?: { readonly page: number | undefined };
};

/** What stands between the beginning of a ticket and its end: whole commands, and the rows of paper that they take. */
export type Body = { readonly commands: readonly Uint8Array[]; readonly rows: number };

/** Half of the smallest buffer of printers in use, so that no piece overflows it and a printer that has stopped is soon known. */
const BAND_BYTES = 2_048;
const HEADER_BYTES = 8;
const ALIGN_BYTES = 3;

/** Longer than any piece: a printer that lost the rest of one takes these for white dots; one that did not takes no notice. */
export const RINSE = new Uint8Array(ALIGN_BYTES + HEADER_BYTES + BAND_BYTES);

/** A ticket in pieces, each a command or more and never half of one, of at most 2,059 bytes. */
export function ticketOf(body: Body, options: TicketOptions): readonly Uint8Array[] {
  return [beginningOf(options), ...packed(body.commands), endOf(options)];
}

/** After a ticket that broke off: what is there of it is cut from what follows. */
export const separator = (options: TicketOptions): Uint8Array =>
  joined(initialise(), feed(options.feedLines), cut(options.cut));

/** ESC @ makes the printer forget everything that comes here after it. */
function beginningOf({ densityPercent, tellsStatus, letters }: TicketOptions): Uint8Array {
  return joined(
    initialise(),
    tellsStatus ? tellStatus() : NOTHING,
    densityPercent === undefined ? NOTHING : setDensity(densityPercent),
    letters === undefined ? NOTHING : chooseLetters(letters.page),
  );
}

const NOTHING = new Uint8Array();

const endOf = (options: TicketOptions): Uint8Array =>
  joined(feed(options.feedLines), cut(options.cut), kickDrawer(options.drawer));

/** A strip as bands, in the middle of the paper; the white rows at its end are left out. */
export function pictureOf(strip: Strip): Body {
  return { commands: bandsOf(trimmed(strip)), rows: strip.height };
}

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
    return nth === 0 ? joined(centred(), band) : band;
  });
}

/** As many commands in one piece as go into it. */
function packed(commands: readonly Uint8Array[]): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  for (const command of commands) {
    const last = pieces.at(-1);
    if (last !== undefined && last.length + command.length <= RINSE.length)
      pieces[pieces.length - 1] = joined(last, command);
    else pieces.push(command);
  }
  return pieces;
}

export const joined = (...parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));
