import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import type { Notice } from "../../backend/alarms/notice.ts";
import { main } from "../../backend/main.ts";
import { steadyClock } from "../../host/clock.ts";
import { type HttpRequest, serve } from "../../host/http.ts";
import { silentLog } from "../../host/log.ts";
import type { StandId } from "../../protocol/ids.ts";
import { type DownBody, downStatementSchema, type UpBody } from "../../protocol/statements.ts";
import { topicOf } from "../../protocol/topics.ts";
import { startBroker } from "../../sandbox/broker.ts";
import { stranger } from "../hostile/stranger.ts";
import { newSite, startBackend } from "../support/backend-program.ts";
import { freePort } from "../support/free-port.ts";
import { ORDER_ID } from "../support/sale.ts";
import { spokesman } from "../support/spokesman.ts";
import { typed } from "../support/typed.ts";
import { pause, until } from "../support/until.ts";
import { menuOf } from "./settings/menus.ts";

/** Several processes start, perhaps on a busy machine. */
const PATIENT = { timeout: 60_000 };
const STAND = "stand-1" as StandId;
const TOKEN = "a-long-random-text";
const clock = steadyClock("test");

/** Whoever is told of alarms. */
async function receiver(): Promise<{ readonly url: string; readonly got: Notice[] }> {
  const got: Notice[] = [];
  const answer = async ({ body }: HttpRequest) => {
    got.push(JSON.parse(Buffer.from(body).toString("utf8")));
    return { status: 204, body: "" };
  };
  const server = await serve({ routes: [{ method: "POST", path: "/", answer }], port: 0, clock, log: silentLog });
  onTestFinished(() => server.close());
  return { url: server.url, got };
}

async function openShop() {
  const [port, desk, people] = [await freePort(), await freePort(), await receiver()];
  const broker = await startBroker({ port, log: silentLog });
  onTestFinished(() => broker.close());
  const files = { token: TOKEN, secret: "a-long-random-secret" };
  const site = newSite({ broker: `mqtt://127.0.0.1:${port}`, files });
  const text = readFileSync(site.config, "utf8");
  const more = `[operator]
port = ${desk}
token_file = "${site.at}/token"
[alarms.webhook]
url = "${people.url}/"
secret_file = "${site.at}/secret"
`;
  writeFileSync(site.config, `${more}${text}`);
  const backend = startBackend(site);
  await until("the backend is connected", () => backend.find("connected to the broker") !== undefined, 30_000);
  const voice = await stranger(port);
  onTestFinished(() => voice.leaves());
  await voice.listens();
  const stand = await spokesman(port, STAND, site.standKeys[0]);
  const told = (): readonly DownBody[] =>
    voice.heard.filter(({ topic }) => topic === topicOf(STAND, "down")).map(({ payload }) => contentOf(payload));
  return { site, backend, voice, stand, told, people };
}

function contentOf(payload: Buffer): DownBody {
  const [, content = ""] = payload.toString("utf8").split(".");
  return downStatementSchema.parse(JSON.parse(Buffer.from(content, "base64url").toString("utf8"))).body;
}

/** What the operator types, and what comes back. */
async function types(config: string, ...argv: readonly string[]) {
  const { code, said: out } = await typed(main, [...argv, "--config", config], { USER: "ani" });
  return { code, out };
}

/** What the terminal shows of the stand's settings, once it has these words; whatever it shows after ten seconds. */
async function shows(config: string, words: string): Promise<string> {
  for (let looks = 0; ; looks += 1) {
    const { out } = await types(config, "settings", "show", STAND);
    if (out.includes(words) || looks >= 100) return out;
    await pause(100);
  }
}

const using = (version: number, refused?: { version: number; because: string }): UpBody => ({
  type: "using",
  software: "0.1.0",
  settings: { version, ...(refused && { refused }) },
  keys: { version: 1 },
});

