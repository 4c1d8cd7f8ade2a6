import { beforeEach, describe, expect, test } from "vitest";
import { Fleet, type FleetOptions } from "../../../backend/fleet/fleet.ts";
import type { Effect } from "../../../backend/ledger/words.ts";
import { silentLog } from "../../../host/log.ts";
import type { Owed } from "../../../journal/journal.ts";
import type { Outcome } from "../../../journal/performer.ts";
import { newUlid, type OrderId, type StandId, type StatementId } from "../../../protocol/ids.ts";
import { keySetOf, newKeyPair } from "../../../protocol/keys.ts";
import { seal, unsealDown } from "../../../protocol/seal.ts";
import type { DownBody, UpBody, UpStatement } from "../../../protocol/statements.ts";
import { type Channel, topicOf } from "../../../protocol/topics.ts";
import type { TransportEvents, TransportOptions } from "../../../wire/transport.ts";
import { ORDER_ID, PAGE, PRICE, qrFor } from "../../support/sale.ts";
import { settle, VirtualClock } from "../../support/virtual-clock.ts";
import { seeded } from "../../world/seeded.ts";

/* The backend's end of the wire, on a transport in the test's hand. */

const [LOBBY, GATE] = ["lobby-1", "gate-1"] as [StandId, StandId];
const backend = newKeyPair();
const pairs = new Map([LOBBY, GATE].map((stand) => [stand, newKeyPair()]));
const standKeys = keySetOf([...pairs].map(([owner, { publicJwk: jwk }]) => ({ owner, jwk })));
const random = seeded(1);
const never = new AbortController().signal;

let clock: VirtualClock;
let wire: { readonly options: TransportOptions; readonly events: TransportEvents };
let sent: { readonly topic: string; readonly payload: string }[];
let heard: string[];
/** What the books say when they have heard something. */
let books: () => Promise<void>;
let received: (readonly [StandId, readonly string[]])[];
let reported: unknown[];
let backs: StandId[];
let changes: number;
let fleet: Fleet;

const open = (more: Partial<FleetOptions> = {}): Fleet =>
  new Fleet({
    ...{ clientId: "backend-1", key: backend.signing, standKeys, journal: "ledger", clock, random, log: silentLog },
    open: (options, events) => {
      wire = { options, events };
      const publish = async (topic: string, payload: string): Promise<boolean> => {
        sent.push({ topic, payload });
        return true;
      };
      const rest = { hurry: () => undefined, close: async () => undefined };
      return { connected: true, lastAttempt: clock.now(), publish, ...rest };
    },
    company: { received: async (stand, ids) => void received.push([stand, ids]) },
    hear: async (stand, body) => {
      await books();
      heard.push(`${stand} ${body.type}`);
    },
    back: (stand) => void backs.push(stand),
    healthOf: (stand, health) => void reported.push([stand, health]),
    changed: () => {
      changes += 1;
    },
    ...more,
  });

beforeEach(() => {
  [clock, sent, heard, received, reported, backs, changes] = [new VirtualClock(), [], [], [], [], [], 0];
  books = async () => undefined;
  fleet = open();
});

const says = (from: StandId, body: UpBody): Promise<void> => {
  const id = newUlid(clock.wall(), random) as StatementId;
  const statement = { v: 1, id, from, to: "backend", at: { journal: "j", seq: 1 }, body } as UpStatement;
  const key = pairs.get(from)?.signing ?? backend.signing;
  return wire.events.hear({ topic: topicOf(from, "up"), payload: Buffer.from(seal(statement, key)) });
};
const tells = (stand: StandId, channel: Channel, json: unknown): Promise<void> =>
  wire.events.hear({ topic: topicOf(stand, channel), payload: Buffer.from(JSON.stringify(json)) });
const acks = (from: StandId, ...ids: readonly string[]) => says(from, { type: "ack", ids: ids as StatementId[] });

let nth = 0;
const owedTo = (to: StandId, body: DownBody, more: { until?: number; tries?: number } = {}): Owed<Effect> => {
  nth += 1;
  const until = more.until === undefined ? {} : { until: { ...clock.now(), ms: more.until } };
  const effect: Effect = { do: "tell", to, body, ...until };
  return {
    id: newUlid(clock.wall(), random),
    seq: nth,
    order: ORDER_ID,
    effect,
    started: false,
    tries: more.tries ?? 0,
  };
};
const VOIDED = { type: "voided", order: ORDER_ID, as: "cancelled" } as const;
const OFFER = { type: "offer", order: ORDER_ID, qr: qrFor(PRICE), amount: PRICE, validForMs: 120_000 } as const;
const said = (to: StandId, key = backend): readonly DownBody[] =>
  sent.flatMap(({ topic, payload }) => {
    const keys = keySetOf([{ owner: "backend", jwk: key.publicJwk }]);
    const read = topic === topicOf(to, "down") ? unsealDown(payload, keys, to) : undefined;
    return read?.is === "good" ? [read.statement.body] : [];
  });
