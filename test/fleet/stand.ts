import type { Relay, Screen } from "../../device/device.ts";
import type { Drawing } from "../../gateway/drawing.ts";
import { type OpenStand, openStand } from "../../gateway/open-stand.ts";
import { printKinds, releaseKinds, tellKinds } from "../../gateway/order/effects.ts";
import { standShape } from "../../gateway/order/shape.ts";
import type { Rules } from "../../gateway/order/words.ts";
import type { Log } from "../../host/log.ts";
import { openSqliteJournal } from "../../journal/sqlite/open.ts";
import { newUlid, type Random, type StandId } from "../../protocol/ids.ts";
import { type KeySet, privateKeyFrom } from "../../protocol/keys.ts";
import { type Clock, pause } from "../../protocol/time.ts";
import { openMqtt } from "../../wire/mqtt.ts";
import { coffee } from "../support/sale.ts";
import type { Papers } from "./broker.ts";

/** Who a stand is: its name, its own key, and its certificate for the broker. */
export type StandPapers = { readonly id: StandId; readonly pem: string; readonly broker: Papers };

export type StandGround = {
  readonly broker: { readonly url: string; readonly ca: string };
  readonly backendKeys: KeySet;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

/** The contact closed. `ms`: since 1970. */
export type Pulse = { readonly order: string; readonly ms: number };

export type FleetStand = {
  readonly id: StandId;
  readonly stand: OpenStand;
  readonly connected: boolean;
  /** One entry for each time the contact closed. */
  readonly pulses: readonly Pulse[];
  /** How many effects its journal owes. */
  owed(): Promise<number>;
  /** How many orders are under way; what is owed waits for a person. */
  open(): Promise<number>;
  states(): Promise<readonly (readonly [order: string, at: string])[]>;
  close(): Promise<void>;
};

/** The name of the `nth` stand of a fleet, counted from 0. */
export const idOf = (nth: number): StandId => `stand-${nth + 1}` as StandId;

/** Patience for a code is as delivered; a customer who does not pay soon would make the run long. */
const RULES: Rules = {
  chargePatienceMs: 20_000,
  paymentPatienceMs: 15_000,
  graceMs: 2_000,
  prints: { qr: false, receipt: false },
};
const PULSE_MS = 20;
/** Many stands on one machine come back while somebody waits for the end. */
const REDIAL = { firstMs: 1_000, capMs: 8_000, stableMs: 10_000 };
const MANY = 100_000;

/**
 * A stand as it is delivered, from its journal to its TLS connection, without what it is bolted to: the glass is dark, the contact only
 * counts, and the journal's disk is memory, as nobody pulls its plug.
 */
export async function openFleetStand(
  { id, pem, broker: papers }: StandPapers,
  ground: StandGround,
): Promise<FleetStand> {
  const { broker, backendKeys, clock, random, log } = ground;
  const pulses: Pulse[] = [];
  const newId = (): string => newUlid(clock.wall(), random);
  const { journal } = openSqliteJournal({ file: ":memory:", shape: standShape, newId, wall: clock.wall });
  const tls = () => ({ ca: broker.ca, ...papers });
  const stand = await openStand({
    id,
    name: id,
    isTest: false,
    rules: RULES,
    menu: [{ ...coffee, opening: { line: "gate", pulseMs: PULSE_MS } }],
    journal,
    lost: false,
    devices: { screen: dark, relayOf: () => countingRelay(clock, (order) => pulses.push({ order, ms: Date.now() })) },
    openTransport: openMqtt({ url: broker.url, tls, clock, random, log, redial: REDIAL }),
    key: privateKeyFrom(pem),
    backendKeys,
    clock,
    boot: clock.now().clock,
    random,
    log,
    drawing: blank,
  });
  return {
    id,
    stand,
    get connected() {
      return stand.link?.connected ?? false;
    },
    pulses,
    owed: async () => (await journal.backlog([...tellKinds, ...printKinds, ...releaseKinds])).count,
    open: async () => (await stand.stand.openOrders()).filter(({ state }) => state.at !== "troubled").length,
    states: async () => (await journal.latest(MANY)).map(({ state }) => [state.order.id, state.at] as const),
    close: async () => {
      await stand.stop();
      await journal.close();
    },
  };
}

const dark: Screen = { width: 1, height: 1, show: async () => undefined, close: async () => undefined };

const blank: Drawing = {
  page: () => ({ width: 1, height: 1, rgba: new Uint8ClampedArray(4) }),
  slip: () => ({ width: 1, height: 1, black: new Uint8Array(1) }),
};

const countingRelay = (clock: Clock, closed: (order: string) => void): Relay => ({
  ready: async () => true,
  pulse: async (ms, order) => {
    closed(order);
    await pause(clock, ms);
  },
  close: async () => undefined,
});
