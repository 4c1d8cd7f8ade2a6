import type { Frame } from "../device.ts";
import { framePng, stripPng } from "../drawing/canvas.ts";
import { darkFrame } from "../drawing/draw-page.ts";
import { type Answer, json, refused } from "./http-answers.ts";
import type { Cover, Paper, RelayMode } from "./shape.ts";
import type { SimulatedStand } from "./world.ts";

/** The power cord of the stand's Pi: `cut` kills the daemon, `on` starts it again on its journal; both resolve when done. */
export type StandPower = { cut(): Promise<void>; on(): Promise<void>; isOn(): boolean };

export type Fields = Readonly<Record<string, unknown>>;
export type Place = { readonly stand: SimulatedStand; readonly power: StandPower };
type Route = {
  readonly method: "GET" | "POST";
  answer(place: Place, fields: Fields, name: string): Answer | Promise<Answer>;
};

/** By first word of the path; those with a name after it end with `/`. */
const ROUTES: Readonly<Record<string, Route>> = {
  "screen.png": { method: "GET", answer: screenPng },
  "receipt.png": { method: "GET", answer: receiptPng },
  relay: { method: "GET", answer: ({ stand }) => json({ pulses: stand.pulses }) },
  state: { method: "GET", answer: state },
  "buttons/": { method: "POST", answer: pressButton },
  "sensor/": { method: "POST", answer: useSensor },
  "relay/": { method: "POST", answer: setRelay },
  printer: { method: "POST", answer: setPrinter },
  power: { method: "POST", answer: turnPower },
};

export const ROUTE_NAMES =
  "GET screen.png, receipt.png, relay, state, events; POST buttons/{name}, sensor/{name}, relay/{line}, printer, power";

export type Found =
  | { readonly is: "route"; answer(place: Place, fields: Fields): Answer | Promise<Answer>; readonly reads: boolean }
  | { readonly is: "none"; readonly answer: Answer };

/** `path` is relative to the stand's base address, without a leading slash. */
export function findRoute(method: string, path: string): Found {
  const [head = "", name, ...more] = path.split("/");
  const route = more.length > 0 ? undefined : own(ROUTES, name === undefined ? head : `${head}/`);
  if (route === undefined) return { is: "none", answer: refused(404, `there is no ${short(path)} here`, ROUTE_NAMES) };
  if (method !== route.method && !(method === "HEAD" && route.method === "GET")) {
    const answer = refused(405, `${short(path)} takes no ${method}`, `use ${route.method}`);
    return { is: "none", answer: { ...answer, allow: route.method } as Answer };
  }
  const plain = plainName(name ?? "");
  return { is: "route", reads: method === "POST", answer: (place, fields) => route.answer(place, fields, plain) };
}

const own = (routes: Readonly<Record<string, Route>>, key: string): Route | undefined =>
  Object.hasOwn(routes, key) ? routes[key] : undefined;

const short = (text: string): string => JSON.stringify(text.slice(0, 80));

