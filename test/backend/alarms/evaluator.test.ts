import { expect, onTestFinished, test } from "vitest";
import { AlarmBook } from "../../../backend/alarms/book.ts";
import type { BackendFacts, PaidOrder } from "../../../backend/alarms/conditions.ts";
import { alarmRulesOf, alarmsIssues, alarmsSchema } from "../../../backend/alarms/config.ts";
import { type Certificates, Evaluator, type EvaluatorParts } from "../../../backend/alarms/evaluator.ts";
import type { Notice } from "../../../backend/alarms/notice.ts";
import { Outbox } from "../../../backend/alarms/outbox.ts";
import type { Latest } from "../../../backend/health/standing.ts";
import type { StandRecord } from "../../../backend/stands/record.ts";
import { silentLog } from "../../../host/log.ts";
import { newUlid, type OrderId, type StandId } from "../../../protocol/ids.ts";
import { freshStore } from "../../support/stores.ts";
import { settle, VirtualClock } from "../../support/virtual-clock.ts";
import { seeded } from "../../world/seeded.ts";

const random = seeded(5);
const MINUTE = 60_000;
const STANDS = Array.from({ length: 50 }, (_, nth) => `stand-${nth}` as StandId);

/** A backend that leads, all of whose stands say their health every minute until the test stops them. */
async function watching(more: Partial<EvaluatorParts> = {}) {
  const clock = new VirtualClock();
  const nowMs = () => clock.wall();
  const store = await freshStore();
  const common = { store, clock, log: silentLog, nowMs, newId: () => newUlid(clock.wall(), random) };
  const book = new AlarmBook({ ...common, isShared: false });
  const got: Notice[] = [];
  const messenger = {
    way: "mail",
    send: async (notice: Notice) => {
      got.push(notice);
      return { is: "sent" } as const;
    },
  } as const;
  const outbox = new Outbox({ ...common, messengers: [messenger], messagesAnHour: 30 });
  const world = {
    isConnected: true,
    orders: [] as PaidOrder[],
    latest: new Map<StandId, Latest>(),
    speaking: new Set(STANDS),
    said: new Map<StandId, object>(),
    certificates: { brokerEndsMs: undefined, ownEndsMs: undefined } as Certificates,
    diskFree: undefined as BackendFacts["diskFree"],
  };
  const speak = (): void => {
    for (const stand of world.speaking)
      world.latest.set(stand, { heardMs: nowMs(), health: { obstacles: [], ...world.said.get(stand) } });
  };
  speak();
  const evaluator = new Evaluator({
    ...common,
    rules: alarmRulesOf(alarmsSchema.parse({})),
    roster: { all: () => STANDS.map((id) => ({ id, state: "active" }) as StandRecord) },
    health: { presence: () => undefined, latest: (stand) => world.latest.get(stand) },
    book,
    outbox,
    leads: () => true,
    isConnected: () => world.isConnected,
    concerns: async () => new Map(),
    paidOrders: async () => world.orders,
    certificates: async () => world.certificates,
    diskFree: async () => world.diskFree,
    ...more,
  });
  onTestFinished(() => evaluator.stop());
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 10_000) {
      if (world.isConnected) speak();
      await clock.advance(Math.min(left, 10_000));
      await settle(30);
    }
  };
  const told = () => got.map(({ opened, closed }) => [groups(opened), groups(closed)]);
  return { world, book, got, told, pass };
}

const groups = (all: Notice["opened"]): string[] => all.map(({ kind, count }) => `${kind} ${count}`);

test("a stand that falls silent is told once, and once when it is back", async () => {
  const { world, told, pass } = await watching();
  await pass(2 * MINUTE);
  world.speaking.delete("stand-7" as StandId);
  await pass(20 * MINUTE);
  expect(told()).toEqual([[["stand-silent 1"], []]]);
  world.speaking.add("stand-7" as StandId);
  await pass(10 * MINUTE);
  expect(told()).toEqual([
    [["stand-silent 1"], []],
    [[], ["stand-silent 1"]],
  ]);
});

test("a broker that is away for an hour makes one message, and not one for each stand", async () => {
  const { world, told, pass } = await watching();
  await pass(MINUTE);
  world.isConnected = false;
  await pass(60 * MINUTE);
  world.isConnected = true;
  await pass(10 * MINUTE);
  expect(told()).toEqual([
    [["broker-down 1"], []],
    [[], ["broker-down 1"]],
  ]);
});

test("all stands that fall silent at once make one message", async () => {
  const { world, told, pass } = await watching();
  world.speaking.clear();
  await pass(10 * MINUTE);
  expect(told()).toEqual([[["stand-silent 50"], []]]);
});

