import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Trade } from "../../../gateway/trade/trade.ts";
import { newKeyPair } from "../../../protocol/keys.ts";
import { rupiah } from "../../../protocol/rupiah.ts";
import type { Settings } from "../../../protocol/settings.ts";
import type { DownBody, UpBody } from "../../../protocol/statements.ts";
import { qrFor } from "../../support/sale.ts";
import { benchConfig, settingsAt } from "../../support/settings.ts";
import { backendJwk, blankDrawing } from "../../support/stand-on-bench.ts";
import { until } from "../../support/until.ts";
import { settle } from "../../support/virtual-clock.ts";
import { type CaredFor, type CaredForOptions, caredFor } from "./cared-for.ts";

let folder: string;
let cared: CaredFor;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "keeper-"));
});
afterEach(async () => {
  await cared.close();
  rmSync(folder, { recursive: true, force: true });
});

const open = async (options: Omit<CaredForOptions, "folder"> = {}): Promise<void> => {
  cared = await caredFor({ folder, ...options });
  await settle();
};
const push = (version: number, settings: Settings = settingsAt(version * 1_000)): Promise<void> =>
  cared.bench.backend.say({ type: "settings", version, settings });
const price = (): number | undefined => cared.bench.stand.trade.menu[0]?.price;
const told = (version: number): Promise<void> =>
  until(`the stand tells of ${version}`, () => {
    cared.bench.clock.pass(500);
    const using = cared.using();
    return using?.settings.version === version || using?.settings.refused?.version === version;
  });
const charges = (): readonly Extract<UpBody, { type: "charge" }>[] =>
  cared.bench.backend.heard.filter((body) => body.type === "charge");

async function press(): Promise<void> {
  await cared.bench.stand.press("new");
  await settle();
}

