import { openHttp } from "../../../../backend/providers/http.ts";
import { midtransCore } from "../../../../backend/providers/midtrans/core.ts";
import { silentLog } from "../../../../host/log.ts";
import type { Secret } from "../../../../host/secret.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { keepsTheProviderContract, type ProviderRig } from "../contract.ts";
import { LittleMidtrans } from "./little-midtrans.ts";
import { fixture, SERVER_KEY } from "./samples.ts";
import { tapeServer } from "./tape-server.ts";

const REFUSALS = { "no-balance": "refund-error-414-funds-2025", "by-bank": "direct-refund-denied-2025" } as const;

async function openRig(): Promise<ProviderRig> {
  const midtrans = new LittleMidtrans();
  const server = await tapeServer((heard) => midtrans.answer(heard));
  const clock = new VirtualClock();
  const http = openHttp({ clock });
  const options = {
    serverKeys: (): [Secret] => [SERVER_KEY],
    baseUrl: server.url,
    notificationUrls: [],
    http,
    clock,
    log: silentLog,
  };
  return {
    provider: midtransCore(options),
    pay: async (reference) => midtrans.become(reference, "settlement"),
    expireAtProvider: async (reference) => midtrans.become(reference, "expire"),
    settleRefunds: async (reference) => midtrans.confirmRefunds(reference),
    refuseRefund: async (reference, how) => midtrans.refuseRefund(reference, fixture(REFUSALS[how])),
    notifications: async (reference) => midtrans.reports(reference),
    close: async () => {
      await http.close();
      await server.close();
    },
  };
}

keepsTheProviderContract("midtrans-core", openRig);
