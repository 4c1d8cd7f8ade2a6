import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openCounterShop } from "../support/counter-shop.ts";
import { plainYaml } from "../support/plain-yaml.ts";

/* Dashboard and alert rules speak of what a running backend tells, and of nothing else. */

const DEPLOY = join(import.meta.dirname, "../../deploy");
const read = (name: string): string => readFileSync(join(DEPLOY, name), "utf8");

type Target = { readonly expr?: string };
type Panel = {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets?: readonly Target[];
};
const dashboard = JSON.parse(read("grafana/dashboard.json")) as {
  readonly panels: readonly Panel[];
  readonly uid: string;
};

type Rule = {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly todo: string };
};
const groups = (
  plainYaml(read("prometheus/alerts.yml")) as { readonly groups: readonly { readonly rules: readonly Rule[] }[] }
).groups;
const rules = groups.flatMap((group) => group.rules);

const NAME = /\b(?:qris|process|nodejs)_\w+/g;
const namesIn = (texts: readonly string[]): ReadonlySet<string> =>
  new Set(texts.flatMap((text) => text.match(NAME) ?? []));

const expressions = [
  ...dashboard.panels.flatMap(({ targets = [] }) => targets.flatMap(({ expr }) => (expr === undefined ? [] : [expr]))),
  ...rules.map(({ expr }) => expr),
];

/** The names of a metrics page: what its lines begin with, and what it says that there is when nothing was counted yet. */
function namesTold(text: string): ReadonlySet<string> {
  const types = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)];
  return new Set(
    types.flatMap(([, name = "", type]) =>
      type === "histogram" ? ["_bucket", "_sum", "_count"].map((end) => name + end) : [name],
    ),
  );
}

test("every metric of dashboard and alert rules is told by a running backend, and every one of ours is used", {
  timeout: 60_000,
}, async () => {
  const shop = await openCounterShop("[metrics]\nport = 0");
  const backend = await shop.start();
  const text = await (await fetch(`${String(backend.find("ready")?.["metrics"])}/metrics`)).text();
  const told = namesTold(text);
  const used = namesIn(expressions);
  expect([...used].filter((name) => !told.has(name))).toEqual([]);
  const unused = [...told].filter((name) => /_(sum|count)$/.test(name) === false && !used.has(name));
  expect(unused).toEqual([]);
});

test("every alert says how bad it is, what is the matter and what to do", () => {
  expect(rules.length).toBeGreaterThan(20);
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  for (const { alert, labels, annotations } of rules) {
    expect(alert).toMatch(/^Qris[A-Z]\w+$/);
    expect(["page", "ticket"]).toContain(labels.severity);
    expect(annotations.summary).toMatch(/\.$/);
    expect(annotations.todo.length).toBeGreaterThan(10);
  }
});

test("the dashboard's panels have ids of their own and cover nobody else", () => {
  const { panels } = dashboard;
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
    Array.from({ length: w * h }, (_, nth) => `${x + (nth % w)},${y + Math.floor(nth / w)}`),
  );
  expect(new Set(cells).size).toBe(cells.length);
  for (const { gridPos } of panels) expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
  for (const { type, targets = [] } of panels) expect(type === "row" || targets.length > 0).toBe(true);
});
