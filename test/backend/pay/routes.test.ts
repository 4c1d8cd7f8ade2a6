import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import type { State } from "../../../backend/ledger/words.ts";
import type { PayParts } from "../../../backend/pay/routes.ts";
import { payTokenOf } from "../../../backend/pay/token.ts";
import { QUIET_ZONE, qrCode } from "../../../device/drawing/qr.ts";
import { silentLog } from "../../../host/log.ts";
import { claimCodeOf, newOrderId } from "../../../protocol/ids.ts";
import { ask } from "../../hostile/asking.ts";
import { ORDER_ID, PRICE, qrFor } from "../../support/sale.ts";
import { seeded } from "../../world/seeded.ts";
import { back, DEEPLINK, KEY, openPayRig, type PayRig, payable, refunding, states } from "./kit.ts";

let rig: PayRig;
const open = async (state: State | undefined, more: Partial<PayParts> = {}): Promise<void> => {
  rig = await openPayRig(more);
  if (state !== undefined) await rig.puts(state);
};
afterEach(() => rig.close());

type Got = { readonly status: number; readonly headers: Headers; readonly text: string };
async function get(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Got> {
  const answer = await fetch(url, { headers: { "accept-language": "en", ...headers } });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}
const page = (more = "", headers: Readonly<Record<string, string>> = {}) => get(rig.page + more, headers);
/** As a browser shows it, roughly: without style, script and tags. */
const seen = ({ text }: Got): string =>
  text
    .replace(/<(style|script|head)[\s\S]*?<\/\1>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");

describe("the page of an order", () => {
  test("that can be paid shows sum, goods, machine, time left, link and code, and loads itself anew without scripts", async () => {
    await open(payable({ deeplink: DEEPLINK }));
    const got = await page();
    expect(got.status).toBe(200);
    expect(seen(got)).toMatch(/Please pay.*Rp 15\.000.*Time left 2:41.*Pay with GoPay.*scan with any QRIS app/);
    expect(seen(got)).toMatch(/Kopi Susu Gula Aren.*stand-1/);
    expect(got.text).toContain(`href="${DEEPLINK.replaceAll("&", "&amp;")}"`);
    expect(got.text).toContain('<noscript><meta http-equiv="refresh" content="3"></noscript>');
    const side = (qrCode(qrFor(PRICE))?.modules ?? 0) + 2 * QUIET_ZONE;
    expect(got.text).toContain(`aria-label="QRIS code of this order" viewBox="0 0 ${side} ${side}"`);
  });

  test.each(Object.entries(states))(
    "that is %s is one page, which says what state it is in to a program too",
    async (at, state) => {
      await open(state);
      const [got, told] = [await page(), JSON.parse((await page("/state")).text)];
      expect(got.status).toBe(200);
      expect(got.text).toContain(`data-mark="${told.mark}"`);
      expect(told).toMatchObject({ state: at, againMs: expect.any(Number) });
      expect(got.text.includes('class="qr"')).toBe(at === "payable");
      expect("leftMs" in told).toBe(at === "payable");
    },
  );

  test("has a new mark when it says something else, and the old one when the backend only asked the provider again", async () => {
    await open(states.payable);
    const markNow = async (): Promise<string> => JSON.parse((await page("/state")).text).mark;
    const first = await markNow();
    await rig.puts(payable({ asks: 3 }));
    expect(await markNow()).toBe(first);
    rig.clock.pass(161_000);
    const over = await markNow();
    await rig.puts(states.paid);
    expect(new Set([first, over, await markNow()]).size).toBe(3);
  });

  test("is in the language that the browser likes, has a switch, and speaks both when it does not know", async () => {
    await open(states.owed);
    const [id, en, both] = [
      await page("", { "accept-language": "id-ID,id" }),
      await page("?lang=en", { "accept-language": "id" }),
      await page("", { "accept-language": "de" }),
    ];
    expect(id.text).toContain('<html lang="id">');
    expect(seen(id)).toContain("Uang Anda tercatat");
    expect(seen(id)).not.toContain("on record");
    expect(en.text).toContain('<html lang="en">');
    expect(seen(en)).not.toContain("Uang Anda");
    expect(seen(both)).toMatch(/Uang Anda tercatat Your money is on record/);
    for (const { text } of [id, both]) expect(text).toContain('<a href="?lang=en" lang="en"');
  });

  test("of trouble is the customer's proof: claim code, order, time, sum and whom to write to, all of it in the mail already", async () => {
    await open(states.owed);
    const got = await page();
    for (const fact of [claimCodeOf(ORDER_ID), ORDER_ID, "01/01/2026 07:00 WIB", "Rp 15.000", "Kopi Lobi"]) {
      expect(seen(got)).toContain(fact);
    }
    const mail = new URL((/href="(mailto:[^"]*)"/.exec(got.text)?.[1] ?? "").replaceAll("&amp;", "&"));
    expect(mail.pathname).toBe("bantuan@example.id");
    expect(mail.searchParams.get("body")).toBe(
      `Claim code: ${claimCodeOf(ORDER_ID)}\r\nOrder: ${ORDER_ID}\r\nTime: 01/01/2026 07:00 WIB`,
    );
    expect(got.text).toContain('href="tel:+6281234567890"');
  });

  test("sends to the staff at the machine where the operator names nobody", async () => {
    await open(states.owed, { contact: {} });
    expect(seen(await page())).toContain("The staff at the machine");
  });

  test("says that it is a test where the provider's is, and nowhere else", async () => {
    await open(states.payable, { isTest: (merchant) => merchant === states.payable.sale.merchant });
    expect(seen(await page())).toContain("MODE UJI / TEST MODE");
    await rig.close();
    await open(states.payable);
    expect(seen(await page())).not.toContain("TEST MODE");
  });

  test("shows names of goods as they are, and runs none of them", async () => {
    const name = `<img src=x onerror="alert(1)"> & 'Kopi'`;
    const sale = { ...states.payable.sale, items: [{ product: "kopi", name, price: PRICE, quantity: 1 }] };
    await open(payable({ sale }));
    const { text } = await page();
    expect(text).not.toContain("<img");
    expect(text).toContain("&lt;img src=x onerror=&quot;alert(1)&quot;&gt; &amp; &#39;Kopi&#39;");
  });
});

describe("what the wallet says on its way back", () => {
  const claims = ["success", "failure", "pending", "<script>"];
  const lookup = (result: string, order: string): string =>
    `/finish?${new URLSearchParams({ order_id: order, result, status_code: "200", transaction_status: "settlement" })}`;

  test.each(claims)("is not believed when nobody has paid: %s", async (result) => {
    await open(states.payable);
    const got = await page(lookup(result, `${ORDER_ID}-1`));
    expect(seen(got)).toMatch(/Waiting for word of your payment.*do not pay again/);
    expect(seen(got)).not.toMatch(/received|declined|possible/);
    expect(got.text).toBe((await page("/finish")).text);
  });

  test.each(claims)("is not believed when the money is there: %s", async (result) => {
    await open(states.paid);
    const got = await page(lookup(result, `${ORDER_ID}-1`));
    expect(seen(got)).toContain("Payment received");
    expect(got.text).toBe((await page()).text);
  });

  test("leads to no other order than the address's own", async () => {
    await open(states.voided);
    const other = newOrderId(Date.UTC(2026, 0, 1), seeded(9));
    await rig.puts({ ...states.delivered, sale: { ...states.delivered.sale, order: other } });
    const got = await page(lookup("success", other));
    expect(seen(got)).toContain("Time is over");
    expect(seen(got)).not.toContain(other);
  });
});

describe("an address that leads nowhere", () => {
  const right = payTokenOf(ORDER_ID, KEY);
  const unknown = newOrderId(Date.UTC(2026, 0, 1), seeded(4));
  const wrong: readonly (readonly [string, string])[] = [
    ["an order that the ledger does not have", payTokenOf(unknown, KEY)],
    ["a signature that does not fit", `${ORDER_ID}${"0".repeat(16)}`],
    ["an order's id alone", ORDER_ID],
    ["a wrong last letter", `${right.slice(0, -1)}${right.endsWith("0") ? "1" : "0"}`],
    ["nothing like a token", "hello"],
    ["what would be a path", "..%2f..%2fetc%2fpasswd"],
  ];

  test.each(wrong)("gets the one page that says so, in both languages: %s", async (_, token) => {
    await open(states.payable);
    const [got, plain] = [await get(`${rig.url}/pay/${token}`), await get(`${rig.url}/pay/x`)];
    expect(got.status).toBe(404);
    expect(seen(got)).toMatch(/Halaman ini tidak ada There is no such page/);
    expect(got.text).toBe(plain.text);
    const headersOf = ({ headers }: Got) => [...headers].filter(([name]) => name !== "date");
    expect(headersOf(got)).toEqual(headersOf(plain));
    for (const path of ["/state", "/finish?result=success"]) {
      expect((await get(`${rig.url}/pay/${token}${path}`)).text).toBe(plain.text);
    }
  });

  test("costs the same as one that leads somewhere: one look at the journal, at no order of its choosing", async () => {
    const reads: string[] = [];
    const journal: PayParts["journal"] = {
      stateOf: async (order) => {
        reads.push(order);
        return undefined;
      },
      story: async () => [],
    };
    await open(undefined, { journal });
    for (const [, token] of wrong) await get(`${rig.url}/pay/${token}`);
    expect(reads).toEqual([unknown, ...Array(wrong.length - 1).fill("0".repeat(26))]);
  });
});

describe("the door", () => {
  test("lets in one address so often a minute, and says when it may come again; another is not in its way", async () => {
    await open(states.payable, { requestsAMinute: 5 });
    const from = (address: string) => ({ "x-forwarded-for": address });
    const answers: number[] = [];
    for (let times = 0; times < 7; times += 1) answers.push((await page("/state", from("203.0.113.7"))).status);
    expect(answers).toEqual([200, 200, 200, 200, 200, 429, 429]);
    const refused = await page("", from("203.0.113.7"));
    expect(refused.headers.get("retry-after")).toBe("60");
    expect(seen(refused)).toMatch(/Terlalu sering Too many requests/);
    expect((await page("", from("203.0.113.8"))).status).toBe(200);
    rig.clock.pass(60_000);
    expect((await page("", from("203.0.113.7"))).status).toBe(200);
  });

  test("is not moved by who somebody says he is, without a proxy of ours", async () => {
    await open(states.payable, { requestsAMinute: 2, isProxy: () => false });
    const answers: number[] = [];
    for (const address of ["203.0.113.1", "203.0.113.2", "203.0.113.3"]) {
      answers.push((await page("", { "x-forwarded-for": address })).status);
    }
    expect(answers).toEqual([200, 200, 429]);
  });

  test("counts guesses too", async () => {
    await open(states.payable, { requestsAMinute: 3 });
    const answers: number[] = [];
    for (let guess = 0; guess < 4; guess += 1) answers.push((await get(`${rig.url}/pay/${guess}`)).status);
    expect(answers).toEqual([404, 404, 404, 429]);
  });

  test("runs and paints nothing but its own style and script, loads nothing, lies in no frame, is kept and told nowhere", async () => {
    await open(states.payable);
    const { headers, text } = await page();
    const hashOf = (tag: string): string => {
      const inner = new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`).exec(text)?.[1] ?? "";
      return `'sha256-${createHash("sha256").update(inner).digest("base64")}'`;
    };
    expect(headers.get("content-security-policy")?.split("; ")).toEqual([
      "default-src 'none'",
      `style-src ${hashOf("style")}`,
      `script-src ${hashOf("script")}`,
      "img-src data:",
      "connect-src 'self'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]);
    expect(Object.fromEntries(headers)).toMatchObject({
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-robots-tag": "noindex, nofollow",
    });
    expect(text.match(/(?:src|href)="(?!\?lang=|tel:|mailto:|data:,)[^"]*"/g)).toBeNull();
    expect((await page("/state")).headers.get("cache-control")).toBe("no-store");
  });

  test("answers any nonsense with one of its own pages or a refusal, and tells nothing of the inside", async () => {
    await open(states.payable);
    const name = fc.oneof(
      fc
        .string({ unit: "binary", maxLength: 80 })
        .map((text) => encodeURIComponent(text.replace(/[\ud800-\udfff]/g, "?"))),
      fc.constantFrom("", "%", "%zz", "%00", "..", "__proto__", "A".repeat(2_000), "%ff%fe"),
    );
    const path = fc.tuple(name, fc.constantFrom("", "/state", "/finish", "/x", "?lang=", "?lang=%00&lang=en"));
    const headers = fc.record(
      {
        "accept-language": fc.constantFrom("", ",,,;q", "en;q=9".repeat(200), "id;q=0.0.0"),
        "x-forwarded-for": fc.constantFrom("", "a,b", "::1,".repeat(300), "203.0.113.1, 127.0.0.1"),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(path, headers, async ([token, rest], given) => {
        const got = await ask(rig.url, { method: "GET", path: `/pay/${token}${rest}`, headers: given });
        if (got.is === "cut") throw new Error("no answer");
        expect([400, 404, 414]).toContain(got.status);
        expect(got.text).not.toMatch(/node_modules|\.ts:\d|^\s+at /m);
      }),
      { numRuns: 300 },
    );
    expect((await page()).status).toBe(200);
  });

  test("is for reading only", async () => {
    await open(states.payable);
    for (const method of ["POST", "PUT", "DELETE", "PATCH"])
      expect((await fetch(rig.page, { method })).status).toBe(405);
  });

  test("asks for patience while the journal does not answer, and says so in the log without the address", async () => {
    const lines: unknown[] = [];
    const log: PayParts["log"] = { ...silentLog, error: (what, facts) => lines.push({ what, ...facts }) };
    const journal: PayParts["journal"] = {
      stateOf: () => Promise.reject(new Error("disk full")),
      story: async () => [],
    };
    await open(undefined, { journal, log });
    const got = await page();
    expect(got.status).toBe(503);
    expect(seen(got)).toContain("Your payment is not affected.");
    expect(JSON.stringify(lines)).toContain("a customer's page failed");
    expect(JSON.stringify(lines)).not.toContain(payTokenOf(ORDER_ID, KEY).slice(26));
  });
});

test("a refund under way keeps its page up to date without scripts as well", async () => {
  await open(refunding(back("taken")));
  expect((await page()).text).toContain('http-equiv="refresh" content="15"');
});
