import { onTestFinished } from "vitest";
import { systemChance } from "../../host/chance.ts";
import { newOrderId, newUlid, type OrderId, type StandId, type StatementId } from "../../protocol/ids.ts";
import type { SigningKey } from "../../protocol/keys.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import { seal } from "../../protocol/seal.ts";
import { type DownBody, downStatementSchema, type UpBody } from "../../protocol/statements.ts";
import { topicOf } from "../../protocol/topics.ts";
import { stranger } from "../hostile/stranger.ts";
import { until } from "./until.ts";

/** Speaks in a stand's name, with its key, and does nothing else of what a stand does. */
export type Spokesman = {
  /** Asks for a charge of a new order; resolves to what the backend makes of it: an offer or a refusal. */
  asksForCharge(amount?: number): Promise<Extract<DownBody, { type: "offer" | "refused" }>>;
  /** Says something else, once; resolves when the broker has it. */
  says(body: UpBody): Promise<void>;
};

/** At the broker of this port until the test is over. */
export async function spokesman(port: number, id: string, key: SigningKey | undefined): Promise<Spokesman> {
  if (key === undefined) throw new Error(`${id} has no key`);
  const [stand, voice] = [id as StandId, await stranger(port)];
  onTestFinished(() => voice.leaves());
  await voice.listens();
  let seq = 0;
  const says = async (body: UpBody): Promise<void> => {
    seq += 1;
    const statement = {
      v: 1,
      // Ids rise, as a stand's own do: of two reports the later id counts.
      id: newUlid(Date.UTC(2026, 0, 1) + seq, systemChance) as StatementId,
      from: stand,
      to: "backend",
      at: { journal: `journal-of-${id}`, seq },
      body,
    } as const;
    await voice.says(topicOf(stand, "up"), seal(statement, key));
  };
  const answerOn = (order: OrderId) =>
    voice.heard
      .filter(({ topic }) => topic === topicOf(stand, "down"))
      .map(({ payload }) => contentOf(payload))
      .find((body) => (body.type === "offer" || body.type === "refused") && body.order === order);
  return {
    says,
    asksForCharge: async (amount = 15_000) => {
      const order = newOrderId(Date.UTC(2026, 0, 1), systemChance);
      const price = rupiah(amount);
      const items = [{ product: "kopi", name: "Kopi Susu", price, quantity: 1 }];
      await says({ type: "charge", order, amount: price, items, method: "qris", patienceMs: 20_000 });
      await until("the backend answers a charge", () => answerOn(order) !== undefined, 15_000);
      return answerOn(order) as Extract<DownBody, { type: "offer" | "refused" }>;
    },
  };
}

/** What a sealed statement says; whose seal it is, does not matter here. */
function contentOf(payload: Buffer): DownBody {
  const [, content = ""] = payload.toString("utf8").split(".");
  return downStatementSchema.parse(JSON.parse(Buffer.from(content, "base64url").toString("utf8"))).body;
}
