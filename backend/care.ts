import type { Route } from "../host/http.ts";
import type { EnrolAnswer } from "../protocol/enrolment.ts";
import { newUlid, type StandId, type StatementId } from "../protocol/ids.ts";
import type { ReportBody } from "../protocol/statements.ts";
import { AlarmBook } from "./alarms/book.ts";
import type { Detail } from "./alarms/detail.ts";
import type { Evaluator } from "./alarms/evaluator.ts";
import type { Subject } from "./alarms/kinds.ts";
import { openEvaluator } from "./alarms/open.ts";
import type { Books } from "./books.ts";
import type { Fleet } from "./fleet/fleet.ts";
import type { Ground } from "./ground.ts";
import { HealthBook } from "./health/book.ts";
import { followServing } from "./health/serving.ts";
import type { Http } from "./providers/http.ts";
import { desiredOf } from "./settings/book.ts";
import { Pictures } from "./settings/pictures.ts";
import { Pusher } from "./settings/pusher.ts";
import { Reports } from "./settings/reports.ts";
import { type SettingsDeed, settingsRoutes } from "./settings/routes.ts";
import type { Stands } from "./stands/open.ts";
import type { Store } from "./store/store.ts";

/** How the stands are looked after: settings, health, pictures and alarms. */
export type Care = {
  readonly health: HealthBook;
  readonly alarms: AlarmBook;
  readonly pictures: Pictures;
  readonly pusher: Pusher;
  /** A stand said by what it works, or what it shows. Never rejects, and waits for no store: orders share the link. */
  report(stand: StandId, body: ReportBody, id: StatementId): Promise<void>;
  healthOf(stand: StandId, said: unknown): void;
  /** Something has happened that people should know of. */
  raise(subject: Subject, detail: Detail): Promise<void>;
  /** What a stand shall use from its first day on. */
  settingsFor(stand: StandId): Promise<EnrolAnswer["settings"]>;
  /** For staff; to be put behind the operator's token. */
  deskRoutes(record: (deed: SettingsDeed) => Promise<void>): readonly Route[];
  /** The way to the stands is open: begins to speak to them, and to judge. */
  begin(fleet: WayToStands): void;
  stop(): Promise<void>;
};

type WayToStands = Pick<Fleet, "say" | "connected">;

type CareParts = {
  readonly books: Pick<Books, "store" | "leads" | "company">;
  readonly stands: Stands;
  readonly http: Http;
};

const HOUR_MS = 3_600_000;

/** Reads what is known of the stands. Rejects when the store cannot be read. */
export async function openCare(ground: Ground, { books, stands, http }: CareParts): Promise<Care> {
  const { roster, signing } = stands;
  let fleet: WayToStands | undefined;
  let evaluator: Evaluator | undefined;
  const shared = sharedBy(ground, books, async (stand, body) => (await fleet?.say(stand, body)) ?? false);
  const { health, serving } = await openHealth(ground, shared, roster);
  const alarms = new AlarmBook(shared);
  const pictures = new Pictures(shared);
  const pusher = new Pusher({
    ...shared,
    isKnown: (stand) => roster.get(stand)?.state === "active",
    isOnline: (stand) => health.isOnline(stand),
    desiredKeys: () => signing.desired(),
  });
  const reports = new Reports({ ...shared, pictures, pusher });
  return {
    health,
    alarms,
    pictures,
    pusher,
    report: (stand, body, id) => reports.hear(stand, body, id),
    healthOf: (stand, said) => health.heardHealth(stand, said),
    raise: (subject, detail) => alarms.raise(subject, detail),
    settingsFor: (stand) => settingsFor(shared.store, stand),
    deskRoutes: (record) => settingsRoutes({ ...shared, roster, pusher, record }),
    begin: (open) => {
      fleet = open;
      const seen = { roster, health, book: alarms, isConnected: () => open.connected };
      evaluator = openEvaluator(ground, http, { ...shared, ...seen });
    },
    stop: async () => {
      for (const each of [serving, pusher, evaluator, alarms]) each?.stop();
      await reports.stop();
      await health.stop();
    },
  };
}

/** What every part of the care works with. */
const sharedBy = (
  { clock, random, log }: Ground,
  { store, leads, company }: CareParts["books"],
  say: WayToStands["say"],
) => ({
  store,
  clock,
  log,
  nowMs: () => clock.now().ms,
  newId: () => newUlid(clock.wall(), random),
  isShared: company !== undefined,
  leads,
  say,
});

type Shared = ReturnType<typeof sharedBy>;

async function openHealth({ setup }: Ground, shared: Shared, roster: Stands["roster"]) {
  const { keep_minutes_hours, keep_hours_days } = setup.config.health;
  const serving = followServing(shared);
  const health = new HealthBook({
    ...shared,
    roster,
    isServing: (stand) => serving.has(stand),
    minutesKeptMs: keep_minutes_hours * HOUR_MS,
    hoursKeptMs: keep_hours_days * 24 * HOUR_MS,
  });
  await health.start();
  return { health, serving };
}

async function settingsFor(store: Store, stand: StandId): Promise<EnrolAnswer["settings"]> {
  const desired = await desiredOf(store, stand);
  return desired && { version: desired.version, settings: desired.settings };
}
