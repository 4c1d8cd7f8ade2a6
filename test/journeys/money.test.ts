import { expect, test } from "vitest";
import type { Back, State } from "../../backend/ledger/words.ts";
import { ONLY_MERCHANT } from "../../backend/merchants/merchants.ts";
import { firstReleaseOf } from "../../protocol/ids.ts";
import { type Rupiah, rupiah } from "../../protocol/rupiah.ts";
import type { Refund } from "../../sandbox/midtrans/acquirer.ts";
import { ORDER_ID, PRICE, STAND } from "../support/sale.ts";
import { type Money, wrongsOfMoney } from "./money.ts";

/* Each rule about money finds what it is there to find: no sale of the journeys breaks one. */

const sale = { order: ORDER_ID, stand: STAND, merchant: ONLY_MERCHANT, amount: PRICE, items: [] };
const back = (stage: Back["stage"], key = "r1"): Back => ({ attempt: 1, key, amount: PRICE, stage, tries: 0 });
const delivered: State = { at: "delivered", sale, receipts: [], release: firstReleaseOf(ORDER_ID) };
const remedied = (by: string, ...backs: readonly Back[]): State => ({
  at: "remedied",
  sale,
  receipts: [],
  how: "refunded",
  by,
  backs,
});

function refundOf(says: "nothing" | "yes", amount: Rupiah = PRICE, key = "r1"): Refund {
  const bank = says === "nothing" ? { says } : { says, at: 0 };
  return { number: 1, key, amount, reason: "", madeAt: 0, bank };
}

function paid(...refunds: readonly Refund[]): Money {
  const gone = refunds.reduce((sum, { amount }) => sum + amount, 0);
  return { times: 1, paid: PRICE, refunds, back: gone, kept: PRICE - gone };
}

test.each<readonly [what: string, money: Money, ledger: State, isOut: boolean]>([
  ["nothing, of a sale", paid(), delivered, true],
  ["nothing, of a refund", paid(refundOf("yes")), remedied("policy", back("confirmed")), false],
  ["nothing, of money that was given back by hand", paid(), remedied("Sari", back("refused")), false],
])("finds %s", (_, money, ledger, isOut) => {
  expect(wrongsOfMoney(money, ledger, isOut)).toEqual([]);
});

const whole = refundOf("yes");
test.each<readonly [wrong: string, money: Money, ledger: State, isOut: boolean]>([
  ["paid 2 times", { ...paid(), times: 2 }, delivered, true],
  [
    "20000 of 15000 rupiah went back",
    paid(whole, refundOf("yes", rupiah(5_000))),
    remedied("Sari", back("confirmed")),
    false,
  ],
  ["a refund was made twice", paid(whole, whole), remedied("Sari", back("confirmed")), false],
  ["delivered, and 15000 rupiah went back", paid(whole), delivered, true],
  ["remedied by itself, and 15000 rupiah are kept", paid(), remedied("policy"), false],
  ["all of the money went back by itself", paid(whole), remedied("policy", back("confirmed")), true],
  ["went back as r1, and the backend does not know it", paid(whole), remedied("Sari"), false],
  ["went back as r1, and the backend does not know it", paid(whole), remedied("Sari", back("refused")), false],
  [
    "r1 counts as confirmed, and no bank has said so",
    paid(refundOf("nothing")),
    remedied("Sari", back("confirmed")),
    false,
  ],
  ["r1 counts as confirmed, and no bank has said so", paid(), remedied("Sari", back("confirmed")), false],
])("finds: %s", (wrong, money, ledger, isOut) => {
  expect(wrongsOfMoney(money, ledger, isOut).join("; ")).toContain(wrong);
});
