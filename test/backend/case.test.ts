import { execFileSync } from "node:child_process";
import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../../backend/main.ts";
import { firstReleaseOf } from "../../protocol/ids.ts";
import { openCounterShop } from "../support/counter-shop.ts";
import { freePort } from "../support/free-port.ts";
import { type Typed, typed } from "../support/typed.ts";

/* One order's whole story, taken out of a running backend for a dispute. */

const says = (config: string, ...argv: readonly string[]): Promise<Typed> =>
  typed(main, [...argv, "--config", config], process.env);

test("an order that went wrong is told whole, once, and who took its story is written down", {
  timeout: 90_000,
}, async () => {
  const shop = await openCounterShop("", { files: { token: "let-me-in" } });
  const { at, config } = shop.site;
  appendFileSync(config, `[operator]\nport = ${await freePort()}\ntoken_file = "${at}/token"`);
  const backend = await shop.start();
  const order = await shop.offered();
  shop.paid(order);
  await shop.notified(backend, order);
  await shop.told(order, "settled");
  const release = firstReleaseOf(order);
  await shop.stand.says({ type: "not-delivered", order, because: "release-failed", release });
  const remedy = [
    "remedy",
    order,
    "--how",
    "settled-by-staff",
    "--by",
    "ani",
    "--why",
    "<script>alert(1)</script> & diberi kopi",
  ];
  expect((await says(config, ...remedy)).code).toBe(0);

  expect(await says(config, "export", order, "--by", "budi", "--why", "sengketa 17")).toMatchObject({ code: 64 });
  const to = join(at, "case");
  const taken = await says(config, "export", order, "--to", to, "--by", "budi", "--why", "sengketa 17");
  expect(taken.code, taken.said).toBe(0);
  expect(readdirSync(to).sort()).toEqual(["SHA256SUMS", "case.html", "case.json"]);
  expect(execFileSync("sha256sum", ["-c", "SHA256SUMS"], { cwd: to, encoding: "utf8" })).toContain("case.json: OK");

  const text = readFileSync(join(to, "case.json"), "utf8");
  const found = JSON.parse(text);
  expect(found).toMatchObject({
    order,
    by: "budi",
    why: "sengketa 17",
    state: { at: "remedied", how: "settled-by-staff" },
  });
  const types = found.story.map(({ event }: { readonly event: { readonly type: string } }) => event.type);
  expect(types).toEqual(["asked", "charged", "news", "not-delivered", "remedied"]);
  expect(found.state.receipts[0].payment.transaction).toMatch(/^[0-9a-f-]{36}$/);
  const deeds = found.deeds.map(
    ({ who, what, result }: Readonly<Record<string, string>>) => `${who} ${what} ${result}`,
  );
  expect(deeds).toEqual(["ani order.remedy begun", "ani order.remedy done"]);
  expect(text).not.toContain("00020101");
  expect(text).not.toMatch(/"(qr|deeplink|signature_key|server_key)"/);

  const page = readFileSync(join(to, "case.html"), "utf8");
  expect(page).toContain("&lt;script&gt;alert(1)&lt;/script&gt; &amp; diberi kopi");
  expect(page).not.toContain("<script");
  for (const word of [order, found.claim, "15.000", "settled-by-staff", found.state.receipts[0].payment.transaction])
    expect(page).toContain(word);

  const again = await says(config, "export", order, "--to", to, "--by", "budi", "--why", "once more");
  expect([again.code, again.said]).toEqual([1, expect.stringContaining("nothing is overwritten")]);
  const second = await says(config, "export", order, "--to", join(at, "second"), "--by", "budi", "--why", "once more");
  expect(second.code).toBe(0);
  const later = JSON.parse(readFileSync(join(at, "second/case.json"), "utf8"));
  expect(later.deeds.at(-1)).toMatchObject({ who: "budi", what: "order.export", result: "done" });

  const none = await says(
    config,
    "export",
    "01JD5S3V8Q4R6T2W9Y0ZABCDEF",
    "--to",
    join(at, "x"),
    "--by",
    "budi",
    "--why",
    "y",
  );
  expect([none.code, none.said]).toEqual([1, expect.stringContaining("no such order here")]);
});
