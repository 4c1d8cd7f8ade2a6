import type { BankEntry, LedgerEntry, OrderTruth, Queues } from "./truth.ts";

/** How an order with money in it may end. */
const PAID_ENDS = ["delivered", "owed", "remedied"];
/** How one without may. */
const UNPAID_ENDS = ["voided", "refused", "forestalled"];
/** How one may end at its stand. */
const STAND_ENDS = ["delivered", "closed", "troubled"];

const HAS_MONEY = ["settlement", "refund", "partial_refund"];

/** Somebody paid, whatever became of the money. */
export const hasMoney = (bank: readonly BankEntry[]): boolean =>
  bank.some(({ standing }) => HAS_MONEY.includes(standing));

type Rule = readonly [isBroken: boolean, what: string];

/** Everything that is wrong when a fleet has come to rest, as lines; empty when every rupiah and every pulse is accounted for. */
export function judge(orders: Iterable<OrderTruth>, queues: Queues): readonly string[] {
  const left = Object.entries(queues).filter(([, count]) => count > 0);
  return [...[...orders].flatMap(judgeOrder), ...left.map(([what, count]) => `${count} ${what}`)];
}

/** The rules of the shop about one order that is over. */
export function judgeOrder(truth: OrderTruth): readonly string[] {
  const payments = truth.bank.filter(({ standing }) => HAS_MONEY.includes(standing));
  const rules = [
    ...rulesOfPulses(truth, payments),
    ...rulesOfEnds(truth, payments),
    ...rulesOfBooks(truth, payments),
    ...rulesOfMoney(truth, payments),
  ];
  return rules.flatMap(([isBroken, what]) => (isBroken ? [`${truth.order} ${what}`] : []));
}

const rulesOfPulses = ({ pulses, ledger }: OrderTruth, payments: readonly BankEntry[]): readonly Rule[] => [
  [pulses > 1, `was released ${pulses} times`],
  [pulses > 0 && payments.length === 0, "was released, and nobody paid"],
  [pulses === 0 && ledger?.at === "delivered", "counts as delivered, and nothing moved"],
  [pulses > 0 && ledger !== undefined && !PAID_ENDS.includes(ledger.at), `was released and is ${ledger?.at}`],
];

function rulesOfEnds(
  { bank, ledger, stand, paidByPhone }: OrderTruth,
  payments: readonly BankEntry[],
): readonly Rule[] {
  const at = ledger?.at ?? "unknown to the ledger";
  const isPaid = payments.length > 0;
  return [
    [isPaid && !PAID_ENDS.includes(at), `was paid and is ${at}`],
    [!isPaid && ledger !== undefined && !UNPAID_ENDS.includes(at), `was not paid and is ${at}`],
    [at === "owed" && ledger?.because === undefined, "is owed, and nobody knows why"],
    [bank.some(({ standing }) => standing === "pending"), "can still be paid"],
    [paidByPhone > payments.length, "was paid by a customer, and the provider has no money"],
    [stand !== undefined && !STAND_ENDS.includes(stand), `is still ${stand} at its stand`],
    [at === "delivered" && stand !== undefined && stand !== "delivered", `is delivered, and ${stand} at its stand`],
  ];
}

function rulesOfBooks({ ledger }: OrderTruth, payments: readonly BankEntry[]): readonly Rule[] {
  const received = sum(payments.map(({ amount }) => amount));
  const known = ledger?.received ?? 0;
  return [[received !== known, `has ${received} rupiah at the provider and ${known} in the ledger`]];
}

function rulesOfMoney({ ledger, pulses }: OrderTruth, payments: readonly BankEntry[]): readonly Rule[] {
  const received = sum(payments.map(({ amount }) => amount));
  const back = sum(payments.map(({ back: given }) => given));
  return [
    [back > received, `got ${back} of ${received} rupiah back`],
    [ledger?.at === "delivered" && payments.length !== 1, `is delivered for ${payments.length} payments`],
    [ledger?.at === "delivered" && back > 0, `is delivered, and ${back} rupiah went back`],
    [
      ledger?.at === "remedied" && pulses === 0 && back !== received,
      `is remedied, and ${received - back} rupiah are kept`,
    ],
    [ledger?.at === "owed" && back === received && received > 0, "is owed, and all its money went back"],
    [pulses > 0 && back === received && received > 0, "has both its goods and its money"],
  ];
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);

export type Tally = Readonly<Record<"orders" | "paid" | "delivered" | "refunded" | "owed" | "unpaid", number>>;

/** How many orders ended how, as far as the ledger says. */
export function tallyOf(orders: readonly OrderTruth[]): Tally {
  const count = (isMeant: (ledger: LedgerEntry, truth: OrderTruth) => boolean): number =>
    orders.filter((truth) => truth.ledger !== undefined && isMeant(truth.ledger, truth)).length;
  return {
    orders: orders.length,
    paid: orders.filter(({ bank }) => hasMoney(bank)).length,
    delivered: count(({ at }) => at === "delivered"),
    refunded: count(({ at }) => at === "remedied"),
    owed: count(({ at }) => at === "owed"),
    unpaid: count(({ at }) => UNPAID_ENDS.includes(at)),
  };
}
