import type { Rupiah } from "../../protocol/rupiah.ts";
import type { Item } from "../../protocol/statements.ts";
import type { Contact, Order } from "../order/words.ts";

/** One thing this stand sells: the button that asks for it, its price, and the contact that lets it out. */
export type Product = {
  /** `a-z 0-9 -`, at most 32. */
  readonly id: string;
  readonly name: string;
  readonly price: Rupiah;
  readonly button: string;
  readonly opening: Contact;
};

export type Menu = readonly Product[];

const itemOf = ({ id, name, price }: Product): Item => ({ product: id, name, price, quantity: 1 });

export const openingOf = (menu: Menu, product: string): Contact | undefined =>
  menu.find(({ id }) => id === product)?.opening;

/** What somebody wants, before it is an order. */
export type Sale = Required<Pick<Order, "amount" | "items" | "opening">> & Pick<Order, "reference">;

export const saleOf = (product: Product): Sale => ({
  amount: product.price,
  items: [itemOf(product)],
  opening: product.opening,
});

export const orderFor = (product: Product, id: Order["id"], begunAt: number): Order => ({
  id,
  ...saleOf(product),
  begunAt,
});
