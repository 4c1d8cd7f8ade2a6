import type { State as LedgerState } from "../../backend/ledger/words.ts";
import type { State as OrderState } from "../../gateway/order.ts";
import type { StandSettings } from "../world/stand-process.ts";
import { World } from "../world/world.ts";

export type Cuts = {
  /** At which moment each life of the stand ends; the life after the last one is not cut. */
  readonly stand?: readonly number[];
  readonly backend?: readonly number[];
  /** The machine keeps running and only the daemon dies. */
  readonly sameBoot?: boolean;
  readonly mistake?: NonNullable<StandSettings["mistake"]>;
  /** The customer presses cancel after so long; else waits and pays. */
  readonly cancelsAfterMs?: number;
};

export type Ended = {
  readonly pulses: number;
  readonly paidTimes: number;
  readonly payable: number;
  readonly chargedAgain: readonly string[];
  readonly order: OrderState | undefined;
  readonly ledger: LedgerState | undefined;
  readonly bugs: readonly unknown[];
  /** Moments that the first life of each had: how many cuts there are to try. */
  readonly moments: { readonly stand: number; readonly backend: number };
};

const PRESS_MS = 2_000;
const PAY_MS = 4_000;
const LOOK_MS = 100;
const RESTART_MS = 3_000;
/** Long enough for every timer of an order to have had its turn, the provider's own expiry and repeats included. */
const END_MS = 45 * 60_000;

/** One customer, one sale, and the power gone wherever `cuts` says. The customer pays whatever QR was ever on the screen. */
export async function oneSale(cuts: Cuts): Promise<Ended> {
  const world = new World({ seed: 7, stands: 1, ...(cuts.mistake === undefined ? {} : { mistake: cuts.mistake }) });
  const [stand] = world.stands;
  if (stand === undefined) throw new Error("a world without a stand");
  const fuses = { stand: [...(cuts.stand ?? [])], backend: [...(cuts.backend ?? [])] };
  const moments = { stand: 0, backend: 0 };
  let seen: string | undefined;
  let isPaid = false;

  const look = (): void => {
    seen = stand.page?.qr?.text ?? seen;
    if (seen !== undefined && !isPaid && world.timeline.ms >= PAY_MS) isPaid = world.bank.pay(seen);
    if (world.timeline.ms < 60_000) world.timeline.after(LOOK_MS, look);
  };
  const reviveStand = async (): Promise<void> => {
    await stand.cut();
    const fuse = fuses.stand.shift();
    const how = { sameBoot: cuts.sameBoot ?? false, ...(fuse === undefined ? {} : { fuse }) };
    world.timeline.after(RESTART_MS, () => stand.start(how));
  };
  const reviveBackend = async (): Promise<void> => {
    await world.backend.cut();
    world.timeline.after(RESTART_MS, () => world.backend.start(fuses.backend.shift()));
  };
  const buried = { stand: 0, backend: 0 };
  const check = (): void => {
    if (stand.deaths > buried.stand) reviveStand().catch((error: unknown) => world.bug(error));
    if (world.backend.deaths > buried.backend) reviveBackend().catch((error: unknown) => world.bug(error));
    buried.stand = stand.deaths;
    buried.backend = world.backend.deaths;
    moments.stand = Math.max(moments.stand, stand.isAlive ? stand.moments : 0);
    moments.backend = Math.max(moments.backend, world.backend.isAlive ? world.backend.moments : 0);
  };

  world.backend.start(fuses.backend.shift());
  const first = fuses.stand.shift();
  stand.start(first === undefined ? {} : { fuse: first });
  world.timeline.at(PRESS_MS, () => stand.press());
  if (cuts.cancelsAfterMs !== undefined) world.timeline.at(PRESS_MS + cuts.cancelsAfterMs, () => stand.cancel());
  world.timeline.at(PRESS_MS, look);
  await world.timeline.run(END_MS, check);

  const [order] = await stand.states();
  const [ledger] = await world.backend.states();
  const id = order?.order.id ?? "";
  const ended: Ended = {
    pulses: stand.pulses.length,
    paidTimes: world.bank.paidFor(id).times,
    payable: world.bank.payableFor(id),
    chargedAgain: world.bank.chargedAgain,
    order,
    ledger,
    bugs: world.bugs,
    moments,
  };
  await world.close();
  return ended;
}

/** The rules of the shop, as what is wrong with an ended sale; nothing wrong is an empty list. */
export function wrongsOf({ pulses, paidTimes, payable, chargedAgain, order, ledger, bugs }: Ended): readonly string[] {
  const isOpen = order !== undefined && !["delivered", "troubled", "closed"].includes(order.at);
  const isAccounted = ledger?.at === "delivered" || ledger?.at === "owed";
  const wrongs: readonly (readonly [boolean, string])[] = [
    [pulses > 1, `${pulses} pulses for one order`],
    [pulses > 0 && paidTimes === 0, "goods without money"],
    [paidTimes > 0 && !isAccounted, `paid, and the backend has it as ${ledger?.at ?? "unknown"}`],
    [ledger?.at === "delivered" && pulses === 0, "delivered in the books, and nothing moved"],
    [paidTimes > 1, "paid twice"],
    [payable > 0, "a charge is left payable"],
    [chargedAgain.length > 0, `charged again: ${chargedAgain.join(", ")}`],
    [isOpen, `the stand still has the order as ${order?.at}`],
    [bugs.length > 0, `broke: ${String(bugs[0])}`],
  ];
  return wrongs.flatMap(([isWrong, what]) => (isWrong ? [what] : []));
}
