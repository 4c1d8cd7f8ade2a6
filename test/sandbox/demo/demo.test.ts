import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Entry } from "../../../sandbox/demo/timeline.ts";
import { ROOT } from "../../../scripts/files.mjs";
import { startMosquitto } from "../../support/mosquitto.ts";
import { needs } from "../../support/needs.ts";
import { buildProduct, DemoProcess, eventually, isAlive, type Pulse } from "./demo-process.ts";

needs("mosquitto");
beforeAll(buildProduct, 180_000);

const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47]);

/** The pulses that came since `before`, when there is one and it has ended. */
async function newPulses(demo: DemoProcess, before: readonly Pulse[]): Promise<readonly Pulse[] | undefined> {
  const now = (await demo.pulses()).slice(before.length);
  return now.length > 0 && now.every(({ ms }) => ms !== null) ? now : undefined;
}

describe("one demo, from the outside", () => {
  let demo: DemoProcess;
  let temp = "";
  beforeAll(async () => {
    temp = mkdtempSync(join(tmpdir(), "demo-test-"));
    demo = await DemoProcess.start([], temp);
  }, 60_000);
  afterAll(async () => {
    await demo?.stop();
    rmSync(temp, { recursive: true, force: true });
  });

  /** The sale has come to its end, with this word of the stand's. */
  const ends = (order: string, words: string, withinMs?: number) =>
    demo.told(
      `${words}, for ${order}`,
      (entry) => entry.chapter === "wire" && entry.words === words && entry.order === order.slice(-4),
      withinMs,
    );

  test("tells all addresses, without a final slash", () => {
    const names = [
      "page",
      "stand",
      "phone",
      "midtrans",
      "serverKey",
      "webhook",
      "broker",
      "snap",
      "pay",
      "operator",
      "console",
    ];
    expect(Object.keys(demo.addresses)).toEqual(names);
    expect(readFileSync(join(ROOT, "sandbox/README.md"), "utf8")).toContain(`{${names.join(", ")}}`);
    const { snap, operator, console, ...addresses } = demo.addresses;
    const all = [...Object.values(addresses), snap.base, operator.base, console.url];
    expect(all.filter((address) => address.endsWith("/"))).toEqual([]);
  });

  test("sells by HTTP alone: pressed, decoded, paid, one pulse, a receipt", async () => {
    const before = await demo.pulses();
    expect(await demo.press("new")).toEqual({ status: 200, json: { pressed: "new", heard: true } });
    const qr = await demo.qrOnShow();
    expect((await demo.pay(qr)).json).toMatchObject({ paid: true, amount: 15_000 });
    const [pulse, ...more] = await eventually("the relay has pulsed", () => newPulses(demo, before));
    expect(pulse).toMatchObject({ line: "slot-1" });
    expect(more).toEqual([]);
    expect((await ends(pulse?.order ?? "", "delivered")).detail).toBe("seen by the sensor");
    const receipt = await eventually("the receipt is printed", async () => {
      const answer = await fetch(`${demo.addresses.stand}/receipt.png`);
      return answer.ok && Buffer.from(await answer.arrayBuffer());
    });
    expect(receipt.subarray(0, 4)).toEqual(PNG);
    expect((await demo.pay(qr)).json).toMatchObject({ paid: false, because: "already-paid" });
  });

  test("lets any Core API client ask Midtrans' stand-in, with the key it told", async () => {
    const { midtrans, serverKey } = demo.addresses;
    const ask = async (key: string): Promise<unknown> => {
      const headers = { authorization: `Basic ${Buffer.from(`${key}:`).toString("base64")}` };
      return (await fetch(`${midtrans}/v2/nothing/status`, { headers })).json();
    };
    expect(await ask(serverKey)).toMatchObject({ status_code: "404" });
    expect(await ask("another")).toMatchObject({ status_code: "401" });
  });

  test("shows the same QR code after the power was cut, and sells with it once", async () => {
    const before = await demo.pulses();
    await demo.press("b2");
    const qr = await demo.qrOnShow();
    expect((await demo.power("cut")).json).toEqual({ power: "cut" });
    expect(await demo.qrNow()).toBeUndefined();
    expect((await demo.press("b2")).status).toBe(409);
    expect((await demo.power("on")).json).toEqual({ power: "on" });
    expect(await demo.qrOnShow()).toBe(qr);
    await demo.pay(qr);
    const [pulse, ...more] = await eventually("the relay has pulsed", () => newPulses(demo, before));
    expect(more).toEqual([]);
    await ends(pulse?.order ?? "", "delivered");
    expect((await demo.pulses()).length).toBe(before.length + 1);
  });

  test("delivers once what was paid while its power was cut", async () => {
    const before = await demo.pulses();
    await demo.press("b3");
    const qr = await demo.qrOnShow();
    await demo.power("cut");
    expect((await demo.pay(qr)).json).toMatchObject({ paid: true, amount: 5_000 });
    expect(await demo.pulses()).toEqual(before);
    await demo.power("on");
    const [pulse] = await eventually("the relay has pulsed", () => newPulses(demo, before));
    await ends(pulse?.order ?? "", "delivered");
    expect((await demo.pulses()).length).toBe(before.length + 1);
  });

  test("never pulses again when the power went in the middle of a pulse, and says that it is owed", async () => {
    const before = await demo.pulses();
    await demo.press("b2");
    await demo.pay(await demo.qrOnShow());
    const pulse = await eventually("the relay is closed", async () => (await demo.pulses())[before.length]);
    await demo.power("cut");
    await demo.power("on");
    expect((await ends(pulse.order, "not delivered")).detail).toBe("release-unclear");
    expect((await demo.pulses()).length).toBe(before.length + 1);
  });

  test("finds out about a payment that came while the backend was dead", async () => {
    const before = await demo.pulses();
    await demo.press("b3");
    const qr = await demo.qrOnShow();
    expect((await demo.turn("crash-backend", true)).status).toBe(200);
    await demo.told("the backend has ended", ({ words }) => words === "The backend has ended");
    await demo.pay(qr);
    const [pulse, ...more] = await eventually("the relay has pulsed", () => newPulses(demo, before), 40_000);
    expect(more).toEqual([]);
    await ends(pulse?.order ?? "", "delivered");
  }, 60_000);

  test("starts the daemon again when it dies by itself, and its QR code is still good", async () => {
    const before = await demo.pulses();
    await demo.press("b2");
    const qr = await demo.qrOnShow();
    await demo.turn("crash-daemon", true);
    const fall = await demo.told("the daemon has ended", ({ words }) => words === "The stand's daemon has ended");
    expect(fall).toMatchObject({ chapter: "trouble", detail: "SIGKILL; starts again in 2 s" });
    await eventually("the screen is dark", async () => (await demo.qrNow()) === undefined);
    expect(await demo.qrOnShow()).toBe(qr);
    await demo.pay(qr);
    await eventually("the relay has pulsed", () => newPulses(demo, before));
  });

  test("lets nothing through a network that is cut, and everything when it is mended", async () => {
    await demo.turn("network", false);
    const cut = await demo.told("the network is cut", ({ words }) => words === "Network between stand and broker cut");
    const failsAfter = (last: Entry, what: string) =>
      demo.told(what, ({ id, from, words }) => id > last.id && from === "stand" && words === "No connection");
    const lost = await failsAfter(cut, "the stand has lost its connection");
    await demo.press("b2");
    const refused = await demo.told("it does not sell", ({ words }) => words === "Button pressed: does not sell now");
    expect(refused.detail).toContain("link-down");
    await failsAfter(lost, "the stand has tried to connect again, soon: there is a customer");
    await demo.turn("network", true);
    await eventually(
      "the stand sells again",
      async () => {
        await demo.press("b3");
        return demo.qrNow();
      },
      40_000,
    );
    await demo.press("cancel");
    await eventually("the QR code is gone", async () => (await demo.qrNow()) === undefined);
  }, 60_000);

  test("arms what shall go wrong once, and disarms it", async () => {
    expect((await demo.turn("drop", true)).json).toMatchObject({ armed: ["drop"] });
    expect((await demo.turn("drop", false)).json).toMatchObject({ armed: [] });
    await demo.turn("bad-qr", true);
    await demo.press("b3");
    const shown = await demo.told("the stand has looked", ({ words }) => words.startsWith("QR code is not what"));
    expect(shown.tone).toBe("bad");
    expect(await demo.qrNow()).toBeUndefined();
  });

  test("refuses switches and words that there are not", async () => {
    const gravity = await demo.turn("gravity", true);
    expect(gravity).toMatchObject({ status: 404, json: { message: expect.stringContaining("late, drop, ") } });
    expect((await demo.turn("__proto__", true)).status).toBe(404);
    expect((await demo.post(`${demo.addresses.page}/demo/switches/drop`, { on: "yes" })).status).toBe(400);
    expect((await demo.post(`${demo.addresses.stand}/buttons/self-destruct`)).status).toBe(404);
    expect((await fetch(`${demo.addresses.stand}/nothing`)).status).toBe(404);
    const list = await fetch(`${demo.addresses.stand}/power`, { method: "POST", body: "[]" });
    expect(list.status).toBe(400);
  });

  test("serves a page that loads nothing from elsewhere", async () => {
    const page = await fetch(demo.addresses.page);
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    const html = await page.text();
    expect(html).not.toMatch(/https?:\/\//);
    const parts = [...html.matchAll(/(?:src|href)="(demo\/[^"]+)"/g)].map(([, part]) => part);
    expect(parts.length).toBeGreaterThan(4);
    for (const part of parts) expect((await fetch(`${demo.addresses.page}/${part}`)).status).toBe(200);
  });

  test("takes its children with it when it is killed, the last thing that is done to it", async () => {
    const children = demo.children();
    expect(children.map(isAlive)).toEqual([true, true]);
    demo.kill("SIGKILL");
    await eventually("they are gone", async () => children.every((pid) => !isAlive(pid)));
  });
});

describe("how it begins and ends", () => {
  let temp = "";
  beforeEach(() => {
    temp = mkdtempSync(join(tmpdir(), "demo-test-"));
  });
  afterEach(() => rmSync(temp, { recursive: true, force: true }));

  test("leaves no process and no file behind when it is asked to end", async () => {
    const demo = await DemoProcess.start([], temp);
    const children = demo.children();
    expect(children.map(isAlive)).toEqual([true, true]);
    expect(readdirSync(temp)).toHaveLength(1);
    expect(await demo.stop()).toEqual([0, null]);
    expect(children.map(isAlive)).toEqual([false, false]);
    expect(readdirSync(temp)).toEqual([]);
  });

  test("keeps keys, journals and logs where it is told to", async () => {
    const first = await DemoProcess.start(["--state", temp]);
    await first.stop();
    for (const file of ["stand/journal.sqlite", "backend/ledger.sqlite", "stand.log", "backend.log"]) {
      expect(existsSync(join(temp, file))).toBe(true);
    }
    const second = await DemoProcess.start(["--state", temp]);
    expect(second.addresses.serverKey).toBe(first.addresses.serverKey);
    await second.press("b3");
    await second.qrOnShow();
    await second.stop();
  });

  test("sells over a broker of the user's own, and tells what passes there", async () => {
    const mosquitto = await startMosquitto();
    try {
      const demo = await DemoProcess.start(["--broker", mosquitto.url], temp);
      expect(demo.addresses.broker).toBe(mosquitto.url);
      await demo.press("new");
      await demo.pay(await demo.qrOnShow());
      const settled = await demo.told("it is settled", ({ words }) => words.startsWith("settled"));
      expect(settled).toMatchObject({ chapter: "wire", from: "backend", to: "stand" });
      await demo.stop();
    } finally {
      await mosquitto.close();
    }
  });
});
