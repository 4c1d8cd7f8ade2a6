import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { BadFile, type NamedFiles, readSetupFile } from "../../host/setup.ts";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "qris-setup-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

class BadLock extends Error {}
const schema = z.strictObject({ a: z.string(), b: z.string().optional() });
type Config = z.output<typeof schema>;

function read(toml: string, gather: (config: Config, files: NamedFiles) => unknown) {
  const source = { file: file("config.toml", toml), schema, env: {}, tellable: [BadLock] };
  return readSetupFile(source, (config, files) => ({ found: gather(config, files) }));
}

const throws = (error: Error) => (): never => {
  throw error;
};

describe("a setup", () => {
  test("is the configuration and what its files hold", () => {
    const place = file("a", "hello\n");
    const made = read(`a = "${place}"`, ({ a, b }, files) => [
      files.read("a", a, (text) => text),
      files.read("b", b, String),
    ]);
    expect(made).toEqual({ is: "good", setup: { found: ["hello", undefined] } });
  });

  test("is bad by its configuration, before any file is read", () => {
    const made = read("c = 1", throws(new Error("gathered all the same")));
    expect(made).toMatchObject({ is: "bad", explained: expect.stringContaining("a: is missing") });
  });

  test("is bad by everything that is wrong with its files, and says nothing of what is in them", () => {
    const place = file("a", "hunter2");
    const made = read(`a = "${place}"\nb = "/nowhere"`, ({ a, b }, files) => {
      files.read("a", a, throws(new BadLock("no lock")));
      files.secret("a", a, throws(new BadFile("no secret")));
      files.make("c.d", throws(new BadLock("does not fit")));
      return files.read("b", b, String);
    });
    if (made.is === "good") throw new Error("it was good");
    expect(made.explained.split("\n").slice(1)).toEqual([
      `  a: ${place}: no lock`,
      `  a: ${place}: no secret`,
      "  c.d: does not fit",
      "  b: /nowhere does not exist: create it, readable by the daemon's user only",
    ]);
    expect(made.explained).not.toContain("hunter2");
  });

  test("is not made by swallowing a bug", () => {
    const gather = (_: Config, files: NamedFiles) => files.make("a", throws(new TypeError("a bug")));
    expect(() => read('a = "x"', gather)).toThrow("a bug");
  });

  test("keeps a secret as a secret", () => {
    const place = file("a", "hunter2\n");
    let secret = "";
    read(`a = "${place}"`, ({ a }, files) => {
      const found = files.secret("a", a);
      secret = `${found} ${found?.reveal()}`;
    });
    expect(secret).toBe("[secret] hunter2");
  });
});
