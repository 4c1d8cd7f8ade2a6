import { readVersion } from "../host/version.ts";
import { openMqtt } from "../wire/mqtt.ts";
import type { GatewayConfig } from "./config.ts";
import { hasCancel } from "./config-wires.ts";
import type { Devices } from "./devices.ts";
import type { Ground } from "./ground.ts";
import { linuxMachine } from "./health/machine.ts";
import type { Care, StandDevices, StandParts } from "./parts.ts";
import { brokerOf } from "./setup.ts";
import type { StandJournal } from "./stand.ts";
import { tradeOf } from "./trade/trade-of.ts";

export type Opened = {
  readonly journal: StandJournal;
  readonly devices: Devices;
  /** The journal before this one was lost. */
  readonly lost: boolean;
  /** What the stand begins with: its own, with the last good settings in it. */
  readonly config: GatewayConfig;
  readonly care: Care;
};

/** The stand's parts, from its configuration. */
export function partsOf(ground: Ground, { journal, devices, lost, config, care }: Opened): StandParts {
  const { setup, clock, boot, random, log } = ground;
  const { key, backendKeys } = setup;
  const { sensorOf, inputs, ...trade } = tradeOf(config, (name) => devices.input(name));
  const machine = linuxMachine(config.journal.file);
  return {
    ...trade,
    id: config.stand.id,
    zone: config.stand.zone,
    isTest: config.test_mode,
    journal,
    lost,
    keepDays: config.journal.keep_days,
    hasCancel: hasCancel(config),
    devices: { ...devices, sensorOf, interlocks: interlocksOf(config, devices), signals: signalsOf(config, devices) },
    service: {
      pageMs: config.service.page_seconds * 1_000,
      version: readVersion(),
      broker: new URL(config.link.url).host,
      machine,
      inputs,
    },
    openTransport: openMqtt({ ...brokerOf(setup), clock, random, log }),
    key,
    backendKeys,
    clock,
    boot,
    random,
    log,
    freeDiskBytes: machine.freeDiskBytes,
    care,
  };
}

const interlocksOf = ({ interlocks = [] }: GatewayConfig, devices: Devices): NonNullable<StandDevices["interlocks"]> =>
  interlocks.map(({ input, means }) => ({ name: input, means, input: devices.input(input) }));

function signalsOf({ signals }: GatewayConfig, devices: Devices): NonNullable<StandDevices["signals"]> {
  const { lamp, buzzer, lamp_out_of_service: outOfService } = signals;
  return {
    ...(lamp === undefined ? {} : { lamp: devices.output(lamp) }),
    ...(buzzer === undefined ? {} : { buzzer: devices.output(buzzer) }),
    outOfService,
  };
}
