import type { Fault } from "./fault.ts";

/**
 * Amounts that bring about a fault by themselves: `9.4kk.nnn` rupiah, where `kk` says what happens and `nnn` how. Round thousands
 * are never among them, so that hardly a price in a shop is. The same faults can be armed by hand for any amount.
 */
const FROM = 9_400_000;
const TO = 9_499_999;

/** What an amount brings about; nothing for nearly all amounts. */
export function magicOf(amount: number): Fault | undefined {
  if (!Number.isSafeInteger(amount) || amount < FROM || amount > TO || amount % 1_000 === 0) return undefined;
  const kind = String(Math.floor(amount / 1_000) % 100).padStart(2, "0");
  return KINDS[kind]?.(amount % 1_000);
}

type Spell = (how: number) => Fault | undefined;

const within = (from: number, to: number, spell: (how: number) => Fault): Spell => {
  return (how) => (how >= from && how <= to ? spell(how) : undefined);
};
const oneOf = (...spells: readonly Fault[]): Spell => {
  return (how) => spells[how - 1];
};
const refused = (on: "charge" | "refund"): Spell =>
  within(300, 599, (how) => ({ fault: "refuse", on, code: String(how) }));

/** `404 13` of BI-SNAP is typed as 413, and 40 or another beginning by the kind. */
const snap = (on: "charge" | "refund", begin: string): Spell => {
  const service = on === "charge" ? "47" : "78";
  return (how) => {
    const digits = String(how).padStart(3, "0");
    return { fault: "refuse", on, code: `${begin}${digits.slice(0, 1)}${service}${digits.slice(1)}` };
  };
};

const seconds = (how: number): number => how * 1_000;

const refundRefused: Spell = (how) => {
  const because = REFUND_CODES[how];
  return because === undefined ? refused("refund")(how) : { fault: "refund-refused", because };
};
const REFUND_CODES: Readonly<Record<number, Extract<Fault, { fault: "refund-refused" }>["because"]>> = {
  202: "by-bank",
  412: "window-over",
  414: "no-balance",
  418: "not-now",
};

const of = "settlement";

const KINDS: Readonly<Record<string, Spell>> = {
  "00": refused("charge"),
  "01": within(100, 999, (how) => ({ fault: "deny", code: String(how) })),
  "02": oneOf(
    { fault: "no-qr-string" },
    { fault: "bad-qr", how: "crc" },
    { fault: "bad-qr", how: "amount" },
    { fault: "bad-qr", how: "static" },
    { fault: "bad-qr", how: "garbage" },
    { fault: "expiry-field", as: "none" },
    { fault: "expiry-field", as: "expire_time" },
    { fault: "gopay-qr-string" },
  ),
  "03": within(1, 600, (how) => ({ fault: "delay", on: "charge", when: "before", ms: seconds(how) })),
  "04": within(1, 600, (how) => ({ fault: "delay", on: "charge", when: "after", ms: seconds(how) })),
  "05": oneOf({ fault: "lost-answer", on: "charge" }),
  "06": within(500, 599, (how) => ({ fault: "error", on: "charge", when: "before", http: how })),
  "07": within(500, 599, (how) => ({ fault: "error", on: "charge", when: "after", http: how })),
  "10": refundRefused,
  "11": oneOf({ fault: "refund-unconfirmed" }, { fault: "refund-taken-back" }, { fault: "lost-answer", on: "refund" }),
  "20": within(1, 999, (how) => ({ fault: "late-settlement", ms: seconds(how), if_ended: "return" })),
  "21": within(1, 999, (how) => ({ fault: "late-settlement", ms: seconds(how), if_ended: "settle" })),
  "22": oneOf({ fault: "late-settlement", if_ended: "return" }, { fault: "payable-late" }),
  "30": within(1, 999, (how) => ({ fault: "fee", amount: how })),
  "40": oneOf(
    { fault: "drop", of },
    { fault: "duplicate", of, copies: 1 },
    { fault: "forge", of },
    { fault: "wrong-amount", of, amount: 1, signed: true },
    { fault: "reorder", of: "pending" },
  ),
  "41": within(1, 999, (how) => ({ fault: "late", of, ms: seconds(how) })),
  "50": oneOf({ fault: "false-callback" }),
  "60": snap("charge", "40"),
  "61": snap("charge", "50"),
  "62": snap("charge", "42"),
  "63": snap("charge", "20"),
  "70": snap("refund", "40"),
  "71": snap("refund", "50"),
};
