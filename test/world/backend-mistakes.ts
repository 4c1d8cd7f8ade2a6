import type { LedgerJournal } from "../../backend/cashier.ts";
import type { State } from "../../backend/ledger/words.ts";
import type { PaymentProvider } from "../../backend/providers/provider.ts";
import { withMethod } from "./mortal.ts";

/**
 * A backend with a deliberate mistake, to see that it is found. `refunds-anew`: a refund that is tried again is tried under a
 * new key. `forgets-refunds`: staff's release is let through while money is, or may be, on its way back.
 */
const mistakes = ["refunds-anew", "forgets-refunds"] as const;
export type BackendMistake = (typeof mistakes)[number];

export const isBackendMistake = (mistake: string | undefined): mistake is BackendMistake =>
  mistakes.some((each) => each === mistake);

/** The provider as a backend that `refunds-anew` talks to it; `tried`: the keys it has used before, in all its lives. */
export function renaming(
  provider: PaymentProvider,
  mistake: BackendMistake | undefined,
  tried: string[],
): PaymentProvider {
  if (mistake !== "refunds-anew") return provider;
  return withMethod(provider, "refund", (refund, signal) => {
    const again = tried.filter((key) => key === refund.key).length;
    tried.push(refund.key);
    return provider.refund(again === 0 ? refund : { ...refund, key: `${refund.key}-${again}` }, signal);
  });
}

/** The journal as a backend that `forgets-refunds` reads it. */
export function forgetting(journal: LedgerJournal, mistake: BackendMistake | undefined): LedgerJournal {
  if (mistake !== "forgets-refunds") return journal;
  return withMethod(journal, "advance", (order, event, decide, options) => {
    const isRelease = event.type === "release-ordered";
    return journal.advance(order, event, (state) => decide(isRelease ? withoutRefunds(state) : state), options);
  });
}

function withoutRefunds(state: State | undefined): State | undefined {
  if (state?.at !== "refunding") return state;
  const { sale, receipts, because, delivered, releases } = state;
  return { at: "owed", sale, receipts, because, delivered, releases, isReleasing: false, backs: [] };
}
