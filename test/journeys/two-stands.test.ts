import { expect, test } from "vitest";
import { rupiah } from "../../protocol/rupiah.ts";
import { coffee } from "../support/sale.ts";
import { openRig } from "./open-rig.ts";

/* Two stands at one backend: what is paid at one never moves the other. */

const opening = { line: "gate", pulseMs: 80 };
const stands = [
  { id: "lobby-1", menu: [{ ...coffee, opening }] },
  { id: "gate-2", menu: [{ ...coffee, id: "parkir", name: "Parkir", price: rupiah(5_000), opening }] },
];

test("two customers buy at two stands at once, and each gets what he paid", async () => {
  const rig = await openRig({ stands });
  const [lobby, gate] = rig.stands;
  if (lobby === undefined || gate === undefined) throw new Error("two stands were asked for");
  const [coffees, parking] = await Promise.all([rig.orders(lobby), rig.orders(gate)]);
  expect(await rig.pays(parking.qr)).toMatchObject({ paid: true, amount: 5_000 });
  expect(await rig.pays(coffees.qr)).toMatchObject({ paid: true, amount: 15_000 });
  await rig.endsWell();
  expect([lobby.pulsesOf(coffees.order), gate.pulsesOf(parking.order)]).toEqual([1, 1]);
  expect([lobby.machine.pulses.length, gate.machine.pulses.length]).toEqual([1, 1]);
});

test("one stand is dark: the other sells on, and the dark one's sale ends when it is back", async () => {
  const rig = await openRig({ stands });
  const [lobby, gate] = rig.stands;
  if (lobby === undefined || gate === undefined) throw new Error("two stands were asked for");
  const left = await rig.orders(lobby);
  await lobby.kill("new-boot");
  const { qr } = await rig.orders(gate);
  await rig.pays(qr);
  await rig.standIs("delivered", gate);
  await lobby.start();
  await rig.endsWell();
  expect(rig.chargesOf(left.order)[0]).toMatchObject({ standing: "cancel" });
  expect(lobby.machine.pulses).toEqual([]);
});

test("ten sales in a row at each, side by side, end as they were paid or cancelled", async () => {
  const rig = await openRig({ stands });
  const sell = async (at: number): Promise<void> => {
    const stand = rig.stands[at];
    if (stand === undefined) throw new Error(`there is no stand ${at}`);
    for (let nth = 0; nth < 10; nth += 1) {
      const { order, qr } = await rig.orders(stand);
      if ((nth + at) % 3 === 0) stand.press("cancel");
      else await rig.pays(qr);
      await rig.until(`${order} has ended`, () => stand.front?.at === "delivered" || stand.front?.at === "closed");
    }
  };
  await Promise.all([sell(0), sell(1)]);
  await rig.endsWell();
  expect(rig.stands.map(({ machine }) => machine.pulses.length)).toEqual([6, 7]);
});
