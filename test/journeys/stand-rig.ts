import type { Frame, Strip } from "../../device/device.ts";
import { framePng, stripPng } from "../../device/drawing/canvas.ts";
import type { Page } from "../../device/drawing/page.ts";
import { simulatedInput, simulatedPrinter, simulatedRelay, simulatedScreen } from "../../device/simulated/drivers.ts";
import { SimulatedStand } from "../../device/simulated/world.ts";
import { listenToButtons } from "../../gateway/buttons.ts";
import { type ControllerApi, openController } from "../../gateway/controller/controller.ts";
import { type OpenStand, openStand } from "../../gateway/open-stand.ts";
import { printKinds, releaseKinds, tellKinds } from "../../gateway/order/effects.ts";
import { standShape } from "../../gateway/order/shape.ts";
import type { Effect, Event, Rules, State } from "../../gateway/order/words.ts";
import type { StandParts } from "../../gateway/parts.ts";
import type { Menu } from "../../gateway/trade/menu.ts";
import { steadyClock } from "../../host/clock.ts";
import type { Log } from "../../host/log.ts";
import { Secret } from "../../host/secret.ts";
import type { OrderId, StandId } from "../../protocol/ids.ts";
import { type KeySet, newKeyPair, type PublicJwk } from "../../protocol/keys.ts";
import { openMqtt } from "../../wire/mqtt.ts";
import { type Proxy as Cable, startProxy } from "../support/proxy.ts";
import { Disk, type Place } from "../world/house.ts";
import { Life, mortal } from "../world/mortal.ts";
import { Camera } from "./camera.ts";
import { type ProcessClock, processClock } from "./process-clock.ts";
import { type WayIn, wireTo } from "./rig-broker.ts";
import { CONTROLLER_TOKEN, MENU, RULES, SOON, type StandOptions, shapeOf } from "./stand-options.ts";

export type StandGround = {
  readonly place: Place;
  readonly broker: WayIn;
  readonly backendKeys: KeySet;
  readonly random: () => number;
  readonly log: Log;
};

/** What a restart finds: the same boot of the machine, or a new one. */
export type Boot = "same-boot" | "new-boot";

/** How long cancel is held down for the service page, shorter than in the street. */
export const LONG_PRESS_MS = 400;

const CUTS = ["advance", "start", "finish", "again", "hasten"] as const;

type Running = {
  readonly life: Life;
  readonly clock: ProcessClock;
  readonly daemon: OpenStand;
  readonly link: Cable;
  readonly stopButtons: () => void;
  readonly controller?: ControllerApi;
};

/** A stand in the street: the machine stays, its daemon is started, stopped and killed. */
export class StandRig {
  readonly id: StandId;
  readonly machine: SimulatedStand;
  readonly menu: Menu;
  readonly #ground: StandGround;
  readonly #rules: Rules;
  readonly #pair = newKeyPair();
  readonly #disk: Disk<State, Event, Effect>;
  /** Where controllers order, on a stand that lets them. */
  readonly socket: string | undefined;
  readonly #glassCamera = new Camera<Frame>(framePng);
  readonly #paperCamera = new Camera<Strip>(stripPng);
  #boots = 1;
  #running: Running | undefined;

  constructor(ground: StandGround, options: StandOptions = {}) {
    const { id = "stand-1", rules, menu = MENU, controller = false } = options;
    this.id = id as StandId;
    this.menu = menu;
    this.#ground = ground;
    this.socket = controller ? ground.place.newSocket() : undefined;
    this.#rules = { ...RULES, ...rules };
    this.#disk = new Disk(ground.place, standShape, ground.random);
    this.machine = new SimulatedStand(shapeOf(options), steadyClock("street", { keepsAlive: false }));
  }

  get publicJwk(): PublicJwk {
    return this.#pair.publicJwk;
  }

  get key() {
    return this.#pair.signing;
  }

  get daemon(): OpenStand {
    return this.#now.daemon;
  }

