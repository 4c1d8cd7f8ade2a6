import type { IncomingMessage, ServerResponse } from "node:http";

const MOST_BODY_BYTES = 16 * 1024;

/** What a route answers. `refused` says what was wrong and what to do. */
export type Answer =
  | { readonly is: "json"; readonly value: unknown }
  | { readonly is: "png"; readonly bytes: Buffer }
  | {
      readonly is: "refused";
      readonly status: number;
      readonly error: string;
      readonly hint: string;
      readonly allow?: string;
    };

export const refused = (status: number, error: string, hint: string): Answer => ({
  is: "refused",
  status,
  error,
  hint,
});
export const json = (value: unknown): Answer => ({ is: "json", value });

export function send(response: ServerResponse, answer: Answer): void {
  if (answer.is === "png") sendBytes(response, 200, "image/png", answer.bytes);
  else if (answer.is === "json") sendJson(response, 200, answer.value);
  else sendRefusal(response, answer);
}

function sendRefusal(response: ServerResponse, { status, error, hint, allow }: Answer & { is: "refused" }): void {
  if (allow !== undefined) response.setHeader("allow", allow);
  // What is left of a body that was too long is not read: the connection ends with the answer.
  if (status === 413) response.setHeader("connection", "close");
  sendJson(response, status, { error, hint });
}

const sendJson = (response: ServerResponse, status: number, value: unknown): void =>
  sendBytes(response, status, "application/json; charset=utf-8", Buffer.from(`${JSON.stringify(value)}\n`));

function sendBytes(response: ServerResponse, status: number, type: string, bytes: Buffer): void {
  response.writeHead(status, {
    "content-type": type,
    "content-length": bytes.length,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(bytes);
}

export type Body =
  | { readonly is: "fields"; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly is: "bad"; readonly answer: Answer };

/** Reads a JSON object of at most 16 KiB; no body is an empty object. Rejects when the sender hangs up. */
export function readBody(request: IncomingMessage): Promise<Body> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let length = 0;
    request.on("data", (part: Buffer) => {
      length += part.length;
      if (length <= MOST_BODY_BYTES) parts.push(part);
      else resolve(bad(413, `the body is longer than ${MOST_BODY_BYTES} bytes`, "send a short JSON object"));
    });
    request.on("end", () => resolve(fieldsOf(Buffer.concat(parts).toString("utf8"))));
    request.on("close", () => reject(new Error("the sender hung up")));
    request.on("error", reject);
  });
}

function fieldsOf(text: string): Body {
  if (text.trim() === "") return { is: "fields", fields: {} };
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value))
      return { is: "fields", fields: value as Readonly<Record<string, unknown>> };
  } catch {
    return bad(400, "the body is not JSON", 'send a JSON object such as {"cord":"cut"}');
  }
  return bad(400, "the body is not a JSON object", 'send a JSON object such as {"cord":"cut"}');
}

const bad = (status: number, error: string, hint: string): Body => ({
  is: "bad",
  answer: refused(status, error, hint),
});
