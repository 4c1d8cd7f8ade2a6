import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isCallBy, isTokenRequestBy } from "../../../../sandbox/snap/signature.ts";
import { SNAP_KEYS } from "../../../support/snap-keys.ts";
import { attempt, type Json, REFERENCE, without } from "../midtrans/samples.ts";
import type { Heard, Reply } from "../midtrans/tape-server.ts";
import { fixture } from "./samples.ts";
import { GENERATE, NEVER, PENDING, saying, TapeRig, TOKEN, TOKEN_LINE } from "./tape-rig.ts";

const QR = "00020101021226620014COM.GO-JEK.WWW6304A623";
const charged: Json = { ...fixture("generate-2024"), partnerReferenceNo: REFERENCE, qrContent: QR };
const headerOf = ({ headers }: Heard, name: string): string => String(headers[name]);

let rig: TapeRig;
beforeEach(() => {
  rig = new TapeRig();
});
afterEach(() => rig.close());

describe("an access token", () => {
  test("is asked for with the client's id, signed with the merchant's key, the hour in Indonesia", async () => {
    const provider = await rig.against([{ body: charged }]);
    await provider.charge(attempt, NEVER);
    const asked = rig.heard(TOKEN_LINE);
    expect(asked.json).toEqual({ grantType: "client_credentials" });
    expect(asked.headers).toMatchObject({
      "content-type": "application/json",
      "x-client-key": SNAP_KEYS.clientId,
      "x-timestamp": "2026-01-01T07:00:00+07:00",
    });
    const { clientId, merchant } = SNAP_KEYS;
    const signature = headerOf(asked, "x-signature");
    expect(isTokenRequestBy(clientId, "2026-01-01T07:00:00+07:00", signature, merchant.publicKey)).toBe(true);
  });

  test("serves all calls of its time", async () => {
    const provider = await rig.against([{ body: charged }, PENDING, PENDING]);
    await provider.charge(attempt, NEVER);
    await Promise.all([provider.standing(attempt, NEVER), provider.standing(attempt, NEVER)]);
    expect(rig.lines().filter((line) => line === TOKEN_LINE)).toHaveLength(1);
  });

  test.each<[string, Json, number]>([
    ["a minute", { expiresIn: "60" }, 60],
    ["what nobody says: fifteen minutes", { expiresIn: undefined }, 900],
    ["a week, which nobody believes: a day", { expiresIn: 604_800 }, 86_400],
  ])("that is good for %s serves nine tenths of it, or all but its last 20 seconds", async (_, more, seconds) => {
    const provider = await rig.against((one) => {
      if (one.line !== TOKEN_LINE) return PENDING;
      return rig.lines().filter((line) => line === TOKEN_LINE).length > 1
        ? saying("5007300")
        : { body: { ...fixture("token-2026"), ...more } };
    });
    const served = seconds * 1_000 - Math.min(20_000, seconds * 100);
    await provider.standing(attempt, NEVER);
    rig.clock.pass(served - 1);
    expect((await provider.standing(attempt, NEVER)).is).toBe("pending");
    rig.clock.pass(1);
    expect((await provider.standing(attempt, NEVER)).is).toBe("unclear");
  });

  test.each(["4014701", "4014703"])(
    "that is refused with %s in the middle is renewed, and the call made again",
    async (code) => {
      const tokens = ["first", "second"];
      const replies = [saying(code), { body: charged }];
      const provider = await rig.against((one) => {
        if (one.line !== TOKEN_LINE) return replies.shift() ?? "hang-up";
        return { body: { ...fixture("token-2026"), accessToken: tokens.shift() } };
      });
      expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "issued", qr: QR });
      expect(rig.lines()).toEqual([TOKEN_LINE, GENERATE, TOKEN_LINE, GENERATE]);
      const [first, second] = [rig.heard(GENERATE, 0), rig.heard(GENERATE, 1)];
      expect(second.json).toEqual(first.json);
      expect(second.headers["x-external-id"]).toBe(REFERENCE);
      expect([first, second].map((one) => headerOf(one, "authorization"))).toEqual(["Bearer first", "Bearer second"]);
    },
  );

  test("that is refused twice is a refusal: a later attempt may have better luck", async () => {
    const provider = await rig.against((one) => (one.line === TOKEN_LINE ? TOKEN : saying("4014701")));
    expect(await provider.charge(attempt, NEVER)).toMatchObject({
      is: "refused",
      retriable: true,
      because: "unavailable",
    });
    expect(rig.lines()).toEqual([TOKEN_LINE, GENERATE, TOKEN_LINE, GENERATE]);
  });

  test.each<[string, Reply]>([
    ["breaks off", "hang-up"],
    ["says nothing that can be read", { status: 401, body: "<html>no</html>" }],
    ["is refused for another reason", saying("4014700")],
    ["fails at Midtrans", saying("5004701")],
  ])("is not renewed, and nothing sent twice, when the call %s", async (_, reply) => {
    const provider = await rig.against([reply]);
    await provider.charge(attempt, NEVER);
    expect(rig.lines()).toEqual([TOKEN_LINE, GENERATE]);
  });

  test.each<[string, Reply, boolean, string]>([
    ["refuses the signature", saying("4017300"), false, "misconfigured"],
    ["has trouble", { status: 500, body: fixture("token-error-2026") }, true, "unavailable"],
    ["has too much to do", saying("4297300"), true, "unavailable"],
    ["breaks off", "hang-up", true, "unavailable"],
    ["gives none", { body: without(fixture("token-2026"), "accessToken") }, true, "unavailable"],
    [
      "gives one, and says that it has not",
      { body: { ...fixture("token-2026"), responseCode: "5007300" } },
      true,
      "unavailable",
    ],
  ])("cannot be had when Midtrans %s: nothing is charged, and that is sure", async (_, reply, retriable, because) => {
    const provider = await rig.against(() => reply);
    expect(await provider.charge(attempt, NEVER)).toMatchObject({ is: "refused", retriable, because });
    expect((await provider.standing(attempt, NEVER)).is).toBe("unclear");
    expect(new Set(rig.lines())).toEqual(new Set([TOKEN_LINE]));
  });

  test("that is not given within a call's time is waited for no longer", async () => {
    const provider = await rig.against(
      (one) => {
        if (one.line === TOKEN_LINE) rig.clock.pass(2_000);
        return one.line === TOKEN_LINE ? TOKEN : { body: charged };
      },
      { timeoutMs: 2_000 },
    );
    expect(await provider.charge(attempt, NEVER)).toMatchObject({
      is: "refused",
      because: "unavailable",
      detail: "no access token: silent: no full answer within 2000 ms",
    });
    expect(rig.lines()).toEqual([TOKEN_LINE]);
  });
});

test.each(["/midtrans", "/midtrans/"])(
  "a base address with a path, %s, keeps it, and calls are signed with it",
  async (path) => {
    await rig.against((one) => (one.line.endsWith("/b2b") ? TOKEN : { body: charged }));
    const provider = rig.open(rig.url + path);
    expect((await provider.charge(attempt, NEVER)).is).toBe("issued");
    expect(rig.lines()).toEqual(["POST /midtrans/v1.0/access-token/b2b", "POST /midtrans/v1.0/qr/qr-mpm-generate"]);
    const { headers, bytes } = rig.heard("POST /midtrans/v1.0/qr/qr-mpm-generate");
    const timestamp = "2026-01-01T07:00:00+07:00";
    const token = String(fixture("token-2026")["accessToken"]);
    const signed = { path: "/midtrans/v1.0/qr/qr-mpm-generate", token, body: bytes, timestamp };
    expect(isCallBy(signed, String(headers["x-signature"]), SNAP_KEYS.clientSecret)).toBe(true);
  },
);
