import { expect, test } from "vitest";
import { failuresIn } from "../../scripts/failures.mjs";

const passed = { status: "passed", fullName: "a receipt is printed" };
const failed = (fullName: string, ...failureMessages: string[]) => ({ status: "failed", fullName, failureMessages });
const fileOf = (...assertionResults: { status: string; fullName: string }[]) => ({
  name: "/root/test/paper.test.ts",
  status: assertionResults.some(({ status }) => status === "failed") ? "failed" : "passed",
  assertionResults,
});

test("each test that failed is told with its file and the first line of why", () => {
  const report = {
    testResults: [fileOf(passed, failed("a slip is cut", "AssertionError: expected 2\n    at cut.ts:7"))],
  };
  expect(failuresIn([report], "/root")).toEqual([
    "FAILED test/paper.test.ts: a slip is cut: AssertionError: expected 2",
  ]);
});

test("a file that could not be run is told once", () => {
  const file = { ...fileOf(), status: "failed", message: "Error: no such module\n  in paper.ts" };
  expect(failuresIn([{ testResults: [file] }, {}], "/root")).toEqual([
    "FAILED test/paper.test.ts: Error: no such module",
  ]);
});

test("nothing is told of what passed, and of very many failures the first", () => {
  expect(failuresIn([{ testResults: [fileOf(passed)] }], "/root")).toEqual([]);
  const many = failuresIn(
    [{ testResults: [fileOf(...Array.from({ length: 25 }, (_, n) => failed(`slip ${n}`)))] }],
    "/root",
  );
  expect(many).toHaveLength(21);
  expect(many.at(-1)).toBe("FAILED … and 5 more");
});
