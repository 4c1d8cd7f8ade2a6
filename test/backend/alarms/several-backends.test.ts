import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { AlarmBook } from "../../../backend/alarms/book.ts";
import { alarmRulesOf, alarmsSchema } from "../../../backend/alarms/config.ts";
import { Evaluator } from "../../../backend/alarms/evaluator.ts";
import type { Notice } from "../../../backend/alarms/notice.ts";
import { Outbox } from "../../../backend/alarms/outbox.ts";
import type { StandRecord } from "../../../backend/stands/record.ts";
import { openStore, type StorePlace } from "../../../backend/store/store.ts";
import { silentLog } from "../../../host/log.ts";
import { newUlid, type StandId } from "../../../protocol/ids.ts";
import type { PostgresPlaces } from "../../support/postgres.ts";
import { sharedPostgres } from "../../support/shared-postgres.ts";
import { until } from "../../support/until.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { seeded } from "../../world/seeded.ts";

/* Two backends that judge and tell alarms on one PostgreSQL, one of which leads; each may die at the instant that a test chooses. */

const random = seeded(17);
const STEP_MS = 1_000;
const LOBBY = "lobby-1" as StandId;
const GATE = "gate-1" as StandId;

let server: PostgresPlaces;
beforeAll(async () => {
  server = await sharedPostgres();
}, 60_000);

/** Why a backend stops in the midst of something: nothing after it is done. */
class PowerCut extends Error {}

type Moment = "raised" | "gathered" | "sent";

/** All backends, the one clock they share, and what people got from whom. */
async function company() {
  const place: StorePlace = { postgres: await server.newPlace() };
  const clock = new VirtualClock();
  const world = { noPaper: new Set<StandId>(), leader: "", got: [] as { from: string; notice: Notice }[] };
  const backends: Backend[] = [];
  const start = async (name: string): Promise<Backend> => {
    const backend = await openBackend(name, place, clock, world);
    backends.push(backend);
    return backend;
  };
  /** Time passes only when nobody has anything in hand. */
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= STEP_MS) {
      await clock.advance(STEP_MS);
      await until("all have done what was due", () => backends.every(({ inHand }) => inHand() === 0));
    }
  };
  const told = () =>
    world.got.flatMap(({ notice: { id, opened, closed } }) => [
      ...opened.flatMap(({ alarms }) => alarms.map(({ stand }) => `${stand} begins, message ${nth(id)}`)),
      ...closed.flatMap(({ alarms }) => alarms.map(({ stand }) => `${stand} ends, message ${nth(id)}`)),
    ]);
  const nth = (id: string) => 1 + [...new Set(world.got.map(({ notice }) => notice.id))].indexOf(id);
  return { world, start, pass, told };
}

type World = { noPaper: Set<StandId>; leader: string; got: { from: string; notice: Notice }[] };
type Backend = Awaited<ReturnType<typeof openBackend>>;

async function openBackend(name: string, place: StorePlace, clock: VirtualClock, world: World) {
  const store = await openStore({ place, clock });
  onTestFinished(() => store.destroy());
  const nowMs = () => clock.wall();
  const common = { store, clock, log: silentLog, nowMs, newId: () => newUlid(clock.wall(), random) };
  const book = new AlarmBook({ ...common, isShared: true });
  let inHand = 0;
  let dies: Moment | undefined;
  let isDead = false;
  const living = async <Of>(work: () => Promise<Of>): Promise<Of> => {
    if (isDead) throw new PowerCut();
    inHand += 1;
    try {
      return await work();
    } finally {
      inHand -= 1;
    }
  };
  const after = (moment: Moment): void => {
    if (dies !== moment) return;
    isDead = true;
    evaluator.stop();
    throw new PowerCut();
  };
  const outbox = new Outbox({
    ...common,
    messagesAnHour: 600,
    messengers: [
      {
        way: "webhook",
        send: async (notice) => {
          if (isDead) throw new PowerCut();
          world.got.push({ from: name, notice });
          after("sent");
          return { is: "sent" };
        },
      },
    ],
  });
  const evaluator = new Evaluator({
    ...common,
    rules: alarmRulesOf(alarmsSchema.parse({})),
    roster: { all: () => [LOBBY, GATE].map((id) => ({ id, state: "active" }) as StandRecord) },
    health: {
      presence: () => undefined,
      latest: (stand) => ({
        heardMs: nowMs(),
        health: { obstacles: [], printer: world.noPaper.has(stand) ? "no-paper" : "ready" },
      }),
    },
    book: {
      lasting: () => living(() => book.lasting()),
      sweep: () => living(() => book.sweep()),
      change: (opens, closes) =>
        living(async () => {
          await book.change(opens, closes);
          if (opens.length > 0) after("raised");
        }),
    },
    outbox: {
      gather: () =>
        living(async () => {
          const before = await messagesIn(store);
          await outbox.gather();
          if ((await messagesIn(store)) > before) after("gathered");
        }),
      send: () => living(() => outbox.send()),
      sweep: () => living(() => outbox.sweep()),
    },
    leads: () => world.leader === name,
    isConnected: () => true,
    concerns: async () => new Map(),
    paidOrders: async () => [],
    certificates: async () => ({ brokerEndsMs: undefined, ownEndsMs: undefined }),
    diskFree: async () => undefined,
  });
  onTestFinished(() => {
    evaluator.stop();
    book.stop();
  });
  return {
    inHand: () => inHand,
    diesOnce: (moment: Moment) => {
      dies = moment;
    },
    get isDead() {
      return isDead;
    },
    lasting: async () => [...(await book.lasting()).keys()],
  };
}

