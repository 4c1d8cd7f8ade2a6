import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ROOT } from "../../scripts/files.mjs";
import { needs } from "../support/needs.ts";

/** The units before they are in any package, by this machine's systemd: that of Raspberry Pi OS Bookworm knows less than the next. */

const FOLDER = join(ROOT, "systemd");
const UNITS = readdirSync(FOLDER).filter((file) => file.endsWith(".service"));
const SYSTEM = "usr/lib/systemd/system";
/** systemd 254 brought them; before, they are named and ignored. */
const LADDER = ["RestartSteps", "RestartMaxDelaySec"];

let root: string;
let analyze: string;

beforeAll(() => {
  analyze = needs("systemd");
  root = mkdtempSync(join(tmpdir(), "units-"));
  mkdirSync(join(root, "usr/bin"), { recursive: true });
  cpSync(join("/", SYSTEM), join(root, SYSTEM), { recursive: true });
  for (const unit of UNITS) copyFileSync(join(FOLDER, unit), join(root, SYSTEM, unit));
  symlinkSync("usr/bin", join(root, "bin"));
  for (const program of ["usr/bin/node", "usr/bin/qris-gateway", "usr/bin/kill", "usr/bin/find", "usr/bin/sh"]) {
    writeFileSync(join(root, program), "#!/bin/sh\n");
    chmodSync(join(root, program), 0o755);
  }
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const ask = (...args: readonly string[]) => spawnSync(analyze, args, { encoding: "utf8" });
const version = (): number => Number(/^systemd (\d+)/.exec(ask("--version").stdout)?.[1]);

describe.each(UNITS)("%s", (unit) => {
  test("is understood", () => {
    const { stderr } = ask(`--root=${root}`, "verify", unit);
    const about = [...new Set(stderr.split("\n").filter((line) => line.includes("qris-")))];
    const unknown = about.filter((line) => version() >= 254 || !LADDER.some((key) => line.includes(`'${key}'`)));
    expect(unknown).toEqual([]);
  });

  test("is open to little beside what it needs", () => {
    const { stdout } = ask("security", "--offline=true", join(FOLDER, unit));
    expect(Number(/Overall exposure level[^:]*: ([\d.]+)/.exec(stdout)?.[1])).toBeLessThanOrEqual(2.5);
  });
});

test("several backends on a machine are locked in as the only one is", () => {
  const without = (unit: string): string =>
    readFileSync(join(FOLDER, unit), "utf8")
      .split("\n")
      .filter((line) => !line.startsWith("#"))
      .join("\n")
      .replace(/ %i(?=:)/, "")
      .replaceAll("-%i", "")
      .replaceAll("%i.toml", "backend.toml");
  expect(without("qris-backend@.service")).toBe(without("qris-backend.service"));
});

test("the relays' guard is not killed together with a daemon that dies: it opens the contacts", () => {
  const modes = readFileSync(join(FOLDER, "qris-gateway.service"), "utf8").match(/^KillMode=.*$/gm);
  expect(modes).toEqual(["KillMode=control-group"]);
});
