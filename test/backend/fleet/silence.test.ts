import { expect, test } from "vitest";
import { openBackend } from "../../../backend/backend.ts";
import { Silence } from "../../../backend/fleet/silence.ts";
import { ledgerShape } from "../../../backend/ledger/shape.ts";
import type { PaymentProvider } from "../../../backend/providers/provider.ts";
import { silentLog } from "../../../host/log.ts";
import { openSqliteJournal } from "../../../journal/sqlite/open.ts";
import { newOrderId, newUlid, type StandId, type StatementId } from "../../../protocol/ids.ts";
import { keySetOf, newKeyPair } from "../../../protocol/keys.ts";
import { topicOf } from "../../../protocol/topics.ts";
import type { Delivery } from "../../../wire/post.ts";
import type { TransportEvents } from "../../../wire/transport.ts";
import { onlyMerchant } from "../../support/only-merchant.ts";
import { usualTerms } from "../../support/terms.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { seeded } from "../../world/seeded.ts";

const [A, B, C] = ["a", "b", "c"] as unknown as readonly [StandId, StandId, StandId];
const says = (delivery: Delivery) => async () => delivery;
const never = (): Promise<Delivery> => new Promise(() => undefined);
const withTries = (triesAtOnce: number): Silence => new Silence({ triesAtOnce, back: () => undefined });

test("a stand that has not answered is told one thing at a time", async () => {
  const silence = withTries(2);
  void silence.tell(A, 0, never);
  void silence.tell(A, 0, never);
  expect(await silence.tell(A, 0, says("silent"))).toBe("silent");
  void silence.tell(A, 0, never);
  expect(await silence.tell(A, 0, says("acked"))).toBe("put-off");
});

test("only so many that have not answered are tried at once, and others are told all the same", async () => {
  const silence = withTries(1);
  for (const stand of [A, B]) await silence.tell(stand, 0, says("silent"));
  void silence.tell(A, 0, never);
  expect(await silence.tell(B, 0, says("acked"))).toBe("put-off");
  expect(await silence.tell(C, 0, says("acked"))).toBe("acked");
});

test("whoever was tried in vain gives his place to another, and is tried again", async () => {
  const silence = withTries(1);
  for (const stand of [A, B]) await silence.tell(stand, 0, says("silent"));
  expect(await silence.tell(A, 0, says("silent"))).toBe("silent");
  expect(await silence.tell(B, 0, says("down"))).toBe("down");
  await expect(silence.tell(B, 0, () => Promise.reject(new Error("no pen")))).rejects.toThrow("no pen");
  expect(await silence.tell(A, 0, says("acked"))).toBe("acked");
  expect(silence.size).toBe(1);
});

test("whoever answers, or is heard, is not silent any more; a connection that is down says nothing of the stand", async () => {
  const silence = withTries(1);
  for (const stand of [A, B]) await silence.tell(stand, 0, says("silent"));
  await silence.tell(C, 0, says("down"));
  expect(silence.size).toBe(2);
  await silence.tell(A, 0, says("acked"));
  silence.heard(B);
  expect(silence.size).toBe(0);
});

test("a stand that missed something four times is back when it says something, once; when somebody says that it is there it is not yet", async () => {
  const back: StandId[] = [];
  const silence = new Silence({ triesAtOnce: 1, back: (stand) => void back.push(stand) });
  await silence.tell(A, 2, says("silent"));
  await silence.tell(B, 3, says("silent"));
  await silence.tell(C, 9, says("down"));
  silence.isThere(B);
  expect([silence.size, back]).toEqual([1, []]);
  for (const stand of [A, B, C, A, B, C]) silence.heard(stand);
  expect(back).toEqual([B]);
  await silence.tell(B, 4, says("silent"));
  silence.heard(B);
  expect(back).toEqual([B, B]);
});

test("a stand is back, too, by an ack, when something else was put off often meanwhile", async () => {
  const back: StandId[] = [];
  const silence = new Silence({ triesAtOnce: 1, back: (stand) => void back.push(stand) });
  await silence.tell(A, 0, says("silent"));
  let ack = (): void => undefined;
  const trying = silence.tell(A, 1, () => new Promise((resolve) => (ack = () => resolve("acked"))));
  expect(await silence.tell(A, 3, says("acked"))).toBe("put-off");
  expect(back).toEqual([]);
  ack();
  expect([await trying, back]).toEqual(["acked", [A]]);
});

/** A backend in virtual time on a wire that takes everything, and what it was given for each stand. */
async function openBackendOnDeafWire() {
  const [clock, random] = [new VirtualClock(), seeded(1)];
  const newId = () => newUlid(clock.wall(), random);
  const { journal } = openSqliteJournal({ file: ":memory:", shape: ledgerShape, newId, wall: () => clock.wall() });
  const told = new Map<string, number>();
  const backend = openBackend({
    ...{ clientId: "backend-1", journal, clock, random, log: silentLog, key: newKeyPair().signing },
    merchants: onlyMerchant({} as PaymentProvider),
    standKeys: keySetOf([]),
    openTransport: (_, events: TransportEvents) => {
      clock.after(0, () => events.up());
      const publish = async (topic: string): Promise<boolean> => {
        told.set(topic, (told.get(topic) ?? 0) + 1);
        return true;
      };
      return {
        connected: true,
        lastAttempt: clock.now(),
        publish,
        hurry: () => undefined,
        close: async () => undefined,
      };
    },
    termsFor: () => usualTerms,
    onFault: (fault) => expect.fail(String(fault)),
  });
  const cancels = (stand: StandId): Promise<void> => {
    const order = newOrderId(clock.wall(), random);
    return backend.cashier.hear(stand, { type: "void", order, why: "cancelled" }, newId() as StatementId);
  };
  const count = (stand: StandId): number => told.get(topicOf(stand, "down")) ?? 0;
  const close = async (): Promise<void> => {
    await backend.stop();
    await journal.close();
  };
  return { clock, cancels, count, close };
}

test("three hundred stands that are away, with two things each to be told, hold up nobody who is there", async () => {
  const { clock, cancels, count, close } = await openBackendOnDeafWire();
  const away = Array.from({ length: 300 }, (_, nth) => `away-${nth}` as StandId);
  for (const stand of away) for (let nth = 0; nth < 2; nth += 1) await cancels(stand);
  await clock.advance(30_000);
  for (let nth = 1; nth <= 12; nth += 1) {
    await clock.advance(20_000 + nth);
    const there = `there-${nth}` as StandId;
    await cancels(there);
    await clock.advance(100);
    expect(count(there)).toBe(1);
  }
  expect(Math.min(...away.map(count))).toBeGreaterThan(1);
  await close();
}, 60_000);