test("stands that are cut off together are missed one after the other, and make one message, as they do when they are back", async () => {
  const { world, told, pass } = await watching();
  for (const [nth, stand] of STANDS.entries()) {
    world.speaking.delete(stand);
    if (nth % 5 === 4) await pass(6_000);
  }
  await pass(10 * MINUTE);
  expect(told()).toEqual([[["stand-silent 50"], []]]);
  for (const [nth, stand] of STANDS.entries()) {
    world.speaking.add(stand);
    if (nth % 5 === 4) await pass(12_000);
  }
  await pass(10 * MINUTE);
  expect(told().slice(1)).toEqual([[[], ["stand-silent 50"]]]);
});

test("a printer that comes and goes makes few messages: it must be well for longer each time", async () => {
  const { world, told, pass } = await watching();
  for (let nth = 0; nth < 12; nth += 1) {
    world.said.set("stand-1" as StandId, nth % 2 === 0 ? { printer: "cover-open" } : {});
    await pass(150_000);
  }
  expect(told()).toEqual([
    [["printer 1"], []],
    [[], ["printer 1"]],
    [["printer 1"], []],
  ]);
});

test("a broker that could not be asked for its certificate is asked again soon", async () => {
  const { world, told, pass } = await watching();
  world.certificates = { brokerEndsMs: "unknown", ownEndsMs: undefined };
  await pass(5 * MINUTE);
  world.certificates = { brokerEndsMs: Date.UTC(2026, 0, 4), ownEndsMs: undefined };
  await pass(8 * MINUTE);
  expect(told()).toEqual([[["certificate-broker 1"], []]]);
});

test("a disk of the backend that fills is told within minutes", async () => {
  const { world, told, pass } = await watching();
  await pass(3 * MINUTE);
  world.diskFree = 900_000_000;
  await pass(2 * MINUTE);
  expect(told()).toEqual([[["disk-backend 1"], []]]);
});

test("a paid order without a word of the goods is told within a minute and a bit, and again when it is settled", async () => {
  const { world, told, book, pass } = await watching();
  const order = "01ARZ3NDEKTSV4RRFFQ69G5FAV" as OrderId;
  const stand = "stand-1" as StandId;
  world.orders = [{ order, stand, state: "paid", because: undefined, paidMs: Date.UTC(2026, 0, 1) }];
  await pass(90_000);
  expect(told()).toEqual([[["not-delivered 1"], []]]);
  world.orders = [{ order, stand, state: "owed", because: "no-word", paidMs: Date.UTC(2026, 0, 1) }];
  await pass(MINUTE);
  world.orders = [];
  await pass(MINUTE);
  expect(await book.count()).toBe(0);
  expect(told().slice(1)).toEqual([
    [["owed 1"], []],
    [[], ["not-delivered 1"]],
    [[], ["owed 1"]],
  ]);
});

test("a backend that does not lead judges nothing and tells nothing", async () => {
  const { world, book, told, pass } = await watching({ leads: () => false });
  world.speaking.clear();
  await pass(20 * MINUTE);
  expect([await book.count(), told()]).toEqual([0, []]);
});

const mailTo = (more: object) => ({ host: "smtp.example.id", from: "a@example.id", to: ["b@example.id"], ...more });
const issues = (alarms: object): string[] => {
  const read = alarmsSchema.safeParse(alarms);
  if (!read.success) return read.error.issues.map(({ path }) => path.join("."));
  return alarmsIssues({ alarms: read.data }).map(({ path }) => path.join("."));
};

test.each<[string, object, string[]]>([
  ["mail over STARTTLS", { mail: mailTo({}) }, []],
  ["mail in the open to this machine", { mail: mailTo({ host: "localhost", security: "none" }) }, []],
  ["mail in the open to another machine", { mail: mailTo({ security: "none" }) }, ["alarms.mail.security"]],
  [
    "mail in the open to what only looks like this machine",
    { mail: mailTo({ host: "127.0.0.1.example.id", security: "none" }) },
    ["alarms.mail.security"],
  ],
  ["a password without a name", { mail: mailTo({ password_file: "/x" }) }, ["alarms.mail.username"]],
  ["a name without a password", { mail: mailTo({ username: "a" }) }, ["alarms.mail.password_file"]],
  [
    "a sender that begins another line",
    { mail: mailTo({ from: "a\nBcc: c@example.id <a@example.id>" }) },
    ["mail.from"],
  ],
  ["nobody to be told", { mail: mailTo({ to: [] }) }, ["mail.to"]],
  ["a webhook over TLS", { webhook: { url: "https://example.id/x", secret_file: "/x" } }, []],
  ["a webhook in the open to this machine", { webhook: { url: "http://[::1]:8/x", secret_file: "/x" } }, []],
  ["a webhook in the open", { webhook: { url: "http://example.id/x", secret_file: "/x" } }, ["alarms.webhook.url"]],
])("a configuration with %s", (_, alarms, expected) => {
  expect(issues(alarms)).toEqual(expected);
});
