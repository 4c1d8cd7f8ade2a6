import { describe, expect, onTestFinished, test } from "vitest";
import { type EnrolRouteParts, enrolRoutes } from "../../../backend/stands/enrol-routes.ts";
import { Revocations } from "../../../backend/stands/revocations.ts";
import { addressList } from "../../../host/addresses.ts";
import { steadyClock } from "../../../host/clock.ts";
import { type HttpRequest, serve } from "../../../host/http.ts";
import { type Log, silentLog } from "../../../host/log.ts";
import { ENROL_PATH, enrolAnswerSchema, RENEW_PATH, renewAnswerSchema } from "../../../protocol/enrolment.ts";
import { newKeyPair } from "../../../protocol/keys.ts";
import { freshStore } from "../../support/stores.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { authority, CODE_MS, codeFor, DAY_MS, LOBBY, newMachine, type Office, openOffice } from "./rig.ts";

type Said = { readonly what: string; readonly facts: Readonly<Record<string, unknown>> };

/** What is logged, and the log. */
function logged(): readonly [Said[], Log] {
  const said: Said[] = [];
  const hear = (what: string, facts = {}): void => void said.push({ what, facts });
  return [said, { ...silentLog, info: hear, warn: hear, error: hear }];
}

/** The endpoint as the world sees it, and what is logged meanwhile. */
async function openDoor(parts: Partial<EnrolRouteParts> = {}) {
  const office = openOffice(await freshStore());
  const [said, log] = logged();
  const clock = steadyClock("door");
  const revocations = new Revocations({ store: office.store, authority, listMs: 7 * DAY_MS, clock, log });
  const keys = { version: 0, keys: [newKeyPair().publicJwk] };
  const routes = enrolRoutes({
    enrolling: office.enrolling,
    clock,
    log,
    triesAMinute: { each: 100, all: 1_000 },
    isProxy: addressList([]),
    welcome: () => ({ broker: { url: "mqtts://broker.example.id:8883" }, keys }),
    settingsFor: async () => undefined,
    revoked: () => revocations.list(),
    ...parts,
  });
  const server = await serve({ routes, port: 0, clock, log });
  onTestFinished(() => server.close());
  const post = async (path: string, body: object | string, headers: Record<string, string> = {}) => {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    const answer = await fetch(server.url + path, { method: "POST", body: text, headers });
    return { status: answer.status, text: await answer.text(), headers: answer.headers };
  };
  return { office, server, post, said };
}

/** All that could be told apart from outside. */
const seen = ({ status, text }: { readonly status: number; readonly text: string }): string => `${status} ${text}`;

