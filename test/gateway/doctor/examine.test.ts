import { describe, expect, test } from "vitest";
import { type Check, check } from "../../../gateway/doctor/check.ts";
import { examine, type Finding, worstOf } from "../../../gateway/doctor/examine.ts";
import { linesOf, reportOf, summaryOf } from "../../../gateway/doctor/report.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { askingOf } from "./fake-machine.ts";

const outcomes = {
  ok: { verdict: "ok", means: "Well." },
  bad: { verdict: "wrong", means: "Bad.", todo: "mend it" },
} as const;

const named = (name: string, look: () => ReturnType<Check["look"]>): Check =>
  check({ name, asks: "?", outcomes, look: look as never });
const well = async () => ({ as: "ok", found: "fine" });
const never = () => new Promise<never>(() => undefined);

describe("an examination", () => {
  test("makes every check, whatever becomes of the others, and tells of them in their order", async () => {
    const clock = new VirtualClock();
    const told: string[] = [];
    let begun = 0;
    const counted = (look: () => ReturnType<Check["look"]>) => () => {
      begun += 1;
      return look();
    };
    const failing = async () => {
      throw new Error("EACCES: /etc/stand.pem");
    };
    const checks = [
      named("hangs", counted(never)),
      named("fails", counted(failing)),
      named("well", counted(well)),
      named(
        "bad",
        counted(async () => ({ as: "bad", found: "broken" })),
      ),
    ];
    const examined = examine(checks, askingOf({ clock }), ({ check, as }) => told.push(`${check} ${as}`));
    await clock.advance(9_999);
    expect({ begun, told }).toEqual({ begun: 4, told: [] });
    await clock.advance(1);
    expect(await examined).toMatchObject([
      { check: "hangs", verdict: "wrong", as: "late", found: "no answer within 10 s", ms: 10_000 },
      { check: "fails", verdict: "wrong", as: "failed", found: "EACCES: /etc/stand.pem", ms: 0 },
      { check: "well", verdict: "ok", as: "ok", found: "fine" },
      { check: "bad", verdict: "wrong", as: "bad", found: "broken", todo: "mend it" },
    ]);
    expect(told).toEqual(["hangs late", "fails failed", "well ok", "bad bad"]);
  });

  test("does not wait for later checks to tell of earlier ones", async () => {
    const clock = new VirtualClock();
    const told: string[] = [];
    void examine([named("first", well), named("second", never)], askingOf({ clock }), (one) => told.push(one.check));
    await clock.advance(0);
    expect(told).toEqual(["first"]);
  });
});

const finding = (verdict: Finding["verdict"], found = "x"): Finding => ({
  check: "disk",
  verdict,
  as: "as",
  found,
  ms: 1,
});

describe("the whole", () => {
  test.each([
    [[], "ok"],
    [["ok", "skipped"], "ok"],
    [["ok", "warning", "skipped"], "warning"],
    [["warning", "wrong", "ok"], "wrong"],
  ] as const)("of %j is %s", (verdicts, worst) => {
    expect(worstOf(verdicts.map((verdict) => finding(verdict)))).toBe(worst);
  });

  test("is one object for programs", () => {
    const findings = [finding("ok"), { ...finding("wrong"), todo: "mend it" }];
    const report = reportOf({ stand: "lobby-1", version: "1.2.3", wall: Date.UTC(2026, 10, 21) }, findings);
    expect(report).toEqual({
      stand: "lobby-1",
      version: "1.2.3",
      at: "2026-11-21T00:00:00.000Z",
      verdict: "wrong",
      checks: findings,
    });
    expect(Object.keys(reportOf({ stand: undefined, version: "1", wall: 0 }, []))).not.toContain("stand");
  });

  test("is a line a check for people, with what to do below, and a count", () => {
    const many = { ...finding("warning", "one\ntwo"), todo: "mend it" };
    expect(linesOf(many)).toEqual([
      "WARNING  disk           one",
      "                        two",
      "                        → mend it",
    ]);
    expect(linesOf(finding("skipped"))).toEqual(["–        disk           x"]);
    const all = (["ok", "ok", "wrong", "skipped"] as const).map((verdict) => finding(verdict));
    expect(summaryOf(all)).toBe("2 ok, 0 warnings, 1 wrong, 1 skipped");
  });
});
