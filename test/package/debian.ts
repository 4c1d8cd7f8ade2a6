import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { needs } from "../support/needs.ts";

/** A Debian 13 of one's own, as a folder: its programs run in it, its systemd does not. */
export type Debian = {
  readonly root: string;
  /** Runs a program in it, as root there; `env` beside a short one of its own. */
  run(command: readonly string[], env?: Readonly<Record<string, string>>): Done;
  remove(): void;
};

export type Done = { readonly code: number | null; readonly out: string; readonly err: string };

const SUITE = "trixie";
const MIRROR = "http://deb.debian.org/debian";
/** What the package depends on comes with it, so that apt has nothing to fetch later. */
const PACKAGES = ["systemd", "udev", "nodejs", "libstdc++6", "ca-certificates"];
const LEFT_OUT = ["/usr/share/doc/*", "/usr/share/man/*", "/usr/share/locale/*"];
const MAKE_MS = 400_000;
const RUN_MS = 120_000;
const ENV = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  LC_ALL: "C.UTF-8",
  DEBIAN_FRONTEND: "noninteractive",
};

/** Makes one out of Debian's packages, once; later ones are unpacked from what was kept. */
export function newDebian(): Debian {
  const image = keptImage();
  const root = mkdtempSync(join(tmpdir(), "debian-"));
  done("tar", ["-xf", image, "-C", root], RUN_MS);
  // What is left out of the image for its size is not left out of what is installed later.
  rmSync(join(root, "etc/dpkg/dpkg.cfg.d/99mmdebstrap"), { force: true });
  const run: Debian["run"] = (command, env = {}) => {
    const inside = [
      "--mount",
      "--pid",
      "--fork",
      "--kill-child",
      `--mount-proc=${root}/proc`,
      "chroot",
      root,
      ...command,
    ];
    const { status, stdout, stderr } = spawn("unshare", inside, RUN_MS, { ...ENV, ...env });
    return { code: status, out: stdout, err: stderr };
  };
  return { root, run, remove: () => rmSync(root, { recursive: true, force: true }) };
}

function keptImage(): string {
  const mmdebstrap = needs("mmdebstrap");
  const args = [
    "--variant=minbase",
    `--include=${PACKAGES.join(",")}`,
    '--aptopt=Acquire::Languages "none"',
    ...LEFT_OUT.map((path) => `--dpkgopt=path-exclude=${path}`),
    SUITE,
  ];
  const folder = join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "qris-package");
  const key = createHash("sha256").update(args.join("\0")).digest("hex").slice(0, 12);
  const image = join(folder, `${SUITE}-${process.arch}-${key}.tar`);
  if (existsSync(image)) return image;
  mkdirSync(folder, { recursive: true });
  const fresh = `${image}.new-${process.pid}.tar`;
  try {
    done(mmdebstrap, [...args, fresh, MIRROR], MAKE_MS);
    renameSync(fresh, image);
  } finally {
    rmSync(fresh, { force: true });
  }
  return image;
}

function done(command: string, args: readonly string[], timeout: number): void {
  const { status, stdout, stderr } = spawn(command, args, timeout, process.env);
  if (status !== 0) throw new Error(`${command} ended with ${status}:\n${stdout}${stderr.slice(-4_000)}`);
}

const spawn = (
  command: string,
  args: readonly string[],
  timeout: number,
  env: NodeJS.ProcessEnv,
): SpawnSyncReturns<string> => {
  const result = spawnSync(command, args, { cwd: "/", env, encoding: "utf8", timeout, maxBuffer: 64 * 1_048_576 });
  if (result.error !== undefined) throw result.error;
  return result;
};
