import { addressList } from "../../host/addresses.ts";
import { every } from "../../host/every.ts";
import type { Route } from "../../host/http.ts";
import type { EnrolAnswer } from "../../protocol/enrolment.ts";
import type { StandId } from "../../protocol/ids.ts";
import type { Stop } from "../../protocol/time.ts";
import { openMqtt } from "../../wire/mqtt.ts";
import type { Books } from "../books.ts";
import type { Ground } from "../ground.ts";
import { BrokerAccess } from "./access.ts";
import { commonTerms, configuredStands } from "./configured.ts";
import { type Deed, standsRoutes } from "./desk.ts";
import { enrolRoutes } from "./enrol-routes.ts";
import { Enrolling } from "./enrolling.ts";
import { Following } from "./following.ts";
import { Registry } from "./registry.ts";
import { Revocations } from "./revocations.ts";
import { type Roster, RosterInMemory } from "./roster.ts";
import { Signing } from "./signing.ts";
import { tidyStands } from "./tidying.ts";

/** The stands of a running backend: who there is, how they come and go, and by which key they are spoken to. */
export type Stands = {
  readonly roster: Roster;
  readonly registry: Registry;
  readonly signing: Signing;
  /** Open to the world; nothing where the configuration has no `[enrolment]`. */
  publicRoutes(welcoming: Welcoming): readonly Route[];
  /** For staff; to be put behind the operator's token. */
  deskRoutes(record: (deed: Deed) => Promise<void>): readonly Route[];
  /** Follows the store until stopped. */
  keep(): Stop;
};

export type Welcoming = {
  /** A stand's first menu; none when absent. */
  settingsFor?(stand: StandId): Promise<EnrolAnswer["settings"]>;
};

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** Reads all stands. Rejects with `JournalFault` when the store cannot be read. */
export async function openStands(ground: Ground, { store, leads }: Pick<Books, "store" | "leads">): Promise<Stands> {
  const { setup, clock, log } = ground;
  const { config, key, nextKey } = setup;
  const roster = new RosterInMemory(commonTerms(config), configuredStands(config));
  const following = new Following({ store, roster, clock, log });
  await following.look();
  const own = { current: key, ...(nextKey && { next: nextKey }) };
  const signing = await Signing.open({ store, own, roster, clock, log });
  const wall = () => clock.wall();
  const changed = () => following.look();
  const registry = new Registry({
    store,
    codeMs: config.enrolment && config.enrolment.code_minutes * MINUTE_MS,
    selling: config.merchants.filter(({ retired }) => !retired).map(({ name }) => name),
    isConfigured: (stand) => roster.get(stand)?.isConfigured === true,
    wall,
    changed,
  });
  const desk = openEnrolment(ground, { store, roster, signing, changed });
  return {
    roster,
    registry,
    signing,
    publicRoutes: (welcoming) => desk?.routes(welcoming) ?? [],
    deskRoutes: (record) => standsRoutes({ roster, registry, signing, log, record }),
    keep: () => {
      const access = openAccess(ground, roster, leads);
      const tidy = async (): Promise<void> => {
        if (leads()) await tidyStands(store, clock.wall());
      };
      const daily = { firstMs: MINUTE_MS, everyMs: DAY_MS, what: "old codes not put away", run: tidy };
      const stops = [following.keep(), signing.keep(), desk?.revocations.keep(), access, every(clock, log, daily)];
      return () => {
        for (const stop of stops) stop?.();
      };
    },
  };
}

function openAccess({ setup, clock, random, log }: Ground, roster: Roster, leads: () => boolean): Stop | undefined {
  const { access: papers, config } = setup;
  if (papers === undefined || config.broker_access === undefined) return undefined;
  const open = openMqtt({ ...papers, clock, random, log: log.child({ link: "broker_access" }) });
  const clientId = config.broker_access.client_id;
  const access = new BrokerAccess({ clientId, open, roster, clock, log, leads });
  return () => {
    access.close().catch((error: unknown) => log.warn("broker access not closed", { error }));
  };
}

type Enrolment = { readonly revocations: Revocations; routes(welcoming: Welcoming): readonly Route[] };
type EnrolmentParts = Pick<Books, "store"> & {
  readonly roster: Roster;
  readonly signing: Signing;
  changed(): Promise<void>;
};

function openEnrolment(
  { setup, clock, log }: Ground,
  { store, roster, signing, changed }: EnrolmentParts,
): Enrolment | undefined {
  const { enrolment: papers, config } = setup;
  const { enrolment, http } = config;
  if (enrolment === undefined || papers === undefined) return undefined;
  const { authority, brokerCa } = papers;
  const certificateMs = enrolment.certificate_days * DAY_MS;
  const enrolling = new Enrolling({ store, roster, authority, certificateMs, wall: () => clock.wall(), changed });
  const listMs = enrolment.crl_days * DAY_MS;
  const { crl_file: file } = enrolment;
  const revocations = new Revocations({ store, authority, listMs, ...(file && { file }), clock, log });
  const broker = { url: enrolment.broker_url, ...(brokerCa && { ca: brokerCa }) };
  const routes = ({ settingsFor }: Welcoming): readonly Route[] =>
    enrolRoutes({
      enrolling,
      clock,
      log,
      triesAMinute: { each: enrolment.tries_a_minute, all: enrolment.all_tries_a_minute },
      isProxy: addressList(http.trusted_proxies),
      welcome: () => ({ broker, keys: keysOf(signing) }),
      settingsFor: async (stand) => settingsFor?.(stand),
      revoked: () => revocations.list(),
    });
  return { revocations, routes };
}

function keysOf(signing: Signing): EnrolAnswer["keys"] {
  const { version, keys } = signing.desired();
  return { version, keys: [...keys] };
}