test(
  "settings that are saved at a terminal reach the stand, and the terminal tells what became of them",
  PATIENT,
  async () => {
    const { site, stand, told } = await openShop();
    const file = join(site.at, "menu.json");
    writeFileSync(file, JSON.stringify(menuOf(2)));
    const versions = (): unknown[] => told().flatMap((body) => (body.type === "settings" ? [body.version] : []));

    expect((await types(site.config, "settings", "show", STAND)).out).toContain("nothing was saved");
    const set = await types(site.config, "settings", "set", file, "--stand", STAND, "--why", "new prices");
    expect(set).toEqual({ code: 0, out: expect.stringContaining("stand-1 shall use version 1") });
    await until("the stand is told", () => versions().includes(1));
    expect(told().find((body) => body.type === "settings")).toMatchObject({ settings: menuOf(2) });

    await stand.says(using(1));
    expect(await shows(site.config, "sells by version 1 ")).toContain("(software 0.1.0");

    writeFileSync(file, JSON.stringify(menuOf(3)));
    await types(site.config, "settings", "set", file, "--stand", STAND, "--why", "more");
    await until("the stand is told", () => versions().includes(2));
    await stand.says(using(1, { version: 2, because: "no line slot-3" }));
    expect(await shows(site.config, "cannot use version 2")).toContain("cannot use version 2: no line slot-3");
    const back = await types(site.config, "settings", "back", STAND, "--version", "1", "--why", "it could not");
    expect(back.out).toContain("shall use version 3");
    await until("the stand is told", () => versions().includes(3));
    const history = (await types(site.config, "settings", "history", STAND)).out;
    expect(
      history
        .trim()
        .split("\n")
        .map((line) => line.split("  ").toSpliced(1, 1)),
    ).toEqual([
      ["3", "ani", "2 products", "it could not"],
      ["2", "ani", "3 products", "more"],
      ["1", "ani", "2 products", "new prices"],
    ]);
  },
);

test("settings that no stand could use are refused at the terminal, with their places", PATIENT, async () => {
  const { site, told } = await openShop();
  const file = join(site.at, "menu.toml");
  writeFileSync(file, '[rules]\nchargePatienceMs = 1\n[[products]]\nid = "Kopi"\n');
  const set = await types(site.config, "settings", "set", file, "--stand", STAND, "--why", "new");
  expect(set.code).toBe(1);
  for (const path of ["rules.chargePatienceMs", "products[0].id", "texts"]) expect(set.out).toContain(`  ${path}: `);
  expect((await types(site.config, "settings", "set", file)).code).toBe(64);
  expect((await types(site.config, "settings", "show", "nobody")).out).toContain("there is no stand nobody");
  expect((await types(site.config, "settings", "back", STAND, "--version", "9", "--why", "x")).out).toContain("404");
  expect(told().filter(({ type }) => type === "settings")).toEqual([]);
});

test(
  "a stand that lost its journal is told to people once, and what strangers say of stands to nobody",
  PATIENT,
  async () => {
    const { backend, stand, voice, people, told } = await openShop();
    const lost: UpBody = { type: "sync", orders: [], lost: true };
    await stand.says(lost);
    await until("the new stand is acked", () => told().some(({ type }) => type === "ack"));
    expect(backend.find("alarm"), "it never sold: its journal is empty because it is new").toBeUndefined();

    await voice.says("qris/v1/stands/made-up/health", '{"version":"9","obstacles":["no-paper"]}');
    await voice.says(topicOf(STAND, "health"), '{"version":"0.1.0","obstacles":[],"rss":1}');
    await stand.says({ type: "void", order: ORDER_ID, why: "cancelled" });
    for (let times = 0; people.got.length === 0 && times < 30; times += 1) {
      await stand.says(lost);
      await pause(1_000);
    }
    expect(people.got).toMatchObject([{ opened: [{ kind: "journal-lost", count: 1, alarms: [{ stand: STAND }] }] }]);
    expect(backend.err).toBe("");
  },
);
