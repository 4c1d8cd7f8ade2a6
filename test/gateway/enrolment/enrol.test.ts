import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { enrollWith } from "../../../gateway/commands/enroll.ts";
import { enrol } from "../../../gateway/enrolment/enrol.ts";
import { identityFiles, readIdentity } from "../../../gateway/enrolment/identity.ts";
import { enrolAddress, type Posted, postJson, postWithin } from "../../../gateway/enrolment/post.ts";
import { Shelf } from "../../../gateway/settings/shelf.ts";
import { readSetup } from "../../../gateway/setup.ts";
import { certificateFacts, newAuthority, newRequest } from "../../../host/certificates.ts";
import { EXIT_BAD_CONFIG } from "../../../host/config.ts";
import { silentLog } from "../../../host/log.ts";
import { FAILED, MISUSED } from "../../../host/program.ts";
import { enrolProof, prove } from "../../../protocol/enrolment.ts";
import type { StandId } from "../../../protocol/ids.ts";
import { newKeyPair, thumbprintOf } from "../../../protocol/keys.ts";
import { dyingDisk, PowerLost } from "../../support/dying-disk.ts";
import { settingsAt } from "../../support/settings.ts";
import { CODE, DAY_MS, Office, refusal } from "./office.ts";

const AT = "https://pay.example.id";
let home: string;
let folder: string;
let office: Office;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "enrol-"));
  folder = join(home, "identity");
  office = new Office();
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
});

const enrolled = (more: Partial<Parameters<typeof enrol>[0]> = {}) =>
  enrol({ at: AT, code: CODE, folder, post: office.post, ...more });

const configFile = (text = ""): string => {
  const file = join(home, "gateway.toml");
  const tables = `[enrolment]\nfolder = "${folder}"\n[journal]\nfile = "${home}/journal.sqlite"\n`;
  writeFileSync(file, `${tables}[screen]\ndriver = "simulated"\n[pins]\ndriver = "simulated"\n${text}`);
  return file;
};

describe("a machine with a code", () => {
  test("becomes the stand: its configuration need not say who it is", async () => {
    const file = configFile();
    expect(readSetup(file, {})).toMatchObject({
      is: "bad",
      explained: expect.stringContaining("sudo qris-gateway enroll --at"),
    });
    expect(await enrolled()).toMatchObject({ is: "enrolled", identity: { stand: "lobby-1", name: "Kopi Lobi" } });
    const read = readSetup(file, {});
    if (read.is === "bad") throw new Error(read.explained);
    const { config, key, backendKeys, brokerTls } = read.setup;
    expect(config).toMatchObject({
      stand: { id: "lobby-1", name: "Kopi Lobi" },
      link: { url: "mqtts://broker.example.id:8883" },
      products: [],
    });
    expect(key.kid).toBe(thumbprintOf(office.shown[0] ?? office.backend.publicJwk));
    expect(backendKeys.get(office.backend.signing.kid)?.owner).toBe("backend");
    expect(certificateFacts(brokerTls?.().cert ?? "").name).toBe("lobby-1");
  });

  test("keeps its keys to itself, and nothing of the code", async () => {
    await enrolled();
    const files = identityFiles(folder);
    for (const secret of [files.standKey, files.broker]) expect(statSync(secret).mode & 0o777).toBe(0o600);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(existsSync(files.draft)).toBe(false);
  });

  test("shows the same keys again where the answer was lost, and new ones with a new code", async () => {
    office.instead = { is: "failed", because: "no answer within 20 s" };
    expect(await enrolled()).toMatchObject({
      is: "refused",
      because: expect.stringContaining("no answer within 20 s"),
    });
    expect(readIdentity(folder)).toBeUndefined();
    office.instead = undefined;
    await enrolled();
    await enrolled();
    const kids = office.shown.map(thumbprintOf);
    expect(kids[1]).toBe(kids[0]);
    expect(kids[2]).not.toBe(kids[0]);
    office.instead = { is: "failed", because: "no answer within 20 s" };
    for (const code of [CODE, "AAAA-BBBB-CCCC"]) await enrolled({ code });
    const [first, second] = office.shown.slice(3).map(thumbprintOf);
    expect(second).not.toBe(first);
  });

  test("that loses power at any moment is the stand when the same code is said again", async () => {
    for (let nth = 0, died = true; died; nth += 1) {
      rmSync(folder, { recursive: true, force: true });
      died = await enrolled({ hands: dyingDisk(nth).hands }).then(
        () => false,
        (error: unknown) => {
          if (!(error instanceof PowerLost)) throw error;
          return true;
        },
      );
      const isSomebody = readIdentity(folder) !== undefined;
      if (isSomebody) expect(readSetup(configFile(), {}).is, `cut ${nth}`).toBe("good");
      expect(await enrolled()).toMatchObject({ is: "enrolled" });
      expect(readSetup(configFile(), {}).is, `cut ${nth}`).toBe("good");
    }
  });

  test.each<[string, Posted, string]>([
    ["a code that is not good", refusal(403, "code-unknown"), "backend stands invite"],
    ["too many tries", refusal(429, "too-many", 60_000), "wait 60 s"],
    ["too many tries, said by a proxy", { is: "answer", status: 429, body: undefined }, "wait 60 s"],
    ["a backend that cannot now", refusal(503, "unavailable"), "No. Ask."],
    ["another server", { is: "answer", status: 404, body: undefined }, "no [enrolment]"],
    ["a page of words", { is: "answer", status: 200, body: undefined }, "is the address right?"],
    ["nobody", { is: "failed", because: "ECONNREFUSED" }, "Nothing was used up"],
  ])("is told what %s means", async (_, instead, words) => {
    office.instead = instead;
    expect(await enrolled()).toMatchObject({ is: "refused", because: expect.stringContaining(words) });
  });

  test("takes no certificate that bears another's name", async () => {
    office.more = { stand: "gate-1" as StandId };
    expect(await enrolled()).toMatchObject({ is: "refused", because: expect.stringContaining("not this stand's") });
    expect(readIdentity(folder)).toBeUndefined();
  });

  test("takes no certificate that is not for its own key", async () => {
    const other = await new Office().post(`${AT}/enrol/v1`, requestOf());
    office.instead = other;
    expect(await enrolled()).toMatchObject({ is: "refused", because: expect.stringContaining("not this stand's") });
    expect(readIdentity(folder)).toBeUndefined();
  });
});

