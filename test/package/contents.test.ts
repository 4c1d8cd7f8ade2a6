import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { gatewayConfig } from "../../gateway/config.ts";
import { readConfig } from "../../host/config.ts";
import { copyrightOf, examined } from "../../scripts/package/contents.mjs";
import { newest, newestOf, readElf } from "../../scripts/package/elf.mjs";
import { closureOf, importedBy, isKept, type Lock, packageName, readLock } from "../../scripts/package/modules.mjs";
import { TARGETS, targetOf } from "../../scripts/package/targets.mjs";
import { type Planted, plant, ROOT } from "../tooling/plant.ts";
import { filledIn } from "./filled-in.ts";

let planted: Planted | undefined;

afterEach(() => {
  planted?.remove();
  planted = undefined;
});

const own = targetOf("host");
const arm64 = targetOf("arm64");
const another = own === arm64 ? targetOf("amd64") : arm64;

test("a package is for a kind of machine that there is", () => {
  expect(Object.keys(TARGETS)).toContain(own.deb);
  expect(() => targetOf("riscv64")).toThrow("--arch takes arm64, armhf, amd64 or host");
});

describe("a binary", () => {
  test("says what machine it is for", () => {
    const node = readFileSync(process.execPath).subarray(0, 64);
    expect(readElf(node)).toEqual({ bits: own.bits, machine: own.elf });
    expect(readElf(Buffer.from("#!/bin/sh\necho no binary at all\n"))).toBeUndefined();
    expect(readElf(Buffer.from("\x7fELF", "latin1"))).toBeUndefined();
  });

  test("says which C library it asks for, and 2.9 comes before 2.34", () => {
    const bytes = Buffer.from("\0GLIBC_2.9\0GLIBC_2.34\0GLIBC_2.4\0GLIBC_PRIVATE\0GLIBCXX_3.4.29\0");
    expect(newestOf(bytes, "GLIBC")).toBe("2.34");
    expect(newestOf(bytes, "GLIBCXX")).toBe("3.4.29");
    expect(newestOf(bytes, "CXXABI")).toBeUndefined();
    expect(newest(["12", "2.36", "2.36.1"])).toBe("12");
  });

  test("of another machine is no part of a package", () => {
    planted = plant({ "usr/lib/a/index.js": "", "usr/lib/a/node_modules/b/index.js": "" });
    const stranger = "usr/lib/a/node_modules/b/b.node";
    copyFileSync(
      join(ROOT, "node_modules/better-sqlite3/build/Release/better_sqlite3.node"),
      join(planted.folder, stranger),
    );
    const { folder } = planted;
    expect(() => examined(folder, another)).toThrow(`not for ${another.deb}: ${stranger}`);
    expect(examined(folder, own).binaries).toEqual([stranger]);
    expect(examined(folder, own).depends[0]).toMatch(/^libc6 \(>= 2\.\d+\)$/);
  });
});

describe("the packages of npm", () => {
  const lock: Lock = {
    "": {},
    "node_modules/a": {
      dependencies: { b: "1", "@types/c": "1", nan: "2" },
      optionalDependencies: { wish: "1", "a-arm64": "1", "a-x64": "1", "a-musl": "1" },
    },
    "node_modules/a/node_modules/b": { dependencies: { d: "1" } },
    "node_modules/a-arm64": { os: ["linux"], cpu: ["arm64"] },
    "node_modules/a-x64": { os: ["linux"], cpu: ["x64"], libc: ["glibc"] },
    "node_modules/a-musl": { os: ["linux"], cpu: ["arm64"], libc: ["musl"] },
    "node_modules/b": {},
    "node_modules/wish": {},
    "node_modules/d": { dependencies: { b: "2" } },
  };

  test("are those that are needed at run time, each where Node would find it, with the binaries of the target", () => {
    expect(closureOf(lock, ["a"], arm64)).toEqual([
      "node_modules/a",
      "node_modules/a-arm64",
      "node_modules/a/node_modules/b",
      "node_modules/b",
      "node_modules/d",
      "node_modules/wish",
    ]);
  });

  test("that are missing, or have no binary for the target, make no package", () => {
    expect(() => closureOf(lock, ["e"], arm64)).toThrow("the product needs e");
    expect(() => closureOf(lock, ["a"], targetOf("armhf"))).toThrow("node_modules/a has no binary for armhf");
  });

  test("are found in what is compiled, by name", () => {
    planted = plant({
      "a.js":
        'import { z } from "zod/v4";\nimport b from "./b.js";\nimport { c } from "@a/b/c";\nimport fs from "node:fs";\n',
      "b.js": 'const { x } = await import("koffi");\nexport { y } from "mqtt";\n',
    });
    expect(importedBy(["a.js", "b.js"].map((file) => join(planted?.folder ?? "", file)))).toEqual([
      "@a/b",
      "koffi",
      "mqtt",
      "zod",
    ]);
    expect(packageName("node_modules/x/node_modules/@a/b")).toBe("@a/b");
  });

  test("of ours have what a stand of each kind needs", () => {
    const names = ["@napi-rs/canvas", "koffi", "better-sqlite3", "serialport"];
    for (const target of Object.values(TARGETS)) {
      const places = closureOf(readLock(ROOT), names, target);
      expect(places.filter((place) => /canvas-|koffi-/.test(place))).toHaveLength(2);
      expect(places).not.toContain("node_modules/prebuild-install");
    }
  });

  test.each([
    ["index.js", true],
    ["build/index.js", true],
    ["LICENSE", true],
    ["LICENSE.md", true],
    ["README.md", false],
    ["index.d.ts", false],
    ["index.js.map", false],
    ["src/epoll.cc", false],
    ["src/node.js", true],
    ["test/LICENSE", false],
    ["examples/run.js", false],
    ["build/Release/epoll.node", false],
    ["prebuilds/linux-arm64/x.armv8.glibc.node", true],
    ["prebuilds/linux-arm64/x.armv8.musl.node", false],
    ["prebuilds/linux-x64/x.glibc.node", false],
    ["linux_arm64/koffi.node", true],
    ["musl_arm64/koffi.node", false],
  ])("keep of their files only what runs: %s is %s", (file, kept) => {
    expect(isKept(file, arm64)).toBe(kept);
  });

  test("stand in the copyright file, each with its licence", () => {
    planted = plant({
      "usr/lib/qris-gateway/node_modules/@a/b/package.json": '{"license": "MIT"}',
      "usr/lib/qris-gateway/node_modules/c/package.json": '{"license": {"type": "ISC"}}',
      "usr/lib/qris-gateway/node_modules/c/lib/package.json": '{"type": "module"}',
    });
    const text = copyrightOf(planted.folder);
    expect(text.match(/^License: .+$/gm)).toEqual(["License: Apache-2.0", "License: MIT", "License: ISC"]);
    expect(text).toContain("Files: /usr/lib/qris-gateway/node_modules/@a/b/*\n");
  });
});

test("the configuration in the package is right once its blanks are filled in, and only then", () => {
  const text = readFileSync(join(ROOT, "scripts/package/debian/gateway.toml"), "utf8");
  expect(readConfig(filledIn(text), gatewayConfig)).toMatchObject({ is: "good" });
  expect(readConfig(text, gatewayConfig).is).toBe("bad");
});
