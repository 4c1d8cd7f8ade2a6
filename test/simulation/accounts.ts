import { orderOf } from "../../backend/ledger/words.ts";
import { reckon } from "../world/reckoning.ts";
import type { World } from "../world/world.ts";

/** At the end: every rupiah that a bank has seen is accounted for, and neither side waits for anything. */
export async function accountsOf(world: World): Promise<readonly string[]> {
  const ledger = new Map((await world.backend.states()).map((state) => [orderOf(state) as string, state]));
  const pulses = pulsesIn(world);
  const charged = world.banks.references.map((reference) => reference.slice(0, 26));
  const { banks, stories } = world;
  const wrongs = [...new Set([...ledger.keys(), ...pulses.keys(), ...charged])].flatMap((order) =>
    reckon({ order, state: ledger.get(order), pulses: pulses.get(order) ?? 0, banks, stories }),
  );
  const open = [...ledger].filter(([, { at }]) => at === "owed").map(([order]) => `${order} is still owed`);
  return [...wrongs, ...open, ...(await openAtStands(world)), ...offline(world)];
}

/** Who had a bad time sells again when it is over. */
const offline = ({ stands }: World): readonly string[] =>
  stands.filter((stand) => stand.isOffline).map(({ id }) => `${id} still says that it is offline`);

function pulsesIn(world: World): ReadonlyMap<string, number> {
  const pulses = new Map<string, number>();
  for (const stand of world.stands) {
    for (const { order } of stand.pulses) pulses.set(order, (pulses.get(order) ?? 0) + 1);
  }
  return pulses;
}

async function openAtStands(world: World): Promise<readonly string[]> {
  const found: string[] = [];
  for (const stand of world.stands) {
    const open = (await stand.states()).filter(({ at }) => at !== "delivered" && at !== "closed");
    found.push(...open.map((state) => `${stand.id} still has ${state.order.id} as ${state.at}`));
  }
  return found;
}
