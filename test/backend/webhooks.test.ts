import { describe, expect, test } from "vitest";
import type { Taken } from "../../backend/cashier.ts";
import { strangersOf } from "../../backend/doors.ts";
import { noAccount } from "../../backend/merchants/merchants.ts";
import type { MerchantId, PaymentProvider } from "../../backend/providers/provider.ts";
import { webhookRoute } from "../../backend/webhooks.ts";
import type { HttpRequest } from "../../host/http.ts";
import { type Facts, type Log, silentLog } from "../../host/log.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const HTTP = { host: "127.0.0.1", port: 8_080 };
const SOURCES = ["203.0.113.0/24", "2001:db8::/64"];
const clock = new VirtualClock();
const KOPI = "kopi" as MerchantId;

const request = (peer: string, forwardedFor?: string): HttpRequest => ({
  method: "POST",
  path: "/n",
  params: {},
  query: new URLSearchParams(),
  headers: forwardedFor === undefined ? {} : { "x-forwarded-for": forwardedFor },
  peer,
  body: new Uint8Array(),
});

describe("a stranger among the senders of notifications", () => {
  const strangerIn = strangersOf({ ...HTTP, notification_sources: SOURCES, trusted_proxies: ["127.0.0.1", "::1"] });

  test.each([
    ["Midtrans itself", "203.0.113.7", undefined, undefined],
    ["Midtrans over IPv6", "2001:db8::7", undefined, undefined],
    ["Midtrans behind our proxy", "127.0.0.1", "203.0.113.7", undefined],
    ["somebody else", "198.51.100.1", undefined, "198.51.100.1"],
    ["somebody else who says that he is Midtrans", "198.51.100.1", "203.0.113.7", "198.51.100.1"],
    [
      "somebody behind our proxy who says that he is Midtrans",
      "127.0.0.1",
      "203.0.113.7, 198.51.100.1",
      "198.51.100.1",
    ],
    ["our own machine", "127.0.0.1", undefined, "127.0.0.1"],
    ["whom our proxy does not know", "::1", "unknown", "unknown behind ::1"],
  ])("is told: %s", (_, peer, forwardedFor, stranger) => {
    expect(strangerIn(request(peer, forwardedFor))).toBe(stranger);
  });

  test("is nobody where no sources are listed", () => {
    const everybody = strangersOf({ ...HTTP, notification_sources: [], trusted_proxies: [] });
    expect(everybody(request("198.51.100.1"))).toBeUndefined();
  });
});

describe("a notification's address", () => {
  function noteLog(): Log & { readonly warnings: (readonly [string, Facts | undefined])[] } {
    const warnings: (readonly [string, Facts | undefined])[] = [];
    return { ...silentLog, warn: (what, facts) => void warnings.push([what, facts]), warnings };
  }

  test("of a stranger is refused with 403 before anything is read, and stands in the log", async () => {
    const log = noteLog();
    const provider: PaymentProvider = {
      ...noAccount(KOPI),
      readNotification: () => {
        throw new Error("it was read");
      },
      acknowledge: () => {
        throw new Error("it was acknowledged");
      },
    };
    const taken = async (): Promise<Taken> => "taken";
    const cashier = { notified: taken, hinted: taken };
    const route = webhookRoute({
      merchant: KOPI,
      provider,
      cashier,
      clock,
      log,
      path: "/n",
      strangerIn: ({ peer }) => peer,
    });
    expect(await route.answer(request("198.51.100.1"))).toMatchObject({ status: 403 });
    expect(log.warnings).toMatchObject([
      ["notification from an unknown address", { address: "198.51.100.1", merchant: "kopi" }],
    ]);
  });

  test("that strangers flood is told once a minute, each kind with how often: none hides another", async () => {
    const log = noteLog();
    let nth = 0;
    const readNotification: PaymentProvider["readNotification"] = () => {
      nth += 1;
      return nth % 2 === 0 ? { is: "forged", because: "signed by nobody" } : { is: "unreadable", because: "no JSON" };
    };
    const provider: PaymentProvider = { ...noAccount(KOPI), readNotification };
    const taken = async (): Promise<Taken> => "taken";
    const [then, cashier] = [new VirtualClock(), { notified: taken, hinted: taken }];
    const route = webhookRoute({ merchant: KOPI, provider, cashier, clock: then, log, path: "/n" });
    for (let sent = 0; sent < 400; sent += 1) await route.answer(request("198.51.100.1"));
    expect(log.warnings.map(([what]) => what)).toEqual(["unreadable notification", "forged notification"]);
    await then.advance(60_000);
    await route.answer(request("198.51.100.1"));
    expect(log.warnings.at(-1)).toEqual([
      "unreadable notification",
      { merchant: "kopi", because: "no JSON", unsaid: 199 },
    ]);
  });

  test("answers a trial of the dashboard's with 200, and tells the books nothing", async () => {
    const provider: PaymentProvider = { ...noAccount(KOPI), readNotification: () => ({ is: "trial" }) };
    const taken = async (): Promise<Taken> => {
      throw new Error("the books were told");
    };
    const cashier = { notified: taken, hinted: taken };
    const route = webhookRoute({ merchant: KOPI, provider, cashier, clock, log: silentLog, path: "/n" });
    expect(await route.answer(request("203.0.113.7"))).toMatchObject({ status: 200 });
  });
});
