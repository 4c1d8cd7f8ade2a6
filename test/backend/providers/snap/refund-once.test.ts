import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Http, HttpOutcome, HttpRequest } from "../../../../backend/providers/http.ts";
import type { Refund } from "../../../../backend/providers/provider.ts";
import { midtransSnap } from "../../../../backend/providers/snap/snap.ts";
import { silentLog } from "../../../../host/log.ts";
import { rupiah } from "../../../../protocol/rupiah.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { attempt, type Json, REFERENCE } from "../midtrans/samples.ts";
import { CREDENTIALS, fixture } from "./samples.ts";
import { NEVER, NUMBER, paid } from "./tape-rig.ts";

const PAID = 17_000;
const PART = rupiah(5_000);
const refund: Refund = {
  attempt,
  payment: { amount: rupiah(PAID), fee: rupiah(0), transaction: NUMBER, paidAt: "2026-01-01T06:58:00+07:00" },
  key: `${REFERENCE}-r1`,
  amount: PART,
  reason: "not delivered",
};

/** What becomes of one HTTP call on its way. */
type Fate = "answered" | "lost-going" | "lost-coming" | "broke";
/** What this Midtrans does with a refund under a key that it has seen: its pages say all three. */
type Guard = "repeats the answer" | "says conflict" | "gives back once more";
type Day = {
  readonly guard: Guard;
  readonly lag: number;
  readonly noes: readonly string[];
  readonly fates: readonly Fate[];
};

/** Midtrans, without a network: its books may lag behind by so many questions, and it refuses with `noes` first. */
class Bank implements Http {
  readonly made: string[] = [];
  readonly #day: Day;
  readonly #noes: string[];
  readonly #fates: Fate[];
  #shown = 0;
  #asked = 0;

  constructor(day: Day) {
    this.#day = day;
    this.#noes = [...day.noes];
    this.#fates = [...day.fates];
  }

  async request({ url, body = "{}" }: HttpRequest): Promise<HttpOutcome> {
    if (url.endsWith("/b2b")) return answer(fixture("token-2026"));
    const fate = this.#fates.shift() ?? "answered";
    if (fate === "lost-going") return { is: "silent", sent: true, detail: "no full answer" };
    const said = url.endsWith("query") ? this.#query() : this.#refund(JSON.parse(body));
    if (fate === "lost-coming") return { is: "broken", sent: true, detail: "reset" };
    return fate === "broke" ? answer({ responseCode: "5047800", responseMessage: "Timeout" }) : answer(said);
  }

  async close(): Promise<void> {}

  #query(): Json {
    this.#asked += 1;
    if (this.#asked % (this.#day.lag + 1) === 0) this.#shown = this.made.length;
    const refundHistory = this.made.slice(0, this.#shown).map((partnerReferenceNo) => ({
      partnerReferenceNo,
      refundStatus: "00",
      refundAmount: { value: `${PART}.00`, currency: "IDR" },
    }));
    return { ...paid, amount: { value: `${PAID}.00`, currency: "IDR" }, additionalInfo: { refundHistory } };
  }

  #refund({ partnerRefundNo: key, refundAmount }: Json): Json {
    const isKnown = this.made.includes(String(key));
    if (isKnown && this.#day.guard === "says conflict") return { responseCode: "4097800", responseMessage: "Conflict" };
    const no = isKnown ? undefined : this.#noes.shift();
    if (no !== undefined) return { responseCode: no, responseMessage: "no" };
    if (!isKnown || this.#day.guard === "gives back once more") this.made.push(String(key));
    return { responseCode: "2007800", responseMessage: "Successful", partnerRefundNo: key, refundAmount };
  }
}

const answer = (json: Json): HttpOutcome => ({
  is: "answer",
  status: 200,
  headers: {},
  body: Buffer.from(JSON.stringify(json)),
});

const fate = fc.constantFrom<Fate>("answered", "answered", "lost-going", "lost-coming", "broke");
const common = {
  noes: fc.array(fc.constantFrom("4037814", "5007801", "4097801"), { maxLength: 3 }),
  fates: fc.array(fate, { maxLength: 40 }),
};
/** Books that lag, and a key that guards; or no guard at all, and books that are up to date. */
const day: fc.Arbitrary<Day> = fc.oneof(
  fc.record({
    ...common,
    guard: fc.constantFrom<Guard>("repeats the answer", "says conflict"),
    lag: fc.nat({ max: 3 }),
  }),
  fc.record({ ...common, guard: fc.constant<Guard>("gives back once more"), lag: fc.constant(0) }),
);

describe("whatever is lost on the way, and whatever Midtrans does with a key it knows,", () => {
  test("a refund that is tried until it is there is made once, and is never called off while it is there", async () => {
    const property = fc.asyncProperty(day, fc.integer({ min: 1, max: 12 }), async (conditions, tries) => {
      const bank = new Bank(conditions);
      const clock = new VirtualClock();
      const world = { clock, random: () => 0.5, log: silentLog, http: bank };
      const provider = midtransSnap({ ...CREDENTIALS, ...world, baseUrl: "https://merchants.sbx.midtrans.com" });
      for (let nth = 0; nth < tries; nth += 1) {
        const { is } = await provider.refund(refund, NEVER);
        expect(bank.made.length).toBeLessThanOrEqual(1);
        if (is === "taken" || is === "confirmed") expect(bank.made).toEqual([refund.key]);
        if (is === "refused") expect(bank.made).toEqual([]);
        clock.pass(60_000);
      }
    });
    await fc.assert(property, { numRuns: 300 });
  });

  test("it is there in the end, once nothing is lost any more", async () => {
    const property = fc.asyncProperty(day, async (conditions) => {
      const bank = new Bank(conditions);
      const world = { clock: new VirtualClock(), random: () => 0.5, log: silentLog, http: bank };
      const provider = midtransSnap({ ...CREDENTIALS, ...world, baseUrl: "https://merchants.sbx.midtrans.com" });
      let said = "";
      for (let nth = 0; nth < 40 && said !== "confirmed"; nth += 1) said = (await provider.refund(refund, NEVER)).is;
      expect([said, bank.made]).toEqual(["confirmed", [refund.key]]);
    });
    await fc.assert(property, { numRuns: 100 });
  });
});
