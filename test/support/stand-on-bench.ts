import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  simulatedInput,
  simulatedOutput,
  simulatedPrinter,
  simulatedRelay,
  simulatedScreen,
} from "../../device/simulated/drivers.ts";
import type { StandShape } from "../../device/simulated/shape.ts";
import { SimulatedStand } from "../../device/simulated/world.ts";
import { type OpenStand, openStand } from "../../gateway/open-stand.ts";
import { standShape } from "../../gateway/order/shape.ts";
import type { Effect, Event, State } from "../../gateway/order/words.ts";
import type { StandDevices, StandParts } from "../../gateway/parts.ts";
import type { ServiceSettings } from "../../gateway/service/service.ts";
import { silentLog } from "../../host/log.ts";
import { openSqliteJournal } from "../../journal/sqlite/open.ts";
import type { SqliteJournal } from "../../journal/sqlite/sqlite-journal.ts";
import { newUlid, type Random, type StandId, type StatementId } from "../../protocol/ids.ts";
import { keySetOf, newKeyPair, type SigningKey } from "../../protocol/keys.ts";
import { seal, unsealUp } from "../../protocol/seal.ts";
import type { Meaning } from "../../protocol/settings.ts";
import type { DownBody, UpBody } from "../../protocol/statements.ts";
import type { Clock } from "../../protocol/time.ts";
import type { OpenTransport, Transport, TransportEvents } from "../../wire/transport.ts";
import { coffee, rules, STAND } from "./sale.ts";
import { VirtualClock } from "./virtual-clock.ts";

const standKey = newKeyPair().signing;
const backendKey = newKeyPair().signing;
export const backendJwk = backendKey.publicJwk;
const standKeys = keySetOf([{ owner: STAND, jwk: standKey.publicJwk }]);
const backendKeys = keySetOf([{ owner: "backend", jwk: backendKey.publicJwk }]);

/** A repeatable source of chance. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A backend that acks what it hears and says only what it is told to say, over a wire that can be cut. */
class PretendBackend {
  readonly heard: UpBody[] = [];
  readonly health: unknown[] = [];
  readonly presences: unknown[] = [];
  acks = true;
  /** How often the stand asked the wire to come back soon. */
  hurried = 0;
  /** With what it seals. */
  key: SigningKey = backendKey;
  readonly #clock: Clock;
  readonly #random: Random = seeded(7);
  #events: TransportEvents | undefined;
  #isUp = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  readonly open: OpenTransport = (_options, events): Transport => {
    this.#events = events;
    queueMicrotask(() => this.join());
    const isUp = (): boolean => this.#isUp && this.#events === events;
    const lastAttempt = this.#clock.now();
    return {
      get connected() {
        return isUp();
      },
      lastAttempt,
      publish: async (topic, payload) => isUp() && this.#take(topic, payload),
      hurry: () => {
        this.hurried += 1;
      },
      close: async () => {
        if (this.#events === events) this.#events = undefined;
      },
    };
  };

  /** The wire holds again. */
  join(): void {
    if (this.#isUp) return;
    this.#isUp = true;
    this.#events?.up();
  }

  cut(): void {
    this.#isUp = false;
    this.#events?.down("the wire was cut");
  }

  /** Resolves when the stand has it on disk. */
  async say(body: DownBody, id = newUlid(this.#clock.wall(), this.#random) as StatementId): Promise<void> {
    const at = { journal: "backend-journal", seq: 1 };
    const sealed = seal({ v: 1, id, from: "backend", to: STAND as StandId, at, body }, this.key);
    await this.#events?.hear({ topic: "down", payload: Buffer.from(sealed) });
  }

  typesHeard(): readonly string[] {
    return this.heard.map(({ type }) => type);
  }

  #take(topic: string, payload: string): boolean {
    if (topic.endsWith("/health")) this.health.push(JSON.parse(payload));
    else if (topic.endsWith("/presence")) this.presences.push(JSON.parse(payload));
    else this.#takeStatement(payload);
    return true;
  }

  #takeStatement(payload: string): void {
    const unsealed = unsealUp(payload, standKeys, "backend");
    if (unsealed.is === "refused") throw new Error(unsealed.because);
    const { id, body } = unsealed.statement;
    if (body.type === "ack") return;
    this.heard.push(body);
    if (this.acks) queueMicrotask(() => void this.say({ type: "ack", ids: [id] }));
  }
}

export type BenchOptions = {
  /** A new one when absent. */
  readonly clock?: VirtualClock;
  readonly shape?: Partial<StandShape>;
  readonly parts?: Partial<StandParts>;
  /** Which of its sensors are interlocks, and what they mean. */
  readonly interlocks?: Readonly<Record<string, Meaning>>;
  /** There is a service page. */
  readonly serves?: Pick<ServiceSettings, "pageMs">;
  /** Which of these the stand has; default a screen and a printer. */
  readonly has?: { readonly screen?: boolean; readonly printer?: boolean };
};

