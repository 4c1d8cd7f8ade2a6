import { openHttp } from "../../../../backend/providers/http.ts";
import { type PaymentType, paymentTypes } from "../../../../backend/providers/midtrans/charge-body.ts";
import { midtransCore } from "../../../../backend/providers/midtrans/core.ts";
import { utcClock } from "../../../../host/clock.ts";
import { silentLog } from "../../../../host/log.ts";
import type { Secret } from "../../../../host/secret.ts";
import { type Sandbox, startMidtrans } from "../../../../sandbox/midtrans/start.ts";
import { keepsTheProviderContract, type ProviderRig } from "../contract.ts";
import { handOn } from "../hand-on-sandbox.ts";
import { Mailbox } from "../mailbox.ts";
import { SERVER_KEY } from "./samples.ts";
import { type TapeServer, tapeServer } from "./tape-server.ts";

async function openRig(paymentType: PaymentType): Promise<ProviderRig> {
  const clock = utcClock();
  const mailbox = new Mailbox({
    referenceIn: (json) => json["order_id"],
    isEnd: (json) => json["transaction_status"] !== "pending",
  });
  const post = await tapeServer((heard) => {
    mailbox.take(heard);
    return { body: { taken: true } };
  });
  const sandbox = await startMidtrans({
    port: 0,
    clock,
    random: Math.random,
    log: silentLog,
    serverKey: SERVER_KEY.reveal(),
  });
  return rigOf(sandbox, post, mailbox, paymentType);
}

function rigOf(sandbox: Sandbox, post: TapeServer, mailbox: Mailbox, paymentType: PaymentType): ProviderRig {
  const clock = utcClock();
  const http = openHttp({ clock });
  const notificationUrls = [`${post.url}/midtrans`];
  const options = {
    serverKeys: (): [Secret] => [SERVER_KEY],
    baseUrl: sandbox.url,
    notificationUrls,
    paymentType,
    http,
    clock,
    log: silentLog,
  };
  return {
    provider: midtransCore(options),
    ...handOn(sandbox),
    notifications: (reference) => mailbox.of(reference),
    close: async () => {
      await http.close();
      await sandbox.close();
      await post.close();
    },
  };
}

for (const paymentType of paymentTypes) {
  keepsTheProviderContract(`midtrans-core on the sandbox, by ${paymentType},`, () => openRig(paymentType));
}
