/** What a sub-command is given. */
export type Asked = {
  /** The configuration's file. */
  readonly config: string;
  readonly env: NodeJS.ProcessEnv;
  /** A line for the person at the terminal. */
  say(line: string): void;
};

/** Resolves to the exit code. A daemon resolves to 0 when it is up, and goes on. */
export type Command = (asked: Asked) => Promise<number>;

/** Exit codes of sysexits.h. */
export const MISUSED = 64;
export const FAILED = 1;
