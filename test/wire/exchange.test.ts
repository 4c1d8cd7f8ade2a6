import { beforeEach, describe, expect, test } from "vitest";
import { type Facts, type Log, silentLog } from "../../host/log.ts";
import type { StatementId } from "../../protocol/ids.ts";
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
  readonly committed: UpStatement[] = [];
  /** Acks of what the backend does not wait for. */
  readonly strays: (readonly [string, readonly string[]])[] = [];
  readonly warnings: (readonly [string, Facts | undefined])[] = [];
  isCut = false;
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
      publish: (_topic, payload) => toBackend(payload),
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

test("an unacked statement waits longer each time, up to five minutes; a lost connection asks for no patience", () => {
  expect([0, 1, 2, 8, 9, 30].map((tries) => againAfterMs("silent", tries))).toEqual([
    1_000, 2_000, 4_000, 256_000, 300_000, 300_000,
  ]);
  expect(againAfterMs("down", 30)).toBe(1_000);
});
