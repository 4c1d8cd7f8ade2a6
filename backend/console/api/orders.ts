import type { HttpAnswer } from "../../../host/http.ts";
import { isOrderId, type OrderId } from "../../../protocol/ids.ts";
import { type Answered, notFound, ok, refusal, refused, unavailable } from "./answers.ts";
import { refundBody, releaseBody, remedyBody } from "./bodies.ts";
import type { CashDesk, Decided, Desks, SalesDesk } from "./desks.ts";
import { act, type Endpoint, get, type SignedCall } from "./endpoint.ts";
import { readSearch } from "./query.ts";

const USUALLY = 50;

/** Orders: what is owed first, all that can be found, and what staff does about them. */
export const ordersEndpoints = ({ sales, cash }: Pick<Desks, "sales" | "cash">): readonly Endpoint[] => [
  get("viewer", "/api/owed", async () => (sales ? ok({ orders: await sales.owed() }) : NO_SALES)),
  get("viewer", "/api/orders", async ({ request }) => {
    const search = readSearch(request, USUALLY);
    if (search.is === "bad") return search.answer;
    return sales ? ok(await sales.find(search.value)) : NO_SALES;
  }),
  get("staff", "/api/orders.csv", (call) => ordersCsv(call, sales), { what: "orders.export" }),
  get("viewer", "/api/orders/:order", (call) =>
    withOrder(call, async (order) => {
      if (sales === undefined) return NO_SALES;
      const page = await sales.page(order);
      return page === undefined ? notFound("order") : ok(page);
    }),
  ),
  ...decisions(cash),
];

const NO_SALES = unavailable("The book of sales");

const decisions = (cash: CashDesk | undefined): readonly Endpoint[] => [
  act({
    method: "POST",
    path: "/api/orders/:order/refund",
    may: "staff",
    what: "order.refund",
    body: refundBody,
    details: (body) => body,
    answer: (call) => decide(call, cash, (desk, order, by) => desk.refund(order, { ...call.body, by })),
  }),
  act({
    method: "POST",
    path: "/api/orders/:order/release",
    may: "staff",
    what: "order.release",
    body: releaseBody,
    details: (body) => body,
    answer: (call) => decide(call, cash, (desk, order, by) => desk.release(order, { ...call.body, by })),
  }),
  act({
    method: "POST",
    path: "/api/orders/:order/remedy",
    may: "staff",
    what: "order.remedy",
    body: remedyBody,
    details: (body) => body,
    answer: (call) => decide(call, cash, (desk, order, by) => desk.remedy(order, { ...call.body, by })),
  }),
];

async function decide(
  call: SignedCall<unknown>,
  cash: CashDesk | undefined,
  say: (desk: CashDesk, order: OrderId, by: string) => Promise<Decided>,
): Promise<HttpAnswer> {
  return withOrder(call, async (order) => {
    if (cash === undefined) return unavailable("The cashier");
    const said = await say(cash, order, call.who.name);
    return said.is === "yes" ? ok({ order, state: said.state }, 202) : refused(said, "order");
  });
}

async function withOrder(
  { request }: SignedCall<unknown>,
  answer: (order: OrderId) => Promise<Answered>,
): Promise<Answered> {
  const { order } = request.params;
  return isOrderId(order) ? answer(order) : notFound("order");
}

async function ordersCsv({ request }: SignedCall, sales: SalesDesk | undefined): Promise<HttpAnswer> {
  const search = readSearch(request, USUALLY);
  if (search.is === "bad") return search.answer;
  const { after: _, limit: __, ...wanted } = search.value;
  const pieces = sales?.csv(wanted);
  if (pieces === "busy") return TABLES_UNDER_WAY;
  return pieces === undefined ? NO_SALES : csv(pieces, "orders.csv");
}

const TABLES_UNDER_WAY = refusal("unavailable", "Others are taking their tables home: ask again in a moment.", {
  headers: { "retry-after": "30" },
});

/** `name` is ours: nothing that was entered stands in a header. */
export const csv = (pieces: AsyncIterable<string> | Iterable<string>, name: string): HttpAnswer => ({
  status: 200,
  headers: {
    "content-type": "text/csv; charset=utf-8; header=present",
    "content-disposition": `attachment; filename="${name}"`,
  },
  pieces,
});