const told = async (owed: Owed<Effect>, waitMs = 10_000): Promise<Outcome> => {
  const outcome = fleet.tell(owed, never);
  await clock.advance(waitMs);
  return outcome;
};

test("statements are shared among the backends of a group, and so is health; presence is for each of them", () => {
  open({ group: "backends" });
  expect(wire.options).toMatchObject({
    subscribe: ["$share/backends/qris/v1/stands/+/up"],
    overhear: ["qris/v1/stands/+/presence", "$share/backends/qris/v1/stands/+/health"],
  });
  open();
  expect(wire.options.subscribe).toEqual(["qris/v1/stands/+/up"]);
});

describe("what a stand says", () => {
  test("is taken in and acked only when the books have it", async () => {
    let write = (): void => undefined;
    books = () => new Promise((resolve) => (write = resolve));
    let isTaken = false;
    const taking = says(LOBBY, { type: "void", order: ORDER_ID, why: "cancelled" }).then(() => {
      isTaken = true;
    });
    await clock.advance(1_000);
    expect([isTaken, sent]).toEqual([false, []]);
    write();
    await taking;
    await clock.advance(2);
    expect([heard, said(LOBBY).map(({ type }) => type)]).toEqual([["lobby-1 void"], ["ack"]]);
  });

  test("is not taken in, nor acked, when the books cannot take it", async () => {
    books = () => Promise.reject(new Error("disk full"));
    await expect(says(LOBBY, { type: "void", order: ORDER_ID, why: "cancelled" })).rejects.toThrow("disk full");
    await clock.advance(1_000);
    expect(sent).toEqual([]);
  });

  test("of its health is handed on, unless it is no object or longer than any health is", async () => {
    await tells(LOBBY, "health", { rss: 1 });
    await tells(LOBBY, "health", "well");
    await tells(LOBBY, "health", { rss: 1, more: "x".repeat(4_096) });
    expect(reported).toEqual([[LOBBY, { rss: 1 }]]);
  });
});

