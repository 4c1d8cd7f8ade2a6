import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { PARTS, packagesOf } from "./parts.mjs";

/** Whether this process may install Debian packages. */
export const mayInstall = () => existsSync("/etc/debian_version") && process.getuid?.() === 0;

/**
 * The command that brings these parts, for a person to type.
 * @param {readonly string[]} parts
 */
export const commandFor = (parts) => `sudo apt-get install -y ${packagesOf(parts).join(" ")}`;

/** @param {readonly string[]} parts */
export const reasonsFor = (parts) => parts.map((part) => `${part} (${PARTS[part]?.why ?? "?"})`).join(", ");

/**
 * Installs them; quiet unless it fails.
 * @param {readonly string[]} parts
 * @param {(line: string) => void} say
 * @returns {boolean}
 */
export function installParts(parts, say) {
  say(`Installing ${packagesOf(parts).join(" ")} with apt-get, for ${reasonsFor(parts)} …`);
  return apt(["update"], say) && apt(["install", "-y", "--no-install-recommends", ...packagesOf(parts)], say);
}

/**
 * @param {readonly string[]} args
 * @param {(line: string) => void} say
 */
function apt(args, say) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const run = spawnSync("apt-get", ["-qq", ...args], { env, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  if (run.status === 0) return true;
  say(`apt-get ${args[0]} failed:\n${run.error?.message ?? `${run.stdout}${run.stderr}`}`);
  return false;
}
