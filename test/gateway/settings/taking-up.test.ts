import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import type { GatewayConfig } from "../../../gateway/config.ts";
import { SettingsKeeper, type TendedStand } from "../../../gateway/settings/keeper.ts";
import { Shelf } from "../../../gateway/settings/shelf.ts";
import type { Trade } from "../../../gateway/trade/trade.ts";
import { silentLog } from "../../../host/log.ts";
import type { FileHands } from "../../../host/replace-file.ts";
import { promptDisk } from "../../support/dying-disk.ts";
import { STAND } from "../../support/sale.ts";
import { benchConfig, settingsAt } from "../../support/settings.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

/* When a stand takes settings up, and what it remembers of those that it could not. */

let folder: string;
let clock: VirtualClock;

beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "taking-up-")), "settings");
  clock = new VirtualClock();
  onTestFinished(() => rmSync(join(folder, ".."), { recursive: true, force: true }));
});

const priceIn = (config: Pick<GatewayConfig, "products">): number => config.products[0]?.price ?? 0;
const shelfWith = (hands: FileHands = promptDisk): Shelf => new Shelf({ folder, stand: STAND, log: silentLog, hands });

type Adopts = (price: number) => Promise<string | undefined>;

/** A stand that only says whether it has time, and what became of a trade; its trade is the price. */
class PaperStand {
  isBusy = false;
  isBetweenOrders = true;
  held = 0;
  adopted: number[] = [];
  adopts: Adopts = async () => undefined;
  trade = 15_000 as unknown as Trade;

  hold(): () => void {
    this.held += 1;
    return () => {
      this.held -= 1;
    };
  }

  async adopt(trade: Trade): Promise<string | undefined> {
    this.adopted.push(Number(trade));
    const because = await this.adopts(Number(trade));
    if (because === undefined) this.trade = trade;
    return because;
  }
}

function keeping(shelf: Shelf = shelfWith(), config: GatewayConfig = benchConfig) {
  const stand = new PaperStand();
  const keeper = new SettingsKeeper({
    shelf,
    config,
    tradeOf: (candidate) => priceIn(candidate) as unknown as Trade,
    clock,
    log: silentLog,
    changed: () => undefined,
  });
  const tend = (): void => keeper.tend(stand as TendedStand);
  return { stand, keeper, shelf, tend };
}

const hearing = ({ keeper }: { readonly keeper: SettingsKeeper }, version: number): Promise<void> =>
  keeper.hear(version, settingsAt(version * 1_000));
const forEver = (): Promise<never> => new Promise(() => undefined);

describe("settings that have come", () => {
  test("wait while the stand is busy, as while somebody is in front", async () => {
    const own = keeping();
    own.tend();
    own.stand.isBusy = true;
    await hearing(own, 7);
    await clock.advance(2_000);
    own.stand.isBusy = false;
    own.stand.isBetweenOrders = false;
    await clock.advance(2_000);
    expect(own.stand.adopted).toEqual([]);
    own.stand.isBetweenOrders = true;
    await clock.advance(500);
    expect([own.stand.adopted, own.stand.held, own.shelf.selling?.version]).toEqual([[7_000], 0, 7]);
  });

  test("while others are being taken up come right after them", async () => {
    const own = keeping();
    own.tend();
    own.stand.adopts = () => new Promise((resolve) => clock.after(1_000, () => resolve(undefined)));
    await hearing(own, 7);
    await clock.advance(500);
    await hearing(own, 8);
    expect([own.stand.held, own.shelf.next?.version]).toEqual([1, 8]);
    await clock.advance(3_000);
    expect([own.stand.adopted, own.shelf.selling?.version, own.shelf.next]).toEqual([[7_000, 8_000], 8, undefined]);
  });

  test("are counted before they are tried: a program that ends over them twice has refused them", async () => {
    for (const tries of [1, 2]) {
      const dying = keeping();
      dying.stand.adopts = forEver;
      dying.tend();
      if (tries === 1) await hearing(dying, 7);
      await clock.advance(500);
      expect(dying.stand.adopted).toEqual([7_000]);
      expect(shelfWith().next).toMatchObject({ version: 7, tries });
    }
    const third = keeping();
    third.tend();
    await clock.advance(500);
    expect([third.stand.adopted, third.shelf.refused?.version, third.shelf.next]).toEqual([[], 7, undefined]);
  });

  test("that a disk does not take are not refused: the stand sells as before, and they are tried again in a minute", async () => {
    let isFull = false;
    const write: FileHands["write"] = async (file, text, mode) => {
      if (isFull && file.includes("settings.json")) throw new Error("no space left");
      await promptDisk.write(file, text, mode);
    };
    const own = keeping(shelfWith({ ...promptDisk, write }));
    own.tend();
    isFull = true;
    await hearing(own, 7);
    await clock.advance(59_000);
    expect([own.stand.adopted, own.stand.trade, own.shelf.refused]).toEqual([[7_000, 15_000], 15_000, undefined]);
    isFull = false;
    await clock.advance(2_000);
    expect([own.stand.trade, own.shelf.selling?.version]).toEqual([7_000, 7]);
  });

  test("are not taken up by a stand that ends, which waits for those that it has begun with", async () => {
    const own = keeping();
    own.tend();
    let adopted: (because: undefined) => void = () => undefined;
    own.stand.adopts = () => new Promise((resolve) => (adopted = resolve));
    await hearing(own, 7);
    await clock.advance(500);
    let isClosed = false;
    const closing = own.keeper.close().then(() => (isClosed = true));
    await clock.advance(1_000);
    expect(isClosed).toBe(false);
    adopted(undefined);
    await closing;
    expect(own.shelf.selling?.version).toBe(7);
    await hearing(own, 8);
    await clock.advance(60_000);
    expect([own.stand.adopted, own.shelf.next?.version, clock.pending]).toEqual([[7_000], 8, 0]);
  });

  test("hold up no end for longer than five seconds, and none that wait leave a timer", async () => {
    const own = keeping();
    own.tend();
    own.stand.adopts = forEver;
    await hearing(own, 7);
    await clock.advance(500);
    const closing = own.keeper.close();
    await clock.advance(5_000);
    await closing;
    const waiting = keeping(shelfWith());
    waiting.stand.isBusy = true;
    waiting.tend();
    await clock.advance(100);
    await waiting.keeper.close();
    expect(clock.pending).toBe(0);
  });
});

describe("a stand that starts anew", () => {
  const fits = { settings: settingsAt(8_000), because: "no such line", by: "fit" } as const;

  test("takes older ones up no more, though they fit now: newer ones are in use", async () => {
    const shelf = shelfWith();
    await shelf.sell({ version: 9, settings: settingsAt(9_000) });
    await shelf.refuse({ ...fits, version: 8 });
    const own = keeping(shelfWith());
    expect(priceIn(await own.keeper.firstConfig())).toBe(9_000);
    expect([own.shelf.next, own.shelf.refused, shelfWith().refused]).toEqual([undefined, undefined, undefined]);
  });

  test("does not try again by itself what ended the program", async () => {
    await shelfWith().refuse({ ...fits, version: 8, by: "use" });
    const own = keeping(shelfWith());
    expect(priceIn(await own.keeper.firstConfig())).toBe(15_000);
    expect([own.shelf.next, own.shelf.refused?.version]).toEqual([undefined, 8]);
  });
});
