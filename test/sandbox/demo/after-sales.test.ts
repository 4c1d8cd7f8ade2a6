import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { OwedOrder } from "../../../sandbox/demo/staff.ts";
import { buildProduct, DemoProcess, eventually } from "./demo-process.ts";

/** What customers and staff do with an order beside paying it, over HTTP alone. */

/** Every wait has its own end; a machine with much else to do may need a few of them. */
vi.setConfig({ testTimeout: 60_000 });

let demo: DemoProcess;
beforeAll(async () => {
  buildProduct();
  demo = await DemoProcess.start();
}, 180_000);
afterAll(() => demo.stop());

const owedUrl = (path = ""): string => `${demo.addresses.page}/demo/owed${path}`;
const owed = async (): Promise<readonly OwedOrder[]> =>
  ((await (await fetch(owedUrl())).json()) as { orders: readonly OwedOrder[] }).orders;
const jam = (jammed: boolean) => demo.post(`${demo.addresses.stand}/sensor/chute`, { jammed });
const pageNow = async (): Promise<string> => (await demo.glance()).page?.address ?? "";
/** How an order stands, by its page. */
const stateOn = async (page: string): Promise<unknown> => Object(await (await fetch(`${page}/state`)).json()).state;
const isDelivered = (page: string) =>
  eventually("it is delivered", async () => (await stateOn(page)) === "delivered", 30_000);
const nothingOwed = () => eventually("nothing is owed", async () => (await owed()).length === 0, 30_000);

/** Presses, pays, and answers the address of the order's page. */
async function buy(button: string): Promise<string> {
  await demo.press(button);
  await demo.pay(await demo.qrOnShow());
  return pageNow();
}

/** One coffee that the sensor did not see. */
async function owedCoffee(): Promise<{ readonly line: OwedOrder; readonly page: string }> {
  await jam(true);
  const page = await buy("new");
  const [line] = await eventually("it is owed", async () => (await owed()).length > 0 && owed(), 30_000);
  await jam(false);
  if (line === undefined) throw new Error("nothing is owed");
  return { line, page };
}

describe("the customer's page", () => {
  test("has the address that the stand was told, and tells how the order stands", async () => {
    await demo.press("b2");
    await demo.qrOnShow();
    const { page } = await demo.glance();
    const { order = "", address = "" } = page ?? {};
    expect(address).toMatch(new RegExp(`^${demo.addresses.pay}/${order}\\w{16}$`));
    expect(await stateOn(address)).toBe("payable");
    expect(await (await fetch(address)).text()).toContain("Rp 8.000");
    await demo.press("cancel");
    await eventually("it is voided", async () => (await stateOn(address)) === "voided");
  });
});

describe("what is owed", () => {
  test("is told as the operator's door tells it, and the money goes back on staff's word", async () => {
    const { line, page } = await owedCoffee();
    expect(line).toMatchObject({ amount: 15_000, item: "Kopi Susu", because: "not-confirmed", isReleasable: true });
    expect(await demo.atDoor("owed")).toMatchObject({ orders: [{ order: line.order, claim: line.claim }] });
    expect((await demo.glance()).owed).toMatchObject([{ order: line.order, page }]);
    expect(await demo.post(owedUrl(`/${line.order}/refund`))).toMatchObject({ status: 202 });
    const back = ({ words, order = "" }: { words: string; order?: string }): boolean =>
      words.includes("money is back with the customer") && line.order.endsWith(order);
    await demo.told("the money is back", back, 40_000);
    await nothingOwed();
    const history = (await (await fetch(`${demo.addresses.phone}/history`)).json()) as { entries: readonly object[] };
    expect(history.entries).toMatchObject([{ what: "refunded", amount: 15_000 }, { what: "paid" }]);
    const story = (await demo.atDoor(`orders/${line.order}`)) as { state: object };
    expect(story.state).toMatchObject({ at: "remedied", how: "refunded", by: "demo" });
  });

  test("is let out once more on staff's word, and delivered", async () => {
    const { line } = await owedCoffee();
    const before = (await demo.pulses()).length;
    expect(await demo.post(owedUrl(`/${line.order}/release`))).toMatchObject({ status: 202 });
    await nothingOwed();
    expect((await demo.pulses()).length).toBe(before + 1);
    expect(await demo.atDoor(`orders/${line.order}`)).toMatchObject({ state: { at: "delivered" } });
    expect(await demo.post(owedUrl(`/${line.order}/release`))).toMatchObject({ status: 409 });
  });

  test("is decided about by its order's id alone, and in no other ways than two", async () => {
    const [order] = (await demo.pulses()).map((pulse) => pulse.order);
    for (const path of [`/${order}/remedy`, "/nothing/refund", "/..%2Fowed/refund"])
      expect((await demo.post(owedUrl(path))).status, path).toBe(404);
  });

  test("cannot be decided about without the token, which the page never has", async () => {
    const { base, token } = demo.addresses.operator;
    expect((await fetch(`${base}/owed`)).status).toBe(401);
    const page = await (await fetch(demo.addresses.page)).text();
    const scripts = [...page.matchAll(/src="(demo\/[^"]+)"/g)].map(([, part]) => part);
    const told = [page, JSON.stringify(await demo.glance()), JSON.stringify(await owed())];
    for (const part of scripts) told.push(await (await fetch(`${demo.addresses.page}/${part}`)).text());
    expect(told.filter((text) => text.includes(token))).toEqual([]);
  });
});

describe("with a link into GoPay's app", () => {
  const linkOn = async (address: string): Promise<URL | undefined> => {
    const link = /href="([^"]*\/app\/checkout[^"]*)"/.exec(await (await fetch(address)).text())?.[1];
    return link === undefined ? undefined : new URL(link.replaceAll("&amp;", "&"));
  };

  test("an order is paid there, and one that was begun before is still good", async () => {
    await demo.press("b2");
    const old = await demo.qrOnShow();
    const first = await pageNow();
    expect(await linkOn(first)).toBeUndefined();
    expect((await demo.turn("gopay", true)).json).toMatchObject({ paymentType: "gopay" });
    await demo.told("the backend is up again", again("Backend is up"), 30_000);
    await demo.pay(old);
    await isDelivered(first);

    await demo.press("b3");
    await demo.qrOnShow();
    const second = await pageNow();
    const link = await linkOn(second);
    expect(link?.href).toMatch(new RegExp(`^${demo.addresses.phone}/app/checkout`));
    const referenceid = link?.searchParams.get("referenceid");
    const paid = await demo.post(`${demo.addresses.phone}/app/pay`, { referenceid });
    expect(paid.json).toMatchObject({ paid: true, amount: 5_000 });
    expect(Object(paid.json).return).toMatch(new RegExp(`^${demo.addresses.pay}/\\w{42}/finish\\?`));
    await isDelivered(second);
    expect((await demo.turn("gopay", false)).json).toMatchObject({ paymentType: "qris" });
  });

  /** The second time that this is told. */
  const again = (words: string) => {
    const seen = new Set<number>();
    return (entry: { id: number; words: string }): boolean => entry.words === words && seen.add(entry.id).size > 1;
  };
});