function plainName(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

function screenPng({ stand }: Place): Answer {
  const { screen } = stand.shape;
  if (screen === undefined) return refused(404, "this stand has no screen", "use a stand whose shape has one");
  return { is: "png", bytes: framePng(stand.picture ?? darkFrame(screen)) };
}

function receiptPng({ stand }: Place): Answer {
  if (stand.printer === undefined) return refused(404, "this stand has no printer", "use a stand whose shape has one");
  const strip = stand.printer.last;
  return strip === undefined
    ? refused(404, "nothing has been printed yet", "finish a sale first")
    : { is: "png", bytes: stripPng(strip) };
}

function state({ stand, power }: Place): Answer {
  const { shape, printer, picture } = stand;
  return json({
    power: power.isOn() ? "on" : "cut",
    screen: shape.screen === undefined ? null : { ...shape.screen, lit: picture !== undefined },
    page: picture === undefined ? null : sizeOf(picture),
    printer: printer && { dots: printer.dots, paper: printer.paper, cover: printer.cover, printed: printer.printed },
    relays: shape.relays.map((line) => ({ line, closed: stand.isClosed(line), mode: stand.relayMode(line) })),
    pulses: stand.pulses.length,
    buttons: shape.buttons,
    sensors: shape.sensors.map(({ name, follows }) => ({
      name,
      active: stand.isActive(name),
      jammed: stand.isJammed(name),
      follows: follows ?? null,
    })),
    outputs: (shape.outputs ?? []).map((name) => ({ name, on: stand.isOn(name) })),
  });
}

const sizeOf = ({ width, height }: Frame) => ({ width, height });

/** Nobody presses for longer. */
const LONGEST_PRESS_MS = 60_000;

function pressButton({ stand, power }: Place, { ms = 0, down }: Fields, name: string): Answer {
  if (!stand.shape.buttons.includes(name)) return unknownName("button", name, stand.shape.buttons);
  if (down !== undefined) {
    if (typeof down !== "boolean") return badField("down", down, "true to keep it down, false to let it go");
    return json({ pressed: name, heard: stand.hold(name, down) === "heard" });
  }
  if (!power.isOn())
    return refused(409, `button ${name} does nothing: the power is cut`, 'POST power {"cord":"on"} first');
  if (typeof ms !== "number" || !(ms >= 0 && ms <= LONGEST_PRESS_MS))
    return badField("ms", ms, `how long it is pressed, 0 to ${LONGEST_PRESS_MS}`);
  return json({ pressed: name, heard: stand.press(name, ms) === "heard" });
}

function useSensor({ stand }: Place, { jammed, active }: Fields, name: string): Answer {
  const names = stand.shape.sensors.map((sensor) => sensor.name);
  if (!names.includes(name)) return unknownName("sensor", name, names);
  if (active !== undefined) return holdSensor(stand, active, name);
  if (jammed === undefined) return json({ sensor: name, heard: stand.sense(name) === "heard" });
  if (typeof jammed !== "boolean")
    return badField("jammed", jammed, "true or false, or nothing to let something pass it");
  stand.jam(name, jammed);
  return json({ sensor: name, jammed });
}

function holdSensor(stand: SimulatedStand, active: unknown, name: string): Answer {
  if (typeof active !== "boolean")
    return badField("active", active, "true while something holds it, false when it is free");
  stand.hold(name, active);
  return json({ sensor: name, active });
}

const MODES: readonly unknown[] = ["working", "stuck"] satisfies RelayMode[];
const PAPERS: readonly unknown[] = ["ok", "low", "out", "out-during"] satisfies Paper[];
const COVERS: readonly unknown[] = ["closed", "open"] satisfies Cover[];

const isMode = (value: unknown): value is RelayMode => MODES.includes(value);
const isPaper = (value: unknown): value is Paper => PAPERS.includes(value);
const isCover = (value: unknown): value is Cover => COVERS.includes(value);

function setRelay({ stand }: Place, { mode }: Fields, name: string): Answer {
  if (!stand.shape.relays.includes(name)) return unknownName("relay", name, stand.shape.relays);
  if (!isMode(mode)) return badField("mode", mode, MODES.join(" or "));
  stand.setRelay(name, mode);
  return json({ relay: name, mode });
}

/** What is not named stays as it is. */
function setPrinter({ stand }: Place, fields: Fields): Answer {
  const { printer } = stand;
  if (printer === undefined) return refused(404, "this stand has no printer", "use a stand whose shape has one");
  const { paper = printer.paper, cover = printer.cover } = fields;
  if (!isPaper(paper)) return badField("paper", paper, PAPERS.join(", "));
  if (!isCover(cover)) return badField("cover", cover, COVERS.join(", "));
  stand.setPrinter(paper, cover);
  return json({ paper, cover, printed: printer.printed });
}

async function turnPower({ power }: Place, { cord }: Fields): Promise<Answer> {
  if (cord !== "cut" && cord !== "on") return badField("cord", cord, '"cut" or "on"');
  await (cord === "cut" ? power.cut() : power.on());
  return json({ power: power.isOn() ? "on" : "cut" });
}

const unknownName = (thing: string, name: string, names: readonly string[]): Answer =>
  refused(404, `there is no ${thing} ${short(name)} here`, `there are: ${names.join(", ") || "none"}`);

const badField = (field: string, value: unknown, wanted: string): Answer =>
  refused(400, `${field} is ${value === undefined ? "missing" : JSON.stringify(value).slice(0, 80)}`, `give ${wanted}`);
