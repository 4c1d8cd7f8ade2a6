import { z } from "zod";
import type { HttpAnswer, HttpRequest, Route } from "../../host/http.ts";
import { readBody } from "../../host/http-body.ts";
import type { StandId } from "../../protocol/ids.ts";
import { standIdSchema } from "../../protocol/statements.ts";
import { byAndWhy } from "../line.ts";
import type { Roster } from "../stands/roster.ts";
import type { Store } from "../store/store.ts";
import { desiredOf, historyOf, rollBack, type Saved, saveSettings, usingOf, versionOf } from "./book.ts";
import { differs } from "./differs.ts";
import type { Pusher } from "./pusher.ts";

/** What staff does about stands' settings from a terminal: `backend settings …`. Behind the operator's token. */
export type SettingsRoutesParts = {
  readonly store: Store;
  readonly roster: Pick<Roster, "get">;
  readonly pusher: Pick<Pusher, "look">;
  /** On the clock that the backends share. */
  nowMs(): number;
  /** Where it is written down who did what. */
  record(deed: SettingsDeed): Promise<void>;
};

export type SettingsDeed = {
  readonly what: "stand.settings";
  readonly by: string;
  readonly stand: StandId;
  readonly details: Readonly<Record<string, unknown>>;
  /** Why nothing came of it; absent where it was done. */
  readonly because?: string;
};

const saveBody = z.union([
  z.strictObject({ ...byAndWhy, settings: z.record(z.string(), z.unknown()) }),
  z.strictObject({ ...byAndWhy, version: z.int().min(1) }),
]);

export function settingsRoutes(parts: SettingsRoutesParts): readonly Route[] {
  const about = (
    method: "GET" | "POST",
    path: string,
    answer: (stand: StandId, request: HttpRequest) => Promise<HttpAnswer>,
  ): Route => ({
    method,
    path: `/stands/:stand/settings${path}`,
    answer: (request) => withStand(request, parts, (stand) => answer(stand, request)),
  });
  return [
    about("GET", "", (stand) => show(stand, parts)),
    about("GET", "/history", (stand) => history(stand, parts)),
    about("GET", "/versions/:version", (stand, request) => showVersion(stand, request, parts)),
    about("POST", "", (stand, request) => save(stand, request, parts)),
  ];
}

async function withStand(
  { params }: HttpRequest,
  { roster }: SettingsRoutesParts,
  answer: (stand: StandId) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const stand = standIdSchema.safeParse(params["stand"]);
  if (!stand.success) return json(400, { error: "not a stand's id: 2 to 32 of a-z, 0-9 and -" });
  if (roster.get(stand.data) === undefined) return json(404, { error: `there is no stand ${stand.data}` });
  return answer(stand.data);
}

async function show(stand: StandId, { store }: SettingsRoutesParts): Promise<HttpAnswer> {
  const [desired, using] = [await desiredOf(store, stand), await usingOf(store, stand)];
  return json(200, {
    stand,
    ...(desired && { desired }),
    ...(using && { using }),
    is: differs(desired?.version, using),
  });
}

async function history(stand: StandId, { store }: SettingsRoutesParts): Promise<HttpAnswer> {
  const versions = (await historyOf(store, stand)).map(({ version, by, why, atMs, settings }) => {
    return { version, by, why, atMs, products: settings.products.length };
  });
  return json(200, { stand, versions });
}

async function showVersion(
  stand: StandId,
  { params }: HttpRequest,
  { store }: SettingsRoutesParts,
): Promise<HttpAnswer> {
  const number = Number(params["version"]);
  const found = Number.isSafeInteger(number) ? await versionOf(store, stand, number) : undefined;
  return found === undefined ? json(404, { error: `${stand} has no version ${params["version"]}` }) : json(200, found);
}

async function save(stand: StandId, request: HttpRequest, parts: SettingsRoutesParts): Promise<HttpAnswer> {
  const said = readBody(request, saveBody);
  if (said.is === "bad") return said.answer;
  const { body: data } = said;
  const { by, why } = data;
  const to = { by, why, atMs: parts.nowMs() };
  const saved =
    "version" in data
      ? await rollBack(parts.store, stand, data.version, to)
      : await saveSettings(parts.store, [stand], { ...to, settings: data.settings });
  const details = "version" in data ? { why, back: data.version } : { why };
  const deed = { what: "stand.settings", by, stand, details } as const;
  if (saved?.is !== "saved") {
    await parts.record({ ...deed, because: saved === undefined ? "no such version" : "not usable" });
    return refused(saved, stand);
  }
  const version = saved.versions.get(stand);
  await parts.record({ ...deed, details: { ...details, version } });
  parts.pusher.look([stand]);
  return json(202, { stand, version });
}

const refused = (saved: Extract<Saved, { is: "bad" }> | undefined, stand: StandId): HttpAnswer =>
  saved === undefined
    ? json(404, { error: `${stand} has no such version`, hint: `backend settings history ${stand}` })
    : json(422, { error: "not usable", issues: saved.issues });

const json = (status: number, body: object): HttpAnswer => ({ status, body });
