import { existsSync, readFileSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { buildAnew, isBuilt } from "../../scripts/build.mjs";
import { copyAssets } from "../../scripts/copy-assets.mjs";
import { type Planted, plant } from "./plant.ts";

const BUILD = { project: "tsconfig.build.json", target: "dist", folders: ["host", "sandbox"] };
const CONFIG = {
  compilerOptions: {
    module: "nodenext",
    target: "es2023",
    rootDir: ".",
    rewriteRelativeImportExtensions: true,
    types: [],
  },
  include: ["host", "sandbox"],
};

let planted: Planted;

beforeEach(() => {
  planted = plant(
    {
      "package.json": '{"type":"module"}',
      "tsconfig.build.json": JSON.stringify(CONFIG),
      "host/one.ts": 'import { two } from "./two.ts";\nexport const one: number = two;\n',
      "host/two.ts": "export const two = 2;\n",
      "sandbox/page/index.html": "<p>demo</p>",
      "sandbox/page/font.ttf": "\0font",
      "sandbox/README.md": "not shipped",
    },
    true,
  );
});
afterEach(() => planted.remove());

const built = (file: string): string => readFileSync(join(planted.folder, "dist", file), "utf8");

describe("a build", () => {
  test("compiles the code and carries along what is read beside it", () => {
    buildAnew(planted.folder, BUILD);
    expect(built("host/one.js")).toContain('from "./two.js"');
    expect(built("sandbox/page/index.html")).toBe("<p>demo</p>");
    expect(built("sandbox/page/font.ttf")).toBe("\0font");
    expect(existsSync(join(planted.folder, "dist/sandbox/README.md"))).toBe(false);
  });

  test("is known to be fresh by the contents of its sources, not by their dates", () => {
    expect(isBuilt(planted.folder, BUILD)).toBe(false);
    buildAnew(planted.folder, BUILD);
    utimesSync(join(planted.folder, "host/two.ts"), new Date(), new Date());
    expect(isBuilt(planted.folder, BUILD)).toBe(true);
  });

  test.each([
    ["changed", { "host/two.ts": "export const two = 3;\n" }],
    ["added", { "host/three.ts": "export const three = 3;\n" }],
    ["changed beside the code", { "sandbox/page/index.html": "<p>new</p>" }],
    ["configured otherwise", { "tsconfig.build.json": JSON.stringify({ ...CONFIG, exclude: [] }) }],
  ])("is old as soon as a source was %s", (_, change) => {
    buildAnew(planted.folder, BUILD);
    planted.write(change);
    expect(isBuilt(planted.folder, BUILD)).toBe(false);
  });

  test("leaves nothing of sources that are gone", () => {
    planted.write({ "host/old.ts": "export const old = 1;\n" });
    buildAnew(planted.folder, BUILD);
    expect(existsSync(join(planted.folder, "dist/host/old.js"))).toBe(true);
    buildAnew(planted.folder, { ...BUILD, project: "tsconfig.build.json", folders: ["host"] });
    planted.write({ "tsconfig.build.json": JSON.stringify({ ...CONFIG, exclude: ["host/old.ts"] }) });
    buildAnew(planted.folder, BUILD);
    expect(existsSync(join(planted.folder, "dist/host/old.js"))).toBe(false);
  });

  test("that fails leaves the last good one, and says so", () => {
    buildAnew(planted.folder, BUILD);
    planted.write({ "host/two.ts": 'export const two: number = "three";\n' });
    expect(() => buildAnew(planted.folder, BUILD)).toThrow(/two[.]ts[(]1,14[)]: error TS2322.*compiler found errors/s);
    expect(built("host/two.js")).toContain("two = 2");
    expect(isBuilt(planted.folder, BUILD)).toBe(false);
  });
});

test("assets are copied to any folder", () => {
  const copied = copyAssets(planted.folder, join(planted.folder, "elsewhere"), ["sandbox"]);
  expect(copied).toEqual(["sandbox/page/font.ttf", "sandbox/page/index.html"]);
  expect(existsSync(join(planted.folder, "elsewhere/sandbox/page/font.ttf"))).toBe(true);
});
