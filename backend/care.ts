import type { Route } from "../host/http.ts";
import { newUlid, type StandId, type StatementId } from "../protocol/ids.ts";
import type { CareBody, ReportBody } from "../protocol/statements.ts";
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
  settingsFor(
    stand: StandId,
  ): Promise<{ version: number; settings: Exclude<CareBody, { type: "look" | "keys" }>["settings"] } | undefined>;
  /** For staff; to be put behind the operator's token. */
  deskRoutes(record: (deed: SettingsDeed) => Promise<void>): readonly Route[];
  /** The way to the stands is open: begins to speak to them, and to judge. */
  begin(fleet: Pick<Fleet, "say" | "connected">): void;
  stop(): Promise<void>;
};

type CareParts = {
  readonly books: Pick<Books, "store" | "leads" | "company">;
  readonly stands: Stands;
  readonly http: Http;
};

const HOUR_MS = 3_600_000;

/** Reads what is known of the stands. Rejects when the store cannot be read. */
export async function openCare(ground: Ground, { books, stands, http }: CareParts): Promise<Care> {
  const { setup, clock, random, log } = ground;
  const { store, leads, company } = books;
  const { health: kept } = setup.config;
  const { roster } = stands;
  let fleet: Pick<Fleet, "say" | "connected"> | undefined;
  const shared = {
    store,
    clock,
    log,
    nowMs: () => clock.now().ms,
    newId: () => newUlid(clock.wall(), random),
    isShared: company !== undefined,
    leads,
    say: async (stand: StandId, body: CareBody) => (await fleet?.say(stand, body)) ?? false,
  };
  const serving = followServing(shared);
  const health = new HealthBook({
    ...shared,
    roster,
    isServing: (stand) => serving.has(stand),
    minutesKeptMs: kept.keep_minutes_hours * HOUR_MS,
    hoursKeptMs: kept.keep_hours_days * 24 * HOUR_MS,
  });
  await health.start();
  const alarms = new AlarmBook(shared);
  const pictures = new Pictures(shared);
  const pusher = new Pusher({
    ...shared,
    isKnown: (stand) => roster.get(stand)?.state === "active",
    isOnline: (stand) => health.isOnline(stand),
    desiredKeys: () => stands.signing.desired(),
  });
  const reports = new Reports({ ...shared, pictures, pusher });
  let evaluator: Evaluator | undefined;
  return {
    health,
    alarms,
    pictures,
    pusher,
    report: (stand, body, id) => reports.hear(stand, body, id),
    healthOf: (stand, said) => health.heardHealth(stand, said),
    raise: (subject, detail) => alarms.raise(subject, detail),
    settingsFor: async (stand) => {
      const desired = await desiredOf(store, stand);
      return desired && { version: desired.version, settings: desired.settings };
    },
    deskRoutes: (record) => settingsRoutes({ store, roster, pusher, nowMs: shared.nowMs, record }),
    begin: (open) => {
      fleet = open;
      evaluator = openEvaluator(ground, http, {
        ...shared,
        roster,
        health,
        book: alarms,
        isConnected: () => open.connected,
      });
    },
    stop: async () => {
      serving.stop();
      pusher.stop();
      evaluator?.stop();
      alarms.stop();
      await reports.stop();
      await health.stop();
    },
  };
}
