import { z } from "zod";
import { utcClock } from "../../host/clock.ts";
import { EXIT_BAD_CONFIG, explainErrors, readConfigFile } from "../../host/config.ts";
import { type Asked, type Command, FAILED, MISUSED } from "../../host/program.ts";
import { readSecretFile } from "../../host/secret.ts";
import { readRupiah, rupiah, showRupiah } from "../../protocol/rupiah.ts";
import { backendConfigSchema } from "../config/config.ts";
import { type HttpOutcome, openHttp } from "../providers/http.ts";

/** What staff says at a terminal, told to the running backend over its operator's address. */

const TIMEOUT_MS = 10_000;
const MAX_BYTES = 16 * 1024 * 1024;

export type Call = { readonly method: "GET" | "POST"; readonly path: string; readonly body?: object };
export type Desk = { readonly url: string; readonly token: string };

export const owed: Command = (asked) =>
  ask(asked, { method: "GET", path: "/owed" }, (answer) => {
    const { orders, more } = owedAnswer.parse(answer);
    if (orders.length === 0) return ["nothing is owed"];
    const lines = orders.flatMap(({ order, claim, stand, amount, because, state, todo }) => [
      [order, claim, stand, showRupiah(rupiah(amount)), because, ...(state === "refunding" ? [state] : [])].join("  "),
      `    ${todo.replaceAll(" ID", ` ${order}`)}`,
    ]);
    return more ? [...lines, `these ${orders.length} were paid first; there are more`] : lines;
  });

export const order: Command = (asked) =>
  ask(asked, { method: "GET", path: `/orders/${encodeURIComponent(asked.argument)}` }, (answer) => {
    const { claim, state, story } = orderAnswer.parse(answer);
    const lines = story.map(({ at, type, ...more }) => `${at}  ${type}  ${JSON.stringify(more)}`);
    return [`${asked.argument}  ${claim}  ${state.at}`, ...lines];
  });

export const release: Command = (asked) => decide(asked, "release", ON_ITS_WAY);
export const remedy: Command = (asked) => decide(asked, "remedy", ON_ITS_WAY);
/** `--amount` in whole rupiah; without it all that the order owes. */
export const refund: Command = (asked) => {
  const { amount } = asked.options;
  if (amount === undefined) return decide(asked, "refund", ASKED_FOR);
  const much = readRupiah(amount.replaceAll(".", ""));
  if (much !== undefined && much > 0) return decide(asked, "refund", ASKED_FOR, { amount: much });
  asked.say(`--amount "${amount}" is no amount in whole rupiah: write 15000 or 15.000`);
  return Promise.resolve(MISUSED);
};

const ON_ITS_WAY = "recorded, and on its way to the stand";
const ASKED_FOR = "recorded; the provider is asked for it, and `order` tells how it goes";

const owedAnswer = z.object({
  more: z.boolean().default(false),
  orders: z.array(
    z.object({
      order: z.string(),
      claim: z.string(),
      stand: z.string(),
      amount: z.number(),
      because: z.string(),
      state: z.string(),
      todo: z.string(),
    }),
  ),
});
const orderAnswer = z.object({
  claim: z.string(),
  state: z.looseObject({ at: z.string() }),
  story: z.array(z.looseObject({ at: z.string(), type: z.string() })),
});

function decide(asked: Asked, what: string, after: string, more: object = {}): Promise<number> {
  const path = `/orders/${encodeURIComponent(asked.argument)}/${what}`;
  return ask(asked, { method: "POST", path, body: { ...asked.options, ...more } }, () => [`${what}: ${after}`]);
}

/** Asks the running backend; prints what `read` makes of its answer. */
export async function ask(asked: Asked, call: Call, read: (answer: unknown) => readonly string[]): Promise<number> {
  const desk = deskOf(asked);
  if ("unusable" in desk) {
    asked.say(desk.unusable);
    return EXIT_BAD_CONFIG;
  }
  const http = openHttp({ clock: utcClock() });
  try {
    return conclude(asked, await http.request(requestTo(desk, call)), read);
  } finally {
    await http.close();
  }
}

/** Where the running backend listens to staff, and the word that lets in. */
export function deskOf({ config: file, env }: Asked): Desk | { readonly unusable: string } {
  const read = readConfigFile(file, backendConfigSchema);
  if (read.is === "bad") return { unusable: explainErrors(file, read.errors) };
  const { operator } = read.config;
  if (operator === undefined)
    return {
      unusable: `${file} has no [operator]: there is no address to ask; give it one, with token_file, and restart the backend`,
    };
  const token = readSecretFile(operator.token_file, env);
  if (token.is === "unreadable") return { unusable: `operator.token_file: ${token.problem}` };
  return { url: `http://${operator.host}:${operator.port}`, token: token.secret.reveal() };
}

export const requestTo = ({ url, token }: Desk, { method, path, body }: Call) => ({
  method,
  url: url + path,
  headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
  ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  timeoutMs: TIMEOUT_MS,
  signal: new AbortController().signal,
  maxBytes: MAX_BYTES,
});

function conclude({ say, print }: Asked, outcome: HttpOutcome, read: (answer: unknown) => readonly string[]): number {
  if (outcome.is !== "answer") {
    say(`the backend did not answer: ${outcome.detail}`);
    return FAILED;
  }
  const text = Buffer.from(outcome.body).toString("utf8");
  if (outcome.status >= 300) {
    say(`refused (${outcome.status}): ${text}`);
    return FAILED;
  }
  for (const line of read(JSON.parse(text))) print(line);
  return 0;
}
