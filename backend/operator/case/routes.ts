import { z } from "zod";
import type { HttpAnswer, HttpRequest, Route } from "../../../host/http.ts";
import { readBody } from "../../../host/http-body.ts";
import { isOrderId } from "../../../protocol/ids.ts";
import { byAndWhy } from "../../line.ts";
import type { DoorDeed } from "../recorded.ts";
import { type GatherParts, gather } from "./gather.ts";

const wish = z.strictObject(byAndWhy);

/**
 * `POST /orders/ID/case` with `{by, why}`: one order's whole story, as JSON. Who took it, and what for, is written down before it is
 * given. To be put behind the operator's token.
 */
export function caseRoutes(parts: GatherParts, record: (deed: DoorDeed) => Promise<void>): readonly Route[] {
  return [{ method: "POST", path: "/orders/:order/case", answer: (request) => give(request, parts, record) }];
}

const json = (status: number, body: object): HttpAnswer => ({ status, body });

async function give(
  request: HttpRequest,
  parts: GatherParts,
  record: (deed: DoorDeed) => Promise<void>,
): Promise<HttpAnswer> {
  const { order } = request.params;
  if (!isOrderId(order)) return json(400, { error: "not an order id", hint: "26 characters, as on the receipt" });
  const said = readBody(request, wish);
  if (said.is === "bad") return said.answer;
  const { body } = said;
  const found = await gather(order, body, parts);
  if (found === undefined) return json(404, { error: "no such order here" });
  await record({ what: "order.export", by: body.by, about: order, details: { why: body.why } });
  return json(200, found);
}
