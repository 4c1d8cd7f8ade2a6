import { closeSync, existsSync, openSync, writeSync } from "node:fs";
import { EXIT_BAD_CONFIG, explainErrors } from "../../host/config.ts";
import { type Asked, type Command, FAILED, MISUSED } from "../../host/program.ts";
import { JournalFault } from "../../journal/journal.ts";
import { flawsOfSqliteJournal, type ReadableJournal, readSqliteJournal } from "../../journal/sqlite/open.ts";
import { claimCodeOf, type OrderId } from "../../protocol/ids.ts";
import { showRupiah } from "../../protocol/rupiah.ts";
import type { Zone } from "../../protocol/wall-text.ts";
import type { GatewayConfig } from "../config.ts";
import { tellKinds } from "../order/effects.ts";
import { isOpen } from "../order/order.ts";
import { leadTo } from "../order/replay.ts";
import { standShape } from "../order/shape.ts";
import { stateWords, storyLines, timeText } from "../order/story.ts";
import type { Effect, Event, State } from "../order/words.ts";
import { readGatewayConfig } from "../read-config.ts";

/** What the stand's journal says, to a person. Reads only, and works while the daemon runs. */

type Reading = ReadableJournal<State, Event, Effect>;
type Desk = { readonly asked: Asked; readonly journal: Reading; readonly config: GatewayConfig };

const USUAL_LIMIT = 20;
const PAGE_ORDERS = 500;
const EVER: Stretch = { fromWall: 0 };

/** The orders begun last, the latest first: all, or only those that are `--open` or `--owed`. */
export const list: Command = (asked) =>
  reading(asked, async ({ journal, config }) => {
    const limit = limitAsked(asked);
    if (limit === undefined) return misused(asked, `--limit "${asked.options["limit"]}" is no number of orders`);
    const orders = (await journal.latest(Number.MAX_SAFE_INTEGER)).filter(({ state }) => isWanted(asked, state));
    for (const { state } of orders.slice(0, limit)) asked.print(lineOf(state, config.stand.zone));
    const more = orders.length - limit;
    if (orders.length === 0) asked.say("no such orders");
    if (more > 0) asked.say(`${more} more: --all or --limit N`);
    return 0;
  });

/** One order's story. The argument is its id, the claim code on its receipt, or what a controller calls it. */
export const show: Command = (asked) =>
  reading(asked, async ({ journal, config }) => {
    const found = await named(journal, asked.argument);
    const [only, other] = found;
    if (only === undefined) return failed(asked, `no order of this journal is called "${asked.argument}"`);
    if (other !== undefined) return failed(asked, `several are: ${found.map(({ order }) => order.id).join(", ")}`);
    for (const line of storyLines(only, await journal.story(only.order.id), config.stand.zone)) asked.print(line);
    return 0;
  });

/** Whether the file is sound, no event is missing, and every order's events lead to the state that is stored. */
export const verify: Command = (asked) =>
  reading(asked, async ({ journal, config }) => {
    const flaws = [...flawsOfSqliteJournal(config.journal.file)];
    let [orders, events] = [0, 0];
    for await (const order of ordersIn(journal, EVER)) {
      const { story, state } = await agreed(journal, order);
      orders += 1;
      events += story.length;
      if (state === undefined) flaws.push(`${order}: its events do not lead to the state that is stored`);
    }
    for (const flaw of flaws) asked.print(flaw);
    const { count } = await journal.backlog(tellKinds);
    asked.say(`journal ${journal.id}: ${orders} orders, ${events} events, ${count} statements wait for the backend`);
    asked.say(flaws.length === 0 ? "all of it agrees" : `${flaws.length} flaws`);
    return flaws.length === 0 ? 0 : FAILED;
  });

/** One JSON line an order into a new file, those since a day (`--since 2026-11-20`, in the stand's zone) or all. */
export const exportLines: Command = (asked) =>
  reading(asked, async ({ journal, config }) => {
    const since = sinceAsked(asked, config.stand.zone);
    if (since === undefined) return misused(asked, `--since "${asked.options["since"]}" is no day: write 2026-11-20`);
    let orders = 0;
    const file = openSync(asked.argument, "wx", 0o600);
    try {
      for await (const order of ordersIn(journal, since)) {
        writeSync(file, `${JSON.stringify(await recordOf(journal, order), withoutPage)}\n`);
        orders += 1;
      }
    } finally {
      closeSync(file);
    }
    asked.say(`${orders} orders are in ${asked.argument}`);
    return 0;
  });

