import type { Bias } from "./lines.ts";

/**
 * The words of the GPIO character device, second version (linux/gpio.h, struct gpio_v2_*). All lengths and places are those
 * of the kernel's header; the numbers are little-endian, as every machine is that this runs on.
 */
export const GET_CHIPINFO = 0x8044b401;
export const GET_LINEINFO = 0xc100b405;
export const GET_LINE = 0xc250b407;
export const GET_VALUES = 0xc010b40e;
export const SET_VALUES = 0xc010b40f;

/** struct gpio_v2_line_event. */
export const EVENT_BYTES = 48;

const FLAG_ACTIVE_LOW = 1n << 1n;
const FLAG_INPUT = 1n << 2n;
const FLAG_OUTPUT = 1n << 3n;
const FLAG_BOTH_EDGES = (1n << 4n) | (1n << 5n);
const BIAS: Readonly<Record<Bias, bigint>> = { "as-is": 0n, up: 1n << 8n, down: 1n << 9n, none: 1n << 10n };
const ATTRIBUTE_OUTPUT_VALUES = 2;
const ATTRIBUTE_DEBOUNCE = 3;

const REQUEST_BYTES = 592;
const CONSUMER_AT = 256;
const CONSUMER_MOST = 31;
const CONFIG_AT = 288;
const ATTRIBUTES_COUNT_AT = CONFIG_AT + 8;
const ATTRIBUTE_AT = CONFIG_AT + 32;
const LINES_COUNT_AT = 560;
const EVENT_BUFFER_AT = 564;
const FD_AT = 588;
const CHIPINFO_BYTES = 68;
const LINEINFO_BYTES = 256;
const VALUES_BYTES = 16;
/** More edges than this between two looks mean a broken contact; the kernel drops the oldest. */
const EVENTS_KEPT = 64;

type Attribute = { readonly id: number; readonly value: bigint };

function request(line: number, consumer: string, flags: bigint, attribute?: Attribute): Buffer {
  const bytes = Buffer.alloc(REQUEST_BYTES);
  bytes.writeUInt32LE(line, 0);
  bytes.write(consumer.slice(0, CONSUMER_MOST), CONSUMER_AT, "latin1");
  bytes.writeBigUInt64LE(flags, CONFIG_AT);
  bytes.writeUInt32LE(1, LINES_COUNT_AT);
  bytes.writeUInt32LE(EVENTS_KEPT, EVENT_BUFFER_AT);
  if (attribute === undefined) return bytes;
  bytes.writeUInt32LE(1, ATTRIBUTES_COUNT_AT);
  bytes.writeUInt32LE(attribute.id, ATTRIBUTE_AT);
  bytes.writeBigUInt64LE(attribute.value, ATTRIBUTE_AT + 8);
  bytes.writeBigUInt64LE(1n, ATTRIBUTE_AT + 16);
  return bytes;
}

/** Asks for an output that is inactive from its first instant. */
export const outputRequest = (line: number, activeLow: boolean, consumer: string): Buffer =>
  request(line, consumer, FLAG_OUTPUT | (activeLow ? FLAG_ACTIVE_LOW : 0n), { id: ATTRIBUTE_OUTPUT_VALUES, value: 0n });

/** Asks for an input that reports both edges, debounced by the kernel. */
export function inputRequest(
  { line, activeLow, bias, debounceMs }: { line: number; activeLow: boolean; bias: Bias; debounceMs: number },
  consumer: string,
): Buffer {
  const flags = FLAG_INPUT | FLAG_BOTH_EDGES | BIAS[bias] | (activeLow ? FLAG_ACTIVE_LOW : 0n);
  const debounce = { id: ATTRIBUTE_DEBOUNCE, value: BigInt(Math.round(debounceMs * 1_000)) };
  return request(line, consumer, flags, debounceMs > 0 ? debounce : undefined);
}

/** The line's own descriptor, in an answered request. */
export const lineFdIn = (answered: Buffer): number => answered.readInt32LE(FD_AT);

/** For one line: its value, and the mask that says that it is meant. */
export function valueWords(isActive: boolean): Buffer {
  const bytes = Buffer.alloc(VALUES_BYTES);
  bytes.writeBigUInt64LE(isActive ? 1n : 0n, 0);
  bytes.writeBigUInt64LE(1n, 8);
  return bytes;
}

export const valueIn = (answered: Buffer): boolean => (answered.readBigUInt64LE(0) & 1n) === 1n;

/** Where an event's `id` lies, and what it is when the line became active; the kernel has minded active-low already. */
const EVENT_ID_AT = 8;
const RISING_EDGE = 1;

/** What the line became, event after event, in the first `length` bytes that were read of it. */
export const changesIn = (events: Buffer, length: number): readonly boolean[] =>
  Array.from(
    { length: Math.floor(length / EVENT_BYTES) },
    (_, nth) => events.readUInt32LE(nth * EVENT_BYTES + EVENT_ID_AT) === RISING_EDGE,
  );

export const chipInfoRequest = (): Buffer => Buffer.alloc(CHIPINFO_BYTES);
export const chipInfoIn = (answered: Buffer): { readonly label: string; readonly lines: number } => ({
  label: textIn(answered, 32, 32),
  lines: answered.readUInt32LE(64),
});

export function lineInfoRequest(line: number): Buffer {
  const bytes = Buffer.alloc(LINEINFO_BYTES);
  bytes.writeUInt32LE(line, 64);
  return bytes;
}

/** `consumer` is empty for a line that nobody holds. */
export const lineInfoIn = (answered: Buffer): { readonly name: string; readonly consumer: string } => ({
  name: textIn(answered, 0, 32),
  consumer: textIn(answered, 32, 32),
});

function textIn(bytes: Buffer, at: number, most: number): string {
  const text = bytes.subarray(at, at + most);
  const end = text.indexOf(0);
  return text.subarray(0, end < 0 ? most : end).toString("latin1");
}
