import { expect, test } from "vitest";
import { z } from "zod";
import { readBody } from "../../host/http-body.ts";

const schema = z.strictObject({ by: z.string(), place: z.object({ latitude: z.number() }).optional() });
const read = (text: string) => readBody({ body: Buffer.from(text) }, schema);

test("what fits is handed on", () => {
  expect(read('{"by":"sari"}')).toEqual({ is: "good", body: { by: "sari" } });
});

test("what does not is refused with 400, each fault with its place", () => {
  const refused = read('{"place":{"latitude":"south"},"colour":1}');
  expect(refused).toMatchObject({ is: "bad", answer: { status: 400 } });
  for (const word of ["by", "place.latitude", "colour"]) expect(JSON.stringify(refused)).toContain(word);
});

test("what is no JSON is refused like nothing at all", () => {
  for (const text of ["", "{", "null"]) expect(read(text)).toMatchObject({ is: "bad", answer: { status: 400 } });
});
