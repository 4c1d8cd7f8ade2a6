import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { openBackend } from "../../backend/backend.ts";
import { ledgerShape } from "../../backend/ledger/shape.ts";
import { ONLY_MERCHANT } from "../../backend/merchants/merchants.ts";
import type { Attempt, PaymentProvider, Standing } from "../../backend/providers/provider.ts";
import { openStand } from "../../gateway/open-stand.ts";
import { standShape } from "../../gateway/order/shape.ts";
import { systemChance } from "../../host/chance.ts";
import { steadyClock } from "../../host/clock.ts";
import { type Log, silentLog } from "../../host/log.ts";
import { openSqliteJournal } from "../../journal/sqlite/open.ts";
import { newUlid, type Random } from "../../protocol/ids.ts";
import { keySetOf, newKeyPair } from "../../protocol/keys.ts";
import { openMqtt } from "../../wire/mqtt.ts";
import type { OpenTransport } from "../../wire/transport.ts";
import { type Mosquitto, startMosquitto } from "../support/mosquitto.ts";
import { onlyMerchant } from "../support/only-merchant.ts";
import { coffee, qrFor, rules, STAND } from "../support/sale.ts";
import { refunding } from "../support/terms.ts";
import { until } from "../support/until.ts";
import { seeded } from "../world/seeded.ts";

/* A broker in the wrong hands: it swallows, repeats, holds back and alters what it is given, and says each time that it has it. */

let broker: Mosquitto;
beforeAll(async () => {
  broker = await startMosquitto();
});
afterAll(() => broker?.close());

const SALES = 2;
const LONG_MS = 60_000;
const HELD_MS = 700;
const TRANSACTION = "0d8178e1-c6c7-4ab4-81a6-893be9d924ab";
const TERMS = {
  payableMs: 600_000,
  retryPausesMs: [],
  firstAskMs: 300_000,
  slowestAskMs: 300_000,
  lapseMs: 600_000,
  ...refunding,
};

type Deeds = Record<"swallowed" | "repeated" | "held" | "altered", number>;

/** The real wire, with that broker's deeds at everything that is said on it. */
function inWrongHands(open: OpenTransport, random: Random, deeds: Deeds): OpenTransport {
  const clock = steadyClock("hands");
  return (options, events) => {
    const wire = open(options, events);
    const publish: typeof wire.publish = async (topic, payload, how) => {
      const say = (text: string) => wire.publish(topic, text, how);
      const deed = deedFor(random());
      if (deed === undefined) return say(payload);
      deeds[deed] += 1;
      const heldBack = () => clock.after(HELD_MS * random(), () => void say(payload));
      await done(
        { swallowed: [], repeated: [payload, payload, payload], held: [], altered: [altered(payload, random)] }[deed],
      );
      if (deed === "held") heldBack();
      return true;

      async function done(texts: readonly string[]): Promise<void> {
        for (const text of texts) await say(text);
      }
    };
    return {
      publish,
      hurry: () => wire.hurry(),
      close: () => wire.close(),
      get connected() {
        return wire.connected;
      },
      get lastAttempt() {
        return wire.lastAttempt;
      },
    };
  };
}

/** Two thirds of what is said do not come through as they should. */
function deedFor(draw: number): keyof Deeds | undefined {
  if (draw < 0.2) return "swallowed";
  if (draw < 0.4) return "repeated";
  if (draw < 0.55) return "held";
  return draw < 0.7 ? "altered" : undefined;
}

/** One character of it is another one. */
function altered(payload: string, random: Random): string {
  const at = Math.floor(random() * payload.length);
  return payload.slice(0, at) + (payload[at] === "A" ? "B" : "A") + payload.slice(at + 1);
}

/** Counts the warnings. */
function listening(warnings: string[]): Log {
  return { ...silentLog, warn: (what) => void warnings.push(what), child: () => listening(warnings) };
}