  /** The port on which controllers order. */
  get controllerPort(): number {
    return Number(new URL(this.#now.controller?.url ?? "").port);
  }

  /** The cable to the broker. */
  get link(): Cable {
    return this.#now.link;
  }

  /** A backend can be asked, as far as it knows. */
  get isConnected(): boolean {
    return this.daemon.linkObstacle === undefined;
  }

  get front(): State | undefined {
    return this.daemon.stand.front;
  }

  get page(): Page {
    return this.daemon.pageNow();
  }

  /** What the glass shows, as a camera sees it; `undefined` is dark. */
  get glass(): Uint8Array | undefined {
    const { picture } = this.machine;
    return picture === undefined ? undefined : framePng(picture);
  }

  /** The code that a camera reads on the glass. */
  get codeOnGlass(): string | undefined {
    return this.#glassCamera.codeIn(this.machine.picture);
  }

  /** The code that a camera reads on the last strip of paper. */
  get codeOnPaper(): string | undefined {
    return this.#paperCamera.codeIn(this.machine.printer?.last);
  }

  pulsesOf(order: OrderId): number {
    return this.machine.pulses.filter((pulse) => pulse.order === order).length;
  }

  press(button = "new"): void {
    this.machine.press(button);
  }

  async states(): Promise<readonly State[]> {
    return (await this.#disk.reader().latest(100)).map(({ state }) => state);
  }

  /** Effects that its journal still owes. */
  async owed(): Promise<number> {
    return (await this.#disk.reader().backlog([...tellKinds, ...printKinds, ...releaseKinds])).count;
  }

  /** Nobody reaches anybody through the cable until `mend`. */
  cutLink(): void {
    this.link.refuse(true);
    this.link.cut();
  }

  /** The cable is there and nothing comes through: nobody notices until it is cut or mended. */
  stallLink(): void {
    this.link.stall();
  }

  mendLink(): void {
    this.link.refuse(false);
    this.link.resume();
    this.link.cut();
  }

  async start(): Promise<void> {
    const life = new Life();
    const boot = `${this.id}-boot-${this.#boots}`;
    const clock = processClock(steadyClock(boot));
    const link = await startProxy(this.#ground.broker);
    const journal = mortal(
      this.#disk.open(() => clock.wall()),
      life,
      CUTS,
    );
    const parts = this.#partsOf({ clock, boot, link }, journal);
    const daemon = await openStand(parts);
    const stopButtons = this.#listen(daemon, clock);
    const controller =
      this.socket === undefined ? {} : { controller: await this.#letOrder(daemon, parts, this.socket) };
    this.#running = { life, clock, daemon, link, stopButtons, ...controller };
  }

  /** Its own clock: what it has under way is cut when the daemon is dead. */
  #letOrder(stand: OpenStand, { journal, devices, boot, log }: StandParts, socket: string): Promise<ControllerApi> {
    const { relayOf } = devices;
    const tcp = { port: 0, token: new Secret(CONTROLLER_TOKEN) };
    const about = { id: this.id, name: "Kopi Lobi" };
    return openController({ stand, about, journal, relayOf, clock: steadyClock(boot), log, socket, tcp });
  }

  /** The daemon dies as by `kill -9`; with a new boot, because the power went. */
  async kill(boot: Boot): Promise<void> {
    const { life, clock, link, controller } = this.#now;
    life.end();
    clock.end();
    this.machine.losePower();
    await controller?.close();
    link.refuse(true);
    await this.#gone(link, boot);
  }

  /** The daemon ends as by SIGTERM. */
  async stop(boot: Boot = "same-boot"): Promise<void> {
    const { daemon, clock, link, stopButtons, controller } = this.#now;
    stopButtons();
    await controller?.close();
    await daemon.stop();
    clock.end();
    this.machine.losePower();
    await this.#gone(link, boot);
  }

  async close(): Promise<void> {
    if (this.#running !== undefined) await this.stop();
  }

  get #now(): Running {
    if (this.#running === undefined) throw new Error(`${this.id} is not running`);
    return this.#running;
  }

  async #gone(link: Cable, boot: Boot): Promise<void> {
    this.#running = undefined;
    await link.close();
    await this.#disk.cut();
    if (boot === "new-boot") this.#boots += 1;
  }

  #partsOf(
    { clock, boot, link }: { readonly clock: ProcessClock; readonly boot: string; readonly link: Cable },
    journal: StandParts["journal"],
  ): StandParts {
    const { backendKeys, random, log, broker } = this.#ground;
    return {
      id: this.id,
      name: "Kopi Lobi",
      isTest: true,
      rules: this.#rules,
      menu: this.menu,
      journal,
      lost: false,
      devices: this.#devices(),
      service: this.#service(),
      openTransport: openMqtt({ ...wireTo(broker, this.id, link.port), clock, random, log, redial: SOON }),
      key: this.#pair.signing,
      backendKeys,
      clock,
      boot,
      random,
      log,
    };
  }

  #service(): NonNullable<StandParts["service"]> {
    const { shape } = this.machine;
    const names = [...shape.buttons, ...shape.sensors.map(({ name }) => name)];
    const inputs = names.map((name) => ({ name, input: simulatedInput(this.machine, name) }));
    return { pageMs: 60_000, version: "1.2.3", broker: "127.0.0.1", machine: {}, inputs };
  }

  /** A sensor that follows no relay is the switch of a door. */
  #devices(): StandParts["devices"] {
    const { machine } = this;
    const { screen, printer, relays, sensors } = machine.shape;
    const byLine = new Map(relays.map((line) => [line, simulatedRelay(machine, line)]));
    const watching = new Map(sensors.map(({ name, follows }) => [follows?.line, simulatedInput(machine, name)]));
    return {
      ...(screen === undefined ? {} : { screen: simulatedScreen(machine) }),
      ...(printer === undefined ? {} : { printer: simulatedPrinter(machine) }),
      relayOf: (line) => byLine.get(line),
      sensorOf: (line) => {
        const input = watching.get(line);
        return input === undefined ? undefined : { input, windowMs: 400 };
      },
      interlocks: sensors
        .filter(({ follows }) => follows === undefined)
        .map(({ name }) => ({ name, means: "door-open", input: simulatedInput(machine, name) })),
    };
  }

  #listen(stand: OpenStand, clock: ProcessClock): () => void {
    const input = (name: string) => simulatedInput(this.machine, name);
    const { log } = this.#ground;
    return listenToButtons({ stand, menu: this.menu, cancel: "cancel", longPressMs: LONG_PRESS_MS, clock, log, input });
  }
}
