import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newKeyPair } from "../../protocol/keys.ts";
import { buildAnew, isBuilt, PRODUCT_BUILD } from "../../scripts/build.mjs";
import { ROOT } from "../../scripts/files.mjs";
import { buildPackage } from "../../scripts/package/main.mjs";
import { importedBy } from "../../scripts/package/modules.mjs";
import { type Debian, type Done, newDebian } from "./debian.ts";
import { filledIn } from "./filled-in.ts";

/** One package's life on a Debian that is its own, in the order in which a technician lives it. */

const VERSIONS = ["0.1.0", "0.1.1"] as const;
const CONFIG = "etc/qris-gateway/gateway.toml";
const JOURNAL = "var/lib/qris-gateway/journal.sqlite";
const MINE = "# a word of the technician's";

let debian: Debian;
let output: string;
const packages = new Map<string, string>();
const files: string[] = [];

beforeAll(() => {
  output = mkdtempSync(join(tmpdir(), "packages-"));
  if (!isBuilt(ROOT, PRODUCT_BUILD)) buildAnew(ROOT, PRODUCT_BUILD);
  debian = newDebian();
  for (const version of VERSIONS) {
    const wanted = { arch: "host", version, output, packing: ["-Zgzip", "-z1"] };
    const file = buildPackage(ROOT, wanted, () => undefined);
    files.push(file);
    const name = `qris-gateway-${version}.deb`;
    copyFileSync(file, join(debian.root, "tmp", name));
    packages.set(version, `/tmp/${name}`);
  }
}, 600_000);

afterAll(() => {
  debian?.remove();
  rmSync(output, { recursive: true, force: true });
});

const at = (path: string): string => join(debian.root, path);
const read = (path: string): string => readFileSync(at(path), "utf8");
const gateway = (...args: readonly string[]): Done => debian.run(["qris-gateway", ...args]);

function apt(...args: readonly string[]): string {
  const { code, out, err } = debian.run(["apt-get", "-q", "-y", ...args]);
  if (code !== 0) throw new Error(`apt-get ${args.join(" ")} ended with ${code}:\n${out}${err}`);
  return out + err;
}

const versionThere = (): string =>
  debian.run(["dpkg-query", "-W", "-f", `\${db:Status-Status} \${Version}`, "qris-gateway"]).out;
const isEnabled = (unit: string): boolean =>
  readdirSync(at("etc/systemd/system/multi-user.target.wants")).includes(unit);
const modeOf = (path: string): string => {
  const { mode, uid, gid } = statSync(at(path));
  return `${(mode & 0o7777).toString(8)} ${uid === 0 ? "root" : "other"} ${gid === 0 ? "root" : "other"}`;
};

