import { z } from "zod";
import type { HttpAnswer, HttpRequest } from "./http.ts";
import { jsonIn } from "./json.ts";

/** What was sent, or the answer that says what is wrong with it, each fault with its place. */
export type Sent<Body> =
  | { readonly is: "good"; readonly body: Body }
  | { readonly is: "bad"; readonly answer: HttpAnswer };

/** Reads a request's JSON, no body as `{}`; 400 for what does not fit. */
export function readBody<Body>({ body }: Pick<HttpRequest, "body">, schema: z.ZodType<Body>): Sent<Body> {
  const read = schema.safeParse(body.length === 0 ? {} : jsonIn(body));
  if (read.success) return { is: "good", body: read.data };
  return { is: "bad", answer: { status: 400, body: { error: z.prettifyError(read.error) } } };
}
