import type { DeviceClock } from "../clock.ts";
import {
  type Condition,
  HardwareFault,
  type Input,
  type Output,
  type Printed,
  type Printer,
  type Relay,
  type Screen,
  type Stop,
} from "../device.ts";
import { type Answer, Cable, type StandAddress } from "./cable-daemon.ts";
import { type Fittings, isCondition, isPrinted, MAX_LABEL, MAX_ROWS } from "./cable-words.ts";

const ANSWER_WITHIN_MS = 5000;
const PRINT_WITHIN_MS = 60_000;

/** Drivers for a stand in another process. Each throws `HardwareFault` when the stand has no such thing. */
export type StandCable = {
  readonly fittings: Fittings;
  screen(): Screen;
  printer(): Printer;
  relay(line: string): Relay;
  input(name: string): Input;
  output(name: string): Output;
  /** Pulls the plug: to the stand this is a power cut. */
  close(): Promise<void>;
};

/** `127.0.0.1:7001`, `localhost:7001` or `[::1]:7001`; `undefined` for anything else. */
export function readStandAddress(text: string): StandAddress | undefined {
  const { host, port } = /^(?<host>\[[0-9a-f:]+\]|[\w.-]+):(?<port>\d{1,5})$/iu.exec(text)?.groups ?? {};
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535) return undefined;
  return { host: host.replace(/^\[|\]$/gu, ""), port: Number(port) };
}

/** Plugs the daemon into the stand that listens at `address`. Rejects with `HardwareFault` when there is none. */
export async function connectToStand(address: StandAddress, clock: DeviceClock): Promise<StandCable> {
  const cable = new Cable(address, clock);
  const fittings = await cable.plugIn();
  const named = (names: readonly string[], name: string, thing: string): void => {
    if (!names.includes(name))
      throw new HardwareFault(`this stand has no ${thing} ${name}: there are ${names.join(", ") || "none"}`);
  };
  return {
    fittings,
    screen: () => cableScreen(cable, fittings),
    printer: () => cablePrinter(cable, fittings),
    relay: (line) => {
      named(fittings.relays, line, "relay");
      return cableRelay(cable, line);
    },
    input: (name) => {
      named(fittings.inputs, name, "button or sensor");
      return cableInput(cable, name);
    },
    output: (name) => {
      named(fittings.outputs, name, "lamp or buzzer");
      return cableOutput(cable, name);
    },
    close: async () => cable.close(),
  };
}

function cableScreen(cable: Cable, { screen }: Fittings): Screen {
  if (screen === null) throw new HardwareFault("this stand has no screen: give its shape one");
  let isClosed = false;
  return {
    width: screen.width,
    height: screen.height,
    show: async (frame) => {
      if (isClosed) throw closed("the screen");
      if (frame.rgba.length !== screen.width * screen.height * 4 || frame.width !== screen.width)
        throw new HardwareFault(
          `a frame of ${frame.width} × ${frame.height} pixels for a screen of ${screen.width} × ${screen.height}: draw it for this screen`,
        );
      done(await cable.ask({ do: "show", frame }, ANSWER_WITHIN_MS));
    },
    close: async () => {
      isClosed = true;
    },
  };
}

function cablePrinter(cable: Cable, { printer }: Fittings): Printer {
  if (printer === null) throw new HardwareFault("this stand has no printer: give its shape one");
  let isClosed = false;
  return {
    dots: printer.dots,
    print: async (strip) => {
      if (isClosed) return "offline";
      if (
        strip.width > printer.dots ||
        strip.height < 1 ||
        strip.height > MAX_ROWS ||
        strip.black.length !== strip.width * strip.height
      )
        throw new HardwareFault(
          `a strip of ${strip.width} × ${strip.height} dots for paper of ${printer.dots} dots and ${MAX_ROWS} rows: draw it for this printer`,
        );
      return printedOf(await cable.ask({ do: "print", strip }, PRINT_WITHIN_MS));
    },
    condition: async () => (isClosed ? "offline" : conditionOf(await cable.ask({ do: "condition" }, ANSWER_WITHIN_MS))),
    close: async () => {
      isClosed = true;
    },
  };
}

function cableRelay(cable: Cable, line: string): Relay {
  let isClosed = false;
  return {
    pulse: async (ms, label) => {
      if (isClosed) throw closed(`relay ${line}`);
      if (!Number.isFinite(ms) || label.length > MAX_LABEL)
        throw new HardwareFault(
          `a pulse of ${ms} ms named by ${label.length} characters: at most ${MAX_LABEL}, and a finite length`,
        );
      done(await cable.ask({ do: "pulse", line, ms, label }, ms + ANSWER_WITHIN_MS));
    },
    ready: async () => {
      if (isClosed) return false;
      const answer = await cable.ask({ do: "ready", line }, ANSWER_WITHIN_MS);
      return answer.is === "answered" && answer.value === true;
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      await cable.ask({ do: "open", line }, ANSWER_WITHIN_MS);
    },
  };
}

function cableInput(cable: Cable, name: string): Input {
  const stops = new Set<Stop>();
  let isClosed = false;
  const onChange = (hear: (isActive: boolean) => void): Stop => {
    if (isClosed) return () => undefined;
    const stopHearing = cable.hear(name, hear);
    const stop = (): void => {
      stopHearing();
      stops.delete(stop);
    };
    stops.add(stop);
    return stop;
  };
  return {
    isActive: async () => {
      if (isClosed) throw closed(`input ${name}`);
      return lookOf(await cable.ask({ do: "look", input: name }, ANSWER_WITHIN_MS), name);
    },
    onChange,
    onPress: (hear) => onChange((isActive) => isActive && hear()),
    close: async () => {
      isClosed = true;
      for (const stop of [...stops]) stop();
    },
  };
}

function cableOutput(cable: Cable, name: string): Output {
  let isClosed = false;
  const set = async (on: boolean): Promise<void> =>
    done(await cable.ask({ do: "set", output: name, on }, ANSWER_WITHIN_MS));
  return {
    set: async (isOn) => {
      if (isClosed) throw closed(`output ${name}`);
      await set(isOn);
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      // A stand that does not answer has switched it off: it lost its power.
      await set(false).catch(() => undefined);
    },
  };
}

const closed = (thing: string): HardwareFault => new HardwareFault(`${thing} is closed: open it again`);

function done(answer: Answer): void {
  if (answer.is !== "answered") throw answer.fault;
}

function lookOf(answer: Answer, name: string): boolean {
  done(answer);
  if (answer.is === "answered" && typeof answer.value === "boolean") return answer.value;
  throw new HardwareFault(`${name}: the stand says neither active nor inactive`);
}

/** No answer after it was sent: some of it may be on paper. */
function printedOf(answer: Answer): Printed {
  if (answer.is === "answered") return isPrinted(answer.value) ? answer.value : "unclear";
  if (answer.is === "refused") throw answer.fault;
  return answer.is === "unsent" ? "offline" : "unclear";
}

function conditionOf(answer: Answer): Condition {
  if (answer.is === "unsent") return "offline";
  return answer.is === "answered" && isCondition(answer.value) ? answer.value : "unknown";
}
