import { z } from "zod";
import type { HttpAnswer } from "../../../host/http.ts";
import { isStandId, type StandId } from "../../../protocol/ids.ts";
import type { Clock } from "../../../protocol/time.ts";
import { JSON_TYPE } from "../../json-list.ts";
import { type Answered, badFields, notFound, ok, refused, unavailable } from "./answers.ts";
import { manySettingsBody, newStandBody, revokeBody, settingsBody, standChangeBody } from "./bodies.ts";
import type { Desks, ManySettings, StandsDesk } from "./desks.ts";
import { act, type Endpoint, get, type SignedCall } from "./endpoint.ts";
import { readSpan } from "./query.ts";

export type StandsApiParts = Desks & { readonly clock: Pick<Clock, "wall"> };

const LAST_ORDERS = 20;
const MOST_POINTS = 1_000;
const MOST_DAYS = 400;

/** Stands: how they are, what they sell, and who may speak as one. */
export const standsEndpoints = (parts: StandsApiParts): readonly Endpoint[] => [
  get("viewer", "/api/stands", async () =>
    parts.stands ? { status: 200, headers: JSON_TYPE, pieces: await parts.stands.all() } : NO_ROSTER,
  ),
  get("viewer", "/api/versions", async () =>
    parts.stands ? ok({ versions: await parts.stands.versions() }) : NO_ROSTER,
  ),
  get("viewer", "/api/stands/:stand", (call) => withStand(call, parts, (desk, stand) => show(desk, stand, parts))),
  get("viewer", "/api/stands/:stand/health", (call) =>
    withStand(call, parts, (desk, stand) => series(desk, stand, call, parts)),
  ),
  get("viewer", "/api/stands/:stand/screen", (call) => withStand(call, parts, screen)),
  ...changes(parts),
  ...settings(parts),
];

const NO_ROSTER = unavailable("The roster of stands");

async function withStand(
  { request }: SignedCall<unknown>,
  { stands }: Desks,
  answer: (desk: StandsDesk, stand: StandId) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const { stand } = request.params;
  if (!isStandId(stand)) return notFound("stand");
  return stands === undefined ? NO_ROSTER : answer(stands, stand);
}

async function show(desk: StandsDesk, stand: StandId, { sales, alarms }: StandsApiParts): Promise<Answered> {
  const page = await desk.page(stand);
  if (page === undefined) return notFound("stand");
  const [found, now] = await Promise.all([sales?.find({ stand, limit: LAST_ORDERS }), alarms?.now()]);
  return ok({ ...page, orders: found?.orders ?? [], alarmsNow: (now ?? []).filter((alarm) => alarm.stand === stand) });
}

async function series(
  desk: StandsDesk,
  stand: StandId,
  { request }: SignedCall,
  { clock }: StandsApiParts,
): Promise<Answered> {
  const asked = readSpan(request, clock.wall(), MOST_DAYS, ["points"], ({ number }) => ({
    points: number("points", 2, MOST_POINTS) ?? 300,
  }));
  if (asked.is === "bad") return asked.answer;
  const { points, ...span } = asked.value;
  const found = await desk.series(stand, span, points);
  return found === undefined ? notFound("stand") : ok(found);
}

async function screen(desk: StandsDesk, stand: StandId): Promise<Answered> {
  const found = await desk.screen(stand);
  if (found === undefined) return notFound("picture");
  const page = /^[a-z-]{1,40}$/.test(found.page) ? found.page : "unknown";
  const headers = {
    "content-type": "image/png",
    "x-age-ms": String(Math.max(0, Math.round(found.ageMs))),
    "x-page": page,
  };
  return { status: 200, headers, body: found.png };
}

const changes = (parts: StandsApiParts): readonly Endpoint[] => [
  act({
    method: "POST",
    path: "/api/stands",
    may: "admin",
    what: "stand.add",
    body: newStandBody,
    details: (body) => body,
    answer: async ({ body, who }) => {
      if (parts.stands === undefined) return NO_ROSTER;
      const said = await parts.stands.add(body, who.name);
      return said.is === "yes" ? ok(invitationOf(said), 201) : { ...refused(said, "stand"), about: body.id };
    },
  }),
  act({
    method: "POST",
    path: "/api/stands/:stand/invite",
    may: "admin",
    what: "stand.invite",
    body: z.strictObject({}),
    answer: (call) =>
      withStand(call, parts, async (desk, stand) => {
        const said = await desk.invite(stand, call.who.name);
        return said.is === "yes" ? ok(invitationOf(said)) : refused(said, "stand");
      }),
  }),
  act({
    method: "POST",
    path: "/api/stands/:stand/revoke",
    may: "admin",
    what: "stand.revoke",
    body: revokeBody,
    details: (body) => body,
    answer: (call) =>
      withStand(call, parts, async (desk, stand) => {
        const said = await desk.revoke(stand, call.who.name, call.body.why);
        return said.is === "yes" ? ok({}) : refused(said, "stand");
      }),
  }),
  act({
    method: "PATCH",
    path: "/api/stands/:stand",
    may: "admin",
    what: "stand.change",
    body: standChangeBody,
    details: (body) => body,
    answer: (call) =>
      withStand(call, parts, async (desk, stand) => {
        const said = await desk.change(stand, call.body, call.who.name);
        return said.is === "yes" ? ok({}) : refused(said, "stand");
      }),
  }),
];

const invitationOf = ({ stand, code, endsMs }: { stand: string; code: string; endsMs: number }) => ({
  stand,
  code,
  endsMs,
});

const settings = (parts: StandsApiParts): readonly Endpoint[] => [
  act({
    method: "PUT",
    path: "/api/stands/:stand/settings",
    may: "admin",
    what: "stand.settings",
    body: settingsBody,
    details: (body) => body,
    answer: async (call) => {
      const { stand } = call.request.params;
      if (!isStandId(stand)) return notFound("stand");
      return desire({ stands: [stand], ...call.body }, call.who.name, parts);
    },
  }),
  act({
    method: "POST",
    path: "/api/settings",
    may: "admin",
    what: "stands.settings",
    body: manySettingsBody,
    details: ({ stands, ...wanted }) => ({ stands: namesOf(stands), ...wanted }),
    answer: (call) => {
      const [twice] = call.body.stands.filter((stand, nth, all) => all.indexOf(stand) !== nth);
      if (twice !== undefined) return Promise.resolve(badFields([{ path: "stands", message: `has ${twice} twice` }]));
      return desire(call.body, call.who.name, parts);
    },
  }),
];

const NAMED = 50;
const namesOf = (stands: readonly StandId[]): unknown =>
  stands.length <= NAMED ? stands : { first: stands.slice(0, NAMED), number: stands.length };

async function desire(wanted: ManySettings, by: string, { settings: desk }: Desks): Promise<Answered> {
  if (desk === undefined) return unavailable("The desk of settings");
  const said = await desk.desire(wanted, by);
  return said.is === "yes" ? ok({ versions: said.versions }, 202) : refused(said, "stand");
}
