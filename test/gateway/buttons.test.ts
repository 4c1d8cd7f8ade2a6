import { beforeEach, describe, expect, test } from "vitest";
import { listenToButtons } from "../../gateway/buttons.ts";
import { silentLog } from "../../host/log.ts";
import type { Stop } from "../../protocol/time.ts";
import { type InputInHand, inputInHand } from "../support/input-in-hand.ts";
import { coffee } from "../support/sale.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

let clock: VirtualClock;
let cancel: InputInHand;
let product: InputInHand;
/** What the stand was asked for, and when. */
let asked: string[];
let isFreeForService: boolean;
let stop: Stop;
beforeEach(() => {
  clock = new VirtualClock();
  [cancel, product] = [inputInHand(), inputInHand()];
  asked = [];
  isFreeForService = true;
  const note = async (what: string): Promise<void> => {
    asked.push(`${clock.now().ms} ${what}`);
  };
  stop = listenToButtons({
    stand: {
      get isFreeForService() {
        return isFreeForService;
      },
      press: async (button) => {
        await note(button);
        return "begun";
      },
      cancel: () => note("cancel"),
      serve: () => note("serve"),
    },
    menu: [coffee],
    cancel: "cancel",
    longPressMs: 3_000,
    clock,
    log: silentLog,
    input: (name) => (name === "cancel" ? cancel : product).input,
  });
});

describe("the cancel button", () => {
  test("cancels when it goes down, not when it is let go", async () => {
    cancel.hold(true);
    await clock.advance(200);
    cancel.hold(false);
    await clock.advance(10_000);
    expect(asked).toEqual(["0 cancel"]);
  });

  test("held down for long asks for the service page as well, once", async () => {
    cancel.hold(true);
    await clock.advance(2_999);
    expect(asked).toEqual(["0 cancel"]);
    await clock.advance(10_000);
    cancel.hold(false);
    expect(asked).toEqual(["0 cancel", "3000 serve"]);
  });

  test("let go in time asks for nothing more, however often", async () => {
    for (const _ of [1, 2, 3]) {
      cancel.hold(true);
      await clock.advance(2_000);
      cancel.hold(false);
      await clock.advance(100);
    }
    await clock.advance(10_000);
    expect(asked).toEqual(["0 cancel", "2100 cancel", "4200 cancel"]);
  });

  test("that ended somebody's order, or closed the page, asks for nothing more however long it is held", async () => {
    isFreeForService = false;
    cancel.hold(true);
    isFreeForService = true;
    await clock.advance(10_000);
    expect(asked).toEqual(["0 cancel"]);
  });

  test("held down when nobody listens any more does nothing", async () => {
    cancel.hold(true);
    stop();
    await clock.advance(10_000);
    cancel.hold(false);
    cancel.hold(true);
    expect(asked).toEqual(["0 cancel"]);
    expect(clock.pending).toBe(0);
  });
});

test("a product's button asks for its product, once for each press however long", async () => {
  product.hold(true);
  await clock.advance(10_000);
  product.hold(false);
  product.hold(true);
  expect(asked).toEqual([`0 ${coffee.button}`, `10000 ${coffee.button}`]);
});