/** What another machine would ask with the same code. */
function requestOf(): object {
  const { csr } = newRequest("stand");
  const { signing, publicJwk } = newKeyPair();
  return { code: CODE, key: publicJwk, csr, proof: prove(signing, enrolProof({ code: CODE, csr })) };
}

describe("the command", () => {
  const said: string[] = [];
  const run = async (options: Record<string, string>, config = configFile()): Promise<number> => {
    said.length = 0;
    const say = (line: string): void => void said.push(line);
    return enrollWith(office.post)({ config, argument: "", options, flags: new Set(), env: {}, say, print: say });
  };

  test("leaves the first menu ready, forgets that of an earlier enrolment, and says what comes next", async () => {
    const options = { folder: join(home, "settings"), stand: "lobby-1" as StandId, log: silentLog };
    await new Shelf(options).sell({ version: 9, settings: settingsAt(9_000) });
    office.more = { settings: { version: 2, settings: settingsAt(2_000) } };
    expect(await run({ at: AT, code: CODE })).toBe(0);
    expect(said.join()).toContain("systemctl restart qris-gateway");
    const shelf = new Shelf(options);
    expect([shelf.selling, shelf.next?.version]).toEqual([undefined, 2]);
  });

  test("says what is still missing", async () => {
    const file = configFile("[rules]\ngrace_ms = 1.5\n");
    expect(await run({ at: AT, code: CODE }, file)).toBe(EXIT_BAD_CONFIG);
    expect(said.join("\n")).toMatch(/lobby-1 now.*cannot sell yet.*grace_ms/s);
  });

  test.each<[string, Record<string, string>, number, string]>([
    ["no code", { at: AT }, MISUSED, "--code"],
    ["half a code", { at: AT, code: "7K3M" }, MISUSED, "is it complete?"],
    ["an address without TLS", { at: "http://pay.example.id", code: CODE }, MISUSED, "https://"],
    ["no address", { at: "pay", code: CODE }, MISUSED, "is no address"],
    ["a code that nobody knows", { at: AT, code: "AAAA-BBBB-CCCC" }, FAILED, "the code is not good"],
  ])("refuses %s", async (_, options, exit, words) => {
    expect(await run(options)).toBe(exit);
    expect(said.join()).toContain(words);
    expect(said.join()).not.toContain("AAAA");
  });

  test("needs a configuration that lets an enrolment say who the stand is", async () => {
    const file = join(home, "bare.toml");
    writeFileSync(file, "[journal]\n");
    expect(await run({ at: AT, code: CODE }, file)).toBe(EXIT_BAD_CONFIG);
    expect(said.join()).toContain("has no [enrolment]");
  });
});

