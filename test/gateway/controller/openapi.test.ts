import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { orderExample, orderRequestExamples, releaseAnswerExamples } from "../../../gateway/controller/examples.ts";
import { openApi } from "../../../gateway/controller/openapi.ts";
import { controllerRoutes, type RoutesParts } from "../../../gateway/controller/routes.ts";
import { orderRequestSchema, orderSchema, releaseAnswerSchema } from "../../../gateway/controller/words.ts";

type Operation = {
  readonly operationId: string;
  readonly summary: string;
  readonly responses: Readonly<Record<string, { readonly description: string }>>;
};
const document = openApi() as { readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>> };
const METHODS = ["get", "post", "delete"];
const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  METHODS.flatMap((method) => {
    const operation = item[method];
    return operation === undefined ? [] : [{ path, method, operation }];
  }),
);

function refsIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => (name === "$ref" ? [String(inner)] : refsIn(inner)));
}

describe("the OpenAPI document", () => {
  test("has every route, and no other", () => {
    const routes = controllerRoutes({} as RoutesParts).filter(({ path }) => path !== "/openapi.json");
    const calls = routes.map(({ method, path }) => `${method.toLowerCase()} ${path.replace(/:([a-z]+)/g, "{$1}")}`);
    expect(operations.map(({ path, method }) => `${method} ${path}`).toSorted()).toEqual(calls.toSorted());
  });

  test("refers only to what is there", () => {
    for (const ref of refsIn(document)) {
      const place = ref.slice(2).split("/");
      expect(
        place.reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], document),
        ref,
      ).toBeDefined();
    }
  });

  test("gives examples that the stand accepts, and one that it says", () => {
    for (const each of Object.values(orderRequestExamples))
      expect(orderRequestSchema.safeParse(each).error).toBeUndefined();
    for (const each of Object.values(releaseAnswerExamples))
      expect(releaseAnswerSchema.safeParse(each).error).toBeUndefined();
    expect(orderSchema.safeParse(orderExample).error).toBeUndefined();
  });

  test("says in words what each call does and what each answer means", () => {
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
    for (const { operation } of operations) {
      expect(operation.summary).toMatch(/\.$/);
      for (const { description } of Object.values(operation.responses)) expect(description).toMatch(/\.$/);
    }
  });

  test("tells a controller the bounds that it is held to", () => {
    const text = JSON.stringify(document);
    for (const bound of ['"maximum":600000', '"maximum":10000000', '"maxItems":20']) expect(text).toContain(bound);
  });
});

test("the guide's calls say what the stand accepts", () => {
  const guide = readFileSync(join(import.meta.dirname, "../../../docs/controller.md"), "utf8");
  const [order, answer] = [...guide.matchAll(/-d '([^']+)'/g)].map(([, body = ""]) => JSON.parse(body));
  expect(orderRequestSchema.safeParse(order).error).toBeUndefined();
  expect(releaseAnswerSchema.safeParse(answer).error).toBeUndefined();
  const words = [...guide.matchAll(/\(409 `([a-z-]+)`\)/g)].map(([, word = ""]) => word);
  expect(words).toHaveLength(4);
  for (const word of words) expect(JSON.stringify(document)).toContain(`\`${word}\``);
});
