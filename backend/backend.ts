import type { Log } from "../host/log.ts";
import { Seldom } from "../host/seldom.ts";
import { type Lane, Performer } from "../journal/performer.ts";
import type { OrderId, Random, StandId, StatementId } from "../protocol/ids.ts";
import type { KeySet, SigningKey } from "../protocol/keys.ts";
import type { ReportBody, UpBody } from "../protocol/statements.ts";
import type { Clock } from "../protocol/time.ts";
import type { OpenTransport } from "../wire/transport.ts";
import type { Detail } from "./alarms/detail.ts";
import type { Subject } from "./alarms/kinds.ts";
import { sayLoud } from "./alarms/loud.ts";
import type { Company } from "./books.ts";
import { Cashier, type LedgerJournal } from "./cashier.ts";
import { Fleet, type FleetOptions } from "./fleet/fleet.ts";
import { type SyncBody, Syncs } from "./fleet/syncs.ts";
import type { Presences } from "./health/presence.ts";
import { tellKinds } from "./ledger/effects.ts";
import type { Effect, Terms } from "./ledger/words.ts";
import type { Admission } from "./merchants/admission.ts";
import type { Merchants } from "./merchants/merchants.ts";
import { meteredLanes, type Watching } from "./metrics/metered.ts";

export type BackendParts = {
  readonly clientId: string;
  readonly journal: LedgerJournal;
  readonly merchants: Merchants;
  /** Bounds what stands may ask for; everything is admitted when absent. */
  readonly admission?: Pick<Admission, "admit" | "hears">;
  readonly key: SigningKey;
  /** By which a stand is spoken to; `key` when absent. */
  keyFor?(stand: StandId): SigningKey;
  readonly standKeys: KeySet;
  readonly openTransport: OpenTransport;
  readonly group?: string;
  /** The other backends on the same books; absent where there are none. */
  readonly company?: Pick<Company, "received" | "listen">;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** The address of an order's page, for its customer; without it, stands name none. */
  pageOf?(order: OrderId): string;
  /** The rules for this stand's orders. */
  termsFor(stand: StandId | undefined): Terms;
  /** What a stand says of itself. It is acked when this resolves; it may say it again. */
  report?(stand: StandId, body: ReportBody, id: StatementId): Promise<void>;
  /** What a stand says of its health; nothing depends on it. */
  healthOf?(stand: StandId, said: unknown): void;
  readonly presences?: Presences;
  /** Whether an order of this stand was ever heard of; it may reject. Any stand has sold, when absent. */
  hasSold?(stand: StandId): Promise<boolean>;
  /** Something has happened that people should know of. */
  raise?(subject: Subject, detail: Detail): Promise<void>;
  /** Who watches it, where somebody does. */
  readonly watching?: Watching;
  /** The journal has more to tell of this order. */
  changed?(order: string): void;
  /** The journal failed: what is under way is lost for this process, not for the journal. */
  onFault(fault: unknown): void;
};

export type Backend = {
  readonly cashier: Cashier;
  readonly fleet: Fleet;
  /** The journal may owe something new, by another process. */
  wake(): void;
  /** Resolves when nothing that is due is under way. */
  idle(): Promise<void>;
  stop(): Promise<void>;
};

/** How many statements one stand may have unacked. */
const WINDOW = 16;

/** Puts the backend together from parts that are open already, and sets it to work. */
export function openBackend(parts: BackendParts): Backend {
  const { journal, clock, log, onFault } = parts;
  const cashier = new Cashier({ ...parts, wake: () => performer.wake() });
  const hasten = async (stand: StandId): Promise<void> => {
    await journal.hasten(stand, clock.now());
    performer.wake();
  };
  const syncs = new Syncs({ clock, log, perform: (stand, body) => sync(stand, body, parts, cashier, hasten) });
  const fleet = new Fleet({
    ...parts,
    open: parts.openTransport,
    journal: journal.id,
    admits: admitsOf(parts),
    hear: (stand, body, id) => hear({ stand, body, id }, parts, cashier, syncs),
    back: (stand) => hasten(stand).catch((error: unknown) => log.warn("what waits was not hastened", { stand, error })),
    healthOf: (stand, said) => parts.healthOf?.(stand, said),
    changed: () => performer.wake(),
  });
  const lanes = watched(lanesOf(cashier, fleet), parts.watching);
  const performer: Performer<Effect> = new Performer({ journal, clock, log, onFault, lanes });
  performer.start();
  parts.company?.listen((ids) => fleet.received(ids));
  const stop = async (): Promise<void> => {
    syncs.stop();
    await performer.stop();
    await fleet.close();
  };
  return { cashier, fleet, wake: () => performer.wake(), idle: () => performer.idle(), stop };
}

/** Each statement about an order is a commit, and a made-up order is kept for months; what else a stand says is kept once, its last word. */
function admitsOf({ admission, clock, log }: BackendParts): NonNullable<FleetOptions["admits"]> {
  const seldom = new Seldom({ clock, log });
  return (stand, body) => {
    if (admission === undefined || !("order" in body) || admission.hears(stand, clock.now())) return true;
    seldom.warn("a stand says too much of its orders: what is too much is not heard, and comes again", { stand });
    return false;
  };
}

type Heard = { readonly stand: StandId; readonly body: Exclude<UpBody, { type: "ack" }>; readonly id: StatementId };

async function hear({ stand, body, id }: Heard, parts: BackendParts, cashier: Cashier, syncs: Syncs): Promise<void> {
  if (body.type === "using" || body.type === "seen") return parts.report?.(stand, body, id);
  return body.type === "sync" ? syncs.hear(stand, body) : cashier.hear(stand, body, id);
}

/** A stand that connects is told everything that waits for it, at once. */
async function sync(
  stand: StandId,
  { orders, lost }: SyncBody,
  parts: BackendParts,
  cashier: Cashier,
  hasten: (stand: StandId) => Promise<void>,
): Promise<void> {
  if (lost) await tellLost(stand, parts);
  await cashier.sync(stand, orders);
  await hasten(stand);
}

/**
 * People are told of it once more when the stand says it again; its orders do not wait for that. A stand that never sold has an
 * empty journal because it is new: nothing is lost.
 */
async function tellLost(stand: StandId, { log, raise, hasSold }: BackendParts): Promise<void> {
  if ((await hasSold?.(stand).catch(() => true)) === false) return;
  const detail = { is: "journal-begun" } as const;
  sayLoud(log, { stand, alarm: "journal-lost" }, detail);
  await raise?.({ kind: "journal-lost", stand }, detail).catch((error: unknown) =>
    log.warn("alarm not written", { error }),
  );
}

const watched = (lanes: readonly Lane<Effect>[], watching: Watching | undefined): readonly Lane<Effect>[] =>
  watching === undefined ? lanes : meteredLanes(lanes, watching);

const lanesOf = (cashier: Cashier, fleet: Fleet): readonly Lane<Effect>[] => {
  const perform: Lane<Effect>["perform"] = (owed, signal) => cashier.perform(owed, signal);
  return [
    {
      kinds: tellKinds,
      atOnce: 256,
      perAddressee: WINDOW,
      isOpen: () => fleet.connected,
      perform: (owed, signal) => fleet.tell(owed, signal),
    },
    { kinds: ["charge"], atOnce: 32, perform },
    { kinds: ["void"], atOnce: 16, perform },
    { kinds: ["refund"], atOnce: 4, perform },
    { kinds: ["ask", "recheck", "follow-up"], atOnce: 8, perform },
    { kinds: ["lapse", "alarm"], atOnce: 1, perform },
  ];
};
