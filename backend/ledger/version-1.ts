/**
 * The ledger of version 1 knew one merchant and no refunds. What it kept is read as version 2: its sales were the only
 * merchant's, and nothing of theirs was given back by this program.
 */
export type Upgrade = (json: unknown) => unknown;

type Old = Readonly<Record<string, unknown>>;
const asOld = (json: unknown): Old => json as Old;

/** As `ONLY_MERCHANT`. */
const MERCHANT = "main";

const withMerchant = (json: unknown): Old => ({ ...asOld(json), merchant: MERCHANT });
const within = (json: Old, key: string): Old =>
  json[key] === undefined ? json : { ...json, [key]: withMerchant(json[key]) };

export const upgradeState: Upgrade = (json) => {
  const state = within(asOld(json), "sale");
  if (state["at"] === "owed") return { ...state, releases: [], isReleasing: false, backs: [] };
  return state["at"] === "remedied" ? { ...state, backs: [] } : state;
};

export const upgradeEvent: Upgrade = (json) => {
  const event = within(asOld(json), "sale");
  const standing = event["standing"];
  if (standing === undefined || asOld(standing)["is"] !== "refunded") return event;
  return { ...event, standing: { ...asOld(standing), isFull: true, refunds: [] } };
};

export const upgradeEffect: Upgrade = (json) => within(asOld(json), "attempt");
