import type { Clock } from "../../../protocol/time.ts";
import { badFields, notFound, ok, unavailable } from "./answers.ts";
import type { Desks } from "./desks.ts";
import { type Endpoint, get } from "./endpoint.ts";
import { csv } from "./orders.ts";
import { readSpan } from "./query.ts";
import { type SalesSums, sums } from "./words.ts";

const MOST_DAYS = 800;

/** What was sold, in sums. */
export const salesEndpoints = ({ sales }: Pick<Desks, "sales">, clock: Pick<Clock, "wall">): readonly Endpoint[] => [
  get("viewer", "/api/sales", async ({ request }) => {
    const asked = readSpan(request, clock.wall(), MOST_DAYS, ["by"], ({ text }) => ({ by: text("by") ?? "day" }));
    if (asked.is === "bad") return asked.answer;
    const { by, ...span } = asked.value;
    if (!isSum(by)) return badFields([{ path: "by", message: `is one of ${sums.join(", ")}` }]);
    return sales ? ok({ by, rows: await sales.sums(by, span) } satisfies SalesSums) : NO_SALES;
  }),
  get("viewer", "/api/report/:day", async ({ request }) => {
    const [, day = "", ending] = /^(\d{4}-\d{2}-\d{2})(\.csv)?$/.exec(request.params["day"] ?? "") ?? [];
    if (!isDay(day)) return notFound("day");
    if (sales === undefined) return NO_SALES;
    return ending === undefined ? ok(await sales.report(day)) : csv(await sales.reportCsv(day), `report-${day}.csv`);
  }),
];

const NO_SALES = unavailable("The book of sales");
const isSum = (by: string): by is SalesSums["by"] => sums.some((each) => each === by);

/** One that the calendar has. */
function isDay(day: string): boolean {
  const wall = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(wall) && new Date(wall).toISOString().startsWith(day);
}
