import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openApi } from "../../gateway/controller/openapi.ts";
import { asyncApi, type Json, statementSchemas } from "../../protocol/documents.ts";
import { downExamples, upExamples } from "../../protocol/examples.ts";
import { checkOffer } from "../../protocol/qris.ts";
import { rupiah } from "../../protocol/rupiah.ts";
import {
  downSchema,
  downStatementSchema,
  presenceSchema,
  upSchema,
  upStatementSchema,
} from "../../protocol/statements.ts";

const FOLDER = join(import.meta.dirname, "../../docs/schema");
const documents: { readonly [file: string]: Json } = {
  ...statementSchemas(),
  "asyncapi.json": asyncApi(),
  "openapi.json": openApi(),
};
const textOf = (document: Json): string => `${JSON.stringify(document, null, 2)}\n`;

/* `WRITE_DOCS=1 npx vitest run test/protocol/documents.test.ts` writes them anew. */
if (process.env["WRITE_DOCS"] === "1") {
  mkdirSync(FOLDER, { recursive: true });
  for (const [file, document] of Object.entries(documents)) writeFileSync(join(FOLDER, file), textOf(document));
}

describe("the documents in docs/schema", () => {
  test.each(Object.keys(documents))("say in %s what the schemas say (else: WRITE_DOCS=1)", (file) => {
    expect(readFileSync(join(FOLDER, file), "utf8")).toBe(textOf(documents[file] ?? {}));
  });

  test("are all of them", () => {
    expect(readdirSync(FOLDER).sort()).toEqual(Object.keys(documents).sort());
  });
});

type Message = { readonly name: string; readonly examples?: readonly { readonly payload: unknown }[] };
const api = asyncApi() as {
  readonly channels: Record<
    string,
    { readonly address: string; readonly messages: Record<string, { readonly $ref: string }> }
  >;
  readonly operations: Record<string, { readonly channel: { readonly $ref: string } }>;
  readonly components: { readonly messages: Record<string, Message> };
};

describe("the AsyncAPI document", () => {
  test("has every statement of both directions", () => {
    expect(Object.keys(api.channels["up"]?.messages ?? {})).toEqual(Object.keys(upExamples));
    expect(Object.keys(api.channels["down"]?.messages ?? {})).toEqual(Object.keys(downExamples));
  });

  test("refers only to what is there", () => {
    const refs = [
      ...Object.values(api.channels).flatMap(({ messages }) => Object.values(messages)),
      ...Object.values(api.operations).map(({ channel }) => channel),
    ];
    for (const { $ref } of refs) {
      const place = $ref.slice(2).split("/");
      expect(
        place.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], api),
        $ref,
      ).toBeDefined();
    }
  });

  test("names the topics that are used", () => {
    expect(Object.values(api.channels).map(({ address }) => address)).toEqual(
      ["up", "down", "presence", "health"].map((channel) => `qris/v1/stands/{standId}/${channel}`),
    );
  });

  test("gives examples that every receiver accepts", () => {
    for (const [key, { examples = [] }] of Object.entries(api.components.messages)) {
      const schema = key.startsWith("up-")
        ? upStatementSchema
        : key.startsWith("down-")
          ? downStatementSchema
          : presenceSchema;
      for (const { payload } of examples) expect(schema.safeParse(payload).error, key).toBeUndefined();
    }
    const counted = Object.values(api.components.messages).filter(({ examples = [] }) => examples.length > 0);
    expect(counted).toHaveLength(upSchema.options.length + downSchema.options.length + 1);
  });

  test("offers an example that can be paid", () => {
    expect(checkOffer(downExamples.offer.qr, rupiah(downExamples.offer.amount))).toBe("good");
  });

  test("describes every statement and every message in words", () => {
    for (const body of [...upSchema.options, ...downSchema.options]) expect(body.meta()?.description).toMatch(/\.$/);
  });
});
