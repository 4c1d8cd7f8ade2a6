import type { Alarm, Effect, Event, State } from "../../backend/ledger/words.ts";
import type { Heard } from "./backend-process.ts";
import type { Banks } from "./banks.ts";

/** What is remembered of an order that its state alone does not tell. */
export type Story = {
  /** Releases that were ordered after the first. */
  releases: number;
  /** The stand itself does not know whether the goods are out. */
  isUnclear: boolean;
  /** How much should go back at most, by everybody's decisions together. */
  decided: number;
  /** A part of a payment was to go back, and the rest to stay. */
  isPart: boolean;
  /** Staff gave money back before the stand had said what became of the goods. */
  isBlind: boolean;
  /** Staff gave money back for goods that were out. */
  isGoodwill: boolean;
  /** Staff settled it outside of these books. */
  isByHand: boolean;
  readonly alarms: Set<Alarm>;
};

const newStory = (): Story => ({
  releases: 0,
  isUnclear: false,
  decided: 0,
  isPart: false,
  isBlind: false,
  isGoodwill: false,
  isByHand: false,
  alarms: new Set(),
});

/** Every order's story as it reaches the backend's disk, and what must never be decided, as it was decided. */
export class Stories {
  readonly #stories = new Map<string, Story>();
  readonly #banks: Banks;
  /** Orders whose money is on its way back. */
  readonly refunding = new Set<string>();
  readonly wrongs: string[] = [];

  constructor(banks: Banks) {
    this.#banks = banks;
  }

  of(order: string): Story {
    const known = this.#stories.get(order);
    if (known !== undefined) return known;
    const story = newStory();
    this.#stories.set(order, story);
    return story;
  }

  hear({ order, event, before, took }: Heard): void {
    const story = this.of(order);
    if (event.type === "not-delivered" && UNCLEAR.includes(event.because)) story.isUnclear = true;
    if (took === undefined) return;
    if (took.after.at === "refunding") this.refunding.add(order);
    else this.refunding.delete(order);
    this.#hearEffects(story, order, took.effects);
    hearDecision(story, event, before, took.after);
    const isOwedAnew = took.after.at === "owed" && before?.at !== "owed";
    if (isOwedAnew && story.alarms.size === 0) this.wrongs.push(`${order} is owed, and nobody is told`);
  }

  #hearEffects(story: Story, order: string, effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.do === "alarm") this.#hearAlarm(story, order, effect.alarm);
      if (effect.do === "tell" && effect.body.type === "release") this.#hearRelease(story, order);
    }
  }

  #hearAlarm(story: Story, order: string, alarm: Alarm): void {
    story.alarms.add(alarm);
    if (alarm === "refunded-elsewhere" && !this.#banks.givenByHand.has(order)) {
      this.wrongs.push(`a refund of ${order} is alarmed, and nobody but the backend made one`);
    }
  }

  #hearRelease(story: Story, order: string): void {
    story.releases += 1;
    if (this.#banks.refunds.mayBeBack(order)) {
      this.wrongs.push(`a release of ${order} was ordered, and its money is, or may be, on its way back`);
    }
  }
}

function hearDecision(story: Story, event: Event, before: State | undefined, after: State): void {
  if (event.type === "remedied") story.isByHand = true;
  if (event.type === "refund-ordered") {
    story.decided += event.amount ?? Number.POSITIVE_INFINITY;
    if (event.amount !== undefined) story.isPart = true;
    if (before?.at === "paid") story.isBlind = true;
    if (areGoodsOut(before)) story.isGoodwill = true;
  } else if (after.at === "refunding" && before?.at !== "refunding") story.decided = Number.POSITIVE_INFINITY;
}

const UNCLEAR: readonly string[] = ["release-unclear", "not-confirmed", "unknown-here"];
const areGoodsOut = (state: State | undefined): boolean =>
  state?.at === "delivered" || (state?.at === "owed" && state.delivered);
