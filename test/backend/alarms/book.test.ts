import { expect, onTestFinished, test } from "vitest";
import { AlarmBook, type AlarmLine } from "../../../backend/alarms/book.ts";
import type { Detail } from "../../../backend/alarms/detail.ts";
import type { Opening } from "../../../backend/alarms/judge.ts";
import { type Subject, topicOf } from "../../../backend/alarms/kinds.ts";
import type { Notice } from "../../../backend/alarms/notice.ts";
import { Outbox, type Sent } from "../../../backend/alarms/outbox.ts";
import type { Way } from "../../../backend/alarms/tables.ts";
import type { Store } from "../../../backend/store/store.ts";
import { steadyClock } from "../../../host/clock.ts";
import { silentLog } from "../../../host/log.ts";
import { newUlid, type OrderId, type StandId } from "../../../protocol/ids.ts";
import { storeSuites } from "../../support/stores.ts";
import { until } from "../../support/until.ts";
import { seeded } from "../../world/seeded.ts";

const LOBBY = "lobby-1" as StandId;
const ORDER = "01ARZ3NDEKTSV4RRFFQ69G5FAV" as OrderId;
const random = seeded(11);
/** However patient an outbox is, after this it tells what has begun or ended. */
const GATHERED_MS = 150_000;
const WHY = { is: "said", text: "why" } as const;
const silent = (stand = LOBBY): Opening => of({ kind: "stand-silent", stand });
const of = (subject: Subject, detail: Detail = WHY): Opening => ({ ...subject, topic: topicOf(subject), detail });

/** A wall that only the test moves. */
function table(store: Store, isShared = false) {
  const now = { ms: 1_000_000 };
  const parts = {
    store,
    clock: steadyClock("test"),
    log: silentLog,
    nowMs: () => now.ms,
    newId: () => newUlid(now.ms, random),
    isShared,
  };
  const book = new AlarmBook(parts);
  onTestFinished(() => book.stop());
  return { book, now, parts };
}

/** Keeps what it was sent; answers what the test wants. */
class Recipient {
  readonly way: Way;
  readonly got: Notice[] = [];
  answer: Sent = { is: "sent" };

  constructor(way: Way) {
    this.way = way;
  }

  async send(notice: Notice): Promise<Sent> {
    this.got.push(notice);
    return this.answer;
  }
}

function posting(store: Store, messagesAnHour = 30) {
  const { book, now, parts } = table(store);
  const recipients = [new Recipient("webhook"), new Recipient("mail")] as const;
  const outbox = new Outbox({ ...parts, messengers: recipients, messagesAnHour });
  const post = async (): Promise<void> => {
    now.ms += GATHERED_MS;
    await outbox.gather();
    await outbox.send();
  };
  return { book, now, outbox, recipients, post, parts };
}

