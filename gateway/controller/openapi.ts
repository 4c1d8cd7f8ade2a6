import { z } from "zod";
import { RELEASE } from "../../protocol/ids.ts";
import { orderExample, orderRequestExamples, releaseAnswerExamples } from "./examples.ts";
import { orderRequestSchema, orderSchema, refusalSchema, releaseAnswerSchema, statusSchema } from "./words.ts";

export type Json = { readonly [key: string]: unknown };

/** The order API as an OpenAPI 3.1 document, made from the schemas that the routes read by. */
export const openApi = (): Json => ({
  openapi: "3.1.0",
  info: {
    title: "qris-gateway local orders",
    version: "1",
    license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    description:
      "A vending controller, a parking barrier or a kiosk orders at the stand beside it, over HTTP on a unix socket. The stand shows " +
      "the QR code, hears of the payment, and releases by its own relay or lets the controller do so and answer. See docs/controller.md.",
  },
  servers: [{ url: "http://localhost", description: "On the unix socket, /run/qris-gateway/orders.sock" }],
  security: [{}, { token: [] }],
  paths: {
    "/orders": { post: placeOperation(), get: findOperation() },
    "/orders/{id}": { parameters: [idParameter], get: getOperation(), delete: cancelOperation() },
    "/orders/{id}/events": { parameters: [idParameter], get: eventsOperation() },
    "/orders/{id}/release/{release}": { parameters: [idParameter, releaseParameter], post: answerOperation() },
    "/status": { get: statusOperation() },
  },
  components: {
    schemas: {
      OrderRequest: schemaOf(orderRequestSchema),
      Order: schemaOf(orderSchema, "output"),
      ReleaseAnswer: schemaOf(releaseAnswerSchema),
      Status: schemaOf(statusSchema, "output"),
      Refusal: schemaOf(refusalSchema, "output"),
    },
    securitySchemes: {
      token: { type: "http", scheme: "bearer", description: "On the loopback port only: the content of token_file." },
    },
  },
});

/** What the answer of a status is, in the words of the document. */
const refusals: Readonly<Record<number, string>> = {
  400: "The request is not usable; `wrong` names each place.",
  401: "On the loopback port: no token, or a wrong one.",
  403: "On the loopback port: asked by a web page, or under a foreign name.",
  404: "There is none.",
  503: "The stand does not sell now, or its disk takes nothing: `obstacles` says why. Or too many listen.",
};

function placeOperation(): Json {
  return {
    operationId: "placeOrder",
    summary: "Orders; the stand shows the QR code.",
    description:
      "The same reference with the same content is the same order, also after a restart: repeat it until it is answered.",
    requestBody: body("OrderRequest", orderRequestExamples),
    responses: {
      201: orderAnswer("The order has begun."),
      200: orderAnswer("This reference has this order already."),
      409: refused(
        "Another order is being served (`busy`), or this reference has an order with other content (`other-order`).",
      ),
      ...usual(400, 503),
    },
  };
}

const findOperation = (): Json => ({
  operationId: "findOrder",
  summary: "The order of a reference.",
  parameters: [{ name: "reference", in: "query", required: true, schema: { type: "string" } }],
  responses: { 200: orderAnswer("As it stands now."), ...usual(400, 404, 503) },
});

const getOperation = (): Json => ({
  operationId: "getOrder",
  summary: "An order as it stands now.",
  responses: { 200: orderAnswer("As it stands now."), ...usual(404, 503) },
});

const cancelOperation = (): Json => ({
  operationId: "cancelOrder",
  summary: "Nobody pays this order any more. May be repeated.",
  responses: {
    200: orderAnswer("It cannot be paid any more, or soon cannot."),
    409: refused("It is paid already."),
    ...usual(404, 503),
  },
});

const eventsOperation = (): Json => ({
  operationId: "listenToOrder",
  summary: "Server-sent events: the order's state at once, then every state that it comes into.",
  description:
    "Each event is called `order`; its data is an Order, its id names the state. With Last-Event-ID the state that was heard last is not " +
    "said again. A comment every 15 seconds shows that the stand is there.",
  parameters: [{ name: "Last-Event-ID", in: "header", required: false, schema: { type: "string" } }],
  responses: {
    200: { description: "A stream without end.", content: { "text/event-stream": { schema: { type: "string" } } } },
    ...usual(404, 503),
  },
});

const answerOperation = (): Json => ({
  operationId: "answerRelease",
  summary: "The controller says what became of a release that it performs.",
  requestBody: body("ReleaseAnswer", releaseAnswerExamples),
  responses: {
    200: orderAnswer("It is on disk; the same answer again changes nothing."),
    409: refused(
      "The release was answered otherwise (`answered-otherwise`), its window had ended (`too-late`), or the stand's own relay performs it " +
        "(`not-yours`).",
    ),
    ...usual(400, 404, 503),
  },
});

const statusOperation = (): Json => ({
  operationId: "getStatus",
  summary: "Whether the stand would sell now, and if not, why.",
  responses: { 200: { description: "How the stand is.", content: json("Status") }, ...usual() },
});

const idParameter = {
  name: "id",
  in: "path",
  required: true,
  description: "The order's id, as in the answer to POST /orders.",
  schema: { type: "string" },
};
const releaseParameter = {
  name: "release",
  in: "path",
  required: true,
  description: "The release's id, as in the order while it is `releasing`.",
  schema: { type: "string", pattern: RELEASE.source },
};

const json = (name: string): Json => ({ "application/json": { schema: { $ref: `#/components/schemas/${name}` } } });
const refused = (description: string): Json => ({ description, content: json("Refusal") });

const usual = (...statuses: readonly number[]): Json =>
  Object.fromEntries([...statuses, 401, 403].map((status) => [status, refused(refusals[status] ?? "")]));

const orderAnswer = (description: string): Json => ({
  description,
  content: {
    "application/json": {
      schema: { $ref: "#/components/schemas/Order" },
      examples: { order: { value: orderExample } },
    },
  },
});

const body = (name: string, examples: Readonly<Record<string, unknown>>): Json => ({
  required: true,
  content: {
    "application/json": {
      schema: { $ref: `#/components/schemas/${name}` },
      examples: Object.fromEntries(Object.entries(examples).map(([key, value]) => [key, { value }])),
    },
  },
});

/** OpenAPI 3.1 speaks JSON Schema 2020-12; the word for it is not wanted inside. */
function schemaOf(schema: z.ZodType, io: "input" | "output" = "input"): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { target: "draft-2020-12", io, unrepresentable: "any" });
  return rest;
}
