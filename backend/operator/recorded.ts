import type { OrderId } from "../../protocol/ids.ts";
import type { Audit } from "../console/audit/audit.ts";
import type { Decided, Decisions } from "./decisions.ts";

/** Who speaks at the door is who he says he is: the token is the company's, the name is his own word. */
const AT_THE_DOOR = { role: "operator", source: "operator's door" } as const;

/** The same decisions, each in the audit log before and after it. */
export function recordedDecisions(decisions: Decisions, audit: Pick<Audit, "write">): Decisions {
  const record = async <Decision extends { readonly by: string }>(
    what: string,
    about: OrderId,
    { by: who, ...details }: Decision,
    decide: () => Promise<Decided>,
  ): Promise<Decided> => {
    const entry = { ...AT_THE_DOOR, who, what, about, details };
    await audit.write({ ...entry, result: "begun" });
    const decided = await decide().catch(async (error: unknown) => {
      await audit.write({ ...entry, result: "unknown" });
      throw error;
    });
    if (decided.is === "yes") await audit.write({ ...entry, result: "done" });
    else await audit.write({ ...entry, result: "refused", because: becauseOf(decided) });
    return decided;
  };
  return {
    refund: (order, said) => record("order.refund", order, said, () => decisions.refund(order, said)),
    release: (order, said) => record("order.release", order, said, () => decisions.release(order, said)),
    remedy: (order, said) => record("order.remedy", order, said, () => decisions.remedy(order, said)),
  };
}

const becauseOf = (decided: Exclude<Decided, { is: "yes" }>): string =>
  decided.is === "no" ? `conflict: ${decided.because}` : "not-found";

/** What the door says of anything else that somebody did there. */
export type DoorDeed = {
  readonly what: string;
  readonly by: string;
  /** An order's or a stand's id. */
  readonly about: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** Why nothing came of it. */
  readonly because?: string;
};

export const writeDeed = (audit: Pick<Audit, "write">, { by: who, because, ...deed }: DoorDeed): Promise<void> =>
  audit.write({
    ...AT_THE_DOOR,
    ...deed,
    who,
    ...(because === undefined ? { result: "done" } : { result: "refused", because }),
  });
