import type { Sandbox } from "../../../sandbox/midtrans/start.ts";
import type { ProviderRig } from "./contract.ts";

type Hand = Pick<ProviderRig, "pay" | "expireAtProvider" | "settleRefunds" | "refuseRefund">;

/** What the company behind the provider does, at Midtrans' stand-in: the same whichever API is spoken to it. */
export const handOn = ({ midtrans, faults }: Sandbox): Hand => ({
  pay: async (reference) => {
    const amount = midtrans.find(reference)?.amount;
    if (amount === undefined) throw new Error(`${reference} was not charged`);
    midtrans.pay(reference, { issuer: "gopay", route: "on-us", amount });
  },
  expireAtProvider: async (reference) => {
    midtrans.expire(reference);
  },
  settleRefunds: async (reference) => {
    midtrans.hearBank(reference, "yes");
  },
  refuseRefund: async (order, because) => {
    faults.arm({ fault: "refund-refused", because, order, times: 1 });
  },
});
