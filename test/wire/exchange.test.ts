import { beforeEach, describe, expect, test } from "vitest";
import { type Facts, type Log, silentLog } from "../../host/log.ts";
import type { StandId, StatementId } from "../../protocol/ids.ts";
import { keySetOf, newKeyPair } from "../../protocol/keys.ts";
import { unsealDown, unsealUp } from "../../protocol/seal.ts";
import { type DownStatement, STATEMENT_MAX_BYTES, type UpStatement } from "../../protocol/statements.ts";
import { againAfterMs, Exchange } from "../../wire/exchange.ts";
import { Post } from "../../wire/post.ts";
import { ORDER_ID, STAND } from "../support/sale.ts";
import { settle, VirtualClock } from "../support/virtual-clock.ts";

const stand = newKeyPair();
const backend = newKeyPair();
const LETTER = {
  id: "01JD5S3V8Q4R6T2W9Y0ZSTMT01",
  seq: 7,
  body: { type: "void", order: ORDER_ID, why: "cancelled" },
} as const;

/** Both ends of the talk over a wire that the test can cut; what crosses it is kept. */
class Talk {
  readonly clock = new VirtualClock();
  readonly crossed: string[] = [];
  /** What was said without a journal, and whether somebody confirms it. */
  readonly said: (readonly [type: string, isUnconfirmed: boolean])[] = [];
  readonly committed: UpStatement[] = [];
  /** Acks of what the backend does not wait for. */
  readonly strays: (readonly [string, readonly string[]])[] = [];
  readonly warnings: (readonly [string, Facts | undefined])[] = [];
  isCut = false;
  isFull = false;
  refusal: Error | undefined;
  readonly stand: Exchange<DownStatement>;
  readonly backend: Exchange<UpStatement>;

  constructor() {
    const { clock } = this;
    const log: Log = { ...silentLog, warn: (what, facts) => void this.warnings.push([what, facts]) };
    const common = { clock, random: () => 0.5, log };
    const toBackend = (payload: string): Promise<boolean> => this.#carry(payload, () => this.backend);
    const toStand = (payload: string): Promise<boolean> => this.#carry(payload, () => this.stand);
    this.stand = new Exchange<DownStatement>({
      ...common,
      me: STAND,
      key: stand.signing,
      journal: "stand-journal",
      post: new Post({ transport: { publish: (_topic, payload) => toBackend(payload) }, clock }),
      topicTo: () => "up",
      publish: (_topic, payload, { unconfirmed = false } = {}) => {
        this.said.push([bodyOf(payload).type, unconfirmed]);
        return toBackend(payload);
      },
      unseal: (payload) => unsealDown(payload, keySetOf([{ owner: "backend", jwk: backend.publicJwk }]), STAND),
      commit: async () => undefined,
    });
    this.backend = new Exchange<UpStatement>({
      ...common,
      me: "backend",
      key: backend.signing,
      journal: "ledger",
      post: new Post({ transport: { publish: (_topic, payload) => toStand(payload) }, clock }),
      topicTo: (party) => `down ${party}`,
      publish: (_topic, payload) => toStand(payload),
      strayAcks: async (...told) => void this.strays.push(told),
      unseal: (payload) => unsealUp(payload, keySetOf([{ owner: STAND, jwk: stand.publicJwk }]), "backend"),
      admits: () => !this.isFull,
      commit: async (statement) => {
        if (this.refusal !== undefined) throw this.refusal;
        this.committed.push(statement);
      },
    });
  }

  async #carry(payload: string, to: () => Exchange<UpStatement> | Exchange<DownStatement>): Promise<boolean> {
    this.crossed.push(payload);
    if (this.isCut) return true;
    await to().hear(new TextEncoder().encode(payload));
    return true;
  }
}

const bodyOf = (sealed: string): UpStatement["body"] =>
  JSON.parse(Buffer.from(sealed.split(".")[1] ?? "", "base64url").toString()).body;

const unaborted = new AbortController().signal;