async function reading(asked: Asked, work: (desk: Desk) => Promise<number>): Promise<number> {
  const read = readGatewayConfig(asked.config);
  if (read.is === "bad") {
    asked.say(explainErrors(asked.config, read.errors));
    return EXIT_BAD_CONFIG;
  }
  const { file } = read.config.journal;
  if (!existsSync(file))
    return failed(asked, `there is no journal ${file}: the stand has never run with this configuration`);
  try {
    return await withJournal(file, (journal) => work({ asked, journal, config: read.config }));
  } catch (error) {
    if (error instanceof JournalFault || (error instanceof Error && "code" in error))
      return failed(asked, error.message);
    throw error;
  }
}

async function withJournal(file: string, work: (journal: Reading) => Promise<number>): Promise<number> {
  const journal = readSqliteJournal(file, standShape);
  try {
    return await work(journal);
  } finally {
    await journal.close();
  }
}

function failed(asked: Asked, because: string): number {
  asked.say(because);
  return FAILED;
}

function misused(asked: Asked, because: string): number {
  asked.say(because);
  return MISUSED;
}

function limitAsked({ options: { limit }, flags }: Asked): number | undefined {
  if (limit === undefined) return flags.has("all") ? Number.MAX_SAFE_INTEGER : USUAL_LIMIT;
  return /^[1-9]\d{0,6}$/.test(limit) ? Number(limit) : undefined;
}

function isWanted({ flags }: Asked, state: State): boolean {
  if (flags.has("owed")) return state.at === "troubled";
  return !flags.has("open") || isOpen(state);
}

const lineOf = (state: State, zone: Zone): string =>
  [
    state.order.id,
    claimCodeOf(state.order.id),
    timeText(state.order.begunAt, zone),
    showRupiah(state.order.amount),
    stateWords(state),
  ].join("  ");

/** Orders that the argument may mean: in an id or claim code small letters, spaces and strokes do not matter. */
async function named(journal: Reading, argument: string): Promise<readonly State[]> {
  const word = argument.toUpperCase().replaceAll(/[^0-9A-Z]/g, "");
  const whole = await journal.stateOf(word);
  if (whole !== undefined) return [whole];
  const kept = await journal.latest(Number.MAX_SAFE_INTEGER);
  const isMeant = ({ order }: State): boolean =>
    order.reference === argument || (word.length >= 8 && order.id.endsWith(word));
  return kept.map(({ state }) => state).filter(isMeant);
}

type Stretch = { readonly fromWall: number };

async function* ordersIn(journal: Reading, { fromWall }: Stretch): AsyncGenerator<OrderId> {
  let after: number | undefined;
  do {
    const span = { fromWall, toWall: Number.MAX_SAFE_INTEGER, limit: PAGE_ORDERS };
    const page = await journal.inSpan(after === undefined ? span : { ...span, after });
    for (const order of page.orders) yield order as OrderId;
    after = page.next;
  } while (after !== undefined);
}

type Agreed = { readonly story: Awaited<ReturnType<Reading["story"]>>; readonly state: State | undefined };

/** The daemon may write between two looks, so what does not agree is looked at again. */
async function agreed(journal: Reading, order: OrderId, tries = 3): Promise<Agreed> {
  const story = await journal.story(order);
  const state = await journal.stateOf(order);
  const events = story.map(({ event }) => event);
  if (state !== undefined && leadTo(events, state)) return { story, state };
  return tries > 1 ? agreed(journal, order, tries - 1) : { story, state: undefined };
}

async function recordOf(journal: Reading, order: OrderId) {
  const story = await journal.story(order);
  return {
    order,
    claim: claimCodeOf(order),
    state: await journal.stateOf(order),
    story: story.map(({ event, wall }) => ({ at: new Date(wall).toISOString(), ...event })),
  };
}

/** Whoever has a customer's page address sees the order. */
const withoutPage = (name: string, value: unknown): unknown => (name === "page" ? undefined : value);

const DAY = /^\d{4}-\d\d-\d\d$/;
const OFFSETS: Readonly<Record<Zone, string>> = { WIB: "+07:00", WITA: "+08:00", WIT: "+09:00" };

function sinceAsked({ options: { since } }: Asked, zone: Zone): Stretch | undefined {
  if (since === undefined) return EVER;
  const fromWall = Date.parse(`${since}T00:00:00${OFFSETS[zone]}`);
  return DAY.test(since) && !Number.isNaN(fromWall) ? { fromWall } : undefined;
}
