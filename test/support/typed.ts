import type { Terminal } from "../../host/program.ts";

/** What a command ended with, what it said on each of its two outputs, and on both in their order. */
export type Typed = { readonly code: number; readonly out: string; readonly err: string; readonly said: string };

type Main = (argv: readonly string[], env: NodeJS.ProcessEnv, terminal: Terminal) => Promise<number>;

/** A command line of a program, in this process. */
export async function typed(main: Main, argv: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Typed> {
  const heard: { readonly on: keyof Terminal; readonly text: string }[] = [];
  const hear = (on: keyof Terminal) => (text: string) => void heard.push({ on, text });
  const code = await main(argv, env, { out: hear("out"), err: hear("err") });
  const saidOn = (...outputs: readonly (keyof Terminal)[]): string =>
    heard
      .filter(({ on }) => outputs.includes(on))
      .map(({ text }) => text)
      .join("");
  return { code, out: saidOn("out"), err: saidOn("err"), said: saidOn("out", "err") };
}
