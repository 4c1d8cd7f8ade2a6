import { execFileSync } from "node:child_process";
import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Audit } from "../../backend/console/audit/audit.ts";
import { main } from "../../backend/main.ts";
import { gather } from "../../backend/operator/case/gather.ts";
import { entryOf } from "../../backend/reconcile/entry.ts";
import { silentLog } from "../../host/log.ts";
import { firstReleaseOf, newOrderId } from "../../protocol/ids.ts";
import { openCounterShop } from "../support/counter-shop.ts";
import { freePort } from "../support/free-port.ts";
import { ORDER_ID } from "../support/sale.ts";
import { freshStore } from "../support/stores.ts";
import { type Typed, typed } from "../support/typed.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { seeded } from "../world/seeded.ts";
import { states, stories } from "./pay/kit.ts";

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

test("a story has what comparing and staff made of this order, and nothing of another's", async () => {
  const store = await freshStore();
  const audit = new Audit({ store, clock: new VirtualClock(), log: silentLog });
  const OTHER = newOrderId(Date.UTC(2026, 0, 1), seeded(7));
  const wall = Date.UTC(2026, 0, 1, 3);
  const entries = [ORDER_ID, OTHER].map((order) => entryOf(order, states.delivered, []));
  const runs = [
    { id: "mine", day: "2026-01-01", stage: "done" },
    { id: "under-way", day: "2026-01-01", stage: "begun" },
  ] as const;
  for (const run of runs) {
    const row = { ...run, is_whole: 1, begun_ms: wall, report: null, summary: null };
    await store.insertInto("reconcile_runs").values(row).execute();
    const rows = entries.map((entry, nth) => ({ run: run.id, nth, entry: JSON.stringify(entry) }));
    await store.insertInto("reconcile_entries").values(rows).execute();
  }
  for (const about of [OTHER, ORDER_ID]) {
    const what = { who: "ani", source: "terminal", what: "order.refund", about };
    await audit.write({ ...what, result: "refused", because: "not-found" });
  }
  await audit.write({ who: "ani", source: "terminal", what: "order.refund", about: ORDER_ID, result: "done" });
  const journal = { stateOf: async () => states.delivered, story: async () => [{ event: stories.asked, wall }] };
  const wish = { by: "budi", why: "sengketa 17" };
  const found = await gather(ORDER_ID, wish, { journal, store, clock: { wall: () => wall }, version: "1" });
  expect(found?.reconciled).toEqual([{ day: "2026-01-01", entry: entries[0] }]);
  const deed = { at: expect.any(String), who: "ani", role: "", source: "terminal", what: "order.refund" };
  expect(found?.deeds).toEqual([
    { ...deed, result: "refused", because: "not-found" },
    { ...deed, result: "done" },
  ]);
});
