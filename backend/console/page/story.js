import { rupiah } from "./format.js";
import { say, wordFor } from "./tongue.js";

/**
 * @typedef {import("../api/words.ts").OrderEvent} OrderEvent
 * @typedef {{ tone: import("./parts.js").Tone, who: "customer" | "stand" | "provider" | "staff" | "backend", words: string, line?: string | undefined }} Told
 */

/** @param {unknown} value */
const text = (value) => (typeof value === "string" ? value : "");

/** @type {Readonly<Record<string, (facts: Readonly<Record<string, unknown>>) => Told>>} */
const tellers = {
  asked: () => ({ tone: "busy", who: "customer", words: say("story.asked") }),
  charged: ({ charge }) => chargedOf(text(charge)),
  news: ({ standing, via }) => newsOf(text(standing), text(via)),
  hinted: () => ({ tone: "wait", who: "backend", words: say("story.hinted") }),
  lapsed: () => ({ tone: "wait", who: "backend", words: say("story.lapsed") }),
  "void-asked": ({ why }) => ({
    tone: "wait",
    who: "stand",
    words: say("story.void"),
    line: wordFor("void", text(why)),
  }),
  delivered: ({ confirmed }) => ({
    tone: "good",
    who: "stand",
    words: say("story.delivered"),
    line: confirmed === true ? say("story.delivered.seen") : say("story.delivered.unseen"),
  }),
  "not-delivered": ({ because }) => ({
    tone: "bad",
    who: "stand",
    words: say("story.not-delivered"),
    line: wordFor("because", text(because)),
  }),
  synced: ({ stage }) => ({
    tone: "wait",
    who: "stand",
    words: say("story.synced"),
    line: wordFor("stage", text(stage)),
  }),
  "release-ordered": (facts) => ({ tone: "busy", who: "staff", words: say("story.release"), line: decidedBy(facts) }),
  "refund-ordered": (facts) => ({
    tone: "busy",
    who: "staff",
    words:
      typeof facts["amount"] === "number"
        ? say("story.refund.part", { amount: rupiah(facts["amount"]) })
        : say("story.refund"),
    line: decidedBy(facts),
  }),
  remedied: (facts) => ({
    tone: "good",
    who: "staff",
    words: say(facts["how"] === "refunded" ? "story.remedied.refunded" : "story.remedied.settled"),
    line: decidedBy(facts),
  }),
  "refund-answered": ({ answer, because }) => refundOf(text(answer), text(because)),
};

/** One event of an order's story, for people. @param {OrderEvent} event @returns {Told} */
export const tellEvent = ({ type, facts }) => tellers[type]?.(facts) ?? { tone: "away", who: "backend", words: type };

/** @param {Readonly<Record<string, unknown>>} facts */
const decidedBy = ({ by, why }) => [text(by), text(why)].filter((each) => each !== "").join(": ");

/** @param {string} charge @returns {Told} */
function chargedOf(charge) {
  if (charge === "issued") return { tone: "good", who: "provider", words: say("story.charged") };
  if (charge === "unclear") return { tone: "wait", who: "provider", words: say("story.charge-unclear") };
  return { tone: "bad", who: "provider", words: say("story.charge-refused") };
}

/** @param {string} standing @param {string} via @returns {Told} */
function newsOf(standing, via) {
  const line = via === "" ? undefined : say(via === "notification" ? "story.by-notification" : "story.by-asking");
  if (standing === "settled") return { tone: "good", who: "provider", words: say("story.settled"), line };
  if (standing === "refunded") return { tone: "good", who: "provider", words: say("story.refunded"), line };
  return { tone: "wait", who: "provider", words: wordFor("standing", standing), line };
}

/** @param {string} answer @param {string} because @returns {Told} */
function refundOf(answer, because) {
  if (answer === "confirmed") return { tone: "good", who: "provider", words: say("story.refund.confirmed") };
  if (answer === "taken") return { tone: "wait", who: "provider", words: say("story.refund.taken") };
  if (answer === "unclear") return { tone: "wait", who: "provider", words: say("story.refund.unclear") };
  return { tone: "bad", who: "provider", words: say("story.refund.refused"), line: wordFor("refusal", because) };
}
