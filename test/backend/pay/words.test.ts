import { describe, expect, test } from "vitest";
import type { At, State } from "../../../backend/ledger/words.ts";
import { sheetOf } from "../../../backend/pay/sheet.ts";
import type { Words } from "../../../backend/pay/tongue.ts";
import { type Said, wordsOf } from "../../../backend/pay/words.ts";
import { claimCodeOf } from "../../../protocol/ids.ts";
import { rupiah } from "../../../protocol/rupiah.ts";
import { troubles, voidings } from "../../../protocol/statements.ts";
import { ORDER_ID, PRICE, STAND } from "../../support/sale.ts";
import { back, DEEPLINK, owed, payable, refunding, states, stories } from "./kit.ts";

const NOW = { clock: "boot-1", ms: 1_000 };
const LATER = { clock: "boot-1", ms: 200_000 };
const said = (state: State, now = NOW): Said => wordsOf(state, now);
const english = ({ title, lines, help }: Said): string =>
  [title, ...lines, ...(help === undefined ? [] : [help.title, ...help.lines])].map(({ en }) => en).join("\n");
const tell = (state: State, now = NOW): string => english(said(state, now));

const reasons = [...troubles, "paid-twice", "no-word", "goodwill"] as const;
const everySaid: readonly Said[] = [
  ...Object.values(states).map((state) => said(state)),
  said(states.payable, LATER),
  ...voidings.map((as) => said({ ...states.voided, as })),
  ...reasons.flatMap((because) => [said(owed({ because })), said(owed({ because, delivered: true }))]),
  said(owed({ isReleasing: true, backs: [back("refused"), back("stuck", 5_000)] })),
  said(refunding(back("asked"), back("confirmed", 500))),
  said({ ...states.remedied, how: "settled-by-staff" }),
  said({ ...states.remedied, backs: [] }),
];

test("every state of the ledger has its words, in both languages, each a whole sentence", () => {
  const texts: readonly Words[] = everySaid.flatMap(({ title, lines, help }) => [
    title,
    ...lines,
    ...(help === undefined ? [] : [help.title, ...help.lines]),
  ]);
  for (const { id, en } of texts) {
    expect(id).toMatch(/^[A-Z][^<>]{3,}$/);
    expect(en).toMatch(/^[A-Z][^<>]{3,}$/);
    expect(id).not.toBe(en);
  }
  for (const { lines } of everySaid) for (const { id, en } of lines) expect([id.at(-1), en.at(-1)]).toEqual([".", "."]);
});

test("whoever may have lost money reads what to do, and whoever has nothing to pay is not sent to anybody", () => {
  const withoutHelp = Object.entries(states).filter(([, state]) => said(state).help === undefined);
  expect(withoutHelp.map(([name]) => name).sort()).toEqual(["charging", "forestalled", "payable"]);
});

test("what staff has set in motion or given back the customer reads too", () => {
  const again = "The machine was asked to give it out once more.";
  expect(tell(owed({ isReleasing: true }))).toContain(again);
  expect(tell(owed())).not.toContain(again);
  const settled = { ...states.remedied, how: "settled-by-staff" } as const;
  expect(tell({ ...settled, backs: [back("confirmed", 4_000)] })).toContain("Rp 4.000");
  expect(tell({ ...settled, backs: [] })).not.toContain("Rp");
});

describe("an order that can be paid", () => {
  test("says so with its code, its link and the time left, until its time is over", () => {
    const { paying } = sheetOf(payable({ deeplink: DEEPLINK }), [], NOW);
    expect(paying).toEqual({ qr: states.payable.qr, deeplink: DEEPLINK, leftMs: 160_000 });
    expect(sheetOf(states.payable, [], { clock: "boot-1", ms: 161_000 })).not.toHaveProperty("paying");
    expect(tell(states.payable, LATER)).toContain("Do not pay the QR code any more.");
  });

  test.each(Object.entries(states).filter(([name]) => name !== "payable"))(
    "is no order that is %s: it has neither code nor link",
    (_, state) => {
      expect(sheetOf(state, [], NOW)).not.toHaveProperty("paying");
    },
  );

  test.each(["javascript:alert(1)", "data:text/html,x", "//evil.example", "https://a b", ""])(
    "shows no link that a browser might run: %s",
    (deeplink) => {
      expect(sheetOf(payable({ deeplink }), [], NOW).paying).not.toHaveProperty("deeplink");
    },
  );
});

describe("money that may be lost", () => {
  test.each(["voided", "refused", "voiding"] as const)(
    "of an order that is %s comes back by itself, or this page says so",
    (at) => {
      expect(tell(states[at])).toMatch(/normally given back by GoPay or your bank[\s\S]*If the money does arrive/);
    },
  );

  test("that came late is on record, and the operator has been told", () => {
    const words = tell(owed({ because: "paid-late" }));
    expect(words).toMatch(
      /Your payment came after the time was over[\s\S]*The operator has been told[\s\S]*claim code/,
    );
  });

  test("of goods that are out is said to come back, not to be lost", () => {
    expect(said(owed({ because: "paid-twice", delivered: true })).title.en).toBe("Money will be returned to you");
  });
});

