import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import type { State } from "../../backend/ledger/words.ts";
import { readQrImage } from "../../backend/providers/qr-image.ts";
import { claimCodeOf } from "../../protocol/ids.ts";
import {
  back,
  DEEPLINK,
  openPayRig,
  owed,
  type PayRig,
  payable,
  refunding,
  states,
  stories,
} from "../backend/pay/kit.ts";
import { ORDER_ID, PRICE, qrFor } from "../support/sale.ts";
import { openBrowser } from "./browser.ts";
import {
  again,
  faintTexts,
  newPhone,
  overflowOf,
  type Pocket,
  type PocketOptions,
  smallControls,
  takeOut,
  unnamed,
} from "./pocket.ts";

/** The customer's page on a phone, as a person meets it: with scripts, without them, and on a very small screen. */

/** Every wait has its own end; a machine with much else to do may need a few of them. */
vi.setConfig({ testTimeout: 60_000 });

let browser: Browser;
let rig: PayRig;
let pocket: Pocket;

beforeAll(async () => {
  browser = await openBrowser();
}, 60_000);
afterAll(() => browser?.close());
afterEach(async () => {
  await pocket.close();
  await rig.close();
  expect(pocket.complaints).toEqual([]);
});

async function has(state: State): Promise<void> {
  rig = await openPayRig();
  await rig.puts(state, state.at === "remedied" ? stories.returned : stories.asked);
}

async function open(state: State, options: PocketOptions & { readonly at?: string } = {}): Promise<void> {
  await has(state);
  pocket = await takeOut(browser, rig.page + (options.at ?? ""), options);
}

const heading = () => pocket.page.locator("h1");
const says = async (title: string): Promise<void> => {
  await pocket.page.locator("h1", { hasText: title }).waitFor();
};
const codeOnPage = async (): Promise<string | undefined> =>
  readQrImage(await pocket.page.locator("svg.qr").screenshot());

const forged = `/finish?order_id=${ORDER_ID}-1&result=success&transaction_status=settlement`;
const shown: readonly (readonly [string, State, string, string])[] = [
  ["can be paid", payable({ deeplink: DEEPLINK }), "", "Please pay"],
  ["is paid", states.paid, "", "Payment received"],
  ["is delivered", states.delivered, "", "Done. Thank you"],
  ["has expired", states.voided, "", "Time is over"],
  ["is owed", owed(), "", "Your money is on record"],
  ["is owed, and a refund was refused", owed({ backs: [back("refused")] }), "", "Your money is on record"],
  ["is being refunded", refunding(back("taken")), "", "Your money is on its way back"],
  ["is refunded", states.remedied, "", "Your money has been returned"],
  ["is said to be paid by the wallet alone", states.payable, forged, "Waiting for word of your payment"],
];

describe.each([
  ["with scripts", { scripts: true }],
  ["without scripts", { scripts: false }],
  ["in two languages on a very small phone", { locale: "de-DE", width: 320, height: 568 }],
] as const)("%s", (_, options) => {
  let phone: Pocket;
  beforeAll(async () => {
    phone = await newPhone(browser, options);
  });
  afterAll(() => phone?.close());

  test.each(shown)(
    "an order that %s says so, fits the phone, and is legible and named throughout",
    async (__, state, at, title) => {
      await has(state);
      pocket = await again(phone, rig.page + at);
      await says(title);
      expect(await overflowOf(pocket)).toBeLessThanOrEqual(0);
      expect(await faintTexts(pocket)).toEqual([]);
      expect(await smallControls(pocket)).toEqual([]);
      expect(await unnamed(pocket)).toEqual([]);
      expect(await pocket.page.locator("main").textContent()).toContain("Rp 15.000");
      expect(await pocket.page.locator("dl").textContent()).toContain(claimCodeOf(ORDER_ID));
      expect(await pocket.page.locator("svg.qr").count()).toBe(state.at === "payable" ? 1 : 0);
      expect(
        pocket.asked.filter((address) => !address.startsWith("data:")).every((address) => address.startsWith(rig.page)),
      ).toBe(true);
    },
  );
});

