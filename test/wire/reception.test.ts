import fc from "fast-check";
import { expect, test } from "vitest";
import { Reception } from "../../wire/reception.ts";

/** A reception, what it has begun to store, what it acknowledged, and how often it was ready for more. */
function open(atOnce: number) {
  const begun: { readonly name: string; stored(): void }[] = [];
  const acknowledged: number[] = [];
  const room = { count: 0 };
  const reception = new Reception(
    atOnce,
    ({ topic, payload }, stored) => begun.push({ name: `${topic} ${String(payload)}`, stored }),
    (ids) => acknowledged.push(...ids),
  );
  const take = (topic: string, id: number | undefined): void =>
    reception.take({ topic, payload: Buffer.from(String(id)) }, id, () => {
      room.count += 1;
    });
  const store = (name: string): void => begun.find((each) => each.name === name)?.stored();
  return { begun, acknowledged, room, take, store, names: () => begun.map(({ name }) => name) };
}

test("messages of one topic are stored one after another, those of others beside them", () => {
  const { take, store, names } = open(8);
  take("a", 1);
  take("a", 2);
  take("b", 3);
  expect(names()).toEqual(["a 1", "b 3"]);
  store("a 1");
  expect(names()).toEqual(["a 1", "b 3", "a 2"]);
});

test("the broker is told in the order in which they came, whichever is stored first", () => {
  const { take, store, acknowledged } = open(8);
  take("a", 1);
  take("b", 2);
  take("c", undefined);
  take("d", 4);
  store("b 2");
  store("d 4");
  expect(acknowledged).toEqual([]);
  store("a 1");
  expect(acknowledged).toEqual([1, 2]);
  store("c undefined");
  expect(acknowledged).toEqual([1, 2, 4]);
});

test("nothing more is read while as many as it may hold are not stored, and it is read on when the first is", () => {
  const { take, store, room } = open(2);
  take("a", 1);
  expect(room.count).toBe(1);
  take("b", 2);
  expect(room.count).toBe(1);
  store("b 2");
  expect(room.count).toBe(1);
  store("a 1");
  expect(room.count).toBe(2);
  store("b 2");
  expect(room.count).toBe(2);
  take("c", 3);
  store("c 3");
  expect(room.count).toBe(3);
});

test("what the broker need not be told of takes no room once it is stored", () => {
  const { take, store, room, acknowledged } = open(2);
  take("a", 1);
  take("b", undefined);
  expect(room.count).toBe(1);
  store("b undefined");
  expect(room.count).toBe(2);
  expect(acknowledged).toEqual([]);
  store("a 1");
  expect(acknowledged).toEqual([1]);
});

test("one that says twice that it is stored is acknowledged once", () => {
  const { take, store, acknowledged, names } = open(2);
  take("a", 1);
  take("a", 2);
  store("a 1");
  store("a 1");
  expect(acknowledged).toEqual([1]);
  take("a", 3);
  expect(names()).toEqual(["a 1", "a 2"]);
  store("a 2");
  expect(names()).toEqual(["a 1", "a 2", "a 3"]);
});

test("whatever comes and is stored in whatever order, each is begun once, in order within its topic, and acknowledged in order", () => {
  const acts = fc.array(fc.oneof(fc.record({ topic: fc.constantFrom("a", "b", "c") }), fc.record({ nth: fc.nat(5) })));
  fc.assert(
    fc.property(acts, (all) => {
      const { begun, acknowledged, take, names } = open(1_000);
      let [taken, done] = [0, new Set<number>()];
      for (const act of all) {
        if ("topic" in act) {
          taken += 1;
          take(act.topic, taken);
        } else {
          const open = begun.map((_, at) => at).filter((at) => !done.has(at));
          const at = open[act.nth % Math.max(1, open.length)];
          if (at === undefined) continue;
          begun[at]?.stored();
          done = done.add(at);
        }
      }
      for (let at = 0; at < begun.length; at += 1) begun[at]?.stored();
      expect(acknowledged).toEqual(Array.from({ length: taken }, (_, nth) => nth + 1));
      for (const topic of ["a", "b", "c"]) {
        const numbers = names().flatMap((name) => (name.startsWith(topic) ? [Number(name.slice(2))] : []));
        expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
      }
    }),
  );
});