describe("installed", { timeout: 120_000 }, () => {
  let said: string;

  beforeAll(() => {
    said = apt("install", packages.get(VERSIONS[0]) ?? "");
  });

  test("it is whole, and tells what to do next", () => {
    expect(versionThere()).toBe(`installed ${VERSIONS[0]}`);
    expect(debian.run(["dpkg", "--verify", "qris-gateway"])).toEqual({ code: 0, out: "", err: "" });
    expect(said).toContain("qris-gateway public-key /etc/qris-gateway/stand-key.pem");
  });

  test("nothing of it may be written by others, and state is the daemon's alone", () => {
    expect(modeOf("usr/bin/qris-gateway")).toBe("755 root root");
    expect(modeOf(CONFIG)).toBe("644 root root");
    expect(modeOf("usr/lib/qris-gateway/dist/gateway/main.js")).toBe("644 root root");
    expect(modeOf("var/lib/qris-gateway")).toBe("700 other other");
    const found = debian.run([
      "find",
      "/usr/lib/qris-gateway",
      "/etc/qris-gateway",
      "-not",
      "-user",
      "root",
      "-o",
      "-perm",
      "/022",
    ]);
    expect(found.out).toBe("");
  });

  test("its user belongs to the groups of its hardware", () => {
    const groups = debian.run(["id", "-Gn", "qris-gateway"]).out.trim().split(" ").sort();
    expect(groups).toEqual(["dialout", "gpio", "lp", "qris-gateway", "spi", "video"]);
    expect(read("etc/passwd")).toMatch(/^qris-gateway:.*:\/var\/lib\/qris-gateway:\/usr\/sbin\/nologin$/m);
  });

  test("its units start with the machine", () => {
    expect(isEnabled("qris-gateway.service")).toBe(true);
    expect(isEnabled("qris-gateway-key.service")).toBe(true);
  });

  test.each([
    ["units", ["systemd-analyze", "verify", "qris-gateway.service", "qris-gateway-key.service"]],
    ["udev rules", ["udevadm", "verify", "/usr/lib/udev/rules.d/60-qris-gateway.rules"]],
    ["users", ["systemd-sysusers", "--dry-run", "qris-gateway.conf"]],
    ["folders", ["systemd-tmpfiles", "--dry-run", "--create", "qris-gateway.conf"]],
  ])("systemd's own tool finds nothing wrong with its %s", (_, command) => {
    const { code, out, err } = debian.run(command);
    expect(`${out}${err}`).not.toMatch(/warn|error|fail: +[1-9]|unknown|ignoring|not found/i);
    expect(code).toBe(0);
  });

  test("its settings of the journal and of the watchdog are read", () => {
    const settings = (file: string): string => debian.run(["systemd-analyze", "cat-config", file]).out;
    expect(settings("systemd/journald.conf")).toContain("\nSystemMaxUse=64M\n");
    expect(settings("systemd/system.conf")).toContain("\nRuntimeWatchdogSec=15\n");
  });

  test("every package that the program imports can be loaded", () => {
    const files = readdirSync(at("usr/lib/qris-gateway/dist"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".js"))
      .map((entry) => join(entry.parentPath, entry.name));
    const names = importedBy(files);
    const script = `for (const name of ${JSON.stringify(names)}) await import(name).catch((error) => console.log(name, error.message));`;
    writeFileSync(at("usr/lib/qris-gateway/try.mjs"), `${script}\nprocess.exit(0);\n`);
    const { code, out, err } = debian.run(["node", "/usr/lib/qris-gateway/try.mjs"]);
    rmSync(at("usr/lib/qris-gateway/try.mjs"));
    expect(names).toEqual(expect.arrayContaining(["escpos", "better-sqlite3", "koffi", "mqtt", "fastify"]));
    expect({ code, out, err }).toEqual({ code: 0, out: "", err: "" });
  });

  test("its native code runs with this Debian's Node", () => {
    const script = `
      const need = require("node:module").createRequire("/usr/lib/qris-gateway/dist/gateway/main.js");
      const Database = need("better-sqlite3");
      const pixels = need("@napi-rs/canvas").createCanvas(4, 4).toBuffer("image/png").length;
      const pid = need("koffi").load("libc.so.6").func("int getpid()")();
      const loaded = ["epoll", "spi-device", "serialport", "onoff"].filter((name) => need(name) !== undefined);
      const { one } = new Database(":memory:").prepare("select 1 as one").get();
      console.log(JSON.stringify({ one, drew: pixels > 0, called: pid === process.pid, loaded: loaded.length }));`;
    const { out, err } = debian.run(["node", "-e", script]);
    expect(err).toBe("");
    expect(JSON.parse(out)).toEqual({ one: 1, drew: true, called: true, loaded: 4 });
  });

  test("it explains itself, and says what the configuration that came with it lacks", () => {
    expect(gateway("--help").out).toContain("open-relays");
    const { code, err } = gateway("run");
    expect(code).toBe(78);
    expect(err).toContain("this machine is not enrolled");
    for (const missing of ["screen.driver", "pins.driver"]) {
      expect(err).toContain(`${missing}: is missing`);
    }
  });

  test("with the blanks filled in it makes its key, shows its public half, and gets as far as its hardware", () => {
    const { publicJwk } = newKeyPair();
    writeFileSync(at(CONFIG), `${filledIn(read(CONFIG))}\n${MINE}\n`);
    writeFileSync(at("etc/qris-gateway/backend-keys.json"), JSON.stringify({ keys: [publicJwk] }));
    const made = gateway("new-key", "/etc/qris-gateway/stand-key.pem");
    expect(modeOf("etc/qris-gateway/stand-key.pem")).toBe("600 root root");
    expect(gateway("public-key", "/etc/qris-gateway/stand-key.pem").out).toBe(made.out);
    const { code, err } = asDaemon("qris-gateway", "run");
    expect(err).toMatch(/no GPIO chip|spidev/);
    expect(code).toBe(1);
    expect(existsSync(at(JOURNAL))).toBe(true);
  });
});

