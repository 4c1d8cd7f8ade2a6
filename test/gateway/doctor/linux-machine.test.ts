import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { thisMachine, withCredentials } from "../../../gateway/doctor/linux-machine.ts";
import { may, READ, standUser, WRITE } from "../../../gateway/doctor/person.ts";
import { steadyClock } from "../../../host/clock.ts";
import { machineOf } from "./fake-machine.ts";

const clock = steadyClock("test");
let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "machine-")));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (name: string, text: string, mode = 0o644): string => {
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), mode);
  return join(folder, name);
};
const machine = thisMachine(clock, {});

describe("this machine", () => {
  test("says what it is", () => {
    expect(machine).toMatchObject({ node: process.version, arch: process.arch });
    expect(machine.user.uid).toBe(process.getuid?.());
  });

  test("tells files, folders and devices apart, with their modes, through links", async () => {
    const file = write("secret", "x", 0o640);
    symlinkSync(file, join(folder, "link"));
    expect(await machine.entry(join(folder, "link"))).toMatchObject({
      kind: "file",
      mode: 0o640,
      uid: process.getuid?.(),
    });
    expect(await machine.entry(folder)).toMatchObject({ kind: "folder" });
    expect(await machine.entry("/dev/null")).toMatchObject({ kind: "device", mode: 0o666 });
    expect(await machine.entry("/nowhere")).toBeUndefined();
    expect(await machine.real(join(folder, "link"))).toBe(file);
    expect(await machine.real("/nowhere/at/all")).toBe("/nowhere/at/all");
  });

  test("reads what there is, and nothing where there is nothing", async () => {
    expect(await machine.text(write("a", "text"))).toBe("text");
    expect(await machine.text(join(folder, "b"))).toBeUndefined();
    expect(await machine.names(folder)).toEqual(["a"]);
    expect(await machine.names(join(folder, "b"))).toEqual([]);
    expect((await machine.space(folder))?.total).toBeGreaterThan(0);
    expect(await machine.space("/nowhere")).toBeUndefined();
  });

  test("runs commands; of one that fails or is not there it says nothing", async () => {
    expect(await machine.run("echo", "a", "b")).toBe("a b\n");
    expect(await machine.run("false")).toBeUndefined();
    expect(await machine.run("no-such-command-anywhere")).toBeUndefined();
  });

  test("measures writes that reach the disk, and leaves nothing behind", async () => {
    const lengths = await machine.syncs(folder);
    expect(lengths.length).toBeGreaterThan(0);
    expect(lengths.length).toBeLessThanOrEqual(200);
    expect(Math.min(...lengths)).toBeGreaterThan(0);
    expect(readdirSync(folder)).toEqual([]);
    await expect(machine.syncs(join(folder, "none"))).rejects.toThrow("ENOENT");
  }, 30_000);
});

describe("credentials", () => {
  test("that systemd hands over are found, with the mode of the file", async () => {
    write("stand-key", "the key\n", 0o400);
    const given = await withCredentials({ CREDENTIALS_DIRECTORY: folder });
    const { read, entry } = await thisMachine(clock, given.env).secret("credential:stand-key");
    expect(read.is === "read" && read.secret.reveal()).toBe("the key");
    expect(entry?.mode).toBe(0o400);
    await given.close();
    expect(readdirSync(folder)).toEqual(["stand-key"]);
  });

  test("are looked for where the unit takes them from, for who asks at a terminal", async () => {
    const key = write("key.pem", "the key\n", 0o600);
    mkdirSync(join(folder, "bin"));
    const unit = `[Service]\nLoadCredential=stand-key:${key}\n# LoadCredential=other:/x\n`;
    write("bin/systemctl", `#!/bin/sh\ncat <<'EOT'\n${unit}EOT\n`, 0o755);
    const path = process.env["PATH"];
    process.env["PATH"] = `${join(folder, "bin")}:${path}`;
    const given = await withCredentials({}).finally(() => {
      process.env["PATH"] = path;
    });
    const { read, entry } = await thisMachine(clock, given.env).secret("credential:stand-key");
    expect(read.is === "read" && read.secret.reveal()).toBe("the key");
    expect(entry?.mode).toBe(0o600);
    const place = given.env["CREDENTIALS_DIRECTORY"] ?? "";
    expect(readdirSync(place)).toEqual(["stand-key"]);
    await given.close();
    expect(() => readdirSync(place)).toThrow("ENOENT");
  });
});

describe("a person", () => {
  const entry = { kind: "device", mode: 0o640, uid: 5, gid: 7 } as const;
  test.each([
    ["root", { uid: 0, gids: [] }, READ | WRITE, true],
    ["the owner", { uid: 5, gids: [] }, READ | WRITE, true],
    ["the group", { uid: 6, gids: [7] }, READ, true],
    ["the group", { uid: 6, gids: [7] }, WRITE, false],
    ["somebody else", { uid: 6, gids: [8] }, READ, false],
  ] as const)("who is %s may do what the bits say", (_, { uid, gids }, want, is) => {
    expect(may({ name: "ani", uid, gids }, entry, want)).toBe(is);
  });

  test("who runs the stand is the unit's user, in every group that unit and machine give", async () => {
    expect(await standUser(machineOf({}))).toEqual({ name: "qris-gateway", uid: 990, gids: [990, 986, 989, 7, 990] });
  });

  test("is whoever asks, where there is no unit or the unit's user is unknown", async () => {
    const user = { name: "ani", uid: 1000, gids: [1000] };
    const none = { "systemctl cat qris-gateway.service": undefined } as never;
    expect(await standUser(machineOf({ user, commands: none }))).toEqual(user);
    expect(await standUser(machineOf({ user, texts: { "/etc/passwd": "root:x:0:0\n" } }))).toEqual(user);
  });
});
