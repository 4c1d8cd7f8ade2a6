import { putNewest } from "../../host/newest.ts";
import type { OrderId } from "../../protocol/ids.ts";
import { readTopic } from "../../protocol/topics.ts";
import { bodyIn } from "./sealed.ts";

export type CustomerPage = { readonly order: OrderId; readonly address: string };

/** Older ones are forgotten. */
const KEPT = 200;

/** Where the customers of the latest orders look, as their stand was told. */
export class Pages {
  readonly #pages = new Map<OrderId, string>();
  #latest: CustomerPage | undefined;

  /** What passed through the broker; true when it named a page. */
  hear(topic: string, payload: Uint8Array): boolean {
    if (readTopic(topic)?.channel !== "down") return false;
    const body = bodyIn(Buffer.from(payload).toString("utf8"));
    if (body?.type !== "offer" || body.page === undefined) return false;
    this.#keep({ order: body.order, address: body.page });
    return true;
  }

  of(order: OrderId): string | undefined {
    return this.#pages.get(order);
  }

  /** Of the order that was offered last: the one in front, or the one before it. */
  get latest(): CustomerPage | undefined {
    return this.#latest;
  }

  #keep(page: CustomerPage): void {
    this.#latest = page;
    putNewest(this.#pages, page.order, page.address, KEPT);
  }
}
