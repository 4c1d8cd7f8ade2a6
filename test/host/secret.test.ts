import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readSecretFile, Secret } from "../../host/secret.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "secret-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

const reveal = (place: string, env: NodeJS.ProcessEnv = {}): string => {
  const read = readSecretFile(place, env);
  return read.is === "read" ? read.secret.reveal() : `unreadable: ${read.problem}`;
};

describe("a secret", () => {
  const secret = new Secret("SB-Mid-server-1234");

  test.each([
    ["in a text", () => `${secret}`],
    ["joined to a text", () => ["key", secret].join(" ")],
    ["as JSON", () => JSON.stringify({ deep: [secret] })],
    ["inspected", () => inspect({ deep: [secret] }, { showHidden: true, depth: 9 })],
    ["in an error", () => inspect(new Error("refused", { cause: secret }))],
    ["spread", () => JSON.stringify({ ...secret })],
    ["copied", () => inspect(Object.assign({}, secret))],
  ])("never prints: %s", (_, print) => {
    expect(print()).not.toContain("1234");
  });

  test("shows where it stands", () => {
    expect(inspect([secret])).toBe("[ [secret] ]");
    expect(`${secret} ${JSON.stringify(secret)}`).toBe('[secret] "[secret]"');
  });

  test("gives itself out only when told to", () => {
    expect(secret.reveal()).toBe("SB-Mid-server-1234");
  });
});

describe("a secret's file", () => {
  test.each([
    ["a line break", "abc\n", "abc"],
    ["Windows' line break", "abc\r\n", "abc"],
    ["spaces, which may belong to it", " a b \n", " a b "],
    ["several lines", "-----BEGIN\nx\n-----END\n", "-----BEGIN\nx\n-----END"],
  ])("is read without the line break at its end: %s", (_, content, secret) => {
    expect(reveal(file("key", content))).toBe(secret);
  });

  test("that systemd hands over is found by its name", () => {
    file("server-key", "abc\n");
    expect(reveal("credential:server-key", { CREDENTIALS_DIRECTORY: folder })).toBe("abc");
  });

  test.each([
    ["is not there", () => join(folder, "none"), /none does not exist: create it/],
    ["is empty", () => file("empty", "\n"), /empty is empty: write the secret into it/],
    ["is a folder", () => folder, /is a folder: name the file in it/],
    ["is named relatively", () => "key", /"key" is not an absolute path: write \/etc/],
    ["is a credential without systemd", () => "credential:key", /add LoadCredential=key:/],
    ["is longer than a secret can be", () => file("long", "x".repeat(70_000)), /holds 70000 bytes/],
  ])("that %s is refused with what to do", (_, place, problem) => {
    expect(reveal(place())).toMatch(problem);
    expect(reveal(place())).toMatch(/^unreadable: /);
  });

  test.each(["../key", "a/b", "", ".", "..", ".hidden", "a\0b", "a\n"])(
    "is not found by a name that leaves the folder: %j",
    (name) => {
      mkdirSync(join(folder, "credentials"));
      file("key", "stolen");
      expect(reveal(`credential:${name}`, { CREDENTIALS_DIRECTORY: join(folder, "credentials") })).toMatch(
        /names no credential/,
      );
    },
  );
});