async function openBoth(deeds: Deeds) {
  const [clock, random, pulses, warnings] = [steadyClock("test"), systemChance, [] as string[], [] as string[]];
  const log = listening(warnings);
  const newId = () => newUlid(clock.wall(), random);
  const [backendKeys, standKeys] = [newKeyPair(), newKeyPair()];
  const common = { newId, wall: clock.wall, file: ":memory:" };
  const ledger = openSqliteJournal({ ...common, shape: ledgerShape }).journal;
  const book = openSqliteJournal({ ...common, shape: standShape }).journal;
  const charged = new Map<string, Attempt>();
  const provider = {
    charge: async (attempt: Attempt) => {
      charged.set(attempt.order, attempt);
      return { is: "issued", qr: qrFor(attempt.amount), transaction: TRANSACTION } as const;
    },
  } as unknown as PaymentProvider;
  const redial = { firstMs: 100, capMs: 500, stableMs: 10_000 };
  const open = inWrongHands(openMqtt({ url: broker.url, clock, random, log, redial }), seeded(5), deeds);
  const backend = openBackend({
    ...{ clientId: "backend-1", journal: ledger, merchants: onlyMerchant(provider), key: backendKeys.signing },
    standKeys: keySetOf([{ owner: STAND, jwk: standKeys.publicJwk }]),
    ...{ openTransport: open, clock, random, log },
    termsFor: () => TERMS,
    onFault: (fault) => expect.fail(String(fault)),
  });
  const relay = {
    ready: async () => true,
    pulse: async (_: number, order: string) => void pulses.push(order),
    close: async () => undefined,
  };
  const stand = await openStand({
    ...{ id: STAND, name: "Stand Uji", isTest: false, menu: [coffee], journal: book, lost: false },
    rules: { ...rules, chargePatienceMs: 120_000, paymentPatienceMs: 300_000, prints: { qr: false, receipt: false } },
    devices: {
      screen: { width: 1, height: 1, show: async () => undefined, close: async () => undefined },
      relayOf: () => relay,
    },
    drawing: {
      page: () => ({ width: 1, height: 1, rgba: new Uint8ClampedArray(4) }),
      slip: () => ({ width: 1, height: 1, black: new Uint8Array(1) }),
    },
    ...{ openTransport: open, key: standKeys.signing, clock, boot: "boot-1", random, log },
    backendKeys: keySetOf([{ owner: "backend", jwk: backendKeys.publicJwk }]),
  });
  const pay = (attempt: Attempt) => {
    const payment = {
      amount: attempt.amount,
      fee: 0,
      paidAt: "2026-01-01T00:00:00+07:00",
      issuer: "gopay",
      transaction: TRANSACTION,
    };
    return backend.cashier.notified(ONLY_MERCHANT, `${attempt.order}-1`, {
      is: "settled",
      payment,
    } as unknown as Standing);
  };
  onTestFinished(async () => {
    await stand.stop();
    await backend.stop();
    await Promise.all([ledger.close(), book.close()]);
  });
  return { backend, stand, ledger, pulses, warnings, charged, pay };
}

test("whole sales end well in the hands of a broker that swallows, repeats, holds back and alters", {
  timeout: 180_000,
}, async () => {
  const deeds: Deeds = { swallowed: 0, repeated: 0, held: 0, altered: 0 };
  const { backend, stand, ledger, pulses, warnings, charged, pay } = await openBoth(deeds);
  await until("both are connected", () => backend.fleet.connected && stand.link?.connected === true);
  const sold: string[] = [];
  for (let nth = 0; nth < SALES; nth += 1) {
    await expect.poll(() => stand.press(coffee.button), { timeout: LONG_MS }).toBe("begun");
    await until("a code is shown", () => stand.stand.front?.at === "awaiting", LONG_MS);
    const order = stand.stand.front?.order.id ?? "";
    const attempt = charged.get(order);
    if (attempt === undefined) throw new Error("a code that nobody charged");
    await pay(attempt);
    await until("the goods are out", () => stand.stand.front?.at === "delivered", LONG_MS);
    sold.push(order);
  }
  await expect.poll(async () => (await ledger.unfinished()).length, { timeout: LONG_MS }).toBe(0);
  expect(pulses).toEqual(sold);
  for (const order of sold) expect((await ledger.stateOf(order))?.at).toBe("delivered");
  expect(Math.min(...Object.values(deeds))).toBeGreaterThan(0);
  expect(warnings.filter((what) => what === "statement refused").length).toBeGreaterThan(0);
});
