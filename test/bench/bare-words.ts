import type { StandId } from "../../protocol/ids.ts";
import { topicOf } from "../../protocol/topics.ts";

export type Kind = "ack" | "offer" | "settled" | "charge" | "delivered";

/** A sealed statement of each kind, as the product said it. */
export type Samples = Readonly<Record<Kind, string>>;

/** A sale, by its number, before a word of the product's own; as long as that, at the cost of its signature. */
export function writeBare(kind: Kind, sale: number, sealed: string): string {
  const head = `${kind} ${sale} `;
  return head + sealed.slice(0, -head.length);
}

export const readBare = (text: string): readonly [kind: string, sale: number] => {
  const [kind = "", sale] = text.split(" ", 2);
  return [kind, Number(sale)];
};

/** The stands sell in turn. */
export const bareTopicOf = (sale: number, stands: number, channel: "up" | "down"): string =>
  topicOf(`stand-${(sale % stands) + 1}` as StandId, channel);

/** Nobody asks the broker for an answer to an ack. */
export const qosOf = (kind: string): 0 | 1 => (kind === "ack" ? 0 : 1);
