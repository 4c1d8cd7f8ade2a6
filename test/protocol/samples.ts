import type { OrderId, ReleaseId, StandId, StatementId } from "../../protocol/ids.ts";
import { type Rupiah, rupiah } from "../../protocol/rupiah.ts";
import type { DownStatement, UpStatement } from "../../protocol/statements.ts";

export const ORDER = "01JD3W9V7Q8XKZ2M4N6P8R0STA" as OrderId;
export const STATEMENT = "01JD3W9V7Q8XKZ2M4N6P8R0STB" as StatementId;
export const STAND = "lobby-1" as StandId;
export const RELEASE = `${ORDER}-1` as ReleaseId;
export const PRICE: Rupiah = rupiah(15_000);

export const chargeStatement: UpStatement = {
  v: 1,
  id: STATEMENT,
  from: STAND,
  to: "backend",
  at: { journal: "01JD3W9V7Q8XKZ2M4N6P8R0STC", seq: 7 },
  body: {
    type: "charge",
    order: ORDER,
    amount: PRICE,
    items: [{ product: "coffee", name: "Kopi susu", price: PRICE, quantity: 1 }],
    method: "qris",
    patienceMs: 30_000,
  },
};

export const settledStatement: DownStatement = {
  v: 1,
  id: STATEMENT,
  from: "backend",
  to: STAND,
  at: { journal: "01JD3W9V7Q8XKZ2M4N6P8R0STD", seq: 12 },
  body: { type: "settled", order: ORDER, amount: PRICE, paidAt: "2026-11-21T09:00:00+07:00", issuer: "gopay" },
};
