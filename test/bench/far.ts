import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { steadyClock } from "../../host/clock.ts";

/** What a process of the bench can be asked for, by name. What goes in and out must be plain data. */
export type Calls = Readonly<Record<string, (argument: never) => unknown>>;

/** The other end of a process that serves `Served`. Calls arrive in the order in which they were made. */
export type Far<Served extends Calls> = {
  /** Rejects with what the call threw, when the process has ended, or when no answer comes in 30 s. */
  call<Name extends keyof Served & string>(
    name: Name,
    ...argument: Parameters<Served[Name]>
  ): Promise<Awaited<ReturnType<Served[Name]>>>;
  /** Ends the process: asks it for `close` first. */
  close(): Promise<void>;
};

type Asked = { readonly nth: number; readonly name: string; readonly argument: unknown };
type Answered = { readonly nth: number; readonly value?: unknown; readonly error?: string };

const ANSWER_MS = 30_000;
const clock = steadyClock("far", { keepsAlive: false });

/** Where these files have not been compiled, Node takes the types out of them by itself. */
const isSource = import.meta.url.endsWith(".ts");
const LOADER = fileURLToPath(new URL("../support/typescript.mjs", import.meta.url));

/** Starts a program beside this one, such as `./far-shop.js`, and opens it with `how`. */
export async function openFar<Served extends Calls>(
  program: string,
  how: unknown,
  environment: Readonly<Record<string, string>> = {},
): Promise<Far<Served>> {
  const file = isSource ? program.replace(/[.]js$/, ".ts") : program;
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    serialization: "advanced",
    ...(isSource ? { execArgv: ["--import", LOADER] } : {}),
    env: { ...process.env, ...environment },
  });
  const answers = new Answers(child);
  const ask = (name: string, argument: unknown) => answers.to(name, (nth) => child.send({ nth, name, argument }));
  const gone = once(child, "exit");
  await ask("open", how);
  return {
    call: (name, ...[argument]) => ask(name, argument) as never,
    close: async () => {
      await ask("close", undefined);
      child.disconnect();
      await gone;
    },
  };
}

class Answers {
  readonly #waiting = new Map<number, (answer: Answered) => void>();
  #asked = 0;

  constructor(child: ChildProcess) {
    child.on("message", (answer: Answered) => this.#waiting.get(answer.nth)?.(answer));
    child.on("exit", (code, signal) => {
      for (const [nth, hear] of this.#waiting) hear({ nth, error: `the process ended with ${code ?? signal}` });
    });
  }

  to(name: string, send: (nth: number) => void): Promise<unknown> {
    const nth = this.#asked;
    this.#asked += 1;
    return new Promise((resolve, reject) => {
      const late = () => this.#waiting.get(nth)?.({ nth, error: `no answer within ${ANSWER_MS} ms` });
      const stop = clock.after(ANSWER_MS, late);
      this.#waiting.set(nth, ({ value, error }) => {
        stop();
        this.#waiting.delete(nth);
        if (error === undefined) resolve(value);
        else reject(new Error(`${name}: ${error}`));
      });
      send(nth);
    });
  }
}

/** Serves the calls that `open` answers with, `close` among them; for the program of a child. */
export function serveFar<How>(open: (how: How) => Promise<Calls & { close(): Promise<void> }>): void {
  let calls: Calls | undefined;
  const answer = async ({ name, argument }: Asked): Promise<unknown> => {
    if (name === "open") calls = await open(argument as How);
    else return calls?.[name]?.(argument as never);
    return undefined;
  };
  process.on("message", (asked: Asked) => {
    answer(asked).then(
      (value) => process.send?.({ nth: asked.nth, value }),
      (error: unknown) => process.send?.({ nth: asked.nth, error: String(error) }),
    );
  });
}
