import { existsSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { backendConfigSchema } from "../../backend/config.ts";
import { readConfig } from "../../host/config.ts";
import { plainYaml } from "../support/plain-yaml.ts";

/* Nothing here can run containers: what the files of deploy/compose/ name must at least be there. */

const ROOT = join(import.meta.dirname, "../..");
const FOLDER = join(ROOT, "deploy/compose");
const read = (name: string): string => readFileSync(join(FOLDER, name), "utf8");

type Service = {
  readonly build?: { readonly context: string; readonly dockerfile: string };
  readonly image: string;
  readonly command?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks: readonly string[];
  readonly ports?: readonly string[];
  readonly secrets?: readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>> | readonly string[];
};
type Compose = {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: object;
  readonly volumes: object;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
};

const compose = plainYaml(read("compose.yml")) as Compose;
const dockerfile = read("Dockerfile");
const readme = read("README.md");

const configOf = (name: string): z.output<typeof backendConfigSchema> => {
  const config = readConfig(read(`backend/${name}.toml`), backendConfigSchema);
  if (config.is === "bad") throw new Error(JSON.stringify(config.errors));
  return config.config;
};

/** Ours, or told in the README as the operator's to make. */
const isThere = (path: string): boolean =>
  existsSync(join(FOLDER, path)) || readme.includes(`\`${normalize(path).replace(/^backend\/?$/, "backend/")}`);

describe("the Compose file", () => {
  test.each(Object.entries(compose.services))("%s names only what is there", (_, service) => {
    expect(Object.keys(compose.networks)).toEqual(expect.arrayContaining([...service.networks]));
    expect(Object.keys(compose.secrets)).toEqual(expect.arrayContaining([...(service.secrets ?? [])]));
    const before = service.depends_on ?? [];
    const named = Array.isArray(before) ? before : Object.keys(before);
    expect(Object.keys(compose.services)).toEqual(expect.arrayContaining(named));
    const sources = (service.volumes ?? []).map((volume) => volume.split(":")[0] ?? "");
    const files = sources.filter((from) => /^[./]/.test(from));
    expect(files.filter((file) => !isThere(file))).toEqual([]);
    const volumes = sources.filter((from) => !files.includes(from));
    expect(Object.keys(compose.volumes)).toEqual(expect.arrayContaining(volumes));
  });

  test("takes its secrets from files that are there, or told of", () => {
    const files = Object.values(compose.secrets).map(({ file }) => file);
    expect(files.filter((file) => !isThere(file))).toEqual([]);
  });

  test("opens to the world the proxy and the broker, and nothing else", () => {
    const open = Object.entries(compose.services).filter(([, { ports = [] }]) => ports.length > 0);
    expect(open.map(([name, { ports }]) => [name, ports])).toEqual([
      ["broker", ["8883:8883"]],
      ["proxy", ["443:443"]],
    ]);
    expect(compose.services["database"]?.networks).toEqual(["inside"]);
  });

  test("gives each backend a configuration that the backend takes, of the same books and another name", () => {
    const [first, second] = [configOf("backend-1"), configOf("backend-2")];
    for (const [name, { client_id }] of [
      ["backend-1", first.link],
      ["backend-2", second.link],
    ] as const) {
      expect(client_id).toBe(name);
      expect(compose.services[name]?.command).toEqual(["run", "--config", `/etc/qris-backend/${name}.toml`]);
    }
    const { link: one, ...rest } = first;
    const { link: other, ...same } = second;
    expect(rest).toEqual(same);
    expect(one.shared_group).toBe(other.shared_group);
  });

  test("has every secret that the configurations name told of in the README", () => {
    const files = [read("backend/backend-1.toml"), read("backend/backend-2.toml")].flatMap((text) => [
      ...text.matchAll(/"\/etc\/qris-backend\/([^"]+)"/g),
    ]);
    expect(files.length).toBeGreaterThan(10);
    for (const [, name] of files) expect(readme).toContain(`\`backend/${name}\``);
  });

  test("puts Mosquitto's files where its configuration looks for them", () => {
    const [config, folder] = compose.services["broker"]?.volumes ?? [];
    expect(config).toBe("../mosquitto/mosquitto.conf:/etc/mosquitto/mosquitto.conf:ro");
    const target = folder?.split(":")[1] ?? "none";
    const named = [
      ...readFileSync(join(ROOT, "deploy/mosquitto/mosquitto.conf"), "utf8").matchAll(/^\w*file (\S+)$/gm),
    ];
    expect(named.length).toBeGreaterThan(4);
    for (const [, file = ""] of named) {
      expect(file.startsWith(`${target}/`)).toBe(true);
      expect(readme).toContain(`\`${file.slice(target.length + 1)}\``);
    }
  });

  test("listens, in the proxy's configuration, where the backends do", () => {
    const text = readFileSync(join(ROOT, "deploy/nginx/qris.conf"), "utf8");
    const { http, console } = configOf("backend-1");
    expect(text).toContain(`server 127.0.0.1:${http.port} `);
    expect(text).toContain(`server 127.0.0.1:${console?.port};`);
    for (const [, name] of text.matchAll(/^ *server_name (\S+);/gm))
      expect(JSON.stringify(configOf("backend-1"))).toContain(`https://${name}`);
  });
});

describe("the Dockerfile", () => {
  test("copies and starts what is there, on a Node that this program runs on", () => {
    const { build } = compose.services["backend-1"] ?? {};
    expect(join(FOLDER, build?.context ?? "", build?.dockerfile ?? "")).toBe(join(FOLDER, "Dockerfile"));
    for (const name of ["package.json", "package-lock.json", "backend/main.ts"])
      expect(existsSync(join(ROOT, name))).toBe(true);
    const versions = [...dockerfile.matchAll(/^FROM node:(\d+)-/gm)].map(([, major]) => Number(major));
    expect(versions).toEqual([22, 22]);
    expect(dockerfile).toContain('ENTRYPOINT ["node", "dist/backend/main.js"]');
    expect(dockerfile).toMatch(/^USER node$/m);
  });

  test("exposes the ports that the configuration has by itself", () => {
    const exposed = /^EXPOSE (.*)$/m.exec(dockerfile)?.[1]?.split(" ").map(Number);
    const { http, operator, console, metrics } = configOf("backend-1");
    expect(exposed).toEqual([http.port, operator?.port, console?.port, metrics?.port]);
  });

  test("leaves secrets and history out of the image", () => {
    const ignored = read("Dockerfile.dockerignore").split("\n");
    for (const name of [".git", "node_modules", "deploy/compose/backend", "deploy/compose/nginx"])
      expect(ignored).toContain(name);
  });
});

test("YAML that is cleverer than ours is refused, not misread", () => {
  for (const text of ["a: &x 1", "a: [b, c]", "a: {b: c}", "a: 1 # two", "? a", "a: 1\na: 2", "  a: 1\n b: 2"]) {
    expect(() => plainYaml(text), text).toThrow();
  }
  expect(plainYaml('a:\n  - b: 1\n    c: "x: y"\n  - d\ne: >-\n  f\n  g\nh: {}\ni: [1, 2]')).toEqual({
    a: [{ b: 1, c: "x: y" }, "d"],
    e: "f g",
    h: {},
    i: [1, 2],
  });
});
