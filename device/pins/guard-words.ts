import type { Broken } from "./contacts.ts";

/** What the daemon and its guard say to each other: a JSON object a line, over the guard's standard input and output. */

/** First of all: which chip, and the relays on it. */
export type GuardSetup = {
  readonly chips: readonly string[];
  readonly relays: readonly {
    readonly name: string;
    readonly line: number;
    readonly activeLow: boolean;
    /** Never closed for longer. */
    readonly mostMs: number;
  }[];
  /** Without a word from the daemon for so long, all contacts open. */
  readonly silenceMs: number;
};

export type ToGuard =
  | { readonly say: "setup"; readonly setup: GuardSetup }
  | { readonly say: "alive" }
  | { readonly say: "pulse"; readonly id: number; readonly relay: string; readonly ms: number };

export type FromGuard =
  /** It holds the lines, and all contacts are open. */
  | { readonly say: "holding"; readonly where: string }
  | { readonly say: "refused"; readonly because: string }
  | { readonly say: "pulsed"; readonly id: number; readonly broken?: Broken };

export const write = (word: ToGuard | FromGuard): string => `${JSON.stringify(word)}\n`;

/** Both ends are ours and of one version: what is not a word of it is a broken promise. Throws. */
export function readWord<Word extends ToGuard | FromGuard>(line: string, known: readonly Word["say"][]): Word {
  const word: unknown = JSON.parse(line);
  const says = typeof word === "object" && word !== null && "say" in word ? word.say : undefined;
  if (!known.some((each) => each === says))
    throw new Error(`no word between a daemon and its guard: ${line.slice(0, 80)}`);
  return word as Word;
}

export const TO_GUARD: readonly ToGuard["say"][] = ["setup", "alive", "pulse"];
export const FROM_GUARD: readonly FromGuard["say"][] = ["holding", "refused", "pulsed"];
