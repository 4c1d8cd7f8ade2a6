import type { SecretRead } from "../../host/secret.ts";
import type { Clock } from "../../protocol/time.ts";

/** One user with all groups that count. */
export type Person = { readonly name: string; readonly uid: number; readonly gids: readonly number[] };

export type Entry = {
  readonly kind: "file" | "folder" | "device" | "other";
  /** Permission bits, 0o000 to 0o777. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
};

/** A GPIO chip as the kernel shows it. `base`: its first line's number in sysfs. */
export type GpioChip = { readonly path: string; readonly label: string; readonly base?: number };

/** Whether this kernel's lines are in sysfs or behind the character device, and the chips that could be read. */
export type GpioChips = {
  readonly way: "sysfs" | "character-device";
  readonly chips: readonly GpioChip[];
  /** Chips that this user may not open. */
  readonly denied: readonly string[];
};

/** What of the machine the checks look at. Nothing throws but what a check should report as it is. */
export interface Machine {
  readonly clock: Clock;
  /** Such as `v20.19.2`, `arm64`, `6.12.34-v8`. */
  readonly node: string;
  readonly arch: string;
  readonly kernel: string;
  /** Who runs this check. */
  readonly user: Person;
  /** The file's text; `undefined` where there is none, or this user may not read it. */
  text(path: string): Promise<string | undefined>;
  /** Names in a folder; none where there is no such folder. */
  names(folder: string): Promise<readonly string[]>;
  /** Links are followed. */
  entry(path: string): Promise<Entry | undefined>;
  /** The path without links; the same where it leads nowhere. */
  real(path: string): Promise<string>;
  /** What a path or `credential:NAME` of the configuration holds, and what lies there. */
  secret(place: string): Promise<{ readonly read: SecretRead; readonly entry: Entry | undefined }>;
  /** What the command printed; `undefined` where it is not there, failed or took too long. */
  run(command: string, ...words: readonly string[]): Promise<string | undefined>;
  /** By the way that the configuration names. Rejects where the kernel cannot be asked. */
  gpio(way: string): Promise<GpioChips>;
  /** In bytes, for the disk that holds this folder. */
  space(folder: string): Promise<{ readonly free: number; readonly total: number } | undefined>;
  /** How long each of some small writes took to be on the disk, in milliseconds. Rejects where this user may not write. */
  syncs(folder: string): Promise<readonly number[]>;
}
