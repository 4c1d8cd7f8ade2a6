import type { Page } from "playwright-core";
import { beforeEach, describe, expect, test } from "vitest";
import { qrPicture } from "../../../sandbox/midtrans/qr-picture.ts";
import type { SandboxWithPhone } from "../../../sandbox/phone/start.ts";
import { caller, chargeOf } from "../midtrans/kit.ts";
import { startPhone, startStand, tell } from "./kit.ts";
import { phonePages } from "./phone-pages.ts";

let page: Page;
let sandbox: SandboxWithPhone;
const pages = phonePages();

beforeEach(async () => {
  sandbox = await startPhone();
  page = await pages.open();
});

const charge = async (order = "a"): Promise<string> =>
  (await caller(sandbox)("POST", "/v2/charge", chargeOf(order))).json.qr_string;
const standing = (order = "a") => sandbox.midtrans.find(order)?.standing;
const see = (text: string) => page.getByText(text, { exact: true }).filter({ visible: true }).waitFor();
const press = (name: string) => page.getByRole("button", { name, exact: true }).click();

async function typePin(): Promise<void> {
  await see("Masukkan PIN");
  for (const digit of ["1", "3", "5", "7", "9", "0"]) await press(digit);
}

describe("the phone's page", () => {
  test("scans the stand's picture and pays", async () => {
    const qr = await charge();
    const stand = await startStand(() => qrPicture(qr) ?? new Uint8Array(0));
    await page.goto(`${sandbox.phone}/?stand=${encodeURIComponent(stand)}`);
    await press("Pindai layar mesin");
    await see("Warung Sandbox");
    await see("Rp15.000");
    expect(standing()).toBe("pending");
    await press("Bayar");
    await typePin();
    await see("Pembayaran berhasil");
    expect(standing()).toBe("settlement");
    await press("Selesai");
    await see("Pindai QRIS");
  });

  test("pays pasted text out of another wallet", async () => {
    await page.goto(`${sandbox.phone}/`);
    const qr = await charge();
    await press("Tempel teks");
    await page.getByLabel("Isi kode QR").fill(qr);
    await press("Lanjut");
    await page.getByLabel("DANA").check();
    await press("Bayar");
    await typePin();
    await see("Pembayaran berhasil");
    expect(sandbox.midtrans.find("a")?.payment).toMatchObject({ issuer: "DANA", route: "off-us" });
  });

  test("pays a bill that was clicked, by keyboard too", async () => {
    await charge("ORDER-7");
    await page.goto(`${sandbox.phone}/`);
    await page.getByRole("button", { name: "ORDER-7" }).click();
    await press("Bayar");
    await see("Masukkan PIN");
    await page.keyboard.type("12345");
    await page.keyboard.press("Backspace");
    await page.keyboard.type("56");
    await see("Pembayaran berhasil");
    expect(standing("ORDER-7")).toBe("settlement");
  });

  test("pays a picture that was chosen", async () => {
    await page.goto(`${sandbox.phone}/`);
    const buffer = Buffer.from(qrPicture(await charge()) ?? "");
    await page.getByLabel("Dari gambar").setInputFiles({ name: "qr.png", mimeType: "image/png", buffer });
    await see("Warung Sandbox");
  });

  test("says why it cannot be paid, in the language that is chosen", async () => {
    const qr = await charge();
    await page.goto(`${sandbox.phone}/`);
    await press("Tempel teks");
    await page.getByLabel("Isi kode QR").fill(qr);
    await press("Lanjut");
    await see("Warung Sandbox");
    sandbox.midtrans.expire("a");
    await press("Bayar");
    await typePin();
    await see("Kode QR sudah kedaluwarsa.");
    await see("Saldo kamu tidak berkurang.");
    await press("EN");
    await see("This cannot be paid");
    await see("This QR code has expired.");
  });

  test("does not say that no money moved when it does not know", async () => {
    await charge();
    await page.goto(`${sandbox.phone}/`);
    await page.getByRole("button", { name: "Rp15.000" }).click();
    await press("Bayar");
    await page.route("**/pay", (route) => route.abort());
    await typePin();
    await see("Simulator tidak menjawab. Coba lagi.");
    await expect(page.getByText("Saldo kamu tidak berkurang.").isVisible()).resolves.toBe(false);
    expect(pages.complaints.splice(0)).toEqual(["Failed to load resource: net::ERR_FAILED"]);
  });

  test("says of every wallet whether it is the acquirer's own", async () => {
    await caller(sandbox)("POST", "/v2/charge", { ...chargeOf("a"), qris: { acquirer: "airpay shopee" } });
    await page.goto(`${sandbox.phone}/`);
    await page.getByRole("button", { name: "Rp15.000" }).click();
    await see("Konfirmasi pembayaran");
    expect(await page.locator(".pick label").allTextContents()).toEqual([
      "GoPayoff-us: switching",
      "ShopeePayon-us: langsung",
      "DANAoff-us: switching",
      "OVOoff-us: switching",
      "Livin’ by Mandirioff-us: switching",
      "BCA mobileoff-us: switching",
    ]);
  });

  test("shows what was paid and what came back, in the language that is chosen", async () => {
    const qr = await charge();
    await tell(sandbox, "pay", { qr, issuer: "BCA", late: { ms: 600_000 } });
    sandbox.midtrans.expire("a");
    await page.goto(`${sandbox.phone}/`);
    await press("Riwayat");
    await see("−Rp15.000");
    await see("+Rp15.000");
    await see("Dikembalikan otomatis: toko tidak menerima pembayaran ini.");
    await press("EN");
    await see("Returned automatically: the shop never received this payment.");
    await page.getByText("BCA mobile ·").first().waitFor();
    await press("Back");
    await see("Scan QRIS");
  });

  test("goes back without paying", async () => {
    await charge();
    await page.goto(`${sandbox.phone}/`);
    await page.getByRole("button", { name: "Rp15.000" }).click();
    await press("Bayar");
    await see("Masukkan PIN");
    await press("1");
    await press("Kembali");
    await press("Kembali");
    await see("Pindai QRIS");
    expect(standing()).toBe("pending");
  });

  test("speaks the browser's language", async () => {
    const english = await pages.open({ locale: "en-GB" });
    await english.goto(`${sandbox.phone}/`);
    await english.getByRole("heading", { name: "Scan QRIS" }).waitFor();
    expect(await english.title()).toBe("Simulator Wallet");
  });

  test.each([
    [320, 560],
    [1280, 720],
  ])("fits %i × %i without scrolling sideways", async (width, height) => {
    await charge("A".repeat(50));
    await page.setViewportSize({ width, height });
    await page.goto(`${sandbox.phone}/`);
    await see("A".repeat(50));
    const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
    expect(overflow).toBeLessThanOrEqual(0);
  });
});
