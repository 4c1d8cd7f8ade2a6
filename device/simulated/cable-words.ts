import type { Condition, Frame, Printed, Strip } from "../device.ts";

/*
 * What goes over the cable between a daemon and a stand in another process: lines of JSON over TCP. The daemon says `hello`,
 * the stand answers what is bolted to it; then requests with an id, an answer to each, and changes of inputs as they happen.
 */

export const HELLO = "qris-stand/2";
/** Longest line that a stand says. */
export const MAX_ANSWER = 64 * 1024;
/** Characters of the longest name of a relay or an order. */
export const MAX_LABEL = 256;
/** Rows of the longest strip that goes over the cable. */
export const MAX_ROWS = 4096;

export type Request =
  | { readonly do: "show"; readonly frame: Frame }
  | { readonly do: "print"; readonly strip: Strip }
  | { readonly do: "condition" }
  | { readonly do: "pulse"; readonly line: string; readonly ms: number; readonly label: string }
  | { readonly do: "ready"; readonly line: string }
  | { readonly do: "open"; readonly line: string }
  | { readonly do: "look"; readonly input: string }
  | { readonly do: "set"; readonly output: string; readonly on: boolean };

/** What is bolted to the stand, as told to a daemon. */
export type Fittings = {
  readonly screen: { readonly width: number; readonly height: number } | null;
  readonly printer: { readonly dots: number } | null;
  readonly relays: readonly string[];
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
};

export type Said =
  | { readonly stand: Fittings }
  | { readonly id: number; readonly ok: unknown }
  | { readonly id: number; readonly fault: string }
  | { readonly changed: string; readonly active: boolean };

/** Longest line that a daemon says to a stand with this screen and printer: a picture in base64, and some words. */
export const longestRequest = ({ screen, printer }: Pick<Fittings, "screen" | "printer">): number =>
  4096 +
  Math.ceil((Math.max((screen?.width ?? 0) * (screen?.height ?? 0) * 4, (printer?.dots ?? 0) * MAX_ROWS) * 4) / 3);

export function requestLine(id: number, request: Request): string {
  if (request.do === "show") return line({ id, do: "show", ...size(request.frame), rgba: base64(request.frame.rgba) });
  if (request.do === "print")
    return line({ id, do: "print", ...size(request.strip), black: base64(request.strip.black) });
  return line({ id, ...request });
}

export const saidLine = (said: Said): string => line(said);
export const helloLine = (): string => line({ hello: HELLO });

export const isHello = (text: string): boolean => fieldsOf(text)?.["hello"] === HELLO;

/** `undefined` for anything that is not a request. */
export function readRequest(text: string): { readonly id: number; readonly request: Request } | undefined {
  const fields = fieldsOf(text);
  const id = fields?.["id"];
  if (fields === undefined || typeof id !== "number" || !Number.isSafeInteger(id)) return undefined;
  const request = requestOf(fields);
  return request && { id, request };
}

/** `undefined` for anything that a stand does not say. */
export function readSaid(text: string): Said | undefined {
  const fields = fieldsOf(text);
  if (fields === undefined) return undefined;
  const { stand, id, changed, active, fault, ok } = fields as Record<Word, unknown>;
  if (typeof changed === "string") return typeof active === "boolean" ? { changed, active } : undefined;
  if (typeof id === "number") return typeof fault === "string" ? { id, fault } : { id, ok };
  return isFittings(stand) ? { stand } : undefined;
}

type Word = "stand" | "id" | "changed" | "active" | "fault" | "ok";

const CONDITIONS: readonly unknown[] = [
  "ready",
  "paper-low",
  "no-paper",
  "cover-open",
  "offline",
  "overheated",
  "unknown",
] satisfies Condition[];
const PRINTED: readonly unknown[] = ["printed", "no-paper", "cover-open", "offline", "unclear"] satisfies Printed[];

export const isCondition = (value: unknown): value is Condition => CONDITIONS.includes(value);
export const isPrinted = (value: unknown): value is Printed => PRINTED.includes(value);

type Fields = Readonly<Record<string, unknown>>;

type Field = "line" | "ms" | "label" | "input" | "output" | "on";

function requestOf(fields: Fields): Request | undefined {
  const { line: relay, ms, label, input, output, on } = fields as Record<Field, unknown>;
  switch (fields["do"]) {
    case "show":
      return showOf(fields);
    case "print":
      return printOf(fields);
    case "condition":
      return { do: "condition" };
    case "pulse":
      return isText(relay) && typeof ms === "number" && isText(label)
        ? { do: "pulse", line: relay, ms, label }
        : undefined;
    case "ready":
      return isText(relay) ? { do: "ready", line: relay } : undefined;
    case "open":
      return isText(relay) ? { do: "open", line: relay } : undefined;
    case "look":
      return isText(input) ? { do: "look", input } : undefined;
    case "set":
      return isText(output) && typeof on === "boolean" ? { do: "set", output, on } : undefined;
    default:
      return undefined;
  }
}

function showOf(fields: Fields): Request | undefined {
  const picture = pictureOf(fields, "rgba", 4);
  return picture && { do: "show", frame: { ...picture.size, rgba: new Uint8ClampedArray(picture.bytes) } };
}

function printOf(fields: Fields): Request | undefined {
  const picture = pictureOf(fields, "black", 1);
  return picture && { do: "print", strip: { ...picture.size, black: new Uint8Array(picture.bytes) } };
}

/** The pixels have to be as many as width and height say. */
function pictureOf(fields: Fields, name: "rgba" | "black", bytesEach: number) {
  const { width, height } = fields as Record<"width" | "height", unknown>;
  const text = fields[name];
  if (!isSide(width) || !isSide(height) || typeof text !== "string") return undefined;
  const bytes = Buffer.from(text, "base64");
  return bytes.length === width * height * bytesEach ? { size: { width, height }, bytes } : undefined;
}

function isFittings(value: unknown): value is Fittings {
  if (typeof value !== "object" || value === null) return false;
  const { screen, printer, relays, inputs, outputs } = value as Record<keyof Fittings, unknown>;
  return isScreen(screen) && isPrinter(printer) && [relays, inputs, outputs].every(isTexts);
}

const isScreen = (value: unknown): boolean => {
  if (value === null) return true;
  const { width, height } = Object(value) as Record<"width" | "height", unknown>;
  return isSide(width) && isSide(height);
};
const isPrinter = (value: unknown): boolean =>
  value === null || isSide((Object(value) as Record<"dots", unknown>).dots);
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);
const isText = (value: unknown): value is string => typeof value === "string" && value.length <= MAX_LABEL;
const isSide = (value: unknown): value is number =>
  typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 8192;

function fieldsOf(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
  } catch {
    return undefined;
  }
}

const size = ({ width, height }: { readonly width: number; readonly height: number }) => ({ width, height });
const base64 = (bytes: Uint8Array | Uint8ClampedArray): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
const line = (value: unknown): string => `${JSON.stringify(value)}\n`;
