import type { Entry, Machine, Person } from "./machine.ts";
import { UNIT } from "./unit.ts";

/** As whom the stand runs: the unit's user where systemd has one, else whoever asks. */
export async function standUser(machine: Machine): Promise<Person> {
  const unit = await machine.run("systemctl", "cat", UNIT);
  const name = lastOf(unit, "User")[0];
  const user = (await rowsOf(machine, "/etc/passwd")).find(([known]) => known === name);
  if (name === undefined || user === undefined) return machine.user;
  const groups = await rowsOf(machine, "/etc/group");
  const named = [...lastOf(unit, "Group"), ...lastOf(unit, "SupplementaryGroups")];
  const joined = groups.filter(
    ([group = "", , , members = ""]) => named.includes(group) || members.split(",").includes(name),
  );
  return { name, uid: Number(user[2]), gids: [Number(user[3]), ...joined.map(([, , gid]) => Number(gid))] };
}

/** The words of a unit's setting; of several lines all. */
const lastOf = (unit: string | undefined, setting: string): readonly string[] =>
  [...(unit ?? "").matchAll(new RegExp(`^${setting}=(.*)$`, "gm"))]
    .flatMap(([, words = ""]) => words.split(/\s+/))
    .filter((word) => word !== "");

const rowsOf = async (machine: Machine, file: string): Promise<readonly (readonly string[])[]> =>
  ((await machine.text(file)) ?? "").split("\n").map((line) => line.split(":"));

export const READ = 0o4;
export const WRITE = 0o2;

/** By the permission bits; what an access list or a namespace of systemd adds or takes, is not seen. */
export function may({ uid, gids }: Person, entry: Entry, want: number): boolean {
  if (uid === 0) return true;
  const shift = entry.uid === uid ? 6 : gids.includes(entry.gid) ? 3 : 0;
  return ((entry.mode >> shift) & want) === want;
}

/** The group's name, or its number. */
export async function groupName(machine: Machine, gid: number): Promise<string> {
  const rows = await rowsOf(machine, "/etc/group");
  return rows.find(([, , number]) => Number(number) === gid)?.[0] ?? String(gid);
}
