import type { State as LedgerState } from "../../backend/ledger/words.ts";
import { isHandOver, type State } from "../../gateway/order/words.ts";
import type { SandboxWithPhone } from "../../sandbox/phone/start.ts";
import type { BackendRig } from "./backend-rig.ts";
import type { Diary } from "./diary.ts";
import { moneyOf, wrongsOfMoney } from "./money.ts";
import type { StandRig } from "./stand-rig.ts";

/** All that a verdict looks at. */
export type Scene = {
  readonly midtrans: SandboxWithPhone;
  readonly backend: BackendRig;
  readonly stands: readonly StandRig[];
  readonly diary: Diary;
};

/**
 * The rules of the shop, as what is wrong with every sale of a rig: the money by Midtrans' books, the goods by the street's
 * record of pulses, and both sides' words. Nothing wrong is an empty list; a sale under way is wrong.
 */
export async function wrongsOf(scene: Scene): Promise<readonly string[]> {
  const each = await Promise.all(scene.stands.map((stand) => wrongsAt(stand, scene)));
  const owed = await scene.backend.owed();
  const payable = scene.midtrans.accounts
    .transactions()
    .filter(({ transaction }) => transaction.standing === "pending");
  return [
    ...each.flat(),
    ...because(owed > 0, `the backend owes ${owed}`),
    ...because(payable.length > 0, `${payable.length} charges are left payable`),
    ...because(
      secretsOf(scene).some((secret) => scene.diary.has(secret)),
      "a key is in a log",
    ),
    ...because(scene.diary.has('signature_key":'), "a signature is in a log"),
    ...because(scene.diary.has("journal failed"), "a journal failed"),
    ...because(scene.diary.has("an owed effect failed"), "something threw"),
  ];
}

/** Of a key of many lines the first of its own. */
function secretsOf({ midtrans }: Scene): readonly string[] {
  const first = midtrans.merchants.map(({ serverKey }) => serverKey);
  const now = midtrans.accounts.all.flatMap(({ keys, snapKeys }) => {
    const { clientSecret = keys.current, merchant } = snapKeys ?? {};
    return [keys.current, clientSecret, merchant?.privateKey.split("\n")[1] ?? keys.current];
  });
  return [...first, ...now];
}

/** The one code that may stay: that of the customer's page, for an order in trouble. */
const helpOf = ({ front }: StandRig): string | undefined => (front?.at === "troubled" ? front.order.page : undefined);

const because = (isWrong: boolean, what: string): readonly string[] => (isWrong ? [what] : []);

async function wrongsAt(stand: StandRig, scene: Scene): Promise<readonly string[]> {
  const states = await stand.states();
  const sales = await Promise.all(states.map((state) => wrongsOfSale(state, stand, scene)));
  const owed = await stand.owed();
  const known = new Set<string>(states.map(({ order }) => order.id));
  const strays = stand.machine.pulses.filter(({ order }) => !known.has(order));
  return [
    ...sales.flat(),
    ...because(owed > 0, `${stand.id} owes ${owed}`),
    ...because(strays.length > 0, `${strays.length} pulses of ${stand.id} belong to no order`),
    ...because(![undefined, helpOf(stand)].includes(stand.codeOnGlass), `a code is on the glass of ${stand.id}`),
  ];
}

async function wrongsOfSale(state: State, stand: StandRig, scene: Scene): Promise<readonly string[]> {
  const { id } = state.order;
  const ledger = await scene.backend.stateOf(id);
  const pulses = stand.pulsesOf(id);
  const money = moneyOf(scene.midtrans, id);
  const goods = goodsOf(state, pulses);
  const ends = `${endOf(state)} at the stand, ${ledgerEndOf(ledger)} in the books`;
  const isPaidFor = ["delivered", "owed", "remedied"].includes(endOf(state));
  const wrongs = [
    ...because(!isAgreed(state, ledger), ends),
    ...because(money.times > 0 !== isPaidFor, `paid ${money.times} times, and ${ends}`),
    ...wrongsOfMoney(money, ledger, goods > 0),
    ...because(pulses > releasesOf(state), `${pulses} pulses for ${releasesOf(state)} releases`),
    ...because(endOf(state) === "delivered" && goods === 0, "delivered, and nothing moved"),
    ...because(isControllers(state) && pulses > 0, "a contact moved for goods that a controller lets out"),
  ];
  return wrongs.map((wrong) => `${stand.id} ${id}: ${wrong}`);
}

const isControllers = ({ order: { opening } }: State): boolean => opening !== undefined && isHandOver(opening);

/** How often goods left: the street sees contacts, and takes a controller's word for what it lets out itself. */
const goodsOf = (state: State, pulses: number): number => {
  if (!isControllers(state)) return pulses;
  return state.at === "delivered" ? 1 : 0;
};

/** Of money that goes back after the goods are out the stand hears nothing. */
function isAgreed(state: State, ledger: LedgerState | undefined): boolean {
  const isGoodwill = ledger?.at === "remedied" || (ledger?.at === "owed" && ledger.delivered);
  return endOf(state) === ledgerEndOf(ledger) || (state.at === "delivered" && isGoodwill);
}

const releasesOf = (state: State): number => ("releases" in state ? state.releases.length : 0);

/** How a sale ended, in words that both sides share; what has not ended says where it is. */
function endOf(state: State): string {
  if (state.at === "troubled") return "owed";
  if (state.at === "closed") return state.ending.is === "remedied" ? "remedied" : "unpaid";
  return state.at === "delivered" ? "delivered" : `still ${state.at}`;
}

const ENDS: Readonly<Record<LedgerState["at"], string | undefined>> = {
  forestalled: "unpaid",
  voided: "unpaid",
  refused: "unpaid",
  delivered: "delivered",
  owed: "owed",
  remedied: "remedied",
  charging: undefined,
  payable: undefined,
  voiding: undefined,
  paid: undefined,
  refunding: undefined,
};

const ledgerEndOf = (state: LedgerState | undefined): string =>
  state === undefined ? "unknown" : (ENDS[state.at] ?? `still ${state.at}`);
