import type { ReleaseId } from "../../../protocol/ids.ts";
import type { Instant } from "../../../protocol/time.ts";
import { step } from "../../ledger/ledger.ts";
import type { Decision, State, Terms } from "../../ledger/words.ts";
import type { Action } from "../api/words.ts";

const ASKED = { by: "-", why: "-" };
const DECISIONS: Readonly<Record<Action, Decision>> = {
  refund: { type: "refund-ordered", ...ASKED },
  release: { type: "release-ordered", release: "staff-asked" as ReleaseId, ...ASKED },
  remedy: { type: "remedied", how: "settled-by-staff", ...ASKED },
};

/** What the ledger would take now: it is asked, and nothing is moved. */
export const actionsOn = (state: State, now: Instant, terms: Terms): readonly Action[] =>
  (Object.keys(DECISIONS) as Action[]).filter((action) => !("ignored" in step(state, DECISIONS[action], now, terms)));
