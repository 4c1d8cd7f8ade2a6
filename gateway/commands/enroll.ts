import { chownSync, existsSync, readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { z } from "zod";
import { EXIT_BAD_CONFIG, explainErrors, readConfigFile } from "../../host/config.ts";
import { silentLog } from "../../host/log.ts";
import { type Asked, type Command, FAILED, MISUSED } from "../../host/program.ts";
import { readVersion } from "../../host/version.ts";
import { type Enrolment, enrol } from "../enrolment/enrol.ts";
import { identityFolderIn } from "../enrolment/identity.ts";
import { enrolAddress, type Post, postJson } from "../enrolment/post.ts";
import { Shelf } from "../settings/shelf.ts";
import { careFolderOf, readSetup } from "../setup.ts";

const CODE = /^[0-9A-Za-z-]{8,64}$/;

/** Makes this machine a stand of a backend's, with a one-time code; again after a card was replaced. */
export const enrollWith =
  (post: Post): Command =>
  async (asked) => {
    const { at = "", code = "" } = asked.options;
    if (at === "" || code === "")
      return say(asked, "say where and by which code: enroll --at https://… --code …", MISUSED);
    const address = enrolAddress(at);
    if ("wrong" in address) return say(asked, address.wrong, MISUSED);
    if (!CODE.test(code))
      return say(asked, "the code has 8 to 64 letters, digits and dashes: is it complete?", MISUSED);
    const folder = folderIn(asked);
    if (folder === undefined) return EXIT_BAD_CONFIG;
    const done = await tryTo(() => enrol({ at: address.origin, code, folder, post }));
    if (done.is === "refused") return say(asked, `not enrolled: ${done.because}`, FAILED);
    return ending(asked, folder, done);
  };

export const enroll = enrollWith(postJson);

function folderIn(asked: Asked): string | undefined {
  const read = readConfigFile(asked.config, z.looseObject({}));
  if (read.is === "bad") {
    asked.say(explainErrors(asked.config, read.errors));
    return undefined;
  }
  const folder = identityFolderIn(read.config);
  if (folder === undefined)
    asked.say(`${asked.config} has no [enrolment]: write that line into it, and take id, [link] and [keys] out`);
  return folder;
}

/** What the disk refuses is for a person too. */
async function tryTo(act: () => Promise<Enrolment>): Promise<Enrolment> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
    return { is: "refused", because: `${error.message}. Run this as root; the same code can be said again.` };
  }
}

type Done = Extract<Enrolment, { is: "enrolled" }>;

/** The settings of an earlier enrolment say nothing any more; the first ones lie ready when the stand starts. */
async function ending(asked: Asked, folder: string, { identity, settings }: Done): Promise<number> {
  const { stand, name } = identity;
  asked.say(`this machine is the stand ${stand} now (${name}), with qris-gateway ${readVersion()}.`);
  giveToOwner(folder);
  const read = readSetup(asked.config, asked.env);
  if (read.is === "bad") {
    asked.say(`It cannot sell yet:\n${read.explained}`);
    return EXIT_BAD_CONFIG;
  }
  const care = careFolderOf(read.setup.config);
  const shelf = new Shelf({ folder: care, stand, log: silentLog });
  await shelf.forget();
  if (settings !== undefined && settings.version > 0) await shelf.want({ ...settings, tries: 0 });
  giveToOwner(care);
  asked.say("Next: sudo systemctl restart qris-gateway; then: sudo qris-gateway doctor");
  return 0;
}

/** What root has written is the daemon's: its user has the folder around it. */
function giveToOwner(folder: string): void {
  if (process.getuid?.() !== 0 || !existsSync(folder)) return;
  const { uid, gid } = statSync(dirname(folder));
  for (const file of [folder, ...readdirSync(folder).map((name) => join(folder, name))]) chownSync(file, uid, gid);
}

function say(asked: Asked, line: string, code: number): number {
  asked.say(line);
  return code;
}
