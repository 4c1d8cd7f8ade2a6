import { expect, test } from "vitest";
import { openBackend } from "../../../backend/backend.ts";
import { ledgerShape } from "../../../backend/ledger/shape.ts";
import { Admission } from "../../../backend/merchants/admission.ts";
import type { PaymentProvider } from "../../../backend/providers/provider.ts";
import { type Log, silentLog } from "../../../host/log.ts";
import { openSqliteJournal } from "../../../journal/sqlite/open.ts";
import { newOrderId, newUlid, type StandId, type StatementId } from "../../../protocol/ids.ts";
import { keySetOf, newKeyPair, type SigningKey } from "../../../protocol/keys.ts";
import { seal, unsealDown } from "../../../protocol/seal.ts";
import type { UpBody } from "../../../protocol/statements.ts";
import { topicOf } from "../../../protocol/topics.ts";
import type { TransportEvents } from "../../../wire/transport.ts";
import { onlyMerchant } from "../../support/only-merchant.ts";
import { usualTerms } from "../../support/terms.ts";
import { settle, VirtualClock } from "../../support/virtual-clock.ts";
import { seeded } from "../../world/seeded.ts";

const [MAD, GOOD] = ["stand-1" as StandId, "stand-2" as StandId];
/** A backend in virtual time, two stands that say to it what the test wants, who of them was acked how often, and what they were told of orders. */
async function openBackendAndStands() {
  const [clock, random] = [new VirtualClock(), seeded(1)];
  const [pair, pairs] = [newKeyPair(), new Map([MAD, GOOD].map((id) => [id, newKeyPair()]))];
  const newId = () => newUlid(clock.wall(), random);
  const { journal } = openSqliteJournal({ file: ":memory:", shape: ledgerShape, newId, wall: () => clock.wall() });
  const backendKeys = keySetOf([{ owner: "backend", jwk: pair.publicJwk }]);
  const acked = new Map<string, number>();
  const told: string[] = [];
  const warned: string[] = [];
  const log: Log = { ...silentLog, warn: (what) => void warned.push(what) };
  let events: TransportEvents | undefined;
  const publish = async (topic: string, payload: string): Promise<boolean> => {
    for (const id of [MAD, GOOD].filter((stand) => topic === topicOf(stand, "down"))) {
      const unsealed = unsealDown(new TextEncoder().encode(payload), backendKeys, id);
      if (unsealed.is !== "good") continue;
      const { body } = unsealed.statement;
      if (body.type === "ack") acked.set(id, (acked.get(id) ?? 0) + body.ids.length);
      else if ("order" in body) told.push(`${id} ${body.order}`);
    }
    return true;
  };
  const backend = openBackend({
    ...{ clientId: "backend-1", journal, clock, random, log, key: pair.signing },
    merchants: onlyMerchant({} as PaymentProvider),
    admission: new Admission({
      stands: new Map([MAD, GOOD].map((id) => [id, { aMinute: 20, burst: 10 }])),
      merchants: new Map(),
    }),
    standKeys: keySetOf([...pairs].map(([owner, { publicJwk }]) => ({ owner, jwk: publicJwk }))),
    openTransport: (_, heard) => {
      events = heard;
      return {
        ...{ connected: true, lastAttempt: clock.now(), publish },
        hurry: () => undefined,
        close: async () => undefined,
      };
    },
    termsFor: () => usualTerms,
    onFault: (fault) => expect.fail(String(fault)),
  });
  const says = async (stand: StandId, body: UpBody): Promise<void> => {
    const at = { journal: "a journal", seq: 1 };
    const key = pairs.get(stand)?.signing as SigningKey;
    const id = newId() as StatementId;
    const sealed = seal({ v: 1, id, from: stand, to: "backend", at, body }, key);
    await events?.hear({ topic: topicOf(stand, "up"), payload: new TextEncoder().encode(sealed) });
  };
  const voids = async (stand: StandId, times: number): Promise<void> => {
    for (let nth = 0; nth < times; nth += 1)
      await says(stand, { type: "void", order: newOrderId(clock.wall(), random), why: "cancelled" });
    await clock.advance(1);
    await settle();
  };
  const close = async (): Promise<void> => {
    await backend.stop();
    await journal.close();
  };
  const strayAck = (): UpBody => ({ type: "ack", ids: [newId() as StatementId] });
  return { clock, acked, told, warned, journal, says, voids, strayAck, close };
}

test("a stand that ends ever new orders is heard two thousand times, and then as often as its charges need; of the rest nothing is acked but its sync", async () => {
  const { clock, acked, warned, journal, says, voids, close } = await openBackendAndStands();
  await voids(MAD, 2_100);
  expect(acked.get(MAD)).toBe(2_000);
  expect(await journal.latest(3_000)).toHaveLength(2_000);
  expect(warned).toHaveLength(1);

  await says(MAD, { type: "sync", orders: [], lost: false });
  await voids(GOOD, 5);
  expect([acked.get(MAD), acked.get(GOOD)]).toEqual([2_001, 5]);

  await clock.advance(60_000);
  await voids(MAD, 100);
  expect(acked.get(MAD)).toBe(2_081);
  await close();
});

test("what a stand did not hear for a quarter of an hour it is told at its next word, though it was there all the time; one that talks and never hears, no more often than is waited for its ack", async () => {
  const { clock, told, says, voids, strayAck, close } = await openBackendAndStands();
  await voids(GOOD, 3);
  const missed = new Set(told);
  await clock.advance(900_000);
  told.length = 0;
  await says(GOOD, strayAck());
  await clock.advance(10);
  expect(new Set(told)).toEqual(missed);

  told.length = 0;
  for (let nth = 0; nth < 600; nth += 1) {
    await clock.advance(100);
    await says(GOOD, strayAck());
  }
  expect(told.length).toBeGreaterThan(missed.size);
  expect(told.length).toBeLessThanOrEqual(missed.size * 6);
  await close();
});
