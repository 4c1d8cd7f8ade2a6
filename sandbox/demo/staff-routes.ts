import type { HttpAnswer, HttpRequest, Route } from "../../host/http.ts";
import { isOrderId } from "../../protocol/ids.ts";
import { deeds, type Staff } from "./staff.ts";

/**
 * Staff for the page: `GET {at}` lists what is owed, `POST {at}/ORDER/refund` and `{at}/ORDER/release` decide about it, as the
 * operator's door answers.
 */
export const staffRoutes = (at: string, staff: Pick<Staff, "owed" | "decide">): readonly Route[] => [
  { method: "GET", path: at, answer: async () => ({ status: 200, body: { orders: staff.owed } }) },
  { method: "POST", path: `${at}/:order/:deed`, answer: (request) => decide(request, staff) },
];

async function decide({ params }: HttpRequest, staff: Pick<Staff, "decide">): Promise<HttpAnswer> {
  const { order, deed } = params;
  const known = deeds.find((each) => each === deed);
  if (!isOrderId(order) || known === undefined) {
    return { status: 404, body: { error: `there is ${deeds.join(" and ")}, of an order by its id` } };
  }
  const answer = await staff.decide(order, known);
  if (answer.is === "answer") return { status: answer.status, body: answer.body };
  return { status: 502, body: { error: `the backend did not answer: ${answer.detail}` } };
}
