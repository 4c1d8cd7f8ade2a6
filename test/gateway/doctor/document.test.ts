import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checks } from "../../../gateway/doctor/checks.ts";
import { documentOf } from "../../../gateway/doctor/document.ts";

const FILE = join(import.meta.dirname, "../../../docs/doctor.md");

/* `WRITE_DOCS=1 npx vitest run test/gateway/doctor/document.test.ts` writes it anew. */
if (process.env["WRITE_DOCS"] === "1") writeFileSync(FILE, documentOf(checks));

test("docs/doctor.md says what the checks say (else: WRITE_DOCS=1)", () => {
  expect(readFileSync(FILE, "utf8")).toBe(documentOf(checks));
});
