import { openHttp } from "../../../../backend/providers/http.ts";
import { midtransSnap } from "../../../../backend/providers/snap/snap.ts";
import { utcClock } from "../../../../host/clock.ts";
import { silentLog } from "../../../../host/log.ts";
import { Secret } from "../../../../host/secret.ts";
import { type Sandbox, startMidtrans } from "../../../../sandbox/midtrans/start.ts";
import { accessOf } from "../../../../sandbox/snap/access.ts";
import type { SnapKeys } from "../../../../sandbox/snap/keys.ts";
import { SNAP_KEYS } from "../../../support/snap-keys.ts";
import { keepsTheProviderContract, type ProviderRig } from "../contract.ts";
import { handOn } from "../hand-on-sandbox.ts";
import { Mailbox } from "../mailbox.ts";
import { type TapeServer, tapeServer } from "../midtrans/tape-server.ts";

async function openRig(): Promise<ProviderRig> {
  const clock = utcClock();
  const mailbox = new Mailbox({
    referenceIn: (json) => json["originalPartnerReferenceNo"],
    isEnd: (json) => json["latestTransactionStatus"] !== "03",
  });
  const post = await tapeServer((heard) => {
    mailbox.take(heard);
    return { body: { responseCode: "2005200", responseMessage: "Successful" } };
  });
  const snapKeys = SNAP_KEYS;
  const sandbox = await startMidtrans({
    port: 0,
    clock,
    random: Math.random,
    log: silentLog,
    serverKey: "not for this",
    snapKeys,
    snapNotificationUrl: post.url,
  });
  return rigOf(sandbox, snapKeys, post, mailbox);
}

function rigOf(sandbox: Sandbox, keys: SnapKeys, post: TapeServer, mailbox: Mailbox): ProviderRig {
  const clock = utcClock();
  const http = openHttp({ clock });
  const { base, clientSecret, privateKey, providerPublicKey, ...access } = accessOf(sandbox, keys);
  const secrets = { clientSecret: new Secret(clientSecret), privateKey: new Secret(privateKey) };
  const keysOf = { credentials: () => secrets, providerPublicKeys: () => [providerPublicKey] as const };
  const world = { http, clock, random: Math.random, log: silentLog };
  return {
    provider: midtransSnap({ ...access, ...keysOf, baseUrl: base, ...world }),
    ...handOn(sandbox),
    notifications: (reference) => mailbox.of(reference),
    close: async () => {
      await http.close();
      await sandbox.close();
      await post.close();
    },
  };
}

keepsTheProviderContract("midtrans-snap on the sandbox", openRig);