describe("settings that the backend sends", () => {
  test("are used for the next customer, shown, and told of when they are on the disk", async () => {
    await open();
    expect(cared.using()).toMatchObject({ settings: { version: 0 }, keys: { version: 0 }, software: "1.2.3" });
    await push(7, { ...settingsAt(17_000), texts: { name: "Kopi Baru" } });
    await told(7);
    expect(cared.shelf.selling?.version).toBe(7);
    expect(cared.bench.stand.pageNow().title.first).toBe("Kopi Baru");
    await press();
    expect(charges().at(-1)).toMatchObject({ amount: 17_000 });
  });

  test("wait while somebody is served, and are used when the last customer is surely gone", async () => {
    await open();
    await press();
    await push(7);
    await cared.bench.clock.advance(10_000);
    expect([price(), cared.shelf.next?.version, cared.using()?.settings.version]).toEqual([15_000, 7, 0]);
    await cared.bench.stand.cancel();
    await cared.bench.clock.advance(19_000);
    expect(price()).toBe(15_000);
    await told(7);
    expect(price()).toBe(7_000);
  });

  test("of an older version, or the same one again, change nothing; the backend is told what is used", async () => {
    await open();
    await push(7);
    await told(7);
    const before = cared.bench.backend.heard.length;
    await push(6);
    await push(7, settingsAt(1));
    await settle();
    expect(price()).toBe(7_000);
    expect(cared.bench.backend.heard.slice(before)).toMatchObject([
      { type: "using", settings: { version: 7 } },
      { type: "using", settings: { version: 7 } },
    ]);
  });

  test("of somebody whom the stand does not trust are not heard, and neither are his keys", async () => {
    await open();
    await push(2);
    await told(2);
    const { backend } = cared.bench;
    const trusted = backend.key;
    backend.key = newKeyPair().signing;
    const before = backend.heard.length;
    await push(9);
    await backend.say({ type: "keys", version: 9, keys: [backend.key.publicJwk] });
    await backend.say({ type: "look" });
    await cared.bench.clock.advance(5_000);
    expect([price(), cared.shelf.newest, cared.keys.version, backend.heard.length]).toEqual([2_000, 2, 0, before]);
    backend.key = trusted;
    await push(3);
    await told(3);
  });

  test("that name what the stand does not have are refused in words, also after a restart, and it goes on selling", async () => {
    await open();
    await push(7);
    await told(7);
    await push(8, settingsAt(8_000, { button: "cancel" }));
    await told(8);
    const refused = { version: 8, because: 'products.0.button: "cancel" is the cancel button' };
    expect(cared.using()?.settings).toEqual({ version: 7, refused });
    await cared.close();
    await open();
    expect(cared.using()?.settings).toEqual({ version: 7, refused });
    expect(price()).toBe(7_000);
  });

  test("that named what was missing are used once the technician has put it there", async () => {
    await open({ config: { ...benchConfig, buttons: { cancel: "b1" } } });
    await push(7, settingsAt(7_000, { button: "b1" }));
    await told(7);
    expect(cared.using()?.settings.version).toBe(0);
    await cared.close();
    await open();
    await told(7);
    expect(cared.using()?.settings).toEqual({ version: 7 });
  });

  test("whose line has no relay are given back", async () => {
    await open();
    await push(7, settingsAt(7_000, { line: "nowhere" }));
    await told(7);
    expect(cared.using()?.settings).toMatchObject({
      version: 0,
      refused: { because: '"nowhere" is no relay of this stand' },
    });
    expect(price()).toBe(15_000);
  });

  test("whose page cannot be drawn are given back, and the last good ones are on the glass", async () => {
    const page: typeof blankDrawing.page = (drawn, size) => {
      if (drawn.title.first === "Bad") throw new Error("no such letter");
      return blankDrawing.page(drawn, size);
    };
    await open({ drawing: { ...blankDrawing, page } });
    await push(7, { ...settingsAt(7_000), texts: { name: "Bad" } });
    await told(7);
    expect(cared.using()?.settings).toMatchObject({
      version: 0,
      refused: { version: 7, because: "a page cannot be drawn: no such letter" },
    });
    await cared.bench.stand.firstPage();
    expect([cared.bench.stand.pageNow().title.first, cared.bench.stand.screenFailure]).toEqual([
      "Kopi Lobi",
      undefined,
    ]);
    await press();
    expect(charges()).toMatchObject([{ amount: 15_000 }]);
  });

  test("that the program ended over twice are not tried a third time", async () => {
    await open();
    await cared.shelf.want({ version: 7, settings: settingsAt(7_000), tries: 2 });
    await cared.close();
    await open();
    await told(7);
    expect(cared.using()?.settings).toMatchObject({ version: 0, refused: { version: 7 } });
  });

  test("that no longer fit a changed configuration leave the stand with its own", async () => {
    await open();
    await push(7);
    await told(7);
    await cared.close();
    await open({
      config: { ...benchConfig, buttons: { cancel: "new" }, products: [{ ...productOf(), button: "b1" }] },
    });
    expect(cared.using()?.settings).toMatchObject({ version: 0, refused: { version: 7 } });
    expect(price()).toBe(15_000);
  });
});

const productOf = () => {
  const [product] = benchConfig.products;
  if (product === undefined) throw new Error("the bench sells coffee");
  return product;
};

test("keys that the backend names are the only ones believed from then on, and after a restart", async () => {
  await open();
  const next = newKeyPair();
  const { backend } = cared.bench;
  await backend.say({ type: "keys", version: 1, keys: [backendJwk, next.publicJwk] });
  expect(cared.using()?.keys).toEqual({ version: 1 });
  const old = backend.key;
  backend.key = next.signing;
  await backend.say({ type: "keys", version: 2, keys: [next.publicJwk] });
  expect(cared.using()?.keys).toEqual({ version: 2 });
  backend.key = old;
  await backend.say({ type: "keys", version: 3, keys: [backendJwk] });
  expect(cared.keys.version).toBe(2);
  await cared.close();
  await open();
  expect([cared.keys.version, cared.keys.get(old.kid)]).toEqual([2, undefined]);
});

