import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import type { z } from "zod";
import { backendConfigSchema } from "../../backend/config/config.ts";
import { utcClock } from "../../host/clock.ts";
import { readConfig } from "../../host/config.ts";
import { serve } from "../../host/http.ts";
import { silentLog } from "../../host/log.ts";
import { PRODUCT_BUILD } from "../../scripts/build.mjs";
import { plainYaml } from "../support/plain-yaml.ts";

/* Nothing here can run containers: what the files of deploy/compose/ name must be there, and mean the same on both sides. */

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
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
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

describe("inside the containers", () => {
  const { database, proxy } = compose.services;
  const targetsOf = (name: string) =>
    (compose.services[name]?.volumes ?? []).map((volume) => volume.split(":")[1] ?? "");

  test("the database is made, and looked at, as the backends ask for it", () => {
    const { POSTGRES_USER, POSTGRES_DB, POSTGRES_PASSWORD_FILE, ...more } = database?.environment ?? {};
    expect(more).toEqual({});
    const { journal } = configOf("backend-1");
    expect("url" in journal && journal.url).toBe(`postgres://${POSTGRES_USER}@database/${POSTGRES_DB}`);
    expect(database?.healthcheck?.test).toEqual(["CMD", "pg_isready", "-U", POSTGRES_USER, "-d", POSTGRES_DB]);
    expect(database?.secrets?.map((name) => `/run/secrets/${name}`)).toEqual([POSTGRES_PASSWORD_FILE]);
    const file = compose.secrets["database-password"]?.file ?? "";
    expect("password_file" in journal && journal.password_file).toBe(file.replace("./backend", "/etc/qris-backend"));
  });

  test("the broker and the proxy listen where the world is let in, and find their papers", () => {
    const broker = readFileSync(join(ROOT, "deploy/mosquitto/mosquitto.conf"), "utf8");
    expect(compose.services["broker"]?.ports).toEqual([`${/^listener (\d+)$/m.exec(broker)?.[1]}:8883`]);
    expect(configOf("backend-1").link.url).toBe("mqtts://broker:8883");
    const nginx = readFileSync(join(ROOT, "deploy/nginx/qris.conf"), "utf8");
    const ports = new Set([...nginx.matchAll(/^ *listen (\d+)/gm)].map(([, port]) => `${port}:${port}`));
    expect(proxy?.ports).toEqual([...ports]);
    const papers = [...nginx.matchAll(/^ssl_certificate\w* (.*)\/(\S+);$/gm)];
    expect(papers).toHaveLength(2);
    for (const [, folder = "", file] of papers) {
      expect(targetsOf("proxy")).toContain(folder);
      expect(readme).toContain(`\`${file}\``);
    }
  });

  test("the proxy leads to both backends by the README's own command", () => {
    const command = /`(sed .*? \.\.\/nginx\/qris\.conf)`/.exec(readme)?.[1] ?? "";
    const text = execFileSync("sh", ["-c", command], { cwd: FOLDER, encoding: "utf8" });
    const servers = [...text.matchAll(/^ *server (\S+?)[ ;]/gm)]
      .map(([, server]) => server)
      .filter((each) => each !== "{");
    const { http, console } = configOf("backend-1");
    expect(servers).toEqual([`backend-1:${http.port}`, `backend-2:${http.port}`, `backend-1:${console?.port}`]);
  });

  test("a backend writes where a volume lies, and nowhere else", () => {
    const state = /^VOLUME (.*)$/m.exec(dockerfile)?.[1] ?? "";
    expect(dockerfile).toContain(`mkdir -p ${state} && chown node:node ${state} && chmod 0700 ${state}`);
    for (const name of ["backend-1", "backend-2"]) expect(targetsOf(name)).toEqual(["/etc/qris-backend", state]);
    expect(readme).toContain("readable by user 1000 alone");
  });

  test("the health check is content with a backend that says so, and with nothing else", async () => {
    const [, line = "[]"] = /^HEALTHCHECK .*\\\n +CMD (\[.*\])$/m.exec(dockerfile) ?? [];
    const [program, flag = "", script = ""] = JSON.parse(line) as readonly string[];
    expect([program, flag]).toEqual(["node", "-e"]);
    const address = `http://127.0.0.1:${configOf("backend-1").http.port}/healthz`;
    expect(script).toContain(`'${address}'`);
    let status = 200;
    const clock = utcClock({ keepsAlive: false });
    const route = { method: "GET", path: "/healthz", answer: async () => ({ status, body: "" }) } as const;
    const server = await serve({ routes: [route], port: 0, clock, log: silentLog });
    const asks = async (): Promise<unknown> => {
      const child = spawn(process.execPath, [flag, script.replace(address, `${server.url}/healthz`)], {
        stdio: "ignore",
      });
      return (await once(child, "exit"))[0];
    };
    expect(await asks()).toBe(0);
    status = 503;
    expect(await asks()).toBe(1);
    await server.close();
    expect(await asks()).toBe(1);
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

  test("has a compiler where packages are installed, some of which are built there", () => {
    const { scripts = {} } = JSON.parse(readFileSync(join(ROOT, "node_modules/epoll/package.json"), "utf8"));
    expect(scripts.install).toBe("node-gyp rebuild");
    expect(dockerfile).toMatch(/^FROM node:22-bookworm AS build$/m);
  });

  test("leaves nothing out of the image that the build is made of", () => {
    const ignored = read("Dockerfile.dockerignore").split("\n");
    const { folders, project } = PRODUCT_BUILD;
    for (const name of [...folders, project, "tsconfig.json", "package.json", "package-lock.json", "scripts"]) {
      expect(existsSync(join(ROOT, name)), name).toBe(true);
      expect(ignored, name).not.toContain(name);
    }
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
