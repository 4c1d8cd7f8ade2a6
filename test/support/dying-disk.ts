import { renameSync, rmSync, writeFileSync } from "node:fs";
import { type FileHands, fileHands } from "../../host/replace-file.ts";

/** The power is gone: nothing more reaches the disk. */
export class PowerLost extends Error {}

/** A disk that has done what it is told before anybody goes on: time that stands still need not wait for it. */
export const promptDisk: FileHands = {
  write: async (file, text, mode) => writeFileSync(file, text, { mode }),
  rename: async (from, to) => renameSync(from, to),
  remove: async (file) => rmSync(file, { force: true }),
  flushFolder: async () => undefined,
};

/** A disk whose power goes at the `nth` thing that is done to it, half done; 0 is the first. Counts what was done. */
export function dyingDisk(nth: number): { readonly hands: FileHands; readonly done: () => number } {
  let done = 0;
  const step = async (act: () => Promise<void>, half: () => void = () => undefined): Promise<void> => {
    if (done > nth) throw new PowerLost();
    done += 1;
    if (done <= nth) return act();
    half();
    throw new PowerLost();
  };
  return {
    done: () => done,
    hands: {
      write: (file, text, mode) =>
        step(
          () => fileHands.write(file, text, mode),
          () => writeFileSync(file, text.slice(0, text.length / 2), { mode }),
        ),
      rename: (from, to) => step(() => fileHands.rename(from, to)),
      remove: (file) => step(() => fileHands.remove(file)),
      flushFolder: (folder) => step(() => fileHands.flushFolder(folder)),
    },
  };
}