describe("the door for new stands", () => {
  test("lets in a machine with a code, and says where the broker is and whom to trust", async () => {
    const { office, post, said } = await openDoor();
    const machine = newMachine();
    const code = await codeFor(office, LOBBY);
    const { status, text } = await post(ENROL_PATH, machine.enrols(code));
    expect(status).toBe(200);
    expect(enrolAnswerSchema.parse(JSON.parse(text))).toMatchObject({ stand: LOBBY, name: "lobby-1" });
    const renewed = await post(RENEW_PATH, machine.renews(LOBBY));
    expect(renewAnswerSchema.safeParse(JSON.parse(renewed.text)).success).toBe(true);
    expect(said.map(({ what }) => what)).toEqual(["stand enrolled", "certificate renewed"]);
    expect(JSON.stringify(said)).not.toContain(code);
  });

  test("answers every code that is not good to the letter the same, and logs the reason, but no code", async () => {
    const { office, post, said } = await openDoor();
    const code = await codeFor(office, LOBBY);
    const over = await codeFor(office, "lobby-2" as typeof LOBBY);
    const used = await codeFor(office, "lobby-3" as typeof LOBBY);
    await office.enrolling.redeem(newMachine().enrols(used));
    office.wall += CODE_MS - 1;
    const fresh = await codeFor(office, "lobby-4" as typeof LOBBY);
    office.wall += 1;
    const machine = newMachine();
    const asked = [
      machine.enrols("7K3M-9QXD-4C7H"),
      machine.enrols(over),
      machine.enrols(used),
      machine.enrols(fresh, { proof: "A".repeat(86) }),
      machine.enrols(fresh, { key: newMachine().signing.publicJwk }),
      machine.enrols(fresh, { csr: "x" }),
    ];
    const answers = [];
    for (const each of asked) answers.push(seen(await post(ENROL_PATH, each)));
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatch(/^403 .*"code-unknown"/);
    expect(said.map(({ what }) => what)).toEqual(asked.map(() => "enrolment refused"));
    expect(new Set(said.map(({ facts }) => facts["because"])).size).toBe(5);
    expect(said.every(({ facts }) => facts["address"] === "127.0.0.1")).toBe(true);
    for (const secret of [code, over, used, fresh]) expect(JSON.stringify(said)).not.toContain(secret);
    expect((await post(ENROL_PATH, machine.enrols(fresh))).status).toBe(200);
  });

  test("answers every renewal that is refused the same", async () => {
    const { office, post } = await openDoor();
    const [machine, other] = [newMachine(), newMachine()];
    await office.enrolling.redeem(machine.enrols(await codeFor(office, LOBBY)));
    const answers = [
      await post(RENEW_PATH, other.renews(LOBBY)),
      await post(RENEW_PATH, machine.renews("nobody" as typeof LOBBY)),
      await post(RENEW_PATH, machine.renews(LOBBY, "x")),
    ];
    expect(new Set(answers.map(seen)).size).toBe(1);
    expect(answers[0]?.status).toBe(403);
  });

  test("asks a stand to wait that renews too often, and gives it no certificate", async () => {
    const { office, post } = await openDoor();
    const machine = newMachine();
    await office.enrolling.redeem(machine.enrols(await codeFor(office, LOBBY)));
    const statuses = [];
    for (let nth = 0; nth < 5; nth += 1) statuses.push((await post(RENEW_PATH, machine.renews(LOBBY))).status);
    expect(statuses).toEqual([200, 200, 200, 200, 429]);
    const { text, headers } = await post(RENEW_PATH, machine.renews(LOBBY));
    expect([JSON.parse(text).error, headers.get("retry-after")]).toEqual(["too-many", "60"]);
  });

  test.each([
    ["nothing", ""],
    ["no JSON", "code"],
    ["no object", "[]"],
    ["more than it takes", { ...newMachine().enrols("7K3M-9QXD-4C7H"), admin: true }],
    [
      "a private key",
      {
        ...newMachine().enrols("7K3M-9QXD-4C7H"),
        key: { kty: "OKP", crv: "Ed25519", x: "A".repeat(43), d: "A".repeat(43) },
      },
    ],
    ["numbers in the place of texts", { code: 1, key: 2, csr: 3, proof: 4 }],
  ])("is asked for %s: refused as malformed, and nothing moves", async (_, body) => {
    const { office, post, said } = await openDoor();
    expect(seen(await post(ENROL_PATH, body))).toMatch(/^400 .*"bad-request"/);
    expect(seen(await post(RENEW_PATH, body))).toMatch(/^400 .*"bad-request"/);
    expect(said.map(({ facts }) => facts["because"])).toEqual(["not such a request", "not such a request"]);
    expect(await office.store.selectFrom("stand_certificates").selectAll().execute()).toEqual([]);
  });

  test("asks one address to wait that guesses on, even with a good code at last, and lets others in", async () => {
    const { office, post, said } = await openDoor({
      triesAMinute: { each: 3, all: 1_000 },
      isProxy: addressList(["127.0.0.1"]),
    });
    const code = await codeFor(office, LOBBY);
    const from = (address: string) => ({ "x-forwarded-for": address });
    const guess = () => newMachine().enrols("7K3M-9QXD-4C7H");
    for (let nth = 0; nth < 3; nth += 1) await post(ENROL_PATH, guess(), from("203.0.113.7"));
    const late = await post(ENROL_PATH, newMachine().enrols(code), from("203.0.113.7"));
    expect([late.status, late.headers.get("retry-after")]).toEqual([429, "60"]);
    expect((await post(ENROL_PATH, newMachine().enrols(code), from("1.1.1.1, 198.51.100.9"))).status).toBe(200);
    expect(said.map(({ facts }) => facts["because"] ?? facts["stand"])).toEqual([
      ...Array(3).fill("no such code"),
      "too many tries",
      LOBBY,
    ]);
  });

  test("does not believe who says of himself that he comes from elsewhere", async () => {
    const { post } = await openDoor({ triesAMinute: { each: 3, all: 1_000 } });
    const statuses = [];
    for (let nth = 0; nth < 5; nth += 1) {
      const answer = await post(ENROL_PATH, newMachine().enrols("7K3M-9QXD-4C7H"), {
        "x-forwarded-for": `1.2.3.${nth}`,
      });
      statuses.push(answer.status);
    }
    expect(statuses).toEqual([403, 403, 403, 429, 429]);
  });

  test("counts renewals with all other tries", async () => {
    const { post } = await openDoor({ triesAMinute: { each: 2, all: 1_000 } });
    const asked = () => newMachine().renews(LOBBY);
    const statuses = [];
    for (let nth = 0; nth < 3; nth += 1) statuses.push((await post(RENEW_PATH, asked())).status);
    expect(statuses).toEqual([403, 403, 429]);
  });

  test("bounds what all together may try", async () => {
    const { post } = await openDoor({ triesAMinute: { each: 100, all: 4 }, isProxy: addressList(["127.0.0.1"]) });
    const tries = Array.from({ length: 6 }, (_, nth) =>
      post(ENROL_PATH, newMachine().enrols("7K3M-9QXD-4C7H"), { "x-forwarded-for": `203.0.113.${nth}` }),
    );
    expect((await Promise.all(tries)).map(({ status }) => status).filter((status) => status === 429)).toHaveLength(2);
  });

  test("is asked ten thousand times from everywhere: few of that reach the store or the log, and a minute later it lets in", async () => {
    const clock = new VirtualClock();
    let looked = 0;
    const [said, log] = logged();
    const [enrol] = enrolRoutes({
      enrolling: {
        redeem: async () => {
          looked += 1;
          return { is: "refused", because: "no such code" };
        },
        renew: () => Promise.reject(new Error("not asked for")),
      },
      clock,
      log,
      triesAMinute: { each: 10, all: 600 },
      isProxy: addressList(["127.0.0.1"]),
      welcome: () => ({ broker: { url: "mqtts://broker.example.id:8883" }, keys: { version: 0, keys: [] } }),
      settingsFor: async () => undefined,
      revoked: async () => "",
    });
    const body = Buffer.from(JSON.stringify(newMachine().enrols("7K3M-9QXD-4C7H")));
    const ask = async (from: string): Promise<number | undefined> => {
      const request = { peer: "127.0.0.1", headers: { "x-forwarded-for": from }, body };
      const answer = await enrol?.answer(request as unknown as HttpRequest);
      return answer !== undefined && "status" in answer ? answer.status : undefined;
    };
    for (let nth = 0; nth < 5_000; nth += 1) await ask("203.0.113.7");
    expect(looked).toBe(10);
    expect(await ask("203.0.113.8")).toBe(403);
    for (let nth = 0; nth < 5_000; nth += 1) await ask(`10.${nth >> 8}.${nth & 255}.1`);
    expect(looked).toBe(600);
    expect(said.filter(({ facts }) => facts["because"] === "too many tries")).toHaveLength(1);
    expect(said.length).toBeLessThanOrEqual(601);
    await clock.advance(60_000);
    expect(await ask("203.0.113.9")).toBe(403);
  });

  test("says that it cannot just now when the store is away, and nothing of why", async () => {
    const failing = {
      redeem: () => Promise.reject(new Error("disk of kopi")),
      renew: () => Promise.reject(new Error("x")),
    };
    const { post, said } = await openDoor({ enrolling: failing });
    const { status, text } = await post(ENROL_PATH, newMachine().enrols("7K3M-9QXD-4C7H"));
    expect([status, text.includes("kopi"), said.map(({ what }) => what)]).toEqual([503, false, ["enrolment failed"]]);
  });

  test("hands out the list of certificates that were revoked", async () => {
    const { office, server }: { office: Office; server: { url: string } } = await openDoor();
    const listed = async () => (await fetch(`${server.url}${ENROL_PATH}/crl.pem`)).text();
    const machine = newMachine();
    await office.enrolling.redeem(machine.enrols(await codeFor(office, LOBBY)));
    const before = await listed();
    expect(await listed()).toBe(before);
    await office.registry.revoke(LOBBY, "stolen");
    const after = await listed();
    expect(after).toMatch(/^-----BEGIN X509 CRL-----\n/);
    expect(after.length).toBeGreaterThan(before.length);
  });
});
