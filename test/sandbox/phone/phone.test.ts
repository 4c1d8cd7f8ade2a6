import * as fc from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { stripPng } from "../../../device/drawing/canvas.ts";
import { crcOf } from "../../../protocol/qris.ts";
import { rupiah } from "../../../protocol/rupiah.ts";
import { qrPicture } from "../../../sandbox/midtrans/qr-picture.ts";
import type { SandboxWithPhone } from "../../../sandbox/phone/start.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { type Caller, caller, chargeOf, type Json } from "../midtrans/kit.ts";
import { startPhone, startStand, tell } from "./kit.ts";

let clock: VirtualClock;
let sandbox: SandboxWithPhone;
let call: Caller;
beforeEach(async () => {
  clock = new VirtualClock();
  sandbox = await startPhone({ clock });
  call = caller(sandbox);
});

const charge = async (body: object = chargeOf("a")): Promise<string> =>
  (await call("POST", "/v2/charge", body)).json.qr_string;
const status = async (): Promise<Json> => (await call("GET", "/v2/a/status")).json;
const pictureOf = (qr: string): Uint8Array => qrPicture(qr) ?? new Uint8Array(0);
const paid = { paid: true, amount: 15_000, merchant: "Warung Sandbox" };

describe("POST pay", () => {
  test("pays the text of a code", async () => {
    const qr = await charge();
    expect(await tell(sandbox, "pay", { qr })).toEqual(paid);
    expect(await status()).toMatchObject({
      transaction_status: "settlement",
      issuer: "gopay",
      transaction_type: "on-us",
    });
  });

  test("pays a picture sent as it is", async () => {
    expect(await tell(sandbox, "pay", pictureOf(await charge()))).toEqual(paid);
  });

  test("pays a picture in a data URL", async () => {
    const base64 = Buffer.from(pictureOf(await charge())).toString("base64");
    expect(await tell(sandbox, "pay", { qr: `data:image/png;base64,${base64}` })).toEqual(paid);
  });

  test.each([
    [{ issuer: "Mandiri" }, { issuer: "Mandiri", transaction_type: "off-us" }],
    [
      { issuer: "gopay", wallet: "off-us" },
      { issuer: "gopay", transaction_type: "off-us" },
    ],
    [{ wallet: "on-us" }, { issuer: "gopay", transaction_type: "on-us" }],
  ])("pays out of the wallet that %o names", async (wallet, said) => {
    await tell(sandbox, "pay", { qr: await charge(), ...wallet });
    expect(await status()).toMatchObject(said);
  });

  test("pays what the code says, not what was charged", async () => {
    sandbox.faults.arm({ fault: "bad-qr", how: "amount" });
    expect(await tell(sandbox, "pay", { qr: await charge() })).toEqual({ ...paid, amount: 15_001 });
    expect((await status()).gross_amount).toBe("15001.00");
  });

  test.each([
    ["already-paid", (qr: string) => tell(sandbox, "pay", { qr })],
    ["cancelled", () => call("POST", "/v2/a/cancel")],
    ["expired", () => call("POST", "/v2/a/expire")],
    ["expired", async () => clock.pass(15 * 60_000)],
  ])("says %s in the wallet's words", async (because, happening) => {
    const qr = await charge();
    await happening(qr);
    const answer = await tell(sandbox, "pay", { qr });
    expect(answer).toEqual({ paid: false, because, words: { id: expect.any(String), en: expect.any(String) } });
  });

  test("says bad-checksum to a code that was tampered with", async () => {
    const qr = await charge();
    const tampered = qr.replace("540815000.00", "540800001.00");
    expect(tampered).not.toBe(qr);
    expect(await tell(sandbox, "pay", { qr: tampered })).toMatchObject({ paid: false, because: "bad-checksum" });
  });

  test("says foreign to a good code that this sandbox did not make", async () => {
    const body = (await charge()).replace("BANDUNG", "JAKARTA").slice(0, -4);
    expect(await tell(sandbox, "pay", { qr: body + crcOf(body) })).toMatchObject({ because: "foreign" });
  });

  test("says static to a code that does not say how much", async () => {
    sandbox.faults.arm({ fault: "bad-qr", how: "static" });
    expect(await tell(sandbox, "pay", { qr: await charge() })).toMatchObject({ because: "static" });
  });

  test("says over-limit above ten million rupiah", async () => {
    expect(await tell(sandbox, "pay", { qr: await charge(chargeOf("a", 10_000_000)) })).toMatchObject({ paid: true });
    expect(await tell(sandbox, "pay", { qr: await charge(chargeOf("b", 10_000_001)) })).toMatchObject({
      because: "over-limit",
    });
  });

  test.each(["", "hello", "https://example.com", "data:image/png;base64,AAAA"])(
    "says unreadable to «%s»",
    async (qr) => {
      expect(await tell(sandbox, "pay", { qr })).toMatchObject({ paid: false, because: "unreadable" });
    },
  );

  test("says unreadable to a picture without a code", async () => {
    expect(await tell(sandbox, "pay", Uint8Array.from([0x89, 0x50, 0x4e, 0x47]))).toMatchObject({
      because: "unreadable",
    });
  });

  test.each([{}, [], { qr: 7 }, { qr: "a", issuer: "" }, { qr: "a", issuer: "<script>" }, { qr: "a", wallet: "mine" }])(
    "does not understand %o",
    async (body) => {
      expect(await tell(sandbox, "pay", body)).toEqual({ error: "malformed", message: expect.any(String) });
    },
  );

  test("bears any bytes", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), fc.boolean(), async (bytes, isPicture) => {
        const headers = { "content-type": isPicture ? "image/png" : "application/json" };
        const answer = await fetch(`${sandbox.phone}/pay`, { method: "POST", headers, body: bytes });
        expect([200, 400]).toContain(answer.status);
      }),
      { numRuns: 40 },
    );
  });
});

