import { z } from "zod";
import { downExamples, upExamples } from "./examples.ts";
import { STAND } from "./ids.ts";
import {
  downSchema,
  downStatementSchema,
  presenceSchema,
  statementOf,
  upSchema,
  upStatementSchema,
} from "./statements.ts";
import { type Channel, topicTemplate } from "./topics.ts";

/** What the schemas of this folder say, in the words of JSON Schema and AsyncAPI: for people and tools outside. */
export type Json = { readonly [key: string]: unknown };

/** By file name: what a receiver accepts, after the seal was checked and taken off. JSON Schema draft 7. */
export const statementSchemas = (): { readonly [file: string]: Json } => ({
  "up.json": schemaOf(upStatementSchema),
  "down.json": schemaOf(downStatementSchema),
  "presence.json": schemaOf(presenceSchema),
});

/** The wire as an AsyncAPI 3 document, from the stand's point of view. */
export function asyncApi(): Json {
  const up = upSchema.options.map((body) => sealedMessage(body, "up"));
  const down = downSchema.options.map((body) => sealedMessage(body, "down"));
  const messages = [...up, ...down, presenceMessage(), healthMessage()];
  return {
    asyncapi: "3.0.0",
    info: {
      title: "qris-gateway wire",
      version: "1",
      license: { name: "Apache-2.0" },
      description:
        "What a stand and its backend say to each other over MQTT 3.1.1 with QoS 1, acks with QoS 0. A sealed statement is a compact JWS " +
        "(RFC 7515) under Ed25519 with the header members alg, kid (RFC 7638) and typ `qris+jws`; the payloads below are " +
        "what is inside. The receiver stores a statement, then answers with `ack`; the sender repeats it until then.",
    },
    defaultContentType: "application/json",
    channels: {
      up: channel("up", "Stand to backend, sealed.", up),
      down: channel("down", "Backend to stand, sealed.", down),
      presence: channel("presence", "Whether the stand is there; retained.", [presenceMessage()]),
      health: channel("health", "How the stand is, about once a minute. Not sealed; moves nothing.", [healthMessage()]),
    },
    operations: {
      say: operation("send", "up"),
      hear: operation("receive", "down"),
      showPresence: operation("send", "presence"),
      showHealth: operation("send", "health"),
    },
    components: { messages: Object.fromEntries(messages.map(({ key, message }) => [key, message])) },
  };
}

type NamedMessage = { readonly key: string; readonly name: string; readonly message: Json };
type Body = (typeof upSchema.options)[number] | (typeof downSchema.options)[number];

function sealedMessage(body: Body, way: "up" | "down"): NamedMessage {
  const name = body.shape.type.value;
  const example =
    way === "up" ? upExamples[name as keyof typeof upExamples] : downExamples[name as keyof typeof downExamples];
  const [from, to] = way === "up" ? ["lobby-1", "backend"] : ["backend", "lobby-1"];
  const at = { journal: "01JD3W9V7Q8XKZ2M4N6P8R0STC", seq: 7 };
  const payload = { v: 1, id: "01JD3W9V7Q8XKZ2M4N6P8R0STB", from, to, at, body: example };
  const { description } = body.meta() ?? {};
  const message = {
    name,
    title: `${way}: ${name}`,
    summary: description,
    contentType: "application/jose",
    payload: withoutDialect(schemaOf(statementOf(body))),
    examples: [{ name, payload }],
  };
  return { key: `${way}-${name}`, name, message };
}

function presenceMessage(): NamedMessage {
  const payload = withoutDialect(schemaOf(presenceSchema));
  const examples = [{ name: "presence", payload: { online: true, boot: "5f3c", connection: 3 } }];
  return { key: "presence", name: "presence", message: { name: "presence", payload, examples } };
}

function healthMessage(): NamedMessage {
  const payload = { type: "object", description: "Open: readers take what they know, and show nothing as an order." };
  return { key: "health", name: "health", message: { name: "health", payload } };
}

const channel = (name: Channel, description: string, messages: readonly NamedMessage[]): Json => ({
  address: topicTemplate(name),
  description,
  parameters: { standId: { description: `The stand: ${STAND.source}` } },
  messages: Object.fromEntries(messages.map(({ key, name: word }) => [word, { $ref: `#/components/messages/${key}` }])),
});

const operation = (action: "send" | "receive", name: Channel): Json => ({
  action,
  channel: { $ref: `#/channels/${name}` },
});

const schemaOf = (schema: z.ZodType): Json => z.toJSONSchema(schema, { target: "draft-7", io: "input" });

/** AsyncAPI's own dialect is draft 7 with more; the word for it is not wanted inside. */
const withoutDialect = ({ $schema: _, ...rest }: Json): Json => rest;
