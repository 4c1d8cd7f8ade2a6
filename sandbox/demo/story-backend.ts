import type { LogLine } from "./log-line.ts";
import { again, loud, short } from "./story-stand.ts";
import type { Told } from "./timeline.ts";

type Said = Pick<Told, "words" | "detail" | "tone" | "minor" | "to">;

/** What the backend's log says, for a person. */
export function tellBackendLine({ level, what, facts }: LogLine): Told | undefined {
  const said = backendStep(what, facts) ?? backendWord(what, facts) ?? loud(level, what, facts);
  if (said === undefined) return undefined;
  const order = facts["order"] ?? facts["reference"];
  return { chapter: "backend", from: "backend", ...said, ...(typeof order === "string" ? { order } : {}) };
}

function backendStep(what: string, facts: LogLine["facts"]): Said | undefined {
  if (what !== "step") return undefined;
  const { event, to, from } = facts;
  const detail = `${from} → ${to}`;
  if (event === "news") return { ...newsOf(facts), detail };
  if (event === "charged") return { ...chargedOf(facts), detail };
  if (event === "refund-answered") return { ...refundOf(facts), detail };
  const said = STEPS[String(event)];
  return said === undefined ? { words: String(event), detail } : { ...said, detail };
}

const STEPS: Readonly<Record<string, Said>> = {
  asked: { words: "Order taken into the books" },
  "void-asked": { words: "Ends the charge at Midtrans" },
  delivered: { words: "Sale complete", tone: "good" },
  "not-delivered": { words: "Owed to the customer: staff must act", tone: "bad" },
  synced: { words: "Stand is back: says its word again", minor: true },
  lapsed: { words: "Stand is silent: ends the charge itself", tone: "warn" },
  hinted: { words: "Asks Midtrans instead of believing", tone: "warn" },
  "release-ordered": { words: "Staff allows a release" },
  remedied: { words: "Staff settled it", tone: "good" },
  "refund-ordered": { words: "Staff gives the money back" },
};

/** What Midtrans' answer to a refund means for the order. */
const REFUNDS: Readonly<Record<string, Said>> = {
  taken: { words: "Refund is under way: waits for the payer's bank" },
  confirmed: { words: "Money is back with the customer", tone: "good" },
  refused: { words: "Midtrans refuses the refund", tone: "bad" },
  unclear: { words: "Nobody knows whether the refund was made: asks again under the same key", tone: "warn" },
};

function refundOf({ answer, to }: LogLine["facts"]): Said {
  if (answer === "refused" && to === "refunding")
    return { words: "Refund not possible now: tried again later", tone: "warn" };
  return REFUNDS[String(answer)] ?? { words: `Refund: ${answer}` };
}

/** What a standing at Midtrans means, however it was learnt. */
function newsOf({ standing, via, to, from }: LogLine["facts"]): Said {
  const how = via === "notification" ? "by notification" : "by asking";
  if (standing === "refunded" && to === "remedied") {
    return { words: `Learnt ${how}: the money is back with the customer`, tone: "good" };
  }
  if (standing === "settled" && from !== to) return { words: `Learnt ${how}: paid`, tone: "good" };
  return { words: `Learnt ${how}: ${standing}`, ...(from === to ? { minor: true } : {}) };
}

function chargedOf({ charge, attempt }: LogLine["facts"]): Said {
  if (charge === "issued") return { words: "Has a QR code for the stand" };
  if (charge === "unclear") return { words: "Charge unclear: asks before anything else", tone: "warn" };
  return { words: `Charge refused (attempt ${attempt})`, tone: "warn" };
}

function backendWord(what: string, facts: LogLine["facts"]): Said | undefined {
  switch (what) {
    case "ignored":
      return { words: `Ignored: ${facts["event"]}`, detail: String(facts["because"]), minor: true };
    case "alarm":
      return { words: `Alarm: ${facts["alarm"]}`, detail: short(facts["detail"] ?? ""), tone: "bad" };
    case "forged notification":
      return { words: "Refuses a forged notification", detail: String(facts["because"]), tone: "bad" };
    case "notification is to be confirmed":
      return { words: "Signed, but not all of it: to be asked for", detail: String(facts["because"]), minor: true };
    case "ready":
      return { words: "Backend is up", detail: "its journal is open", tone: "good" };
    case "connected to the broker":
      return { words: "Connected to the broker", to: "broker" };
    case "not connected to the broker":
      return { words: "No connection", to: "broker", detail: again(facts["pause"]), minor: true };
    default:
      return undefined;
  }
}
