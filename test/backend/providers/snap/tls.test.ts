import { readFileSync } from "node:fs";
import type { TlsOptions } from "node:tls";
import { afterEach, describe, expect, test, vi } from "vitest";
import { openHttp } from "../../../../backend/providers/http.ts";
import type { PaymentProvider } from "../../../../backend/providers/provider.ts";
import { midtransSnap } from "../../../../backend/providers/snap/snap.ts";
import { silentLog } from "../../../../host/log.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { attempt, REFERENCE } from "../midtrans/samples.ts";
import { okAnswer, type RawServer, rawServer } from "../raw-server.ts";
import { CREDENTIALS, fixture } from "./samples.ts";
import { NEVER, paid } from "./tape-rig.ts";

const pem = (name: string): string => readFileSync(new URL(`../fixtures/tls/${name}.pem`, import.meta.url), "utf8");
const identity = (name: string): TlsOptions => ({ cert: pem(`${name}.cert`), key: pem(`${name}.key`) });

const toClose: { close(): Promise<void> }[] = [];
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(toClose.splice(0).map((each) => each.close()));
});

/** A Midtrans with this identity and these versions of TLS, whose every order is paid. */
async function serve(tls: TlsOptions): Promise<RawServer & { versions: string[] }> {
  const versions: string[] = [];
  const answers = ["token-2026"].map((name) => JSON.stringify(fixture(name)));
  const server = await rawServer((socket) => {
    if ("getProtocol" in socket && typeof socket.getProtocol === "function") versions.push(socket.getProtocol());
    socket.write(okAnswer(answers.shift() ?? JSON.stringify(paid)));
  }, tls);
  toClose.push(server);
  return { ...server, versions };
}

function providerOf(server: RawServer, trusted: string): PaymentProvider {
  const clock = new VirtualClock();
  const http = openHttp({ clock, extraCa: [pem(trusted)] });
  toClose.push(http);
  const world = { http, clock, random: () => 0.5, log: silentLog };
  return midtransSnap({ ...CREDENTIALS, ...world, baseUrl: `https://127.0.0.1:${server.port}` });
}

describe("a Midtrans that speaks", () => {
  test.each([
    ["TLS 1.3 only, as announced from July 2026 on,", "TLSv1.3"],
    ["TLS 1.2 only", "TLSv1.2"],
  ] as const)("%s is spoken with", async (_, version) => {
    const server = await serve({ ...identity("loopback"), minVersion: version, maxVersion: version });
    expect(await providerOf(server, "loopback.cert").standing(attempt, NEVER)).toMatchObject({ is: "settled" });
    expect(new Set(server.versions)).toEqual(new Set([version]));
    expect(server.heard()).toContain(REFERENCE);
  });

  test("TLS 1.1 at best is not", async () => {
    const old = { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT:@SECLEVEL=0" } as const;
    const server = await serve({ ...identity("loopback"), ...old });
    expect((await providerOf(server, "loopback.cert").standing(attempt, NEVER)).is).toBe("unclear");
    expect(server.heard()).toBe("");
  });
});

describe("nothing is said, signed or not, whatever the environment asks for, to one", () => {
  test.each([
    ["whose certificate is another's", "elsewhere", "elsewhere.cert"],
    ["whom nobody vouches for", "loopback", "elsewhere.cert"],
  ])("%s", async (_, name, trusted) => {
    vi.stubEnv("NODE_TLS_REJECT_UNAUTHORIZED", "0");
    const server = await serve(identity(name));
    const provider = providerOf(server, trusted);
    expect(await provider.charge(attempt, NEVER)).toMatchObject({
      is: "refused",
      retriable: true,
      because: "unavailable",
    });
    expect((await provider.standing(attempt, NEVER)).is).toBe("unclear");
    expect(server.heard()).toBe("");
  });
});