/** One stand on the bench: a simulated machine, a real journal on disk, a pretend backend, and time that stands still. */
export type Bench = {
  readonly clock: VirtualClock;
  readonly world: SimulatedStand;
  readonly backend: PretendBackend;
  readonly stand: OpenStand;
  readonly journal: SqliteJournal<State, Event, Effect>;
  /** Where its journal is; goes with it. */
  readonly folder: string;
  readonly relayOf: StandParts["devices"]["relayOf"];
  /** Ends the process's part and begins it again on the same file; as after `kill -9`, unless `stop` was called before. */
  restart(): Promise<Bench>;
  close(): Promise<void>;
};

const SHAPE: StandShape = {
  screen: { width: 8, height: 8 },
  printer: { dots: 8, msPerRow: 0 },
  relays: ["gate"],
  buttons: ["new", "cancel"],
  sensors: [],
};

/** Pages and slips without a picture: fast, and of the right size. */
export const blankDrawing: NonNullable<StandParts["drawing"]> = {
  page: (_page, { width, height }) => ({ width, height, rgba: new Uint8ClampedArray(width * height * 4) }),
  slip: (_slip, dots) => ({ width: dots, height: 1, black: new Uint8Array(dots) }),
};

export async function standOnBench(options: BenchOptions = {}): Promise<Bench> {
  const clock = options.clock ?? new VirtualClock();
  const folder = mkdtempSync(join(tmpdir(), "stand-"));
  const world = new SimulatedStand({ ...SHAPE, ...options.shape }, clock);
  return open(options, { clock, folder, world, backend: new PretendBackend(clock), random: seeded(1) });
}

type Lasting = {
  readonly clock: VirtualClock;
  readonly folder: string;
  readonly world: SimulatedStand;
  readonly backend: PretendBackend;
  readonly random: Random;
};

async function open(options: BenchOptions, lasting: Lasting): Promise<Bench> {
  const { clock, folder, world, backend, random } = lasting;
  const wall = (): number => clock.wall();
  const newId = (): string => newUlid(clock.wall(), random);
  const file = join(folder, "journal.sqlite");
  const { journal } = openSqliteJournal({ file, shape: standShape, newId, wall, lock: false });
  const has = { screen: true, printer: true, ...options.has };
  const lines = sharedLines(world);
  const stand = await openStand({
    id: STAND,
    name: "Kopi Lobi",
    isTest: false,
    rules,
    menu: [coffee],
    journal,
    lost: false,
    devices: {
      ...(has.screen ? { screen: simulatedScreen(world) } : {}),
      ...(has.printer ? { printer: simulatedPrinter(world) } : {}),
      ...sharedLines(world),
      ...interlocksOf(world, options),
      ...signalsOf(world),
    },
    openTransport: backend.open,
    key: standKey,
    backendKeys,
    clock,
    boot: clock.now().clock,
    random,
    log: silentLog,
    drawing: blankDrawing,
    ...serviceOf(world, options),
    ...options.parts,
  });
  return {
    ...lasting,
    stand,
    journal,
    relayOf: lines.relayOf,
    restart: async () => {
      world.losePower();
      await journal.close();
      backend.cut();
      return open(options, lasting);
    },
    close: async () => {
      await stand.stop();
      await journal.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const interlocksOf = (world: SimulatedStand, { interlocks = {} }: BenchOptions): Pick<StandDevices, "interlocks"> => ({
  interlocks: Object.entries(interlocks).map(([name, means]) => ({ name, means, input: simulatedInput(world, name) })),
});

function serviceOf(world: SimulatedStand, { serves }: BenchOptions): Pick<StandParts, "service"> {
  if (serves === undefined) return {};
  const names = [...world.shape.buttons, ...world.shape.sensors.map(({ name }) => name)];
  const inputs = names.map((name) => ({ name, input: simulatedInput(world, name) }));
  return { service: { ...serves, version: "1.2.3", broker: "broker.example.id", machine: {}, inputs } };
}

/** Outputs called lamp and buzzer are one. */
function signalsOf(world: SimulatedStand): Pick<StandDevices, "signals"> {
  const { outputs = [] } = world.shape;
  const named = (name: "lamp" | "buzzer") => (outputs.includes(name) ? { [name]: simulatedOutput(world, name) } : {});
  return { signals: { ...named("lamp"), ...named("buzzer"), outOfService: "off" } };
}

function sharedLines(world: SimulatedStand): Pick<StandParts["devices"], "relayOf" | "sensorOf"> {
  const relays = new Map(world.shape.relays.map((line) => [line, simulatedRelay(world, line)]));
  const sensors = new Map(
    world.shape.sensors.map(({ name, follows }) => [follows?.line ?? name, simulatedInput(world, name)]),
  );
  return {
    relayOf: (line) => relays.get(line),
    sensorOf: (line) => {
      const input = sensors.get(line);
      return input === undefined ? undefined : { input, windowMs: 2_000 };
    },
  };
}
