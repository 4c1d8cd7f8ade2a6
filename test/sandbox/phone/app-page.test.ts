import type { Page } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import type { SandboxWithPhone } from "../../../sandbox/phone/start.ts";
import { caller } from "../midtrans/kit.ts";
import { startPhone, startShop } from "./kit.ts";
import { phonePages } from "./phone-pages.ts";

let page: Page;
let sandbox: SandboxWithPhone;
let shop: string;
const pages = phonePages();

beforeEach(async () => {
  sandbox = await startPhone();
  shop = await startShop();
  page = await pages.open();
});

/** Charges Rp 44.000 as gopay; answers the deeplink. */
async function deeplink(gopay: object = { enable_callback: true, callback_url: shop }): Promise<string> {
  const body = { payment_type: "gopay", transaction_details: { order_id: "a", gross_amount: 44_000 }, gopay };
  const { actions } = (await caller(sandbox)("POST", "/v2/charge", body)).json;
  return actions.find(({ name }: { name: string }) => name === "deeplink-redirect").url;
}
const standing = () => sandbox.midtrans.find("a")?.standing;
const see = (text: string) => page.getByText(text, { exact: true }).filter({ visible: true }).waitFor();
const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
const arrive = (result: string) => page.waitForURL(`${shop}?order_id=a&result=${result}`);

describe("the app's page", () => {
  test("shows amount, merchant and order, pays, and leads back to the shop", async () => {
    await page.goto(await deeplink());
    await see("Warung Sandbox");
    await see("Rp44.000");
    await see("a");
    expect(standing()).toBe("pending");
    await press("Bayar");
    await see("Pembayaran berhasil");
    expect(standing()).toBe("settlement");
    await arrive("success");
  });

  test("declines, and leads back sooner for who presses the link", async () => {
    await page.goto(await deeplink());
    await press("Tolak");
    await see("Pembayaran ditolak");
    expect(standing()).toBe("pending");
    await page.getByRole("link", { name: "Kembali ke toko" }).click();
    await arrive("failure");
  });

  test("lets who declined think again", async () => {
    await page.goto(await deeplink());
    await press("Tolak");
    await press("Coba lagi");
    await press("Bayar");
    await arrive("success");
  });

  test("pays with what was chosen, and stays when there is no way back", async () => {
    await page.goto(await deeplink({}));
    await page.getByLabel("GoPay Later").check();
    await press("Bayar");
    await see("Kamu boleh menutup halaman ini.");
    expect(sandbox.midtrans.find("a")?.payment?.option).toBe("PAY_LATER");
    expect(await page.getByRole("link").count()).toBe(0);
  });

  test("says why it cannot be paid, in the language that is chosen", async () => {
    const link = await deeplink({});
    sandbox.midtrans.expire("a");
    await page.goto(link);
    await see("Tagihan ini sudah kedaluwarsa.");
    await press("EN");
    await see("This bill has expired.");
    await see("Your balance is unchanged.");
  });

  test("does not say that no money moved when it does not know", async () => {
    await page.goto(await deeplink());
    await page.route("**/pay", (route) => route.abort());
    await press("Bayar");
    await see("Simulator tidak menjawab. Coba lagi.");
    await expect(page.getByText("Saldo kamu tidak berkurang.").isVisible()).resolves.toBe(false);
    await page.unroute("**/pay");
    await press("Coba lagi");
    await press("Bayar");
    await see("Pembayaran berhasil");
    expect(pages.complaints.splice(0)).toEqual(["Failed to load resource: net::ERR_FAILED"]);
  });

  test("knows no bill that is none", async () => {
    await page.goto(`${sandbox.phone}/app/checkout?referenceid=nothing`);
    await see("Tagihan ini tidak dikenal.");
    expect(pages.complaints.splice(0)).toEqual([expect.stringContaining("404")]);
  });

  test("speaks the browser's language, and fits a small one", async () => {
    const english = await pages.open({ locale: "en-GB", viewport: { width: 320, height: 560 } });
    await english.goto(await deeplink());
    await english.getByRole("button", { name: "Pay", exact: true }).waitFor();
    const overflow = await english.evaluate("document.documentElement.scrollWidth - innerWidth");
    expect(overflow).toBeLessThanOrEqual(0);
  });
});
