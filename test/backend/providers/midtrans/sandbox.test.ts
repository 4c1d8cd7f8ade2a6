import { EventEmitter, once } from "node:events";
import { openHttp } from "../../../../backend/providers/http.ts";
import { midtransCore } from "../../../../backend/providers/midtrans/core.ts";
import type { RawRequest } from "../../../../backend/providers/provider.ts";
import { utcClock } from "../../../../host/clock.ts";
import { silentLog } from "../../../../host/log.ts";
import { type Sandbox, startMidtrans } from "../../../../sandbox/midtrans/start.ts";
import { keepsTheProviderContract, type ProviderRig } from "../contract.ts";
import { SERVER_KEY } from "./samples.ts";
import { type Heard, type TapeServer, tapeServer } from "./tape-server.ts";

/** Where the sandbox posts to: keeps what it hears, by reference. */
class Mailbox {
  readonly #rung = new EventEmitter();
  readonly #letters: { readonly reference: string; readonly request: RawRequest }[] = [];

  take({ line, bytes, json }: Heard): void {
    const reference = (json as { readonly order_id: string }).order_id;
    this.#letters.push({ reference, request: { path: line.replace("POST ", ""), headers: {}, body: bytes } });
    this.#rung.emit("letter");
  }

  /** Waits until one of the letters about `reference` speaks of its end. */
  async of(reference: string): Promise<readonly RawRequest[]> {
    for (;;) {
      const mine = this.#letters.filter((each) => each.reference === reference).map((each) => each.request);
      if (mine.some(speaksOfAnEnd)) return mine;
      await once(this.#rung, "letter");
    }
  }
}

const speaksOfAnEnd = ({ body }: RawRequest): boolean => !Buffer.from(body).toString("utf8").includes('"pending"');

async function openRig(): Promise<ProviderRig> {
  const clock = utcClock();
  const mailbox = new Mailbox();
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
  return rigOf(sandbox, post, mailbox);
}

function rigOf(sandbox: Sandbox, post: TapeServer, mailbox: Mailbox): ProviderRig {
  const clock = utcClock();
  const http = openHttp({ clock });
  const notificationUrls = [`${post.url}/midtrans`];
  const options = { serverKey: SERVER_KEY, baseUrl: sandbox.url, notificationUrls, http, clock, log: silentLog };
  return {
    provider: midtransCore(options),
    pay: async (reference) => {
      const amount = sandbox.midtrans.find(reference)?.amount;
      if (amount === undefined) throw new Error(`${reference} was not charged`);
      sandbox.midtrans.pay(reference, { issuer: "gopay", route: "on-us", amount });
    },
    expireAtProvider: async (reference) => {
      sandbox.midtrans.expire(reference);
    },
    notifications: (reference) => mailbox.of(reference),
    close: async () => {
      await http.close();
      await sandbox.close();
      await post.close();
    },
  };
}

keepsTheProviderContract("midtrans-core on the sandbox", openRig);
