import { open, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** What is done to the disk; a test lets the power go between two of these. */
export type FileHands = {
  /** Resolves when the whole file is on the disk. */
  write(file: string, text: string, mode: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(file: string): Promise<void>;
  /** Resolves when the names in it are on the disk. */
  flushFolder(folder: string): Promise<void>;
};

export const fileHands: FileHands = {
  write: (file, text, mode) => writeFile(file, text, { mode, flush: true }),
  rename,
  remove: (file) => rm(file, { force: true }),
  flushFolder: async (folder) => {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

/**
 * Puts a file in the place of another. Whenever the power goes, whoever reads afterwards finds one of them, whole; when this
 * resolves, the new one. One writer at a time: the draft beside it has one name.
 */
export async function replaceFile(
  file: string,
  text: string,
  mode: number,
  hands: FileHands = fileHands,
): Promise<void> {
  const draft = `${file}.new`;
  await hands.write(draft, text, mode);
  await hands.rename(draft, file);
  await hands.flushFolder(dirname(file));
}

/** Resolves when it is gone for good; also where there is none. */
export async function removeFile(file: string, hands: FileHands = fileHands): Promise<void> {
  await hands.remove(file);
  await hands.flushFolder(dirname(file));
}