describe("the exchange between stand and backend", () => {
  let talk = new Talk();
  beforeEach(() => {
    talk = new Talk();
  });

  test("acks a statement when it is on disk, and tells its sender so", async () => {
    const told = talk.stand.tell(LETTER, "backend", unaborted);
    await settle();
    expect(talk.committed.map(({ id, at, body }) => ({ id, at, body }))).toEqual([
      { id: LETTER.id, at: { journal: "stand-journal", seq: 7 }, body: LETTER.body },
    ]);
    await talk.clock.advance(2);
    expect(await told).toBe("acked");
  });

  test("neither keeps nor acks what it has no room for, and hears acks all the same", async () => {
    talk.isFull = true;
    const told = talk.stand.tell(LETTER, "backend", unaborted);
    await talk.clock.advance(10_000);
    expect(await told).toBe("silent");
    expect(talk.committed).toEqual([]);
    await talk.stand.say("backend", { type: "ack", ids: [LETTER.id as StatementId] });
    expect(talk.strays).toEqual([[STAND, [LETTER.id]]]);
    talk.isFull = false;
    const again = talk.stand.tell(LETTER, "backend", unaborted);
    await talk.clock.advance(2);
    expect(await again).toBe("acked");
  });

  test("acks what comes later on as well, and each only once", async () => {
    const ids = ["01JD5S3V8Q4R6T2W9Y0ZSTMT01", "01JD5S3V8Q4R6T2W9Y0ZSTMT02"] as StatementId[];
    for (const id of ids) {
      const told = talk.stand.tell({ ...LETTER, id }, "backend", unaborted);
      await settle();
      await talk.clock.advance(2);
      expect(await told).toBe("acked");
    }
    const acks = talk.crossed.map(bodyOf).flatMap((body) => (body.type === "ack" ? body.ids : []));
    expect(acks).toEqual(ids);
  });

  test("asks the broker to confirm what it says, but not its acks", async () => {
    await talk.stand.say("backend", LETTER.body);
    await talk.stand.say("backend", { type: "ack", ids: [LETTER.id as StatementId] });
    expect(talk.said).toEqual([
      ["void", false],
      ["ack", true],
    ]);
  });

  test("does not ack what could not be put on disk, and says so to the transport", async () => {
    talk.refusal = new Error("disk full");
    const [payload] = await crossedBy(() => talk.stand.say("backend", LETTER.body), talk);
    await expect(talk.backend.hear(new TextEncoder().encode(payload))).rejects.toThrow("disk full");
    await talk.clock.advance(10);
    await settle();
    expect(talk.crossed).toHaveLength(1);
  });

  test("is silent to a statement that nobody acks", async () => {
    talk.isCut = true;
    const told = talk.stand.tell(LETTER, "backend", unaborted);
    await settle();
    await talk.clock.advance(10_000);
    expect(await told).toBe("silent");
  });

  test("acks many statements of one moment together", async () => {
    const ids = Array.from({ length: 70 }, (_, index) => `01JD5S3V8Q4R6T2W9Y0ZSTM${String(index).padStart(3, "0")}`);
    const told = ids.map((id) => talk.stand.tell({ ...LETTER, id }, "backend", new AbortController().signal));
    await settle();
    await talk.clock.advance(2);
    expect(await Promise.all(told)).toEqual(ids.map(() => "acked"));
    expect(talk.crossed).toHaveLength(70 + 2);
  });

  test("drops what is not sealed by who it says it is, and commits nothing", async () => {
    const thief = newKeyPair();
    const other = new Exchange<DownStatement>({
      me: STAND,
      key: thief.signing,
      journal: "j",
      clock: talk.clock,
      random: () => 0.5,
      log: silentLog,
      post: new Post({ transport: { publish: async () => true }, clock: talk.clock }),
      topicTo: () => "up",
      publish: async (_topic, payload) => {
        expect(await talk.backend.hear(new TextEncoder().encode(payload))).toBeUndefined();
        return true;
      },
      unseal: () => ({ is: "refused", because: "not asked" }),
      commit: async () => undefined,
    });
    await other.say("backend", LETTER.body);
    expect(talk.committed).toEqual([]);
  });

  test("tells of a flood of refused statements once a minute for each reason, with how many there were", async () => {
    const junk = (length: number): Promise<unknown> => talk.backend.hear(new Uint8Array(length));
    for (let nth = 0; nth < 500; nth += 1) await junk(20);
    await junk(STATEMENT_MAX_BYTES + 1);
    await talk.clock.advance(60_000);
    await junk(20);
    const notOne = { because: "not a compact JWS", bytes: 20 };
    expect(talk.warnings).toEqual([
      ["statement refused", notOne],
      ["statement refused", { because: expect.stringContaining("longer than"), bytes: STATEMENT_MAX_BYTES + 1 }],
      ["statement refused", { ...notOne, unsaid: 499 }],
    ]);
  });

  test("never hears an ack as a statement to commit", async () => {
    await talk.stand.say("backend", { type: "ack", ids: [LETTER.id as StatementId] });
    expect(talk.committed).toEqual([]);
    expect(talk.crossed).toHaveLength(1);
  });
});

