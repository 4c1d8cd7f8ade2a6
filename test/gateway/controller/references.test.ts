import { expect, test } from "vitest";
import { References } from "../../../gateway/controller/references.ts";
import type { State } from "../../../gateway/order/words.ts";
import { JournalFault } from "../../../journal/journal.ts";
import type { OrderId } from "../../../protocol/ids.ts";
import { handedOver, order } from "../../support/sale.ts";

const idOf = (nth: number): OrderId => `01JD5S3V8Q4R6T2W9Y0Z${String(nth).padStart(6, "0")}` as OrderId;

/** A journal of so many orders; every third is the menu's. */
function journalOf(count: number) {
  const ids = Array.from({ length: count }, (_, nth) => idOf(nth));
  const journal = {
    isBroken: false,
    inSpan: async ({ after = 0, limit }: { readonly after?: number; readonly limit: number }) => {
      if (journal.isBroken) throw new JournalFault("unwritable", "the disk is gone");
      const orders = ids.slice(after, after + limit);
      return orders.length < limit ? { orders } : { orders, next: after + limit };
    },
    stateOf: async (id: string): Promise<State> => {
      const nth = Number(id.slice(-6));
      const begun =
        nth % 3 === 0 ? { ...order, id: idOf(nth) } : { ...handedOver, id: idOf(nth), reference: `t-${nth}` };
      return { at: "charging", order: begun, deadline: { clock: "boot-1", ms: 0 } };
    },
  };
  return journal;
}

test("every reference that the journal holds is known, page after page", async () => {
  const references = new References({ journal: journalOf(1_000) });
  expect(await references.find("t-1")).toBe(idOf(1));
  expect(await references.find("t-998")).toBe(idOf(998));
  expect(await references.find("t-3")).toBeUndefined();
});

test("beyond the bound the oldest are forgotten, and those used last are not", async () => {
  const references = new References({ journal: journalOf(10), most: 3 });
  await references.known();
  references.add("new", idOf(77));
  expect(await references.find("new")).toBe(idOf(77));
  expect(await references.find("t-8")).toBe(idOf(8));
  expect(await references.find("t-5")).toBeUndefined();
});

test("a journal that could not be read is read again", async () => {
  const journal = journalOf(10);
  journal.isBroken = true;
  const references = new References({ journal });
  await expect(references.find("t-1")).rejects.toThrow("the disk is gone");
  journal.isBroken = false;
  expect(await references.find("t-1")).toBe(idOf(1));
});
