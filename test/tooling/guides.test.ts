import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, test } from "vitest";
import { orderKinds } from "../../backend/alarms/kinds.ts";
import { backendConfigSchema } from "../../backend/config/config.ts";
import { main as backend } from "../../backend/main.ts";
import { type OperatorParts, operatorRoutes } from "../../backend/operator/routes.ts";
import { type ReconcileDesk, reconcileRoutes } from "../../backend/reconcile/routes.ts";
import { main as gateway } from "../../gateway/main.ts";
import { readConfig } from "../../host/config.ts";
import { ROOT } from "../../scripts/files.mjs";

/** What the guides name must be there: commands, keys, files, tests, links. */

const read = (file: string): string => readFileSync(join(ROOT, file), "utf8");
const GUIDES = [
  "README.md",
  "CONTRIBUTING.md",
  "docs/midtrans.md",
  "docs/install.md",
  "docs/backend.md",
  "docs/controller.md",
  "docs/hardware.md",
  "docs/doctor.md",
  "sandbox/README.md",
  "lab/README.md",
  "deploy/README.md",
  "deploy/mosquitto/README.md",
  "deploy/emqx/README.md",
  "deploy/compose/README.md",
  "docs/backup.md",
  "docs/observing.md",
  "docs/scaling.md",
  "docs/console.md",
  ...readdirSync(join(ROOT, "docs/decisions")).map((name) => `docs/decisions/${name}`),
];
const OPERATING = [
  "README.md",
  "docs/midtrans.md",
  "docs/install.md",
  "docs/backend.md",
  "docs/hardware.md",
  "docs/controller.md",
  "docs/backup.md",
  "docs/observing.md",
  "docs/console.md",
  "deploy/README.md",
  "deploy/mosquitto/README.md",
];

const found = (text: string, pattern: RegExp): readonly string[] => [
  ...new Set([...text.matchAll(pattern)].map(([, word]) => word ?? "")),
];

/** Folders end with a slash. */
const OUR_PATHS =
  /`((?:protocol|device|journal|host|wire|gateway|backend|sandbox|test|scripts|lab|deploy|systemd|docs)\/(?:[\w/.-]*\/|[\w/.-]+\.(?:ts|mjs|js|md|toml)))`/g;

/** As GitHub makes it out of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
const anchorsIn = (text: string): readonly string[] => found(text, /^#+ (.+)$/gm).map(anchorOf);

function isThere(guide: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? guide : normalize(join(dirname(guide), path));
  return existsSync(join(ROOT, target)) && (anchor === undefined || anchorsIn(read(target)).includes(anchor));
}

async function usageOf(main: typeof backend): Promise<string> {
  const said: string[] = [];
  const hear = (text: string): void => void said.push(text);
  await main(["--help"], {}, { out: hear, err: hear });
  return said.join("");
}

describe.each(GUIDES)("%s", (guide) => {
  test("leads nowhere that there is not", () => {
    const links = found(read(guide), /\]\(([^)\s]+)\)/g).filter((link) => !link.startsWith("http"));
    expect(links.filter((link) => !isThere(guide, link))).toEqual([]);
  });

  test("names only commands that npm has", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: object };
    expect(found(read(guide), /\bnpm run ([a-z-]+)/g).filter((name) => !(name in scripts))).toEqual([]);
  });

  test("names only files and folders of this project that there are", () => {
    const paths = found(read(guide), OUR_PATHS);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});

describe.each(OPERATING)("%s", (guide) => {
  test.each([
    ["backend", backend],
    ["gateway", gateway],
  ] as const)("names only sub-commands and options that the %s knows", async (name, main) => {
    const usage = await usageOf(main);
    const text = read(guide);
    const said = found(
      text,
      new RegExp(`(?:npm run ${name} --|(?:^ {4}|sudo |sudo -u [a-z-]+ |\`)qris-${name}|\`${name}) ([a-z].*)`, "gm"),
    );
    const isKnown = (line: string): boolean => {
      const [word = "", next = ""] = line.split(/[^a-z-]/);
      const lines = usage.split("\n").filter((each) => each.startsWith(`  ${word} `));
      const seconds = lines.map((each) => /^ {2}[a-z-]+ ([a-z-]+) /.exec(each)?.[1]);
      return lines.length > 0 && (seconds.includes(undefined) || next === "" || seconds.includes(next));
    };
    const options = found(said.join("\n").replace(/[#`].*/gm, ""), / (--[a-z]+)/g);
    expect(said.filter((line) => !isKnown(line))).toEqual([]);
    expect(options.filter((option) => !usage.includes(option))).toEqual([]);
  });

  test("names only keys and tables that the configurations have", () => {
    const whole = readdirSync(join(ROOT, "docs/samples")).map((file) => `docs/samples/${file}`);
    const samples = ["docs/backend.sample.toml", "docs/gateway.sample.toml", ...whole].map(read).join("\n");
    const blocks = [...read(guide).matchAll(/^```toml\n(.*?)^```/gms)].map(([, block]) => block).join("\n");
    const text = `${blocks}\n${found(read(guide), /`([^`\n]+)`/g).join("\n")}`;
    const keys = found(text, /^([a-z]+(?:_[a-z]+)*) = /gm);
    const tables = found(text, /^(\[\[?[a-z.]+\]\]?)/gm);
    const names = found(text, /^([a-z]+(?:_[a-z]+)+)$/gm);
    const isKnown = (key: string): boolean => new RegExp(`(?:^|^# |[{,] )${key} = `, "m").test(samples);
    const isOthers = (name: string): boolean => OTHERS.includes(name) || name.startsWith("qris_");
    expect([...keys, ...names].filter((key) => !isKnown(key) && !isOthers(key))).toEqual([]);
    const isTable = (table: string): boolean => new RegExp(`^(?:# )?${escaped(table)}$`, "m").test(samples);
    expect(tables.filter((table) => !isTable(table))).toEqual([]);
  });
});