test("another broker in the file is shown no certificate of the enrolment; who says all himself need not be enrolled", async () => {
  await enrolled();
  const read = readSetup(configFile('[link]\nurl = "mqtt://127.0.0.1:1"\n'), {});
  if (read.is === "bad") throw new Error(read.explained);
  const { link } = read.setup.config;
  expect([link.url, link.cert_file, link.ca_file]).toEqual(["mqtt://127.0.0.1:1", undefined, undefined]);
  rmSync(folder, { recursive: true });
  const keys = `[keys]\nprivate_file = "${home}/none.pem"\nbackend_file = "${home}/none.json"\n`;
  const own = '[stand]\nid = "lobby-9"\nname = "Kopi"\n[link]\nurl = "mqtt://127.0.0.1:1"\n';
  const bare = readSetup(configFile(own + keys), {});
  expect(bare).toMatchObject({ is: "bad", explained: expect.stringContaining("none.pem") });
  expect(bare).toMatchObject({ explained: expect.not.stringContaining("not enrolled") });
});

test("a name in the file that is not the enrolment's is found out", async () => {
  await enrolled();
  const read = readSetup(configFile('[stand]\nid = "other-1"\n'), {});
  expect(read).toMatchObject({ is: "bad", explained: expect.stringContaining('enrolled as "lobby-1"') });
});

describe("a call to the backend", () => {
  const served = async (
    answer: (body: string) => { status: number; headers?: Record<string, string>; text: string },
  ) => {
    const server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += String(chunk);
      const { status, headers = {}, text } = answer(body);
      response.writeHead(status, headers).end(text);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => new Promise<void>((resolve) => void server.close(() => resolve())));
    const address = server.address();
    return `http://127.0.0.1:${typeof address === "object" && address !== null ? address.port : 0}/`;
  };

  test("brings the answer, or says what became of it", async () => {
    const echo = await served((body) => ({ status: 200, headers: { "retry-after": "7" }, text: body }));
    expect(await postJson(echo, { a: "é" })).toEqual({
      is: "answer",
      status: 200,
      body: { a: "é" },
      retryAfterMs: 7_000,
    });
    const slow = await served(() => ({ status: 429, headers: { "retry-after": "86401" }, text: "{}" }));
    expect(await postJson(slow, {})).toEqual({ is: "answer", status: 429, body: {} });
    const moved = await served(() => ({ status: 302, headers: { location: echo }, text: "" }));
    expect(await postJson(moved, {})).toEqual({ is: "answer", status: 302, body: undefined });
    const long = await served(() => ({ status: 200, text: "x".repeat(70_000) }));
    expect(await postJson(long, {})).toMatchObject({ is: "failed", because: expect.stringContaining("65536") });
    expect(await postJson("http://127.0.0.1:1/", {})).toMatchObject({ is: "failed" });
  });

  test("ends when nothing comes, or not all of it", async () => {
    const silent = createServer((_, response) => {
      response.writeHead(200).write("{");
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as AddressInfo;
    const answer = await postWithin(100)(`http://127.0.0.1:${port}/`, {});
    expect(answer).toMatchObject({ is: "failed" });
  });

  test("is made to nobody whose certificate nobody vouches for, whatever the environment says", async () => {
    const { certificate: cert, key } = newAuthority({ name: "localhost", nowMs: Date.now(), forMs: DAY_MS });
    let heard = 0;
    const stranger = createSecureServer({ cert, key }, (_, response) => {
      heard += 1;
      response.end("{}");
    });
    await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void stranger.close());
    const { port } = stranger.address() as AddressInfo;
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await postJson(`https://localhost:${port}/`, { code: CODE })).toMatchObject({ is: "failed" });
    expect(heard).toBe(0);
  });

  test("goes to where nobody reads it on the way", () => {
    expect(enrolAddress("https://pay.example.id/enrol?x=1")).toEqual({ origin: "https://pay.example.id" });
    expect(enrolAddress("http://127.0.0.1:8080/")).toEqual({ origin: "http://127.0.0.1:8080" });
    expect(enrolAddress("http://127.0.0.1.evil.example/")).toHaveProperty("wrong");
    expect(enrolAddress("ftp://127.0.0.1/")).toHaveProperty("wrong");
  });
});