test("who looks is shown the page, at most every two seconds", async () => {
  const png = async () => new Uint8Array([0xff, 0xfe]);
  await open({ drawing: { ...blankDrawing, png } });
  const seen = () => cared.bench.backend.heard.filter((body) => body.type === "seen");
  await cared.bench.backend.say({ type: "look" });
  await cared.bench.backend.say({ type: "look" });
  await expect.poll(seen).toEqual([{ type: "seen", page: "welcome", png: "__4" }]);
  await cared.bench.clock.advance(2_000);
  await press();
  await cared.bench.backend.say({ type: "look" });
  await expect.poll(seen).toMatchObject([{ page: "welcome" }, { page: "charging" }]);
});

describe("settings that come at any moment of any sale", () => {
  type Act = "push" | "bad" | "press" | "offer" | "pay" | "cancel" | "wait" | "restart";
  const acts = fc.array(
    fc.constantFrom<Act>("push", "bad", "press", "press", "offer", "offer", "pay", "pay", "cancel", "wait", "restart"),
    { minLength: 5, maxLength: 25 },
  );

  test("never change an order that has begun, and the stand always has good ones", { timeout: 60_000 }, async () => {
    await open();
    await fc.assert(
      fc.asyncProperty(acts, async (story) => {
        await anew();
        let version = 0;
        for (const act of story) {
          if (act === "push" || act === "bad") version += 1;
          await watched(act, version);
        }
        await comesToRest(version);
      }),
      { numRuns: 25, seed: 7 },
    );
  });

  const front = () => cared.bench.stand.stand.front;
  const say = async (body: DownBody): Promise<void> => {
    await cared.bench.backend.say(body);
    await settle();
  };
  const anew = async (): Promise<void> => {
    await cared.close();
    rmSync(folder, { recursive: true, force: true });
    folder = mkdtempSync(join(tmpdir(), "keeper-"));
    await open();
  };
  const doing: Record<Act, (version: number) => Promise<void>> = {
    push: (version) => push(version, settingsAt(1_000 + version)),
    bad: (version) => push(version, settingsAt(1_000 + version, { button: "cancel" })),
    restart: async () => {
      await cared.close();
      await open();
    },
    press,
    offer: async () => {
      const order = front();
      if (order?.at !== "charging") return;
      const { id, amount } = order.order;
      await say({ type: "offer", order: id, amount, qr: qrFor(amount), validForMs: 120_000 });
    },
    pay: async () => {
      const order = front();
      if (order?.at !== "awaiting") return;
      const { id, amount } = order.order;
      await say({ type: "settled", order: id, amount, paidAt: "2026-01-01T07:00:30+07:00" });
    },
    cancel: async () => {
      await cared.bench.stand.cancel();
      await settle();
    },
    wait: () => cared.bench.clock.advance(30_000),
  };

  async function watched(act: Act, version: number): Promise<void> {
    const { stand } = cared.bench;
    const before = stand.stand.isBetweenOrders ? undefined : stand.trade;
    await doing[act](version);
    if (cared.bench.stand === stand) isUnchanged(act, before);
    expect(cared.bench.stand.trade.menu[0]?.button).toBe("new");
  }

  /** An order that was begun before, and is not over, is sold by what it was begun with. */
  function isUnchanged(act: Act, before: Trade | undefined): void {
    const { stand } = cared.bench;
    const isSame = before === undefined || stand.stand.isBetweenOrders || stand.trade === before;
    expect(isSame, `${act} changed what is sold within an order`).toBe(true);
    const order = front();
    if (order?.at === "charging") expect(stand.trade.menu[0]?.price).toBe(order.order.amount);
  }

  /** The newest that the stand has heard of is used, or refused, once nobody is in front. */
  async function comesToRest(version: number): Promise<void> {
    if (version === 0) return;
    await cared.bench.stand.cancel();
    await until("nothing is to come any more", () => {
      cared.bench.clock.pass(1_000);
      return cared.shelf.next === undefined;
    });
    expect(cared.shelf.newest).toBe(version);
    const selling = cared.shelf.selling?.version ?? 0;
    expect(cared.bench.stand.trade.menu[0]?.price).toBe(selling === 0 ? rupiah(15_000) : rupiah(1_000 + selling));
  }
});
