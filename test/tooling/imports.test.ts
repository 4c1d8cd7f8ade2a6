import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { PRODUCT } from "../../scripts/files.mjs";
import { type Planted, plant, ROOT } from "./plant.ts";

let planted: Planted | undefined;

afterEach(() => {
  planted?.remove();
  planted = undefined;
});

/** A house with a little of everything, all of it allowed. */
const HOUSE = {
  "package.json": JSON.stringify({
    name: "house",
    type: "module",
    dependencies: { ulid: "3.0.2", zod: "4.6.7" },
    devDependencies: { "fast-check": "4.10.2" },
  }),
  "protocol/time.ts": "export type Clock = { now(): number };\n",
  "protocol/ids.ts": 'import { ulid } from "ulid";\nexport const newId = () => ulid();\n',
  "protocol/statements.ts": 'import { z } from "zod";\nexport const charge = z.string();\n',
  "journal/journal.ts": 'import type { Clock } from "../protocol/time.ts";\nexport type Journal = { clock: Clock };\n',
  "device/device.ts": "export type Screen = { width: number };\n",
  "host/log.ts": "export type Log = { info(what: string): void };\n",
  "wire/transport.ts": 'import type { Log } from "../host/log.ts";\nexport type Transport = { log: Log };\n',
  "gateway/order.ts": 'import { charge } from "../protocol/statements.ts";\nexport const order = [charge];\n',
  "gateway/stand.ts": 'import type { Screen } from "../device/device.ts";\nexport type Stand = { screen: Screen };\n',
  "backend/ledger/ledger.ts": 'import { newId } from "../../protocol/ids.ts";\nexport const id = newId;\n',
  "backend/main.ts": 'import { z } from "zod";\nexport const config = z.string();\n',
  "sandbox/main.ts": 'import type { Stand } from "../gateway/stand.ts";\nexport type Demo = { stand: Stand };\n',
  "test/support/sale.ts": "export const sale = 1;\n",
  "test/sale.test.ts":
    'import fc from "fast-check";\nimport { ulid } from "ulid";\nimport { sale } from "./support/sale.ts";\nfc.assert(sale, ulid);\n',
};

/** The rules that were broken, each as `rule: file`. */
function broken(more: Readonly<Record<string, string>>): readonly string[] {
  planted = plant({ ...HOUSE, ...more }, true);
  copyFileSync(join(ROOT, ".dependency-cruiser.mjs"), join(planted.folder, ".dependency-cruiser.mjs"));
  const cruiser = join(ROOT, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");
  const args = [cruiser, "--config", ".dependency-cruiser.mjs", "--output-type", "json", ...PRODUCT, "test"];
  const run = spawnSync(process.execPath, args, { cwd: planted.folder, encoding: "utf8" });
  const report: { summary: { violations: { from: string; rule: { name: string } }[] } } = JSON.parse(run.stdout);
  return [...new Set(report.summary.violations.map(({ from, rule }) => `${rule.name}: ${from}`))].sort();
}

const typesFrom = (place: string): string => `import type { X } from "${place}";\nexport type Y = X;\n`;
const from = (place: string): string => `import * as x from "${place}";\nexport const y = x;\n`;

test("a house in order breaks no rule", () => {
  expect(broken({})).toEqual([]);
});

test("every import against the way is caught, in types, late ones and deep folders too", () => {
  const against: Readonly<Record<string, string>> = {
    "protocol/x1.ts": from("../host/log.ts"),
    "protocol/x2.ts": typesFrom("../gateway/order.ts"),
    "journal/x1.ts": from("../protocol/ids.ts"),
    "journal/x2.ts": typesFrom("../host/log.ts"),
    "device/x1.ts": typesFrom("../protocol/time.ts"),
    "device/x2.ts": 'export const late = () => import("../protocol/time.ts");\n',
    "device/drawing/x3.ts": from("../../host/log.ts"),
    "host/x1.ts": from("../protocol/ids.ts"),
    "host/x2.ts": from("../wire/transport.ts"),
    "wire/x1.ts": from("../gateway/stand.ts"),
    "wire/x2.ts": from("../journal/journal.ts"),
    "gateway/x1.ts": from("../backend/main.ts"),
    "gateway/x2.ts": from("../sandbox/main.ts"),
    "gateway/x3.ts": from("../test/support/sale.ts"),
    "backend/x1.ts": from("../device/device.ts"),
    "backend/x2.ts": from("../gateway/order.ts"),
    "sandbox/x1.ts": from("../test/support/sale.ts"),
    "sandbox/x2.ts": from("../scripts/tool.mjs"),
    "scripts/tool.mjs": "export const tool = 1;\n",
  };
  const ruleOf = (file: string): string => `imports-of-${file.slice(0, file.indexOf("/"))}: ${file}`;
  const files = Object.keys(against).filter((file) => !file.startsWith("scripts/"));
  expect(broken(against)).toEqual(files.map(ruleOf).sort());
});

test("circles, lost imports, tools in the product, shared packages and impure machines are caught", () => {
  const wrong = {
    "host/a.ts": from("./b.ts"),
    "host/b.ts": typesFrom("./a.ts"),
    "test/a.ts": from("./b.ts"),
    "test/b.ts": from("./a.ts"),
    "host/lost.ts": from("./none.ts"),
    "host/tool.ts": from("fast-check"),
    "host/stray.ts": from("mqtt-packet"),
    "backend/second.ts": from("ulid"),
    "protocol/topics.ts": from("node:fs"),
    "gateway/screen/pages.ts": from("node:crypto"),
    "backend/ledger/late.ts": from("node:perf_hooks"),
  };
  expect(broken(wrong)).toEqual([
    "found: host/lost.ts",
    "imports-of-host: host/lost.ts",
    "no-circles: host/a.ts",
    "no-circles: test/a.ts",
    "one-file-a-package: node_modules/ulid/dist/node/index.js",
    "only-what-is-installed: host/stray.ts",
    "only-what-is-installed: host/tool.ts",
    "pure: backend/ledger/late.ts",
    "pure: gateway/screen/pages.ts",
    "pure: protocol/topics.ts",
  ]);
});

test("every folder of the product stands under a rule", () => {
  const rules = readFileSync(join(ROOT, ".dependency-cruiser.mjs"), "utf8");
  expect(PRODUCT.filter((folder) => !new RegExp(`^  ${folder}: \\[`, "m").test(rules))).toEqual([]);
  expect(PRODUCT.filter((folder) => !existsSync(join(ROOT, folder)))).toEqual([]);
});