async function crossedBy(act: () => Promise<unknown>, talk: Talk): Promise<readonly string[]> {
  talk.isCut = true;
  await act();
  talk.isCut = false;
  return talk.crossed.slice();
}

test("an ack of what nobody here waits for is handed on: another process may have sent it", async () => {
  const talk = new Talk();
  const ids = ["01JD5S3V8Q4R6T2W9Y0ZSTMT02", "01JD5S3V8Q4R6T2W9Y0ZSTMT03"] as StatementId[];
  await talk.stand.say("backend", { type: "ack", ids });
  await settle();
  expect(talk.strays).toEqual([[STAND, ids]]);
});

test("of an ack, what somebody here waits for is not handed on", async () => {
  const talk = new Talk();
  const [own, other] = ["01JD5S3V8Q4R6T2W9Y0ZSTMT02", "01JD5S3V8Q4R6T2W9Y0ZSTMT03"] as [StatementId, StatementId];
  const body = { type: "voided", order: ORDER_ID, as: "cancelled" } as const;
  const told = talk.backend.tell({ id: own, seq: 1, body }, STAND, unaborted);
  await talk.stand.say("backend", { type: "ack", ids: [own, other] });
  expect(await told).toBe("acked");
  const later = talk.backend.tell({ id: LETTER.id, seq: 2, body }, STAND, unaborted);
  await talk.stand.say("backend", { type: "ack", ids: [LETTER.id as StatementId] });
  expect(await later).toBe("acked");
  expect(talk.strays).toEqual([[STAND, [other]]]);
});

test("each stand is told by the key that is meant for it, and hears of its own statements", async () => {
  const clock = new VirtualClock();
  const [one, other] = ["stand-1", "stand-2"] as [StandId, StandId];
  const [usual, newer] = [newKeyPair(), newKeyPair()];
  const sent: (readonly [to: string, payload: string])[] = [];
  const publish = async (topic: string, payload: string): Promise<boolean> => {
    sent.push([topic, payload]);
    return true;
  };
  const backend = new Exchange<UpStatement>({
    me: "backend",
    ...{ key: usual.signing, journal: "ledger", clock, random: () => 0.5, log: silentLog },
    keyFor: (party) => (party === other ? newer.signing : usual.signing),
    post: new Post({ transport: { publish }, clock }),
    topicTo: (party) => party,
    publish,
    unseal: (payload) => ({ is: "good", statement: JSON.parse(Buffer.from(payload).toString()) }),
    commit: async () => undefined,
  });
  const says = (from: StandId, id: string) => ({
    v: 1,
    id,
    from,
    to: "backend",
    at: { journal: "j", seq: 1 },
    body: LETTER.body,
  });
  await backend.hear(Buffer.from(JSON.stringify(says(one, "01JD5S3V8Q4R6T2W9Y0ZSTMT04"))));
  await backend.hear(Buffer.from(JSON.stringify(says(other, "01JD5S3V8Q4R6T2W9Y0ZSTMT05"))));
  await clock.advance(2);
  expect(sent.map(([to, payload]) => [to, bodyOf(payload)])).toEqual([
    [one, { type: "ack", ids: ["01JD5S3V8Q4R6T2W9Y0ZSTMT04"] }],
    [other, { type: "ack", ids: ["01JD5S3V8Q4R6T2W9Y0ZSTMT05"] }],
  ]);
  const heardBy = (stand: StandId, key: typeof usual, nth: number): string =>
    unsealDown(Buffer.from(sent[nth]?.[1] ?? ""), keySetOf([{ owner: "backend", jwk: key.publicJwk }]), stand).is;
  expect([heardBy(one, usual, 0), heardBy(other, newer, 1), heardBy(other, usual, 1)]).toEqual([
    "good",
    "good",
    "refused",
  ]);
});

test("an unacked statement waits longer each time, up to five minutes; a lost connection asks for no patience", () => {
  expect([0, 1, 2, 8, 9, 30].map((tries) => againAfterMs("silent", tries))).toEqual([
    1_000, 2_000, 4_000, 256_000, 300_000, 300_000,
  ]);
  expect(againAfterMs("down", 30)).toBe(1_000);
});
