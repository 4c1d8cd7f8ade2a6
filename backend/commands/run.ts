import { EXIT_BAD_CONFIG } from "../../host/config.ts";
import { daemonCommand } from "../../host/daemon.ts";
import { FAILED } from "../../host/program.ts";
import { JournalFault } from "../../journal/journal.ts";
import { readSetup, type Setup } from "../setup.ts";

/** Serves the stands until SIGTERM. What serves is loaded last: a configuration that is not usable is answered at once. */
export const run = daemonCommand<Setup>({
  name: "backend",
  read: readSetup,
  levelOf: ({ config }) => config.log.level,
  begin: async (setup, env, log) => {
    const { serve } = await import("../serve.ts");
    await serve(setup, env, log);
  },
  codeOf: (error) => {
    if (error instanceof JournalFault && error.code === "newer") return EXIT_BAD_CONFIG;
    return error instanceof JournalFault || isTaken(error) ? FAILED : undefined;
  },
});

/** The port, or the address, is not to be had. */
const isTaken = (error: Error): boolean => "code" in error && /^(EADDR|EACCES)/.test(String(error.code));
