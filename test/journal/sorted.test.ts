import fc from "fast-check";
import { expect, test } from "vitest";
import { Sorted } from "../../journal/sqlite/sorted.ts";

type Item = { readonly key: number; readonly nth: number };

const byKey = (one: Item, other: Item): number => one.key - other.key || one.nth - other.nth;

const aChange = fc.oneof(
  fc.record({ add: fc.nat(9) }),
  fc.record({ remove: fc.nat(30) }),
  fc.record({ takeBelow: fc.nat(9) }),
);

test("whatever is added, removed and taken out, the list holds the rest in order", () => {
  fc.assert(
    fc.property(fc.array(aChange, { maxLength: 60 }), (changes) => {
      const list = new Sorted(byKey);
      let [model, made] = [[] as Item[], [] as Item[]];
      for (const change of changes) {
        if ("add" in change) {
          const item = { key: change.add, nth: made.length };
          made = [...made, item];
          model = [...model, item].sort(byKey);
          list.add(item);
        } else if ("remove" in change) {
          const item = made[change.remove];
          if (item === undefined) continue;
          model = model.filter((each) => each !== item);
          list.remove(item);
        } else {
          const taken = list.takeWhile(({ key }) => key < change.takeBelow);
          expect(taken).toEqual(model.filter(({ key }) => key < change.takeBelow));
          model = model.filter(({ key }) => key >= change.takeBelow);
        }
        expect([...list]).toEqual(model);
        expect(list.first).toBe(model[0]);
      }
    }),
  );
});
