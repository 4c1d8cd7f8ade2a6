import { z } from "zod";
import type { Audit } from "../audit/audit.ts";
import { ok, refused, unavailable } from "./answers.ts";
import type { Desks } from "./desks.ts";
import { act, type Endpoint, get } from "./endpoint.ts";
import { readPage } from "./query.ts";
import type { AlarmLine, AuditList } from "./words.ts";
import { type Overview, standStates } from "./words.ts";

const AUDIT_USUALLY = 100;

/** All at a glance, the alarms, and what was done here. */
export const overviewEndpoints = (
  desks: Desks,
  audit: Pick<Audit, "list">,
  overview: () => Promise<Overview>,
): readonly Endpoint[] => [
  get("viewer", "/api/overview", async () => ok(await overview())),
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
const NO_STANDS = Object.fromEntries(standStates.map((state) => [state, 0])) as Overview["stands"];

/** It lasts, and nobody has said that he knows it. */
const isNews = ({ endedMs, acknowledged }: AlarmLine): boolean => endedMs === undefined && acknowledged === undefined;

/** What is not there counts nothing: the pages that show it say that it is not there. */
export async function overviewOf({ stands, sales, alarms }: Desks): Promise<Overview> {
  const [owed, today, now] = await Promise.all([sales?.owedCount(), sales?.today(), alarms?.now()]);
  return {
    stands: stands?.counts() ?? NO_STANDS,
    owed: owed ?? 0,
    alarms: now?.filter(isNews).length ?? 0,
    today: today ?? NOTHING_SOLD,
  };
}
