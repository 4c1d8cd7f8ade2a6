import { chmodSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { commandFor } from "../../scripts/debian.mjs";
import { findPart, PARTS } from "../../scripts/parts.mjs";
import { provideCompiler, provideParts } from "../../scripts/provide.mjs";
import { chosenOf, suitesOf } from "../../scripts/suites.mjs";
import { type Planted, plant, ROOT } from "./plant.ts";

const call = (part: string): string => `needs("${part}")`;

let planted: Planted;

beforeEach(() => {
  planted = plant({
    "test/pure.test.ts": 'import { sale } from "./support/sale.ts";\n',
    "test/support/sale.ts": "export const sale = 1;\n",
    "test/support/broker.ts": `import "./sale.ts";\nimport { more } from "./more.ts";\nconst path = ${call("mosquitto")};\n`,
    "test/support/more.ts": 'import { x } from "./broker.ts";\nexport const more = 1;\n',
    "test/wire/link.test.ts": `import { broker } from "../support/more.ts";\n`,
    "test/device/print.test.ts": `const path = ${call("zbarimg")};\nawait import("../support/broker.ts");\n`,
    "test/browser/page.test.ts": "",
  });
});
afterEach(() => planted.remove());

describe("what a suite needs", () => {
  test("is read from its calls, those of what it imports, and its folder", () => {
    expect(Object.fromEntries(suitesOf(planted.folder))).toEqual({
      "test/browser/page.test.ts": ["chromium"],
      "test/device/print.test.ts": ["mosquitto", "zbarimg"],
      "test/pure.test.ts": [],
      "test/wire/link.test.ts": ["mosquitto"],
    });
  });

  test("is asked only of the suites that were chosen", () => {
    const chosen = (...args: string[]): string[] => [...chosenOf(suitesOf(planted.folder), args).keys()];
    expect(chosen("test/wire", "--bail=1")).toEqual(["test/wire/link.test.ts"]);
    expect(chosen("pure", "print")).toEqual(["test/device/print.test.ts", "test/pure.test.ts"]);
    expect(chosen("--bail=1")).toHaveLength(4);
  });

  test("is known to the list of parts, in every suite of ours", () => {
    const parts = [...new Set([...suitesOf(ROOT).values()].flat())];
    expect(parts.length).toBeGreaterThan(0);
    expect(parts.filter((part) => PARTS[part] === undefined)).toEqual([]);
  });
});

describe("a part", () => {
  test("is found in PATH, or where its variable says", () => {
    planted.write({ "bin/zbarimg": "", "opt/reader": "", "bin/strace": "" });
    for (const name of ["bin/zbarimg", "opt/reader"]) chmodSync(join(planted.folder, name), 0o755);
    const PATH = `:relative:${join(planted.folder, "bin")}`;
    expect(findPart("zbarimg", { PATH })).toBe(join(planted.folder, "bin/zbarimg"));
    expect(findPart("zbarimg", { PATH, ZBARIMG: join(planted.folder, "opt/reader") })).toBe(
      join(planted.folder, "opt/reader"),
    );
    expect(findPart("zbarimg", { PATH, ZBARIMG: "/nowhere/reader" })).toBeUndefined();
  });

  test("is not a folder, nor a file that cannot be run", () => {
    planted.write({ "bin/zbarimg": "", "more/zbarimg/x": "" });
    const PATH = `${join(planted.folder, "bin")}:${join(planted.folder, "more")}`;
    expect(findPart("zbarimg", { PATH })).toBeUndefined();
  });

  test("that nobody has listed is refused", () => {
    expect(() => findPart("netcat", {})).toThrow(/netcat is no part known/);
  });
});

describe("seeing to the parts", () => {
  type World = {
    readonly has: readonly string[];
    readonly root?: boolean;
    readonly whole?: boolean;
    readonly fails?: boolean;
  };
  function see(world: World): { skipped: readonly string[]; said: string[]; installed: string[] } {
    const has = new Set(world.has);
    const said: string[] = [];
    const installed: string[] = [];
    const machine = {
      find: (part: string) => (has.has(part) ? `/bin/${part}` : undefined),
      mayInstall: () => world.root === true,
      install: (parts: readonly string[]) => {
        installed.push(...parts);
        for (const part of world.fails === true ? [] : parts) has.add(part);
        return world.fails !== true;
      },
      mustBeWhole: world.whole === true,
      say: (line: string) => void said.push(line),
    };
    const skipped = provideParts(suitesOf(planted.folder), machine).map(
      ({ suite, lacks }) => `${suite}: ${lacks.join()}`,
    );
    return { skipped, said, installed };
  }

  test("does nothing where all are there", () => {
    expect(see({ has: ["chromium", "mosquitto", "zbarimg"] })).toEqual({ skipped: [], said: [], installed: [] });
  });

  test("installs what is missing, and only that, where it may", () => {
    expect(see({ has: ["chromium"], root: true })).toMatchObject({ skipped: [], installed: ["mosquitto", "zbarimg"] });
  });

  test("elsewhere names the one command, and what is left out", () => {
    const { skipped, said } = see({ has: ["chromium"] });
    expect(skipped).toEqual(["test/device/print.test.ts: mosquitto,zbarimg", "test/wire/link.test.ts: mosquitto"]);
    expect(said).toEqual([
      "Missing: mosquitto (a real MQTT broker), zbarimg (a second reader of QR codes). " +
        "Install with: sudo apt-get install -y mosquitto zbar-tools",
    ]);
  });

  test("leaves nothing out with CI=true, but fails", () => {
    expect(() => see({ has: ["chromium"], whole: true })).toThrow(/zbar-tools\nWith CI=true nothing is skipped/);
    expect(() => see({ has: ["chromium"], root: true, fails: true, whole: true })).toThrow(/nothing is skipped/);
    expect(see({ has: ["chromium"], root: true, whole: true }).skipped).toEqual([]);
  });

  test("brings a compiler before packages that need one", () => {
    const installed: string[] = [];
    const install = (parts: readonly string[]): boolean => installed.push(...parts) > 0;
    const said: string[] = [];
    const bare = {
      find: () => undefined,
      mayInstall: () => true,
      install,
      mustBeWhole: false,
      say: (line: string) => void said.push(line),
    };
    provideCompiler(bare);
    provideCompiler({ ...bare, mayInstall: () => false });
    provideCompiler({ ...bare, find: () => "/usr/bin/g++" });
    expect(installed).toEqual(["compiler"]);
    expect(said).toEqual([expect.stringContaining("sudo apt-get install -y g++ make python3")]);
  });

  test("asks for a package once, though two parts come with it", () => {
    expect(commandFor(["compiler", "python3"])).toBe("sudo apt-get install -y g++ make python3");
  });
});
