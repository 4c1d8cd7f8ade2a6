/**
 * What a stand says of its health, once a minute. It is not sealed and moves nothing, so it is read leniently: whatever is not
 * what it should be, or out of bounds, is as if it had not been said. Sizes in bytes.
 */
export type HealthSaid = {
  readonly software?: string;
  /** Names one run of the daemon. */
  readonly boot?: string;
  readonly uptimeSeconds?: number;
  readonly rss?: number;
  readonly heap?: number;
  /** One-minute load average for each processor. */
  readonly load?: number;
  /** Degrees Celsius of the processor. */
  readonly temperature?: number;
  /** The processor is slowed down, for heat or for want of power. */
  readonly isThrottled?: boolean;
  readonly diskFree?: number;
  /** Statements that the backend has not acked. */
  readonly unsent?: number;
  readonly oldestSeconds?: number;
  /** `ready`, or what is wrong with it; absent on a stand without one. */
  readonly printer?: string;
  /** `ok`, or what is wrong with the screen; absent on a stand without one. */
  readonly panel?: string;
  /** How often each relay has closed since the daemon started. */
  readonly relays?: Readonly<Record<string, number>>;
  /** What keeps it from selling. */
  readonly obstacles: readonly string[];
  readonly reconnects?: number;
  /** How far its wall clock is ahead of ours, by what it showed when this was said; short of what the message was on its way. */
  readonly clockOffsetMs?: number;
  readonly isClockSynced?: boolean;
  readonly certificateEndsInMs?: number;
  /** What is shown: `welcome`, `awaiting` … */
  readonly page?: string;
  /** Which settings it sells by. */
  readonly settings?: number;
};

const WORD_MAX = 64;
const WORDS_MAX = 200;
const OBSTACLES_MAX = 16;
const RELAYS_MAX = 32;
const BYTES_MAX = 2 ** 50;
const COUNT_MAX = 2 ** 31 - 1;
const SECONDS_MAX = 10 * 366 * 86_400;
const YEARS_MS = 100 * 366 * 86_400_000;

/** `undefined` for what is no health at all. Total: whatever comes, it answers. `heardMs`: when it came, since 1970. */
export function readHealth(said: unknown, heardMs: number): HealthSaid | undefined {
  if (!isFields(said)) return undefined;
  const backlog = isFields(said["backlog"]) ? said["backlog"] : {};
  const found = {
    software: word(said["version"]),
    boot: word(said["boot"]),
    uptimeSeconds: within(said["uptimeSeconds"], 0, SECONDS_MAX),
    rss: within(said["rss"], 0, BYTES_MAX),
    heap: within(said["heap"], 0, BYTES_MAX),
    load: within(said["load"], 0, 10_000),
    temperature: within(said["temperature"], -60, 200),
    isThrottled: throttled(said["throttled"]),
    diskFree: within(said["diskFree"], 0, BYTES_MAX),
    unsent: count(said["unsent"]) ?? count(backlog["count"]),
    oldestSeconds: within(backlog["oldestSeconds"], 0, SECONDS_MAX),
    printer: word(said["printer"]),
    panel: words(said["panel"]),
    relays: relays(said["relays"]),
    obstacles: obstacles(said["obstacles"]),
    reconnects: count(said["reconnects"]),
    clockOffsetMs: ahead(within(said["wallMs"], 0, YEARS_MS), heardMs),
    isClockSynced: yesNo(said["clockSynced"]),
    certificateEndsInMs: within(said["certificateEndsInMs"], 0, YEARS_MS),
    page: word(said["page"]),
    settings: count(said["settings"]),
  };
  return withoutHoles(found);
}

/** How often all relays together have closed. */
export const pulsesOf = ({ relays: closed }: Pick<HealthSaid, "relays">): number | undefined =>
  closed && Object.values(closed).reduce((sum, each) => sum + each, 0);

type Fields = Readonly<Record<string, unknown>>;
const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

type Holes<Of> = { readonly [Name in keyof Of]: Of[Name] | undefined };

function withoutHoles(found: Holes<Required<HealthSaid>>): HealthSaid {
  const entries = Object.entries(found).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(entries), obstacles: found.obstacles ?? [] };
}

const within = (value: unknown, least: number, most: number): number | undefined =>
  typeof value === "number" && value >= least && value <= most ? value : undefined;
const count = (value: unknown): number | undefined =>
  Number.isInteger(value) ? within(value, 0, COUNT_MAX) : undefined;
const ahead = (wallMs: number | undefined, heardMs: number): number | undefined =>
  wallMs === undefined ? undefined : wallMs - heardMs;
const yesNo = (value: unknown): boolean | undefined => (typeof value === "boolean" ? value : undefined);

/** Neither control characters nor what turns the direction of a text: these words stand in pages, mails and logs. */
const PLAIN = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u;
const text = (value: unknown, most: number): string | undefined =>
  typeof value === "string" && value.length <= most && PLAIN.test(value) ? value : undefined;
const word = (value: unknown): string | undefined => text(value, WORD_MAX);
const words = (value: unknown): string | undefined => text(value, WORDS_MAX);

/** Yes or no, or the words for what slows it down; none of them: nothing does. */
function throttled(value: unknown): boolean | undefined {
  if (Array.isArray(value)) return value.length > 0;
  return yesNo(value) ?? (typeof value === "string" ? value !== "" && value !== "no" : undefined);
}

function obstacles(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, OBSTACLES_MAX).flatMap((each) => word(each) ?? []);
}

function relays(value: unknown): Readonly<Record<string, number>> | undefined {
  if (!isFields(value)) return undefined;
  const closed = Object.entries(value)
    .slice(0, RELAYS_MAX)
    .flatMap(([line, times]) => {
      const known = count(times);
      return known === undefined || word(line) === undefined ? [] : [[line, known] as const];
    });
  return Object.fromEntries(closed);
}