describe("an order that can be paid", () => {
  test.each([390, 320])("has its code, which another phone reads from one of %i pixels' width", async (width) => {
    await open(states.payable, { width });
    expect(await codeOnPage()).toBe(qrFor(PRICE));
  });

  test("leads into the wallet with one touch", async () => {
    await open(payable({ deeplink: DEEPLINK }));
    const button = pocket.page.getByRole("link", { name: "Pay with GoPay" });
    expect(await button.getAttribute("href")).toBe(DEEPLINK);
    const box = await button.boundingBox();
    expect(box?.width).toBeGreaterThan(250);
  });

  test("counts down by itself, and loses code and link the moment it is paid, without being loaded anew", async () => {
    await open(payable({ deeplink: DEEPLINK }));
    await pocket.page.evaluate("globalThis.wasHere = true");
    await expect.poll(() => pocket.page.locator("#left").textContent()).toMatch(/^2:(3\d|40)$/);
    await rig.puts(states.paid);
    await says("Payment received");
    expect(await pocket.page.locator("svg.qr, a.button").count()).toBe(0);
    expect(await pocket.page.evaluate("globalThis.wasHere")).toBe(true);
    expect(await pocket.page.locator("#said").textContent()).toBe("Payment received");
    expect(await pocket.page.title()).toBe("Rp 15.000 · Payment received");
    await rig.puts(states.delivered);
    await says("Done. Thank you");
  });

  test("changes without scripts too, by loading itself anew", async () => {
    await open(states.payable, { scripts: false });
    await rig.puts(states.paid);
    await says("Payment received");
    await rig.puts(states.delivered);
    await says("Done. Thank you");
  });

  test("takes its code away when its time is over, before the backend has ended it", async () => {
    await open(states.payable);
    rig.clock.pass(161_000);
    await says("Time is over");
    expect(await pocket.page.locator("svg.qr").count()).toBe(0);
  });
});

test("whoever comes back from the wallet is told what the ledger knows as soon as it knows", async () => {
  await open(states.payable, { at: forged });
  await says("Waiting for word of your payment");
  await rig.puts(states.paid);
  await says("Payment received");
});

test("a page whose backend is away says so, tries on, and is right again when it is back", async () => {
  await open(states.payable);
  await pocket.page.context().setOffline(true);
  await pocket.page.locator("#offline").waitFor();
  await rig.puts(states.paid);
  await pocket.page.context().setOffline(false);
  await says("Payment received");
  await pocket.page.locator("#offline").waitFor({ state: "hidden" });
  expect(pocket.complaints.splice(0).join()).toMatch(/ERR_INTERNET_DISCONNECTED/);
});

test("the language is switched with one touch, and stays while the order goes on", async () => {
  await open(states.payable, { locale: "id-ID" });
  await says("Silakan bayar");
  await pocket.page.getByRole("link", { name: "English" }).click();
  await says("Please pay");
  await rig.puts(states.paid);
  await says("Payment received");
  expect(await heading().textContent()).not.toContain("diterima");
});

test("an address that leads nowhere says so in both languages, and asks for nothing more", async () => {
  rig = await openPayRig();
  pocket = await takeOut(browser, `${rig.url}/pay/${"0".repeat(42)}`);
  await says("Halaman ini tidak ada");
  await says("There is no such page");
  expect(await overflowOf(pocket)).toBeLessThanOrEqual(0);
  expect(pocket.complaints.splice(0)).toEqual(expect.arrayContaining([expect.stringMatching(/^404 /)]));
});

test("no foreign word runs on it", async () => {
  await open(states.payable);
  await pocket.page.evaluate(`(() => {
    const script = document.createElement("script");
    script.textContent = "globalThis.wasRun = true";
    document.body.append(script);
  })()`);
  expect(await pocket.page.evaluate("globalThis.wasRun")).toBeUndefined();
  await expect.poll(() => pocket.complaints.splice(0).join()).toMatch(/Content Security Policy/);
});
