import { join } from "node:path";
import { drawPage } from "../../device/drawing/draw-page.ts";
import { drawSlip } from "../../device/drawing/draw-slip.ts";
import type { Page, Size } from "../../device/drawing/page.ts";
import { simulatedInput, simulatedRelay, simulatedScreen } from "../../device/simulated/drivers.ts";
import { SimulatedStand } from "../../device/simulated/world.ts";
import { listenToButtons } from "../../gateway/buttons.ts";
import type { Drawing } from "../../gateway/drawing.ts";
import { openStand } from "../../gateway/open-stand.ts";
import { standShape } from "../../gateway/order/shape.ts";
import type { Product } from "../../gateway/trade/menu.ts";
import { youngGarbage } from "../../gateway/young-garbage.ts";
import { steadyClock } from "../../host/clock.ts";
import { openSqliteJournal } from "../../journal/sqlite/open.ts";
import { newUlid, type Random } from "../../protocol/ids.ts";
import { openMqtt } from "../../wire/mqtt.ts";
import type { OpenTransport } from "../../wire/transport.ts";
import type { Mosquitto } from "../support/mosquitto.ts";
import { coffee, rules, STAND } from "../support/sale.ts";
import { unreadLog } from "./bench-log.ts";
import { type newKeys, wireOf } from "./shop.ts";
import { Signal } from "./signal.ts";
import { nowMs } from "./stopwatch.ts";
import { overheard, type Trace, tolled } from "./trace.ts";

export const PULSE_MS = 50;
export const PANEL: Size = { width: 480, height: 320 };
export const product: Product = { ...coffee, opening: { line: "gate", pulseMs: PULSE_MS } };
export const SOON = { firstMs: 200, capMs: 500, stableMs: 10_000 };

export type KioskParts = {
  readonly broker: Pick<Mosquitto, "url" | "ca">;
  readonly folder: string;
  readonly keys: ReturnType<typeof newKeys>;
  readonly random: Random;
  readonly trace?: Trace;
};

export type Kiosk = Awaited<ReturnType<typeof openKiosk>>;

/** A stand in this process: real journal, drawing and wire; screen, buttons and relay are simulated. */
export async function openKiosk({ broker, folder, keys, random, trace }: KioskParts) {
  const [clock, log] = [steadyClock("bench-boot"), unreadLog("gateway")];
  const [shown, closed] = [new Signal<ShownQr>(), new Signal<number>()];
  const connected = new Signal<number>();
  const acks: number[] = [];
  const machine = new SimulatedStand(
    { screen: PANEL, relays: ["gate"], buttons: ["new", "cancel"], sensors: [] },
    clock,
  );
  const newId = (): string => newUlid(clock.wall(), random);
  const opened = openSqliteJournal({ file: join(folder, "stand.sqlite"), shape: standShape, newId, wall: clock.wall });
  const journal = overheard(opened.journal, {
    committed: (bytes, at) => trace?.add("commit", "stand", bytes, at),
    finished: () => void acks.push(nowMs()),
  });
  const { drawing, screen } = watchedGlass(machine, shown);
  const relay = simulatedRelay(machine, "gate");
  const timedRelay = {
    ...relay,
    pulse: (ms: number, label: string) => {
      closed.tell(nowMs());
      return relay.pulse(ms, label);
    },
  };
  const open = hearing(openMqtt({ ...wireOf(broker), clock, random, log, redial: SOON }), connected);
  const stand = await openStand({
    id: STAND,
    name: "Kopi Lobi",
    isTest: false,
    rules,
    menu: [product],
    journal,
    lost: false,
    devices: { screen, relayOf: (line) => (line === "gate" ? timedRelay : undefined) },
    openTransport: trace === undefined ? open : tolled(open, "stand", trace),
    key: keys.stand.signing,
    backendKeys: keys.backendKeys,
    clock,
    boot: "bench-boot",
    random,
    log,
    drawing,
  });
  const input = (name: string) => simulatedInput(machine, name);
  const deafen = listenToButtons({ stand, menu: [product], cancel: "cancel", longPressMs: 3_000, clock, log, input });
  return {
    stand,
    journal,
    /** A page with a QR code is on the glass. */
    shown,
    /** When the contact closed. */
    closed,
    /** When it was connected. */
    connected,
    /** When the backend had each of this stand's statements. */
    acks: acks as readonly number[],
    press: () => machine.press("new"),
    close: async (): Promise<void> => {
      deafen();
      await stand.stop();
      await journal.close();
    },
  };
}

const hearing =
  (open: OpenTransport, connected: Signal<number>): OpenTransport =>
  (options, events) =>
    open(options, {
      ...events,
      up: () => {
        connected.tell(nowMs());
        events.up();
      },
    });

export type ShownQr = { readonly at: number; readonly page: Page };

function watchedGlass(machine: SimulatedStand, shown: Signal<ShownQr>) {
  const glass = simulatedScreen(machine);
  const codes = new WeakMap<object, Page>();
  const page: Drawing["page"] = (drawn, size) => {
    const frame = drawPage(drawn, size);
    if (drawn.qr !== undefined) codes.set(frame, drawn);
    return frame;
  };
  const show: typeof glass.show = async (frame) => {
    await glass.show(frame);
    const coded = codes.get(frame);
    if (coded !== undefined) shown.tell({ at: nowMs(), page: coded });
  };
  return { drawing: { page, slip: drawSlip, tidy: youngGarbage() }, screen: { ...glass, show } };
}
