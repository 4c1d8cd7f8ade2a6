import { isOrderId, type OrderId, type ReleaseId } from "../../protocol/ids.ts";
import type { OpenStand } from "../open-stand.ts";
import { type Event, isHandOver, type Opening, type Order, type State } from "../order/words.ts";
import type { Obstacle } from "../readiness/preflight.ts";
import type { StandJournal } from "../stand.ts";
import type { Sale } from "../trade/menu.ts";
import type { References } from "./references.ts";
import { type Controllers, isControllers } from "./shown.ts";
import type { OrderRequest, ReleaseAnswer } from "./words.ts";

export type OrdersOptions = {
  readonly stand: { readonly stand: Pick<OpenStand["stand"], "report">; order: OpenStand["order"] };
  readonly journal: Pick<StandJournal, "stateOf" | "story">;
  readonly references: References;
  /** Whether the stand has a relay on this line. */
  hasRelay(line: string): boolean;
};

/** `known`: this reference has this very order already. `other`: it has one that is not the same. */
export type Placed =
  | { readonly is: "begun" | "known" | "other"; readonly state: State }
  | { readonly is: "busy" | "no-relay" }
  | { readonly is: "hindered"; readonly obstacles: readonly Obstacle[] };

export type Cancelled = { readonly is: "cancelled" | "paid"; readonly state: State } | { readonly is: "unknown" };

/** `other`: the release has been answered differently. `late`: its window had ended, or nobody knows what became of it. */
export type Answered =
  | { readonly is: "answered" | "other" | "late" | "ours" | "no-release"; readonly state: State }
  | { readonly is: "unknown" };

/** What controllers may do with orders: their own, and no others. Everything rejects with `JournalFault` only. */
export class Orders {
  readonly #options: OrdersOptions;
  #placing: Promise<unknown> = Promise.resolve();

  constructor(options: OrdersOptions) {
    this.#options = options;
  }

  /** One after another: of two requests with one reference the second finds the first one's order. */
  async place(request: OrderRequest): Promise<Placed> {
    const placed = this.#placing.then(() => this.#place(request));
    this.#placing = placed.catch(() => undefined);
    return placed;
  }

  /** The order of this id, where a controller began it. */
  async find(id: string | undefined): Promise<State | undefined> {
    if (!isOrderId(id)) return undefined;
    const state = await this.#options.journal.stateOf(id);
    return state !== undefined && isControllers(state.order) ? state : undefined;
  }

  async findByReference(reference: string): Promise<State | undefined> {
    return this.find(await this.#options.references.find(reference));
  }

  /** Nobody pays it any more; what is ended already stays as it is. */
  async cancel(id: string | undefined): Promise<Cancelled> {
    const before = await this.find(id);
    if (before === undefined) return { is: "unknown" };
    if (before.at === "charging" || before.at === "awaiting")
      await this.#options.stand.stand.report(before.order.id, { type: "cancel-pressed" });
    const state = (await this.find(id)) ?? before;
    return { is: isUnpaid(state) ? "cancelled" : "paid", state };
  }

  /** The controller says what became of a release. The journal decides which answer was the first. */
  async answer(id: string | undefined, release: string, said: ReleaseAnswer): Promise<Answered> {
    const before = await this.find(id);
    if (before === undefined) return { is: "unknown" };
    const refused = refusedFor(before, release);
    if (refused !== undefined) return { is: refused, state: before };
    const event = eventOf(release as ReleaseId, said);
    if (before.at === "releasing") await this.#options.stand.stand.report(before.order.id, event);
    const state = (await this.find(id)) ?? before;
    const outcome = await this.#outcomeOf(before.order.id, release);
    if (outcome === undefined) return { is: "late", state };
    return { is: outcome === event.type ? "answered" : "other", state };
  }

  async #place(request: OrderRequest): Promise<Placed> {
    const sale = saleIn(request);
    const before = await this.findByReference(request.reference);
    if (before !== undefined) return { is: isSameSale(before.order, sale) ? "known" : "other", state: before };
    if (!isHandOver(sale.opening) && !this.#options.hasRelay(sale.opening.line)) return { is: "no-relay" };
    const became = await this.#options.stand.order(sale);
    if (became === "busy") return { is: "busy" };
    if ("obstacles" in became) return { is: "hindered", obstacles: became.obstacles };
    return this.#begun(became.begun, request.reference);
  }

  async #begun({ id }: Order, reference: string): Promise<Placed> {
    this.#options.references.add(reference, id);
    const state = await this.find(id);
    if (state === undefined) throw new Error(`order ${id} has begun, and the journal does not know it`);
    return { is: "begun", state };
  }

  /** How the controller ended this release; nothing where it did not, or not in time. */
  async #outcomeOf(order: OrderId, release: string): Promise<OutcomeEvent["type"] | undefined> {
    const story = await this.#options.journal.story(order);
    return story.map(({ event }) => event).find((event) => isOutcomeOf(event, release))?.type;
  }
}

type OutcomeEvent = Extract<Event, { readonly type: "released" | "not-released" }>;

const isOutcomeOf = (event: Event, release: string): event is OutcomeEvent =>
  (event.type === "released" || event.type === "not-released") && event.release === release;

/** It was ended without money; what was remedied had been paid. */
const isUnpaid = (state: State): boolean =>
  state.at === "closing" || (state.at === "closed" && state.ending.is !== "remedied");

/** A release of ours is ours to tell of; and the order must have had one of this id. */
function refusedFor(state: State, release: string): "ours" | "no-release" | undefined {
  const { opening } = state.order;
  if (opening === undefined || !isHandOver(opening)) return "ours";
  const releases: readonly string[] = "releases" in state ? state.releases : [];
  // An order whose money was given back has forgotten its releases, but not its story.
  return state.at === "closed" || releases.includes(release) ? undefined : "no-release";
}

function eventOf(release: ReleaseId, said: ReleaseAnswer): OutcomeEvent {
  if (said.outcome === "delivered") return { type: "released", release, confirmed: said.confirmed };
  const words = said.because === undefined ? {} : { words: said.because };
  return { type: "not-released", release, because: "release-failed", ...words };
}

const saleIn = ({ amount, items, reference, release }: OrderRequest): Sale => ({
  amount,
  items,
  reference,
  opening: openingIn(release),
});

const openingIn = (release: OrderRequest["release"]): Opening =>
  "by" in release
    ? { by: "controller", windowMs: release.window_ms }
    : { line: release.line, pulseMs: release.pulse_ms };

const isSameSale = (order: Order, sale: Sale): boolean => isControllers(order) && wordsOf(order) === wordsOf(sale);

/** All that a controller said of an order, in one order of words. */
function wordsOf({ amount, items, opening }: Sale | Controllers): string {
  const lines = items.map(({ product, name, price, quantity }) => [product, name, price, quantity]);
  const way = isHandOver(opening) ? [opening.by, opening.windowMs] : [opening.line, opening.pulseMs];
  return JSON.stringify([amount, lines, way]);
}
