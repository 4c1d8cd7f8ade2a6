import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from "node:http";
import type { OrderShown, Refusal, Status } from "../../gateway/controller/words.ts";

/** Where the order API is heard: a unix socket, or a port of the loopback address. */
export type Where = { readonly socketPath: string } | { readonly port: number };

export type Got = {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: Partial<OrderShown & Refusal & Status>;
};

const PATIENCE_MS = 20_000;

function open(where: Where, options: RequestOptions): ClientRequest {
  const asked = request({ host: "127.0.0.1", ...where, agent: false, timeout: PATIENCE_MS, ...options });
  asked.on("timeout", () => asked.destroy(new Error(`${options.method} ${options.path} was not answered`)));
  return asked;
}

const answerOf = (asked: ClientRequest): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => asked.on("response", resolve).on("error", reject));

async function textOf(answer: IncomingMessage): Promise<string> {
  let text = "";
  for await (const part of answer.setEncoding("utf8")) text += part;
  return text;
}

/** One call, as a controller makes it; `body` is sent as JSON, a string as it is. */
export async function call(
  where: Where,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Got> {
  const said = body === undefined || typeof body === "string" ? (body ?? "") : JSON.stringify(body);
  const asked = open(where, { method, path, headers: { ...headers, "content-length": Buffer.byteLength(said) } });
  const answered = answerOf(asked);
  asked.end(said);
  const answer = await answered;
  const text = await textOf(answer);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: JSON.parse(text === "" ? "{}" : text) };
}

export type Heard = { readonly id: string; readonly event: string; readonly order: OrderShown };

export type Listening = {
  readonly heard: readonly Heard[];
  /** Comments so far. */
  readonly beats: () => number;
  readonly isOver: () => boolean;
  stop(): void;
};

/** Listens to an order's events until stopped. */
export async function listen(where: Where, path: string, lastEventId?: string): Promise<Listening> {
  const headers = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
  const asked = open(where, { method: "GET", path, headers, timeout: 0 });
  const answered = answerOf(asked);
  asked.end();
  const answer = await answered;
  if (answer.statusCode !== 200) throw new Error(`${path}: ${answer.statusCode} ${await textOf(answer)}`);
  const heard: Heard[] = [];
  let text = "";
  let beats = 0;
  let isOver = false;
  answer.setEncoding("utf8").on("data", (part: string) => {
    text += part;
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      if (block === ":") beats += 1;
      else heard.push(eventIn(block));
    }
  });
  answer.on("close", () => {
    isOver = true;
  });
  asked.on("error", () => undefined);
  return { heard, beats: () => beats, isOver: () => isOver, stop: () => asked.destroy() };
}

function eventIn(block: string): Heard {
  const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s, 2) as [string, string]));
  return { id: fields["id"] ?? "", event: fields["event"] ?? "", order: JSON.parse(fields["data"] ?? "null") };
}
