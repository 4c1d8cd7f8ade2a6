import { z } from "zod";
import { type DownBody, downSchema, type UpBody, upSchema } from "../../protocol/statements.ts";

const sealed = z.looseObject({ body: z.union([upSchema, downSchema]) });

/**
 * What a sealed statement says, out of the middle part of its compact JWS. The seal is not checked: who it is for does that.
 * `undefined` for anything else.
 */
export function bodyIn(text: string): UpBody | DownBody | undefined {
  const read = sealed.safeParse(jsonOf(Buffer.from(text.split(".")[1] ?? "", "base64url").toString("utf8")));
  return read.success ? read.data.body : undefined;
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