describe("a refund", () => {
  const onUs = (state: At<"refunding">): State => ({
    ...state,
    receipts: state.receipts.map((each) => ({ ...each, payment: { ...each.payment, isOnUs: true } })),
  });

  test("that is being asked for is not yet said to be taken", () => {
    expect(tell(refunding(back("asked")))).toContain("is being asked to return Rp 15.000");
    expect(tell(refunding(back("asked")))).not.toContain("has taken");
  });

  test("that is taken waits for the bank: minutes in the same wallet, days elsewhere", () => {
    expect(tell(refunding(back("taken")))).toMatch(/has taken the refund of Rp 15.000[\s\S]*some days/);
    expect(tell(onUs(refunding(back("taken"))))).toContain("within minutes");
    expect(tell(onUs(refunding(back("taken"))))).not.toContain("days");
  });

  test("that the bank has sent back is said to be asked for once more, until it is confirmed", () => {
    expect(tell(refunding({ ...back("taken"), isRenewed: true }))).toContain("The bank sent the first refund back");
    expect(tell(refunding(back("taken")))).not.toContain("sent the first refund back");
    const arrived = { ...back("confirmed"), isRenewed: true } as const;
    expect(tell({ ...states.remedied, backs: [arrived] })).not.toContain("sent the first refund back");
  });

  test("that was refused is done by hand, and a later try takes its place", () => {
    const byHand = "The payment service could not return Rp 15.000";
    expect(tell(owed({ backs: [back("refused")] }))).toContain(byHand);
    expect(tell(owed({ backs: [back("refused"), { ...back("refused"), key: "again" }] }))).toContain(byHand);
    expect(tell(owed({ backs: [back("refused"), back("confirmed")] }))).not.toContain("could not return");
    expect(tell(owed({ backs: [back("refused"), back("confirmed", 5_000)] }))).toContain("could not return Rp 10.000");
    expect(tell(refunding(back("refused"), back("asked", 5_000)))).not.toContain("could not return");
  });

  test("whose end nobody knows is said to be unclear", () => {
    expect(tell(owed({ backs: [back("stuck")] }))).toContain("not clear whether the refund of Rp 15.000 got through");
  });

  test("that has arrived says how much and when; one by hand, that it was", () => {
    const story = [
      { event: stories.asked, wall: Date.UTC(2026, 0, 1) },
      { event: stories.returned, wall: Date.UTC(2026, 0, 1, 2) },
    ];
    const { said: words, facts } = sheetOf(states.remedied, story, NOW);
    expect(english(words)).toContain("Rp 15.000 went back to the account that paid.");
    expect(facts.at(-1)).toMatchObject({ label: { en: "Returned" }, values: ["Rp 15.000", "01/01/2026 09:00 WIB"] });
    const byHand = sheetOf(
      { ...states.remedied, backs: [] },
      [{ event: stories.remedied, wall: Date.UTC(2026, 0, 2) }],
      NOW,
    );
    expect(english(byHand.said)).toContain("The operator has given it back.");
    expect(byHand.facts.at(-1)).toMatchObject({ label: { en: "Returned" }, values: ["02/01/2026 07:00 WIB"] });
  });
});

describe("the facts", () => {
  const factsOf = (state: State, wall = Date.UTC(2026, 0, 1, 23, 30)) =>
    new Map(
      sheetOf(state, [{ event: stories.asked, wall }], NOW).facts.map(
        ({ label, values }) => [label.en, values] as const,
      ),
    );

  test("are the claim code, the order, the time in Jakarta, what was bought, where, and what was paid", () => {
    expect(factsOf(states.owed)).toEqual(
      new Map<string, unknown>([
        ["Claim code", [claimCodeOf(ORDER_ID)]],
        ["Order", [ORDER_ID]],
        ["Time", ["01/01/2026 07:00 WIB"]],
        ["Bought", ["Kopi Susu Gula Aren"]],
        ["Machine", [STAND]],
        ["Paid", ["Rp 15.000", "01/01/2026 07:00 WIB"]],
      ]),
    );
  });

  test("tell when the order began while nobody has paid", () => {
    expect(factsOf(states.payable).get("Time")).toEqual(["02/01/2026 06:30 WIB"]);
    expect(factsOf(states.payable).has("Paid")).toBe(false);
  });

  test("tell of a fee on top, of more than one payment, and of more than one of a thing", () => {
    const [receipt] = states.owed.receipts;
    if (receipt === undefined) throw new Error("no receipt");
    const dear = { ...receipt, payment: { ...receipt.payment, fee: rupiah(700) } };
    const kopi = { product: "kopi", name: "Kopi", price: PRICE, quantity: 2 };
    const sale = { ...states.owed.sale, items: [kopi, { ...kopi, name: "Teh", quantity: 1 }] };
    const facts = factsOf(owed({ sale, receipts: [dear, { ...receipt, attempt: 2 }] }));
    expect(facts.get("Paid")).toEqual([
      "Rp 15.700",
      expect.objectContaining({ en: "with a service fee of Rp 700" }),
      "01/01/2026 07:00 WIB",
      "Rp 15.000",
      "01/01/2026 07:00 WIB",
    ]);
    expect(facts.get("Bought")).toEqual(["2 × Kopi, Rp 30.000", "Teh, Rp 15.000"]);
  });

  test("are few, and true, of an order that never was", () => {
    expect([...factsOf(states.forestalled).keys()]).toEqual(["Claim code", "Order", "Time"]);
  });
});
