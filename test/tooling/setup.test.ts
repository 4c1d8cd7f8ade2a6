import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { headersOf, isInstalled, requireNode, stampOf } from "../../scripts/setup.mjs";
import { type Planted, plant } from "./plant.ts";

let planted: Planted | undefined;

afterEach(() => {
  planted?.remove();
  planted = undefined;
});

const lockOf = (packages: object): string => JSON.stringify({ packages });
const LOCK = {
  "": {},
  "node_modules/a": { version: "1.0.0" },
  "node_modules/b-win32": { version: "1.0.0", optional: true },
};

function installed(
  present: object | undefined,
  files: Record<string, string> = { "node_modules/a/package.json": "{}" },
): boolean {
  const record = present === undefined ? {} : { "node_modules/.package-lock.json": lockOf(present) };
  planted = plant({ "package-lock.json": lockOf(LOCK), ...files, ...record });
  return isInstalled(planted.folder);
}

describe("packages", () => {
  test("are installed when npm's own record agrees with the lock", () => {
    expect(installed({ "node_modules/a": { version: "1.0.0" } })).toBe(true);
  });

  test.each([
    ["nothing is there", undefined, {}],
    ["npm has left no record", undefined, { "node_modules/a/package.json": "{}" }],
    ["one is missing", {}, { "node_modules/a/package.json": "{}" }],
    ["one is of another version", { "node_modules/a": { version: "0.9.0" } }, { "node_modules/a/package.json": "{}" }],
    ["one was deleted", { "node_modules/a": { version: "1.0.0" } }, {}],
    [
      "one is there that the lock does not know",
      { "node_modules/a": { version: "1.0.0" }, "node_modules/c": { version: "1.0.0" } },
      { "node_modules/a/package.json": "{}", "node_modules/c/package.json": "{}" },
    ],
  ])("are not when %s", (_, present, files) => {
    expect(installed(present, files)).toBe(false);
  });
});

test("the stamp changes with the lock", () => {
  planted = plant({ "package-lock.json": lockOf(LOCK) });
  const before = stampOf(planted.folder);
  expect(stampOf(planted.folder)).toBe(before);
  planted.write({ "package-lock.json": lockOf({}) });
  expect(stampOf(planted.folder)).not.toBe(before);
});

test.each([
  ["20.18.3", false],
  ["18.20.0", false],
  ["20.19.0", true],
  ["20.20.2", true],
  ["22.0.0", true],
])("Node %s is new enough: %s", (version, enough) => {
  const ask = (): void => requireNode(version);
  if (enough) expect(ask).not.toThrow();
  else expect(ask).toThrow(/20\.19 or newer is needed/);
});

test("Node's headers are taken from beside it, when they are of this very version", () => {
  const [major, minor] = process.versions.node.split(".");
  const text = (minor: string): string => `#define NODE_MAJOR_VERSION ${major}\n#define NODE_MINOR_VERSION ${minor}\n`;
  planted = plant({ "include/node/node_version.h": text(minor ?? "") });
  const node = join(planted.folder, "bin/node");
  expect(headersOf(node)).toEqual({ npm_package_config_node_gyp_nodedir: planted.folder });
  planted.write({ "include/node/node_version.h": text("999") });
  expect(headersOf(node)).not.toEqual({ npm_package_config_node_gyp_nodedir: planted.folder });
});
