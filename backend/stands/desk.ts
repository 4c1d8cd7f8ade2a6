import { z } from "zod";
import type { HttpAnswer, HttpRequest, Route } from "../../host/http.ts";
import { readBody } from "../../host/http-body.ts";
import type { Log } from "../../host/log.ts";
import type { StandId } from "../../protocol/ids.ts";
import { standIdSchema } from "../../protocol/statements.ts";
import { JSON_TYPE, jsonList } from "../json-list.ts";
import { byAndWhy, line } from "../line.ts";
import { merchantIdSchema } from "../merchants/config.ts";
import type { StandRecord } from "./record.ts";
import { type Invitation, inOrder, type Not, type Registry } from "./registry.ts";
import type { Roster } from "./roster.ts";
import type { Signing } from "./signing.ts";

/** What staff does about stands from a terminal: `backend stands …`, `backend keys`. Behind the operator's token. */
export type StandsDeskParts = {
  readonly roster: Roster;
  readonly registry: Registry;
  readonly signing: Pick<Signing, "status">;
  readonly log: Log;
  /** Where it is written down who did what. */
  record(deed: Deed): Promise<void>;
};

export type Deed = {
  readonly what: "stand.add" | "stand.invite" | "stand.revoke" | "stand.change";
  readonly by: string;
  readonly stand: StandId;
  readonly details: Readonly<Record<string, unknown>>;
  /** Why nothing came of it; absent where it was done. */
  readonly because?: string;
};

const words = { name: line(40).optional(), site: line(100).optional(), merchant: merchantIdSchema.optional() };
const addBody = z.strictObject({ by: byAndWhy.by, id: standIdSchema, ...words });
const changeBody = z.strictObject({ by: byAndWhy.by, ...words });
const inviteBody = z.strictObject({ by: byAndWhy.by });
const revokeBody = z.strictObject(byAndWhy);

export function standsRoutes(parts: StandsDeskParts): readonly Route[] {
  const { roster } = parts;
  const about = (path: string, answer: (stand: StandId, request: HttpRequest) => Promise<HttpAnswer>): Route => ({
    method: path === "" ? "GET" : "POST",
    path: `/stands/:stand${path}`,
    answer: (request) => withStand(request, (stand) => answer(stand, request)),
  });
  return [
    { method: "GET", path: "/stands", answer: () => list(roster) },
    { method: "POST", path: "/stands", answer: (request) => add(request, parts) },
    about("", async (stand) => show(stand, parts)),
    about("/invite", (stand, request) => invite(stand, request, parts)),
    about("/revoke", (stand, request) => revoke(stand, request, parts)),
    about("/change", (stand, request) => change(stand, request, parts)),
    { method: "GET", path: "/keys", answer: async () => json(200, await parts.signing.status()) },
  ];
}

async function list(roster: Roster): Promise<HttpAnswer> {
  return { status: 200, headers: JSON_TYPE, pieces: jsonList("stands", inOrder(roster.all()), lineOf) };
}

async function withStand(
  { params }: HttpRequest,
  answer: (stand: StandId) => Promise<HttpAnswer>,
): Promise<HttpAnswer> {
  const stand = standIdSchema.safeParse(params["stand"]);
  if (stand.success) return answer(stand.data);
  return json(400, { error: "not a stand's id: 2 to 32 of a-z, 0-9 and -" });
}

async function show(stand: StandId, { roster }: StandsDeskParts): Promise<HttpAnswer> {
  const known = roster.get(stand);
  if (known === undefined) return json(404, { error: `there is no stand ${stand}` });
  const { keys, policies, rate, place } = known;
  return json(200, { ...lineOf(known), policies, rate, keys: keys.length, ...(place && { place }) });
}

async function add(request: HttpRequest, parts: StandsDeskParts): Promise<HttpAnswer> {
  const said = readBody(request, addBody);
  if (said.is === "bad") return said.answer;
  const { id, by: who, name, site, merchant } = said.body;
  const about = { ...(name && { name }), ...(site && { site }), ...(merchant && { merchant }) };
  const done = await parts.registry.add(id, about);
  await written(parts, { what: "stand.add", by: who, stand: id, details: about }, done);
  return done.is === "invited" ? invited(done.invitation) : not(done);
}

async function invite(stand: StandId, request: HttpRequest, parts: StandsDeskParts): Promise<HttpAnswer> {
  const said = readBody(request, inviteBody);
  if (said.is === "bad") return said.answer;
  const done = await parts.registry.invite(stand);
  await written(parts, { what: "stand.invite", by: said.body.by, stand, details: {} }, done);
  return done.is === "invited" ? invited(done.invitation) : not(done);
}

async function revoke(stand: StandId, request: HttpRequest, parts: StandsDeskParts): Promise<HttpAnswer> {
  const said = readBody(request, revokeBody);
  if (said.is === "bad") return said.answer;
  const { by: who, why } = said.body;
  const done = await parts.registry.revoke(stand, why);
  await written(parts, { what: "stand.revoke", by: who, stand, details: { why } }, done);
  return done.is === "changed" ? json(200, { stand, state: "revoked" }) : not(done);
}

async function change(stand: StandId, request: HttpRequest, parts: StandsDeskParts): Promise<HttpAnswer> {
  const said = readBody(request, changeBody);
  if (said.is === "bad") return said.answer;
  const { by: who, name, site, merchant } = said.body;
  const about = { ...(name && { name }), ...(site && { site }), ...(merchant && { merchant }) };
  const done = await parts.registry.change(stand, about);
  await written(parts, { what: "stand.change", by: who, stand, details: about }, done);
  return done.is === "changed" ? json(200, { stand }) : not(done);
}

type Done = { readonly is: "invited" | "changed" } | Not<string>;

async function written({ log, record }: StandsDeskParts, deed: Deed, done: Done): Promise<void> {
  const refused = "because" in done ? { because: done.because } : {};
  log.info("said of a stand", { what: deed.what, stand: deed.stand, by: deed.by, ...refused });
  await record({ ...deed, ...refused });
}

const json = (status: number, body: object): HttpAnswer => ({ status, headers: { "cache-control": "no-store" }, body });
const invited = ({ stand, code, endsMs }: Invitation): HttpAnswer => json(200, { stand, code, endsMs });

const STATUS: Readonly<Record<string, number>> = { unknown: 404, "no-merchant": 422 };
const not = ({ is, because }: Not<string>): HttpAnswer => json(STATUS[is] ?? 409, { error: because });

const lineOf = ({ id, name, site, merchant, state, enrolledMs, certificateEndsMs, isConfigured }: StandRecord) => ({
  id,
  name,
  ...(site === undefined ? {} : { site }),
  merchant,
  state,
  isConfigured,
  ...(enrolledMs === undefined ? {} : { enrolledMs }),
  ...(certificateEndsMs === undefined ? {} : { certificateEndsMs }),
});
