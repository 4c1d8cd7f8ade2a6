import { EXIT_BAD_CONFIG } from "./config.ts";
import type { Log } from "./log.ts";
import { type PinoLogOptions, pinoLog } from "./pino.ts";
import type { Command } from "./program.ts";
import type { SetupRead } from "./setup.ts";

/** A process that serves until it is told to end: its setup, its log, and what becomes of a start that fails. */
export type Daemon<Setup> = {
  /** In its log lines. */
  readonly name: string;
  read(file: string, env: NodeJS.ProcessEnv): SetupRead<Setup>;
  levelOf(setup: Setup): PinoLogOptions["level"];
  /** Resolves when it is up. */
  begin(setup: Setup, env: NodeJS.ProcessEnv, log: Log): Promise<void>;
  /** The exit code of a failure that a person can put right; nothing for a bug, which is thrown on. */
  codeOf(error: Error): number | undefined;
};

/**
 * What the configuration speaks of can never work: one line each. Ends with `EXIT_BAD_CONFIG`, so that nobody tries again and
 * again.
 */
export class Unfit extends Error {
  constructor(...problems: readonly string[]) {
    super(problems.join("\n  "));
  }
}

/** Exits with 0 when it is up, and goes on. */
export const daemonCommand =
  <Setup>(daemon: Daemon<Setup>): Command =>
  async ({ config, env, say }) => {
    const read = daemon.read(config, env);
    if (read.is === "bad") {
      say(read.explained);
      return EXIT_BAD_CONFIG;
    }
    const log = pinoLog({ level: daemon.levelOf(read.setup), name: daemon.name });
    try {
      await daemon.begin(read.setup, env, log);
      return 0;
    } catch (error) {
      const code = codeOf(daemon, error);
      if (code === undefined || !(error instanceof Error)) throw error;
      log.error("not started", { error });
      say(error instanceof Unfit ? `${config} is not usable:\n  ${error.message}` : error.message);
      return code;
    }
  };

function codeOf<Setup>(daemon: Daemon<Setup>, error: unknown): number | undefined {
  if (error instanceof Unfit) return EXIT_BAD_CONFIG;
  return error instanceof Error ? daemon.codeOf(error) : undefined;
}