describe("POST scan", () => {
  test("says what would be paid, and moves nothing", async () => {
    const qr = await charge();
    const said = { payable: true, qr, amount: 15_000, merchant: "Warung Sandbox", city: "BANDUNG", ownWallet: "gopay" };
    expect(await tell(sandbox, "scan", { qr })).toEqual(said);
    expect((await status()).transaction_status).toBe("pending");
  });

  test("looks at the stand's screen", async () => {
    const qr = await charge();
    const stand = await startStand(() => pictureOf(qr));
    expect(await tell(sandbox, "scan", { stand })).toMatchObject({ payable: true, qr });
    expect(await tell(sandbox, "scan", { stand: `${stand}/` })).toMatchObject({ payable: true, qr });
  });

  test.each([
    ["a blank screen", stripPng({ width: 240, height: 240, black: new Uint8Array(240 * 240) }), "no-code"],
    ["a code that is no QRIS", pictureOf("no QRIS at all"), "unreadable"],
    ["something that is no picture", Buffer.from("<script>"), "no-stand"],
  ])("does not pay %s", async (_what, picture, because) => {
    const stand = await startStand(() => picture);
    expect(await tell(sandbox, "scan", { stand })).toMatchObject({ payable: false, because });
  });

  test.each(["http://127.0.0.1:1", "http://192.0.2.1", "file:///etc", "nowhere", ""])(
    "does not reach a stand at «%s»",
    async (stand) => {
      expect(await tell(sandbox, "scan", { stand })).toMatchObject({ payable: false, because: "no-stand" });
    },
  );

  test("sees that the time is over before the scheduler does", async () => {
    sandbox.midtrans.seed({
      standing: "pending",
      order: {
        orderId: "a",
        amount: rupiah(5_000),
        acquirer: "gopay",
        validForMs: 20_000,
        notify: [],
        customFields: {},
      },
    });
    const qr = sandbox.midtrans.find("a")?.qr ?? "";
    clock.pass(20_000);
    expect(await tell(sandbox, "scan", { qr })).toMatchObject({ payable: false, because: "expired" });
  });
});

test("GET screen hands on the stand's picture, and only a picture", async () => {
  const picture = pictureOf("hello");
  const at = async (stand: string) => fetch(`${sandbox.phone}/screen?stand=${encodeURIComponent(stand)}`);
  const seen = await at(await startStand(() => picture));
  expect(seen.headers.get("content-type")).toBe("image/png");
  expect(Buffer.from(await seen.arrayBuffer()).equals(picture)).toBe(true);
  expect((await at(await startStand(() => Buffer.from("<script>")))).status).toBe(502);
});

test("GET open lists what waits to be paid, newest first", async () => {
  const first = await charge();
  await charge(chargeOf("b", 7_000));
  const open = async () => (await (await fetch(`${sandbox.phone}/open`)).json()) as Json;
  expect(await open()).toMatchObject({
    open: [
      { order: "b", amount: 7_000 },
      { order: "a", amount: 15_000, qr: first },
    ],
  });
  await tell(sandbox, "pay", { qr: first });
  expect(await open()).toMatchObject({ open: [{ order: "b" }] });
});

test.each(["", "phone.css", "phone.js", "words.js", "icon.svg"])(
  "the page's file «%s» comes under a strict policy",
  async (file) => {
    const answer = await fetch(`${sandbox.phone}/${file}`);
    expect(answer.status).toBe(200);
    const policy = answer.headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    expect(answer.headers.get("x-content-type-options")).toBe("nosniff");
  },
);

test("the phone's base address leads to the page, with its stand", async () => {
  const answer = await fetch(`${sandbox.phone}?stand=http://127.0.0.1:1/x`, { redirect: "manual" });
  expect(answer.headers.get("location")).toBe("/phone/?stand=http%3A%2F%2F127.0.0.1%3A1%2Fx");
});
