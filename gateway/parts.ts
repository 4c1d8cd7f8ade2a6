import type { Output, Printer, Relay, Screen } from "../device/device.ts";
import type { Log } from "../host/log.ts";
import type { Random, StandId } from "../protocol/ids.ts";
import type { KeySet, SigningKey } from "../protocol/keys.ts";
import type { CareBody, UsingBody } from "../protocol/statements.ts";
import type { Clock } from "../protocol/time.ts";
import type { Zone } from "../protocol/wall-text.ts";
import type { OpenTransport } from "../wire/transport.ts";
import type { Drawing } from "./drawing.ts";
import type { DeliverySensor } from "./hands.ts";
import type { Rules } from "./order/words.ts";
import type { Interlock } from "./readiness/interlocks.ts";
import type { Says } from "./screen/view.ts";
import type { ServiceSettings } from "./service/service.ts";
import type { OutOfService } from "./signals.ts";
import type { StandJournal } from "./stand.ts";
import type { Menu } from "./trade/menu.ts";
import type { Trade } from "./trade/trade.ts";

export type StandDevices = {
  readonly screen?: Screen;
  readonly printer?: Printer;
  /** The relay on this line; `undefined` for a line that this stand does not have. */
  relayOf(line: string): Relay | undefined;
  /** What confirms a delivery on this line. */
  sensorOf?(line: string): DeliverySensor | undefined;
  readonly interlocks?: readonly Interlock[];
  readonly signals?: { readonly lamp?: Output; readonly buzzer?: Output; readonly outOfService: OutOfService };
};

/** By what the stand works, as far as the backend may change it. */
export type Care = {
  /** What is told after every sync. */
  using(): UsingBody;
  /** Resolves when it is on disk, or answered. */
  hear(body: CareBody): Promise<void>;
};

/** Everything a stand is made of, opened already; whoever opened it closes it, after `stop`. */
export type StandParts = {
  readonly id: StandId;
  readonly name: string;
  readonly zone?: Zone;
  readonly isTest: boolean;
  readonly rules: Rules;
  readonly menu: Menu;
  readonly journal: StandJournal;
  /** The journal before this one was lost. */
  readonly lost: boolean;
  readonly keepDays?: number;
  /** What customers read instead of our own words while an interlock is active. */
  readonly says?: Says;
  /** Whether there is a button that ends an order; true when absent. */
  readonly hasCancel?: boolean;
  readonly devices: StandDevices;
  /** Absent: nobody can ask for the service page. */
  readonly service?: ServiceSettings;
  readonly openTransport: OpenTransport;
  readonly key: SigningKey;
  readonly backendKeys: KeySet;
  readonly clock: Clock;
  /** Names this boot of the machine. */
  readonly boot: string;
  readonly random: Random;
  readonly log: Log;
  /** The drawing of `device/drawing` when absent; it is loaded only where there is something to draw on. */
  readonly drawing?: Drawing;
  readonly freeDiskBytes?: () => Promise<number>;
  /** Absent: nothing here changes while the stand runs. */
  readonly care?: Care;
};

/** What the stand begins with. */
export const firstTrade = ({ name, menu, rules, says, devices, service }: StandParts): Trade => ({
  name,
  menu,
  rules,
  ...(says === undefined ? {} : { says }),
  sensorOf: (line) => devices.sensorOf?.(line),
  inputs: service?.inputs ?? [],
});
