import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { completed, missingOptionals } from "../../scripts/complete-lock.mjs";
import { ROOT } from "./plant.ts";

type Entry = { version?: string; resolved?: string; hasInstallScript?: boolean; optional?: boolean; dev?: boolean };
type Lock = { packages: Record<string, Entry> };

const text = readFileSync(join(ROOT, "package-lock.json"), "utf8");
const lock: Lock = JSON.parse(text);
const own: Record<"dependencies" | "devDependencies" | "allowScripts", Record<string, unknown>> = JSON.parse(
  readFileSync(join(ROOT, "package.json"), "utf8"),
);
const names = Object.keys(lock.packages).filter((place) => place !== "");
const nameOf = (place: string): string => place.slice(place.lastIndexOf("node_modules/") + "node_modules/".length);

describe("the lock", () => {
  test("names no registry, so that it works with any", () => {
    expect(names.filter((place) => lock.packages[place]?.resolved !== undefined)).toEqual([]);
    expect(text).not.toMatch(/registry\.|\.tgz"/);
  });

  test("knows the packages of every platform, so that npm ci takes it on each", () => {
    expect(missingOptionals(lock).map(({ name }) => name)).toEqual([]);
  });

  test("has a version for every package", () => {
    expect(names.filter((place) => lock.packages[place]?.version === undefined)).toEqual([]);
  });

  test("has a hash for every package of Linux on PC and Raspberry Pi", () => {
    const entries = Object.entries(
      lock.packages as Record<string, Entry & { integrity?: string; cpu?: string[]; os?: string[] }>,
    );
    const ours = entries.filter(([place, { os, cpu }]) => {
      const runsHere =
        (os ?? ["linux"]).includes("linux") && (cpu ?? ["x64"]).some((one) => ["x64", "arm64"].includes(one));
      return place !== "" && runsHere && !place.includes("musl");
    });
    expect(ours.filter(([, { integrity }]) => integrity === undefined).map(([place]) => place)).toEqual([]);
  });
});

describe("package.json", () => {
  test("says of every install script whether it may run, by name alone", () => {
    const scripted = names.filter((place) => lock.packages[place]?.hasInstallScript === true).map(nameOf);
    const decided = Object.keys(own.allowScripts);
    // fsevents has one, and is for macOS only.
    expect(scripted.filter((name) => !decided.includes(name) && name !== "fsevents")).toEqual([]);
    expect(decided.filter((name) => /.@/.test(name))).toEqual([]);
  });

  test("names exact versions", () => {
    const versions = Object.entries({ ...own.dependencies, ...own.devDependencies });
    expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(String(version)))).toEqual([]);
  });
});

describe("completing a lock", () => {
  const partial = {
    packages: {
      "": {},
      "node_modules/tool": {
        version: "1.2.3",
        dev: true,
        optionalDependencies: { "@t/linux-x64": "1.2.3", "@t/darwin-arm64": "1.2.3", "@t/linux-arm64-musl": "1.2.3" },
      },
      "node_modules/tool/node_modules/@t/linux-x64": { version: "1.2.3", optional: true },
    },
  };

  test("adds what is missing, with its platform, and nothing that is there", () => {
    const whole: Record<string, object> = completed(partial).packages;
    expect(whole["node_modules/@t/darwin-arm64"]).toEqual({
      version: "1.2.3",
      cpu: ["arm64"],
      dev: true,
      optional: true,
      os: ["darwin"],
    });
    expect(whole["node_modules/@t/linux-arm64-musl"]).toMatchObject({ cpu: ["arm64"], os: ["linux"], libc: ["musl"] });
    expect(Object.keys(whole)).toEqual(expect.not.arrayContaining(["node_modules/@t/linux-x64"]));
    expect(missingOptionals(completed(partial))).toEqual([]);
  });

  test.each([
    ["a version that is not exact", { "@t/linux-x64": "^1.0.0" }, /exact version/],
    ["a name without a platform", { "@t/extra": "1.0.0" }, /platform is not in its name/],
  ])("refuses %s", (_, optionalDependencies, problem) => {
    expect(() => completed({ packages: { "node_modules/tool": { optionalDependencies } } })).toThrow(problem);
  });
});
