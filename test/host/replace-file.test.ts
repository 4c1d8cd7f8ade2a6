import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type FileHands, removeFile, replaceFile } from "../../host/replace-file.ts";

/** Hands that do nothing and write down what they were told, each act when it is over. */
function tapedHands(): { readonly hands: FileHands; readonly tape: string[] } {
  const tape: string[] = [];
  const slowly = async (what: string): Promise<void> => {
    await Promise.resolve();
    tape.push(what);
  };
  const hands: FileHands = {
    write: (file, text, mode) => slowly(`write ${file} ${text} ${mode.toString(8)}`),
    rename: (from, to) => slowly(`rename ${from} ${to}`),
    remove: (file) => slowly(`remove ${file}`),
    flushFolder: (folder) => slowly(`flush ${folder}`),
  };
  return { hands, tape };
}

test("a file is whole beside its place before it takes it, and then its name is on the disk", async () => {
  const { hands, tape } = tapedHands();
  await replaceFile("/var/keys.json", "{}", 0o600, hands);
  expect(tape).toEqual(["write /var/keys.json.new {} 600", "rename /var/keys.json.new /var/keys.json", "flush /var"]);
});

test("a file is gone for good when its folder says so", async () => {
  const { hands, tape } = tapedHands();
  await removeFile("/var/keys.json", hands);
  expect(tape).toEqual(["remove /var/keys.json", "flush /var"]);
});

test("on a disk, the new one takes the place of the old with its own rights, and one that is not there may be removed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "replaced-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "keys.json");
  writeFileSync(file, "old", { mode: 0o644 });
  await replaceFile(file, "new", 0o600);
  expect([readFileSync(file, "utf8"), statSync(file).mode & 0o777, readdirSync(folder)]).toEqual([
    "new",
    0o600,
    ["keys.json"],
  ]);
  await removeFile(file);
  await removeFile(file);
  expect(readdirSync(folder)).toEqual([]);
});
