import { isOrderId, type OrderId } from "../../protocol/ids.ts";

/** Takes `<order>-<number>` apart, as `referenceOf` puts it together: 1 to 999, so that it has at most 30 characters. */
export function readReference(reference: string): { readonly order: OrderId; readonly attempt: number } | undefined {
  const [order, number = "", ...rest] = reference.split("-");
  const isNumber = /^[1-9]\d{0,2}$/.test(number);
  return isOrderId(order) && isNumber && rest.length === 0 ? { order, attempt: Number(number) } : undefined;
}

/** For a line of the log: whoever looks for an order finds what was said of its attempts. */
export function loggedReference(reference: string): { readonly order?: string; readonly reference: string } {
  const order = readReference(reference)?.order;
  return order === undefined ? { reference } : { order, reference };
}