/** Names of Midtrans', of other programs, of the kernel and of our own answers, that look like keys of a configuration. */
const OTHERS = [
  ...["qr_string", "proxy_pass", "cdc_acm", "enable_overlayfs", "claim_code", "left_ms", "client_secret_basic"],
  ...["fsync", "synchronous_commit", "synchronous_standby_names", "recovery_target_time", "pg_verifybackup"],
  ...["default_crl_days", "max_keepalive", "mosquitto_passwd"],
];
const escaped = (text: string): string => text.replace(/[[\].]/g, "\\$&");

test("the README names all calls that staff's door answers, and no others", () => {
  const told = found(read("README.md"), /`((?:GET|POST) \/[^`…]+)`/g);
  const routes = [...operatorRoutes({} as OperatorParts), ...reconcileRoutes({} as ReconcileDesk)];
  const calls = routes.map(({ method, path }) => `${method} ${path.replace(":order", "ID").replace(":date", "DATE")}`);
  expect([...told].sort()).toEqual(calls.sort());
});

describe("docs/midtrans.md", () => {
  const text = read("docs/midtrans.md");
  const tables = [
    ["### Core API", "### BI-SNAP", "midtrans"],
    ["### BI-SNAP", "### Beside the API", "snap"],
  ] as const;

  test.each(tables)("names files and tests that there are, from %s on", (from, to, folder) => {
    const rows = text
      .slice(text.indexOf(from), text.indexOf(to))
      .split("\n")
      .filter((line) => line.startsWith("| ") && line.includes("`"));
    const cells = rows.map((row) => row.split(" | "));
    const named = (column: number, pattern: RegExp): readonly string[] =>
      cells.flatMap((row) => found(row[column] ?? "", pattern));
    const code = named(1, /`([^`/]+\.ts)`/g).map((file) => `backend/providers/${folder}/${file}`);
    const tests = named(2, /`([a-z-]+)`/g).map((name) => `test/backend/providers/${folder}/${name}.test.ts`);
    const sales = named(3, /`([a-z-]+)`/g).map((name) => `test/journeys/${name}.test.ts`);
    expect(rows.length).toBeGreaterThan(5);
    expect([...code, ...tests, ...sales].filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  test("counts the printed samples as many as there are", () => {
    const count = (folder: string): number =>
      readdirSync(join(ROOT, "test/backend/providers/fixtures", folder)).filter((file) => file.endsWith(".json"))
        .length;
    expect(text).toContain(`${count("midtrans")} of the Core API, ${count("snap")} of BI-SNAP`);
  });
});

test("the README names every alarm about an order that the log can have", () => {
  const logged = orderKinds.filter((kind) => kind !== "not-delivered");
  expect(logged.filter((kind) => !read("README.md").includes(`\`${kind}\``))).toEqual([]);
});

test("the configuration of docs/backend.md is one that a backend takes", () => {
  const whole = /^```toml\n(.*?)^```/ms.exec(read("docs/backend.md"))?.[1] ?? "";
  expect(readConfig(whole, backendConfigSchema)).toMatchObject({ is: "good" });
});

test("every driver of the README's table is in the sample file, under its part", () => {
  const rows = read("README.md")
    .split("\n")
    .filter((line) => /^\| .*\| `[a-z-]+` \|/.test(line) && !line.startsWith("| part"));
  const drivers = rows.flatMap((row) => found(row, /^\| [^|]*\| `([a-z-]+)` \|/g));
  const sample = read("docs/gateway.sample.toml");
  expect(drivers.length).toBeGreaterThan(4);
  expect(drivers.filter((driver) => !sample.includes(`driver = "${driver}"`))).toEqual([]);
});

test("both guides tell the demo's addresses by the same names", () => {
  const told = /one line: \{([^}]+)\}/.exec(read("README.md"))?.[1] ?? "";
  const inSandbox = /it prints one line, `\{([^}]+)\}`/.exec(read("sandbox/README.md"))?.[1] ?? "";
  expect(told.replaceAll('"', "")).toBe(inSandbox);
});

test("the README's proxy lets through what nginx's does", () => {
  const caddy = found(read("README.md"), /^ +handle (\/[a-z]+\/)\* \{$/gm);
  const nginx = found(
    read("deploy/nginx/qris.conf").split("server_name console")[0] ?? "",
    /location (\/[a-z]+\/) \{/g,
  );
  expect([...caddy].sort()).toEqual([...nginx].sort());
});
