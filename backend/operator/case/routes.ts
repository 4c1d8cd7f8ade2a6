import { z } from "zod";
import type { HttpAnswer, HttpRequest, Route } from "../../../host/http.ts";
import { isOrderId } from "../../../protocol/ids.ts";
import type { DoorDeed } from "../recorded.ts";
import { type GatherParts, gather } from "./gather.ts";

const wish = z.strictObject({ by: z.string().trim().min(1).max(100), why: z.string().trim().min(1).max(500) });

/**
 * `POST /orders/ID/case` with `{by, why}`: one order's whole story, as JSON. Who took it, and what for, is written down before it is
 * given. To be put behind the operator's token.
 */
export function caseRoutes(parts: GatherParts, record: (deed: DoorDeed) => Promise<void>): readonly Route[] {
  return [{ method: "POST", path: "/orders/:order/case", answer: (request) => give(request, parts, record) }];
}

const json = (status: number, body: object): HttpAnswer => ({ status, body });

async function give(
  { params, body }: HttpRequest,
  parts: GatherParts,
  record: (deed: DoorDeed) => Promise<void>,
): Promise<HttpAnswer> {
  const { order } = params;
  if (!isOrderId(order)) return json(400, { error: "not an order id", hint: "26 characters, as on the receipt" });
  const said = wish.safeParse(parsed(body));
  if (!said.success) return json(400, { error: z.prettifyError(said.error) });
  const found = await gather(order, said.data, parts);
  if (found === undefined) return json(404, { error: "no such order here" });
  await record({ what: "order.export", by: said.data.by, stand: order, details: { why: said.data.why } });
  return json(200, found);
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body).toString("utf8"));
  } catch {
    return undefined;
  }
}