/** As the unit does it: another user, and a credential of its own. */
function asDaemon(...command: readonly string[]): Done {
  const folder = "/run/credentials-of-a-test";
  debian.run(["install", "-d", "-o", "qris-gateway", folder]);
  debian.run(["install", "-o", "qris-gateway", "-m", "400", "/etc/qris-gateway/stand-key.pem", `${folder}/stand-key`]);
  const user = ["setpriv", "--reuid=qris-gateway", "--regid=qris-gateway", "--init-groups", "--no-new-privs"];
  return debian.run([...user, ...command], { CREDENTIALS_DIRECTORY: folder });
}

describe("upgraded", { timeout: 120_000 }, () => {
  beforeAll(() => {
    debian.run(["systemctl", "disable", "qris-gateway.service"]);
    apt("install", packages.get(VERSIONS[1]) ?? "");
  });

  test("it is the new version", () => {
    expect(versionThere()).toBe(`installed ${VERSIONS[1]}`);
    expect(read("usr/lib/qris-gateway/package.json")).toContain(`"version": "${VERSIONS[1]}"`);
  });

  test("configuration, keys and journal are those from before", () => {
    expect(read(CONFIG)).toContain(MINE);
    expect(readdirSync(at("etc/qris-gateway")).sort()).toEqual(["backend-keys.json", "gateway.toml", "stand-key.pem"]);
    expect(existsSync(at(JOURNAL))).toBe(true);
  });

  test("a unit that the technician has switched off stays off", () => {
    expect(isEnabled("qris-gateway.service")).toBe(false);
    expect(isEnabled("qris-gateway-key.service")).toBe(true);
  });
});

describe("removed", { timeout: 120_000 }, () => {
  beforeAll(() => void apt("remove", "qris-gateway"));

  test("the program is gone", () => {
    const left = debian.run(["find", "/usr", "-path", "*qris-gateway*"]).out;
    expect(left).toBe("");
  });

  test("configuration, keys and journal are still there", () => {
    expect(read(CONFIG)).toContain(MINE);
    expect(existsSync(at("etc/qris-gateway/stand-key.pem"))).toBe(true);
    expect(existsSync(at(JOURNAL))).toBe(true);
  });
});

describe("purged", { timeout: 120_000 }, () => {
  let said: string;
  let journal: Buffer;

  beforeAll(() => {
    journal = readFileSync(at(JOURNAL));
    said = apt("purge", "qris-gateway");
  });

  test("nothing of it is left but a copy of the journal, and where that is, is said", () => {
    const left = debian.run([
      "find",
      "/etc",
      "/usr",
      "/var",
      "-name",
      "*qris-gateway*",
      "-not",
      "-path",
      "/var/cache/*",
    ]).out;
    const [backup = "", ...others] = left.trim().split("\n");
    expect(others).toEqual([]);
    expect(backup).toMatch(/^\/var\/backups\/qris-gateway-\d{8}T\d{6}$/);
    expect(said).toContain(backup);
    expect(modeOf(backup)).toBe("700 other other");
    expect(readFileSync(at(join(backup, "journal.sqlite")))).toEqual(journal);
  });

  test("it can be installed once more, as if it had never been there", () => {
    apt("install", packages.get(VERSIONS[1]) ?? "");
    expect(read(CONFIG)).not.toContain(MINE);
    expect(isEnabled("qris-gateway.service")).toBe(true);
  });
});

test("the same sources make the same package, byte for byte", () => {
  const wanted = { arch: "host", version: VERSIONS[0], output: join(output, "again"), packing: ["-Zgzip", "-z1"] };
  const again = buildPackage(ROOT, wanted, () => undefined);
  expect(readFileSync(again).equals(readFileSync(files[0] ?? ""))).toBe(true);
});