storeSuites("the book of alarms", (fresh, freshPlace) => {
  test("an alarm lasts once for each topic, ends once, and begins anew", async () => {
    const { book, now } = table(await fresh());
    await book.change([silent(), silent()], []);
    await book.change([silent()], []);
    const [first] = [...(await book.lasting()).values()];
    expect([await book.count(), first?.topic]).toEqual([1, "stand-silent/lobby-1"]);
    now.ms += 5;
    await book.change([], [{ id: first?.id ?? "" }]);
    now.ms += 5;
    await book.change([silent()], [{ id: first?.id ?? "" }]);
    const lines = await book.now();
    expect(lines.map(({ sinceMs, endedMs }) => [sinceMs, endedMs])).toEqual([
      [1_000_010, undefined],
      [1_000_000, 1_000_005],
    ]);
  });

  test("whoever acknowledges first is written down; what only happened ends with it, what lasts does not", async () => {
    const { book } = table(await fresh());
    await book.change([silent()], []);
    await book.raise({ kind: "contradiction", order: ORDER, stand: LOBBY }, { is: "delivered-after-remedy" });
    const [happened, lasts] = [...(await book.now())].sort((one, other) => one.kind.localeCompare(other.kind));
    for (const alarm of [happened, lasts])
      expect(await book.acknowledge(alarm?.id ?? "", "sari")).toEqual({ is: "yes" });
    expect(await book.acknowledge(lasts?.id ?? "", "budi")).toEqual({
      is: "no",
      why: "acknowledged",
      because: expect.stringContaining("sari"),
    });
    expect(await book.acknowledge("none", "budi")).toEqual({ is: "unknown" });
    const left = await book.now();
    expect(left).toMatchObject([{ kind: "stand-silent", acknowledged: { by: "sari", atMs: 1_000_000 } }]);
  });

  test("of what only happened nobody is told an end, when somebody has acknowledged it", async () => {
    const { book, recipients, post } = posting(await fresh());
    await book.raise({ kind: "contradiction", order: ORDER, stand: LOBBY }, { is: "delivered-after-remedy" });
    await post();
    const [alarm] = await book.now();
    await book.acknowledge(alarm?.id ?? "", "sari");
    await post();
    for (const { got } of recipients) expect(got).toMatchObject([{ opened: [{ kind: "contradiction" }], closed: [] }]);
  });

  test("what is over and was not acknowledged is shown for a week, and what lasts for as long as it does", async () => {
    const { book, now } = table(await fresh());
    await book.change([silent(), silent("gate-1" as StandId)], []);
    const over = (await book.lasting()).get("stand-silent/lobby-1")?.id ?? "";
    await book.change([], [{ id: over }]);
    const shown = async () => (await book.now()).map(({ stand }) => stand).toSorted();
    now.ms += 7 * 86_400_000 - 1;
    expect(await shown()).toEqual(["gate-1", LOBBY]);
    now.ms += 1;
    expect(await shown()).toEqual(["gate-1"]);
    now.ms += 500 * 86_400_000;
    await book.sweep();
    expect(await shown()).toEqual(["gate-1"]);
  });

  test("backends that raise the same at the same moment raise it once", async () => {
    const place = await freshPlace();
    const store = await place.open();
    // A file is one process's, and a second connection of the same thread would wait for itself.
    const books = [table(store), table("file" in place.place ? store : await place.open())];
    await Promise.all(books.flatMap(({ book }) => [book.raise(silent(), WHY), book.raise(silent(), WHY)]));
    expect(await books[0]?.book.count()).toBe(1);
  });

  test("whoever listens at another backend hears what began and what ended, once, in order", async () => {
    const place = await freshPlace();
    const here = table(await place.open(), true);
    const there = table(await place.open(), true);
    await here.book.change([silent("gate-1" as StandId)], []);
    const heard: AlarmLine[] = [];
    onTestFinished(there.book.onChange((alarm) => heard.push(alarm)));
    await until("it listens", () => there.book.isTelling);
    await here.book.change([silent()], []);
    const id = (await here.book.lasting()).get("stand-silent/lobby-1")?.id ?? "";
    await here.book.change([], [{ id }]);
    await until("it was heard", () => heard.some(({ endedMs }) => endedMs !== undefined));
    expect(new Set(heard.map((alarm) => alarm.id))).toEqual(new Set([id]));
  });

  test("all that begins in the same moment is one message to each, and its end one more", async () => {
    const { book, outbox, recipients, post } = posting(await fresh());
    const stands = Array.from({ length: 700 }, (_, nth) => silent(`stand-${nth}` as StandId));
    await book.change(stands, []);
    await outbox.gather();
    await outbox.send();
    expect(recipients[0].got).toEqual([]);
    await post();
    await post();
    for (const { got } of recipients) expect(got).toMatchObject([{ opened: [{ kind: "stand-silent", count: 700 }] }]);
    await book.change([], [...(await book.lasting()).values()]);
    await post();
    await post();
    for (const { got } of recipients) expect(got[1]).toMatchObject({ opened: [], closed: [{ count: 700 }] });
    expect(recipients.map(({ got }) => got.length)).toEqual([2, 2]);
  });

  test("a message that does not arrive is sent again, later each time, under its own id, until it does", async () => {
    const { book, now, recipients, outbox, post } = posting(await fresh());
    const [webhook, mail] = recipients;
    webhook.answer = { is: "failed", problem: "it answered 500" };
    await book.change([silent()], []);
    await post();
    const sentAt: number[] = [];
    for (let nth = 0; nth < 100; nth += 1) {
      now.ms += 5_000;
      const before = webhook.got.length;
      await outbox.send();
      if (webhook.got.length > before) sentAt.push(nth * 5);
    }
    expect(sentAt).toEqual([10, 40, 100, 220, 460]);
    webhook.answer = { is: "sent" };
    now.ms += 3_600_000;
    await outbox.send();
    await outbox.send();
    expect(new Set(webhook.got.map(({ id }) => id)).size).toBe(1);
    expect([webhook.got.length, mail.got.length]).toEqual([7, 1]);
  });

  test("a message outlives its process, and is given up after a day", async () => {
    const place = await freshPlace();
    const died = posting(await place.open());
    await died.book.change([silent()], []);
    died.now.ms += GATHERED_MS;
    await died.outbox.gather();
    const next = posting(await place.open());
    next.recipients[1].answer = { is: "failed", problem: "ECONNREFUSED" };
    next.now.ms = died.now.ms;
    await next.outbox.send();
    expect(next.recipients[0].got).toHaveLength(1);
    for (let hours = 0; hours < 30; hours += 1) {
      next.now.ms += 3_600_000;
      await next.outbox.send();
    }
    const tries = next.recipients[1].got.length;
    expect(tries).toBeGreaterThan(20);
    expect(tries).toBeLessThan(30);
  });

  test("of too many messages the rest waits, goes together, and waits no longer than a message's share of the hour", async () => {
    const { book, now, recipients, post } = posting(await fresh(), 4);
    const [, mail] = recipients;
    const begunMs = now.ms;
    for (let nth = 0; nth < 10; nth += 1) {
      await book.change([silent(`stand-${nth}` as StandId)], []);
      await post();
    }
    expect(mail.got.map(({ atMs }) => atMs - begunMs)).toEqual([GATHERED_MS, 2 * GATHERED_MS]);
    while (mail.got.length < 3) await post();
    expect(mail.got[2]).toMatchObject({ atMs: begunMs + 2 * GATHERED_MS + 1_800_000, opened: [{ count: 8 }] });
    const sent: number[] = [];
    for (let nth = 0; nth < 200; nth += 1) {
      await book.change([silent(`gate-${nth}` as StandId)], []);
      await post();
      sent.push(...mail.got.splice(0).map(({ atMs }) => atMs));
    }
    const busiest = sent.map((from) => sent.filter((at) => at >= from && at < from + 3_600_000).length);
    expect(Math.max(...busiest)).toBeLessThanOrEqual(4);
    expect(sent.length).toBeGreaterThan(10);
  });

  test("a way that was away for hours gets few messages when it is back, with all that happened, and was asked seldom", async () => {
    const { book, now, recipients, post } = posting(await fresh(), 600);
    const [webhook, mail] = recipients;
    mail.answer = { is: "failed", problem: "ECONNREFUSED" };
    for (let nth = 0; nth < 200; nth += 1) {
      await book.change([silent(`stand-${nth}` as StandId)], []);
      await post();
    }
    expect(webhook.got).toHaveLength(200);
    expect(mail.got.length).toBeLessThan(80);
    mail.got.length = 0;
    mail.answer = { is: "sent" };
    now.ms += 3_600_000;
    await post();
    await post();
    expect(mail.got).toHaveLength(3);
    const groups = mail.got.flatMap(({ opened }) => opened);
    expect(groups.reduce((sum, { count }) => sum + count, 0)).toBe(200);
    expect(Math.max(...groups.map(({ alarms }) => alarms.length))).toBe(20);
  });

  test("a message that is never taken keeps no other from arriving", async () => {
    const { book, recipients, post } = posting(await fresh());
    const [webhook] = recipients;
    const taken: string[] = [];
    webhook.send = async (notice) => {
      const isPoison = notice.opened.some(({ alarms }) => alarms.some(({ stand }) => stand === LOBBY));
      if (!isPoison) taken.push(...notice.opened.flatMap(({ alarms }) => alarms.map(({ stand = "" }) => stand)));
      return isPoison ? { is: "failed", problem: "it answered 400" } : { is: "sent" };
    };
    for (const stand of ["lobby-1", "gate-1", "gate-2", "gate-3"] as StandId[]) {
      await book.change([silent(stand)], []);
      for (let nth = 0; nth < 10; nth += 1) await post();
    }
    expect(taken).toEqual(["gate-1", "gate-2", "gate-3"]);
  });

  test("where nobody is to be told, nothing is kept to be told later", async () => {
    const store = await fresh();
    const { book, now, parts } = table(store);
    const outbox = new Outbox({ ...parts, messengers: [], messagesAnHour: 1 });
    for (const stand of ["lobby-1", "lobby-2"] as StandId[]) {
      await book.change([silent(stand)], []);
      now.ms += GATHERED_MS;
      await outbox.gather();
    }
    const later = posting(store);
    later.now.ms = now.ms;
    await later.post();
    expect(later.recipients[0].got).toEqual([]);
  });

  test("what an older program wrote shows as it wrote it, and what a newer one did in the words beside it", async () => {
    const store = await fresh();
    const { book } = table(store);
    await book.change([silent(), silent("gate-1" as StandId)], []);
    const write = (change: { detail: string; facts: string | null }, topic: string) =>
      store.updateTable("alarms").set(change).where("topic", "=", topic).execute();
    await write({ detail: "nothing was heard for 7 minutes", facts: null }, "stand-silent/lobby-1");
    await write({ detail: "it hums", facts: '{"is":"humming","hertz":50}' }, "stand-silent/gate-1");
    const details = new Map((await book.now()).map(({ stand, detail }) => [stand, detail]));
    expect(details).toEqual(
      new Map([
        [LOBBY, { is: "said", text: "nothing was heard for 7 minutes" }],
        ["gate-1", { is: "said", text: "it hums" }],
      ]),
    );
  });

  test("whatever a stand said can be written down", async () => {
    const { book } = table(await fresh());
    const failure = `\u0000\ud800${"x".repeat(10_000)}`;
    await book.change([of({ kind: "screen", stand: LOBBY }, { is: "panel", failure })], []);
    expect(await book.now()).toMatchObject([{ detail: { is: "panel", failure: expect.stringMatching(/^\ufffdx+$/) } }]);
  });

  test("what is old is deleted", async () => {
    const { book, now, outbox, post, parts } = posting(await fresh());
    await book.change([silent()], []);
    await post();
    await book.change([], [...(await book.lasting()).values()]);
    now.ms += 401 * 86_400_000;
    await book.sweep();
    await outbox.sweep();
    const left = ["alarms", "alarm_notices"] as const;
    for (const name of left) expect(await parts.store.selectFrom(name).select("id").execute()).toEqual([]);
  });
});
