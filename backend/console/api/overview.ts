import { z } from "zod";
import type { Audit } from "../audit/audit.ts";
import { ok, refused, unavailable } from "./answers.ts";
import type { Desks } from "./desks.ts";
import { act, type Endpoint, get } from "./endpoint.ts";
import { readPage } from "./query.ts";
import type { AlarmLine, AuditList } from "./words.ts";
import { type Overview, type StandState, standStates } from "./words.ts";

const AUDIT_USUALLY = 100;

/** All at a glance, the alarms, and what was done here. */
export const overviewEndpoints = (desks: Desks, audit: Pick<Audit, "list">): readonly Endpoint[] => [
  get("viewer", "/api/overview", async () => ok(await overviewOf(desks))),
  get("viewer", "/api/alarms", async () => (desks.alarms ? ok({ alarms: await desks.alarms.now() }) : NO_ALARMS)),
  act({
    method: "POST",
    path: "/api/alarms/:alarm/acknowledge",
    may: "staff",
    what: "alarm.acknowledge",
    body: z.strictObject({}),
    answer: async ({ request, who }) => {
      if (desks.alarms === undefined) return NO_ALARMS;
      const said = await desks.alarms.acknowledge(request.params["alarm"] ?? "", who.name);
      return said.is === "yes" ? ok({}) : refused(said, "alarm");
    },
  }),
  get("admin", "/api/audit", async ({ request }) => {
    const page = readPage(request, AUDIT_USUALLY);
    if (page.is === "bad") return page.answer;
    return ok((await audit.list(page.value.limit, page.value.after)) satisfies AuditList);
  }),
];

const NO_ALARMS = unavailable("The list of alarms");
const NOTHING_SOLD: Overview["today"] = { sales: 0, amount: 0, refunded: 0 };

/** It lasts, and nobody has said that he knows it. */
const isNews = ({ endedMs, acknowledged }: AlarmLine): boolean => endedMs === undefined && acknowledged === undefined;

/** What is not there counts nothing: the pages that show it say that it is not there. */
export async function overviewOf({ stands, sales, alarms }: Desks): Promise<Overview> {
  const [lines, owed, today, now] = await Promise.all([
    stands?.all(),
    sales?.owedCount(),
    sales?.today(),
    alarms?.now(),
  ]);
  const counts = Object.fromEntries(standStates.map((state) => [state, 0])) as Record<StandState, number>;
  for (const { state } of lines ?? []) counts[state] += 1;
  return { stands: counts, owed: owed ?? 0, alarms: now?.filter(isNews).length ?? 0, today: today ?? NOTHING_SOLD };
}
