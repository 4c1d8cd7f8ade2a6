import type { Back, State } from "../../backend/ledger/words.ts";
import type { Given } from "./bank.ts";
import type { Banks } from "./banks.ts";
import type { Stories, Story } from "./stories.ts";

/** What is held against each other about one order, when it is over. */
export type Books = {
  readonly order: string;
  readonly state: State | undefined;
  /** How often the contact closed for it. */
  readonly pulses: number;
  readonly banks: Banks;
  readonly stories: Stories;
};

type Sums = {
  readonly paid: number;
  readonly times: number;
  readonly back: number;
  readonly kept: number;
  /** How many of the payments went back, in part at least. */
  readonly touched: number;
  readonly isOut: boolean;
  /** Some of it went back without the backend; then only the sum is bounded. */
  readonly isMeddled: boolean;
};
type Rule = readonly [isBroken: boolean, what: string];

/** The shop's rules about one order that is over, as what is wrong with it: paid − given back = kept, and kept only with a reason. */
export function reckon(books: Books): readonly string[] {
  const { order, state, banks, stories } = books;
  const story = stories.of(order);
  const sums = sumsOf(books);
  const at = state?.at ?? "unknown";
  const rules: readonly Rule[] = [
    ...rulesOfPlace(at, sums),
    ...rulesOfMoney(at, sums, story),
    [banks.payableFor(order) > 0, "can still be paid"],
    ...rulesOfNames(state, books, story),
  ];
  return rules.flatMap(([isBroken, what]) => (isBroken ? [`${order} ${what}`] : []));
}

function sumsOf({ order, pulses, banks }: Books): Sums {
  const { amount: paid, times } = banks.paidFor(order);
  const { amount: back, given } = banks.refundedFor(order);
  const touched = new Set(given.map(({ key = "" }) => key.split("-")[1])).size;
  const isMeddled = banks.givenByHand.has(order);
  return { paid, times, back, kept: paid - back, touched, isOut: pulses > 0, isMeddled };
}

const rulesOfPlace = (at: string, { paid, times, back, kept, isOut, isMeddled }: Sums): readonly Rule[] => [
  // Money that came and went back before anybody here knew of it.
  [times > 0 && !["delivered", "remedied", "owed"].includes(at) && !isMeddled, `was paid and is ${at}`],
  [times === 0 && ["delivered", "remedied", "owed"].includes(at), `was not paid and is ${at}`],
  [times === 0 && isOut, "was not paid, and the goods are out"],
  // One payment too many that went back by hand before anybody here asked for it is nobody's any more.
  [at === "delivered" && kept * times > paid, `was paid ${times} times and counts as delivered`],
  [at === "delivered" && back > 0 && !isMeddled, `counts as delivered, and ${back} rupiah went back`],
  [at === "delivered" && !isOut, "counts as delivered and nothing moved"],
];

function rulesOfMoney(at: string, sums: Sums, story: Story): readonly Rule[] {
  const { paid, times, back, kept, touched, isOut, isMeddled } = sums;
  const isOnePaymentForGoods = isOut && kept === paid / times;
  const isKeptWithReason = kept === 0 || story.isByHand || story.isPart || isOnePaymentForGoods || isMeddled;
  const isTold = story.alarms.has("contradiction");
  const isBothWithReason = story.isUnclear || story.isGoodwill || isTold || isMeddled;
  return [
    [kept < 0, `got ${back} of ${paid} rupiah back`],
    [at === "remedied" && !isKeptWithReason, `is remedied, and ${kept} of ${paid} rupiah are kept`],
    [
      at === "remedied" && touched < times && !isOut && !story.isByHand && !isMeddled,
      `is remedied without goods, and only ${touched} of ${times} payments went back`,
    ],
    [isOut && times > 0 && kept === 0 && !isBothWithReason, "has both its goods and its money, and nobody is told"],
  ];
}

/** The ledger's refunds and the bank's are the same ones, and no more than were decided. */
function rulesOfNames(state: State | undefined, { order, banks }: Books, { decided }: Story): readonly Rule[] {
  const backs = state !== undefined && "backs" in state ? (state.backs ?? []) : [];
  const given = banks.refundedFor(order).given.filter(({ key }) => key !== undefined);
  const sum = given.reduce((total, { amount }) => total + amount, 0);
  const isConfirmed = (key: string): boolean => given.some((each) => each.key === key && each.isConfirmed);
  const isMeddled = banks.givenByHand.has(order);
  return [
    [sum > decided, `got ${sum} rupiah back, and ${decided} were decided`],
    ...given.map((each) => ruleOfGiven(each, backs)),
    ...backs.map(
      ({ key, stage }): Rule => [
        stage === "confirmed" && !isConfirmed(key) && !isMeddled,
        `has ${key} as confirmed, and the bank has not`,
      ],
    ),
  ];
}

function ruleOfGiven({ key, amount }: Given, backs: readonly Back[]): Rule {
  const own = backs.find((back) => back.key === key);
  if (own?.amount !== amount) return [true, `has no refund ${key} of ${amount} rupiah`];
  return [own.stage === "refused", `has ${key} as refused, and it was made`];
}