describe("what a stand is told", () => {
  test("is done when it has acked, and comes again while it is silent, each time later", async () => {
    const owed = owedTo(LOBBY, VOIDED);
    const outcome = fleet.tell(owed, never);
    await settle();
    await acks(LOBBY, owed.id);
    expect(await outcome).toBe("done");
    expect(await told(owedTo(LOBBY, VOIDED, { tries: 2 }))).toEqual({ againMs: 4_000 });
  });

  test("is sealed by the key that is meant for it, else by the backend's own", async () => {
    const newer = newKeyPair();
    fleet = open({ keyFor: (stand) => (stand === GATE ? newer.signing : backend.signing) });
    await Promise.all([told(owedTo(LOBBY, VOIDED)), told(owedTo(GATE, VOIDED))]);
    expect([said(LOBBY), said(GATE), said(GATE, newer)]).toEqual([[VOIDED], [], [VOIDED]]);
  });

  test("of an offer says how long it is still good, and where its page is", async () => {
    fleet = open({ pageOf: (order: OrderId) => (order === ORDER_ID ? PAGE : "") });
    await clock.advance(50_000);
    await told(owedTo(LOBBY, OFFER, { until: 120_000 }));
    expect(said(LOBBY)).toEqual([{ ...OFFER, validForMs: 70_000, page: PAGE }]);
  });

  test("is nothing when its time is over", async () => {
    await clock.advance(120_000);
    expect(await fleet.tell(owedTo(LOBBY, OFFER, { until: 120_000 }), never)).toBe("done");
    expect(sent).toEqual([]);
  });

  test("is put off, and stays owed, while it is silent and something else is tried", async () => {
    await told(owedTo(LOBBY, VOIDED));
    const trying = fleet.tell(owedTo(LOBBY, VOIDED), never);
    expect(await fleet.tell(owedTo(LOBBY, VOIDED, { tries: 1 }), never)).toEqual({ againMs: 2_000 });
    await clock.advance(10_000);
    expect(await trying).toEqual({ againMs: 1_000 });
  });

  test("is not put off any more once it speaks, acks, or says that it is there; a last will says no such thing", async () => {
    const isPutOff = async (): Promise<boolean> => {
      const before = sent.length;
      const both = [fleet.tell(owedTo(LOBBY, VOIDED), never), fleet.tell(owedTo(LOBBY, VOIDED), never)];
      await settle();
      const count = sent.length - before;
      await clock.advance(10_000);
      await Promise.all(both);
      return count < 2;
    };
    expect(await isPutOff()).toBe(false);
    await tells(LOBBY, "presence", { online: false, boot: "b", connection: 1 });
    expect(await isPutOff()).toBe(true);
    await tells(LOBBY, "presence", { online: true, boot: "b", connection: 2 });
    expect(await isPutOff()).toBe(false);
    await says(LOBBY, { type: "void", order: ORDER_ID, why: "cancelled" });
    expect(await isPutOff()).toBe(false);
    await acks(LOBBY, newUlid(clock.wall(), random));
    expect(await isPutOff()).toBe(false);
    expect(await isPutOff()).toBe(true);
  });

  test("need not wait any longer when the stand says a word of its own, where it was missed often; presence and health prove nothing", async () => {
    const word = () => says(LOBBY, { type: "void", order: ORDER_ID, why: "cancelled" });
    await told(owedTo(LOBBY, VOIDED, { tries: 2 }));
    await word();
    await told(owedTo(LOBBY, VOIDED, { tries: 8 }));
    await tells(LOBBY, "presence", { online: true, boot: "b", connection: 1 });
    await tells(LOBBY, "health", { rss: 1 });
    await says(GATE, { type: "void", order: ORDER_ID, why: "cancelled" });
    expect(backs).toEqual([]);
    for (let nth = 0; nth < 100; nth += 1) await word();
    expect(backs).toEqual([LOBBY]);
    await told(owedTo(LOBBY, VOIDED, { tries: 9 }));
    await acks(LOBBY, newUlid(clock.wall(), random));
    expect(backs).toEqual([LOBBY, LOBBY]);
  });

  test("is sent anew at once when it connects anew, and nobody else is troubled", async () => {
    const [lobby, gate] = [
      fleet.tell(owedTo(LOBBY, VOIDED, { tries: 9 }), never),
      fleet.tell(owedTo(GATE, VOIDED), never),
    ];
    await settle();
    await says(LOBBY, { type: "sync", orders: [], lost: false });
    expect(await lobby).toEqual({ againMs: 1_000 });
    let isOver = false;
    void gate.then(() => {
      isOver = true;
    });
    await settle();
    expect(isOver).toBe(false);
    await clock.advance(10_000);
    await gate;
  });

  test("is not waited for when our own connection is gone", async () => {
    const outcome = fleet.tell(owedTo(LOBBY, VOIDED, { tries: 9 }), never);
    await settle();
    wire.events.down("the cable");
    expect(await outcome).toEqual({ againMs: 1_000 });
    expect(changes).toBe(1);
  });

  test("is done, too, when another backend was told that it has it; and the others are told of what is not ours", async () => {
    const owed = owedTo(LOBBY, VOIDED);
    const outcome = fleet.tell(owed, never);
    await settle();
    fleet.received([owed.id]);
    expect(await outcome).toBe("done");
    const strange = newUlid(clock.wall(), random);
    await acks(LOBBY, strange);
    expect(received).toEqual([[LOBBY, [strange]]]);
  });
});

describe("acks of what another backend has sent", () => {
  const someAck = () => acks(LOBBY, newUlid(clock.wall(), random));
  const sync: UpBody = { type: "sync", orders: [], lost: false };

  test("hold up nothing that the stand says next, and are dropped where too many are on their way to the others", async () => {
    let count = 0;
    const received = (): Promise<void> => {
      count += 1;
      return new Promise(() => undefined);
    };
    open({ company: { received } });
    for (let nth = 0; nth < 1_030; nth += 1) await someAck();
    await says(LOBBY, sync);
    expect([count, heard]).toEqual([1_024, ["lobby-1 sync"]]);
  });

  test("cost no connection where the others cannot be told, and the next ones are told again", async () => {
    let count = 0;
    const received = async (): Promise<void> => {
      count += 1;
      throw new Error("the database is away");
    };
    open({ company: { received } });
    for (let nth = 0; nth < 1_030; nth += 1) await someAck();
    expect(count).toBe(1_030);
  });
});
