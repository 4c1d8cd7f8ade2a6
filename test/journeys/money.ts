import type { Back, State } from "../../backend/ledger/words.ts";
import type { OrderId } from "../../protocol/ids.ts";
import { grossOf, type Refund, type Transaction } from "../../sandbox/midtrans/acquirer.ts";
import type { SandboxWithPhone } from "../../sandbox/phone/start.ts";

/** What has become of one order's money by Midtrans' books. */
export type Money = {
  /** How often it was paid. */
  readonly times: number;
  readonly paid: number;
  /** Those that stand in the books, or that no bank has refused. */
  readonly refunds: readonly Refund[];
  readonly back: number;
  readonly kept: number;
};

/** Every transaction that any merchant has for this order, oldest first. */
export const transactionsOf = ({ accounts }: SandboxWithPhone, order: OrderId): readonly Transaction[] =>
  accounts.transactions().flatMap(({ transaction }) => (transaction.orderId.startsWith(order) ? [transaction] : []));

export function moneyOf(midtrans: SandboxWithPhone, order: OrderId): Money {
  const settled = transactionsOf(midtrans, order).filter(({ payment }) => payment !== undefined);
  const refunds = settled.flatMap((each) => each.refunds.filter(({ bank }) => bank.says !== "no"));
  const paid = settled.reduce((sum, each) => sum + grossOf(each), 0);
  const back = refunds.reduce((sum, { amount }) => sum + amount, 0);
  return { times: settled.length, paid, refunds, back, kept: paid - back };
}

/** What is wrong with it, if these are the backend's books and the goods are out, or not. */
export function wrongsOfMoney(money: Money, ledger: State | undefined, isOut: boolean): readonly string[] {
  const { times, paid, back, kept, refunds } = money;
  const { backs = [] } = ledger !== undefined && "backs" in ledger ? ledger : {};
  const isByPolicy = ledger?.at === "remedied" && ledger.by === "policy";
  const rules: readonly Rule[] = [
    [times > 1, `paid ${times} times`],
    [kept < 0, `${back} of ${paid} rupiah went back`],
    [new Set(refunds.map(({ key }) => key)).size < refunds.length, "a refund was made twice"],
    [ledger?.at === "delivered" && back > 0, `delivered, and ${back} rupiah went back`],
    [isByPolicy && !isOut && kept > 0, `remedied by itself, and ${kept} rupiah are kept`],
    [isByPolicy && isOut && kept === 0, "the goods are out, and all of the money went back by itself"],
    ...refunds.map((refund) => unknownRule(refund, backs)),
    ...backs.map((each) => stageRule(each, refunds)),
  ];
  return rules.flatMap(([isBroken, what]) => (isBroken ? [what] : []));
}

type Rule = readonly [isBroken: boolean, what: string];

const unknownRule = ({ key, amount }: Refund, backs: readonly Back[]): Rule => [
  !backs.some((each) => each.key === key && each.amount === amount && each.stage !== "refused"),
  `${amount} rupiah went back as ${key}, and the backend does not know it`,
];

const stageRule = ({ key, stage }: Back, refunds: readonly Refund[]): Rule => [
  stage === "confirmed" && !refunds.some((refund) => refund.key === key && refund.bank.says === "yes"),
  `${key} counts as confirmed, and no bank has said so`,
];
