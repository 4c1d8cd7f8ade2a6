import { expect, test } from "vitest";
import type { MerchantId } from "../../../backend/providers/provider.ts";
import { Registry, type RegistryParts } from "../../../backend/stands/registry.ts";
import { freshStore } from "../../support/stores.ts";
import { GATE, LOBBY, openOffice, recordOf } from "./rig.ts";

const [KOPI, KEDAI] = ["kopi", "kedai"] as unknown as readonly [MerchantId, MerchantId];

/** The stands of two merchants, and what the roster makes of them. */
async function opened(more: Partial<RegistryParts> = {}) {
  const office = openOffice(await freshStore());
  const registry = new Registry({
    store: office.store,
    codeMs: 60_000,
    selling: [KOPI, KEDAI],
    isConfigured: () => false,
    wall: () => office.wall,
    changed: () => office.following.look(),
    ...more,
  });
  return { registry, roster: office.roster, store: office.store };
}

test("a stand sells for whom it was said, and for nobody that is not there, or that nobody named among several", async () => {
  const { registry, roster } = await opened();
  expect(await registry.add(LOBBY, {})).toMatchObject({ is: "no-merchant", because: expect.stringContaining("kedai") });
  const stranger = { merchant: "toko" as MerchantId };
  expect(await registry.add(LOBBY, stranger)).toMatchObject({ is: "no-merchant" });
  expect(roster.size).toBe(0);
  expect(await registry.add(LOBBY, { merchant: KEDAI })).toMatchObject({ is: "invited" });
  expect(roster.sellerOf(LOBBY)).toBe(KEDAI);
  expect(await registry.change(LOBBY, stranger)).toMatchObject({ is: "no-merchant" });
  expect(await registry.change(LOBBY, { merchant: KOPI })).toEqual({ is: "changed" });
  expect(roster.sellerOf(LOBBY)).toBe(KOPI);
});

test("what is said of a stand that is not there moves nothing, and makes no code", async () => {
  const { registry, roster, store } = await opened();
  for (const done of [
    await registry.invite(GATE),
    await registry.revoke(GATE, "stolen"),
    await registry.change(GATE, {}),
  ])
    expect(done).toMatchObject({ is: "unknown", because: expect.stringContaining("backend stands add gate-1") });
  expect([roster.size, await store.selectFrom("stand_codes").selectAll().execute()]).toEqual([0, []]);
});

test("a stand that is there is not made again: its code stays good, and its words are as they were", async () => {
  const { registry, roster, store } = await opened();
  await registry.add(LOBBY, { merchant: KOPI, name: "Lobi" });
  const codes = await store.selectFrom("stand_codes").selectAll().execute();
  expect(await registry.add(LOBBY, { merchant: KEDAI, name: "Lain" })).toMatchObject({ is: "taken" });
  expect(roster.get(LOBBY)).toMatchObject({ name: "Lobi", merchant: KOPI, policies: { late: "hold", failed: "hold" } });
  expect(await store.selectFrom("stand_codes").selectAll().execute()).toEqual(codes);
});

test("a stand of the configuration is changed there alone; nobody is invited where nobody could enrol", async () => {
  const { registry, store } = await opened({ isConfigured: () => true });
  for (const done of [
    await registry.add(LOBBY, { merchant: KOPI }),
    await registry.invite(LOBBY),
    await registry.revoke(LOBBY, "stolen"),
    await registry.change(LOBBY, { name: "Lobi" }),
  ])
    expect(done).toMatchObject({ is: "configured" });
  expect(await store.selectFrom("stands").selectAll().execute()).toEqual([]);
  const closed = await opened({ codeMs: undefined });
  expect(await closed.registry.add(LOBBY, { merchant: KOPI })).toMatchObject({ is: "closed" });
  expect(await closed.registry.invite(LOBBY)).toMatchObject({ is: "closed" });
  expect(closed.roster.size).toBe(0);
});

test("what is left out stays, and what is taken away goes", async () => {
  const { registry, roster } = await opened();
  const place = { latitude: -6.2, longitude: 106.8 };
  const policies = { late: "refund", failed: "deliver" } as const;
  await registry.add(LOBBY, { merchant: KOPI, site: "Gedung A", place, policies, rate: { aMinute: 3, burst: 2 } });
  await registry.change(LOBBY, { name: "Lobi" });
  const kept = { name: "Lobi", site: "Gedung A", place, policies, rate: { aMinute: 3, burst: 2 } };
  expect(roster.get(LOBBY)).toMatchObject(kept);
  await registry.change(LOBBY, { site: null, place: null });
  const { site, place: where } = roster.get(LOBBY) ?? recordOf(LOBBY);
  expect([site, where]).toEqual([undefined, undefined]);
});
