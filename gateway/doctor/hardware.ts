import { z } from "zod";
import { silentLog } from "../../host/log.ts";
import { JournalFault } from "../../journal/journal.ts";
import { readSqliteJournal, reserveSqliteJournal } from "../../journal/sqlite/open.ts";
import type { Clock } from "../../protocol/time.ts";
import type { GatewayConfig } from "../config.ts";
import { openEach, type Parts } from "../devices.ts";
import { HEALTH_NOTES } from "../health/health.ts";
import { standShape } from "../order/shape.ts";

/** What the stand's own running daemon said of it, and how long ago. */
export type Told = { readonly ageMs: number; readonly printer?: string; readonly obstacles?: readonly string[] };

/** `held`: the running daemon has them. `complaints`: what the drivers had to say. */
export type Opened =
  | { readonly is: "held"; readonly told: Told | undefined }
  | { readonly is: "open"; readonly parts: Parts; readonly complaints: readonly string[] }
  | { readonly is: "failed"; readonly because: string };

/** The stand's own devices: opened once for all that ask, and left alone while the daemon has them. */
export interface Hardware {
  open(): Promise<Opened>;
  close(): Promise<void>;
}

/** Keeps the daemon from starting while they are open. */
export function ownHardware(config: GatewayConfig, clock: Clock): Hardware {
  let opened: Promise<Taken> | undefined;
  return {
    open: async () => {
      opened ??= take(config, clock);
      return (await opened).opened;
    },
    close: async () => (await opened)?.giveBack(),
  };
}

type Taken = { readonly opened: Opened; giveBack(): Promise<void> };

const nothing = async (): Promise<void> => undefined;

async function take(config: GatewayConfig, clock: Clock): Promise<Taken> {
  const reserved = reserve(config.journal.file);
  if (reserved === "held")
    return { opened: { is: "held", told: await toldIn(config.journal.file, clock) }, giveBack: nothing };
  if (typeof reserved === "string") return { opened: { is: "failed", because: reserved }, giveBack: nothing };
  const complaints: string[] = [];
  const log = { ...silentLog, warn: complain(complaints), error: complain(complaints) };
  const parts = await openEach(config, { clock, log, simulatedAddress: config.simulated.address });
  return {
    opened: { is: "open", parts, complaints },
    giveBack: async () => {
      await parts.close();
      reserved();
    },
  };
}

const complain =
  (complaints: string[]) =>
  (what: string, facts: Readonly<Record<string, unknown>> = {}): void => {
    const [detail] = Object.values(facts).filter((fact) => typeof fact === "string");
    complaints.push(detail === undefined ? what : `${what}: ${detail}`);
  };

function reserve(file: string): (() => void) | string {
  try {
    return reserveSqliteJournal(file);
  } catch (error) {
    if (!(error instanceof JournalFault)) throw error;
    return error.code === "busy" ? "held" : error.message;
  }
}

const note = z.object({ printer: z.string().optional(), obstacles: z.array(z.string()).optional() });

/** The daemon's last minute, as it noted it itself. */
async function toldIn(file: string, clock: Clock): Promise<Told | undefined> {
  try {
    const journal = readSqliteJournal(file, standShape);
    const [last] = await journal.notes(HEALTH_NOTES, 1).finally(() => journal.close());
    const { printer, obstacles } = note.parse(last?.json);
    return {
      ageMs: clock.wall() - (last?.wall ?? 0),
      ...(printer === undefined ? {} : { printer }),
      ...(obstacles === undefined ? {} : { obstacles }),
    };
  } catch {
    return undefined;
  }
}