const messagesIn = async (store: Awaited<ReturnType<typeof openStore>>): Promise<number> => {
  const all = store.selectFrom("alarm_notices").select((each) => each.fn.countAll().as("n"));
  return Number((await all.executeTakeFirst())?.n ?? 0);
};

describe("two backends, one of which leads", () => {
  test("tell each alarm once, and its end once, also when the lead goes from one to the other and back", async () => {
    const { world, start, pass, told } = await company();
    await start("one");
    await start("other");
    world.leader = "one";
    world.noPaper.add(LOBBY);
    await pass(130_000);
    expect(told()).toEqual(["lobby-1 begins, message 1"]);
    for (const leader of ["other", "one", "other"]) {
      world.leader = leader;
      await pass(130_000);
    }
    expect(told()).toEqual(["lobby-1 begins, message 1"]);
    world.noPaper.clear();
    await pass(180_000);
    world.leader = "one";
    await pass(180_000);
    expect(told()).toEqual(["lobby-1 begins, message 1", "lobby-1 ends, message 2"]);
  });

  test("raise an alarm once and tell it once while both believe that they lead", async () => {
    const { world, start, pass, told } = await company();
    world.leader = "both";
    await start("both");
    const other = await start("both");
    world.noPaper.add(LOBBY).add(GATE);
    await pass(130_000);
    expect(await other.lasting()).toHaveLength(2);
    const messages = new Set(told());
    expect([...messages].sort()).toEqual(["gate-1 begins, message 1", "lobby-1 begins, message 1"]);
  });

  test.each<[Moment, string[]]>([
    ["raised", ["lobby-1 begins, message 1"]],
    ["gathered", ["lobby-1 begins, message 1"]],
    // Nobody knows whether it arrived: it is told again, as the same message.
    ["sent", ["lobby-1 begins, message 1", "lobby-1 begins, message 1"]],
  ])("lose no alarm when the leader dies right after it was %s", async (moment, expected) => {
    const { world, start, pass, told } = await company();
    const one = await start("one");
    await start("other");
    world.leader = "one";
    one.diesOnce(moment);
    world.noPaper.add(LOBBY);
    await pass(130_000);
    expect(one.isDead).toBe(true);
    world.leader = "other";
    await pass(130_000);
    expect(told()).toEqual(expected);
  });

  test("end what has ended while nobody led, once somebody has been sure of it for a while", async () => {
    const { world, start, pass, told } = await company();
    await start("one");
    world.leader = "one";
    world.noPaper.add(LOBBY).add(GATE);
    await pass(130_000);
    world.leader = "";
    world.noPaper.delete(LOBBY);
    await pass(600_000);
    const other = await start("other");
    expect(await other.lasting()).toHaveLength(2);
    world.leader = "other";
    await pass(60_000);
    expect(await other.lasting()).toHaveLength(2);
    await pass(120_000);
    expect(await other.lasting()).toEqual(["printer/gate-1"]);
    expect(told().sort()).toEqual(["gate-1 begins, message 1", "lobby-1 begins, message 1", "lobby-1 ends, message 2"]);
  });
});
