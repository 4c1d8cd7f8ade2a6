import { existsSync } from "node:fs";
import { JournalFault } from "../../journal/journal.ts";
import { readSqliteJournal } from "../../journal/sqlite/open.ts";
import { tellKinds } from "../order/effects.ts";
import { standShape } from "../order/shape.ts";
import { type Check, configuredCheck } from "./check.ts";

/** The journal's file, read without touching it. */

const journal = configuredCheck({
  name: "journal",
  asks: "Is the journal whole, and is somebody owed something?",
  outcomes: {
    ok: { verdict: "ok", means: "It is, and nobody is. journal verify looks closer." },
    none: { verdict: "ok", means: "There is none yet; the stand makes one when it starts." },
    owed: {
      verdict: "warning",
      means: "Orders were paid and not delivered: staff must decide.",
      todo: "qris-gateway journal list --owed; at the backend: qris-backend owed",
    },
    damaged: {
      verdict: "wrong",
      means: "It is no journal of this program, or damaged. The stand sets it aside at its next start and begins anew.",
      todo: "keep the file; look at the disk: a card that damages files goes on doing so",
    },
    newer: { verdict: "wrong", means: "A later version of this program wrote it.", todo: "install that version again" },
    unreadable: { verdict: "wrong", means: "It may not be read.", todo: "run doctor as root" },
  },
  look: async ({ config: { journal } }) => {
    if (!existsSync(journal.file)) return { as: "none", found: `${journal.file} is not there yet` };
    try {
      return await seenIn(journal.file);
    } catch (error) {
      if (!(error instanceof JournalFault)) throw error;
      const as = error.code === "corrupt" ? "damaged" : error.code === "newer" ? "newer" : "unreadable";
      return { as, found: error.message };
    }
  },
});

async function seenIn(file: string): Promise<{ readonly as: "ok" | "owed"; readonly found: string }> {
  const journal = readSqliteJournal(file, standShape);
  try {
    const states = (await journal.unfinished()).map(({ state }) => state);
    const owed = states.filter(({ at }) => at === "troubled").length;
    const { count } = await journal.backlog(tellKinds);
    const found = `${states.length} orders open, ${owed} of them owed, ${count} statements wait for the backend`;
    return { as: owed > 0 ? "owed" : "ok", found };
  } finally {
    await journal.close();
  }
}

export const journalChecks: readonly Check[] = [journal];
