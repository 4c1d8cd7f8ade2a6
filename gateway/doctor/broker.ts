import { lookup } from "node:dns/promises";
import { connect as connectTcp, isIP } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { systemChance } from "../../host/chance.ts";
import { silentLog } from "../../host/log.ts";
import type { SetupRead } from "../../host/setup.ts";
import { within } from "../../host/within.ts";
import { newUlid, type StatementId } from "../../protocol/ids.ts";
import { seal, unsealDown } from "../../protocol/seal.ts";
import type { UpStatement } from "../../protocol/statements.ts";
import type { Clock } from "../../protocol/time.ts";
import { topicOf } from "../../protocol/topics.ts";
import { openMqtt } from "../../wire/mqtt.ts";
import type { Transport, TransportEvents } from "../../wire/transport.ts";
import { brokerOf, type Setup } from "../setup.ts";
import type { Failed, Network, Shown, Talk } from "./network.ts";

/** How long to wait for a connection or a certificate, for the broker to let us in, and for the backend. */
export type Patience = { readonly reachMs: number; readonly connectMs: number; readonly answerMs: number };

const USUAL: Patience = { reachMs: 8_000, connectMs: 12_000, answerMs: 10_000 };

/** The network as it is. `readSetup` is asked when somebody wants to talk, for keys and password. */
export function realNetwork(clock: Clock, readSetup: () => SetupRead<Setup>, patience: Patience = USUAL): Network {
  let talking: Promise<Talk> | undefined;
  return {
    addresses: async (host) => {
      try {
        return { is: "found", addresses: (await lookup(host, { all: true })).map(({ address }) => address) };
      } catch (error) {
        return failed(error);
      }
    },
    reach: (host, port) => reach({ clock, waitMs: patience.reachMs }, host, port),
    certificate: (host, port, ca) => certificate({ clock, waitMs: patience.reachMs }, host, port, ca),
    talk: async () => {
      talking ??= talk(clock, readSetup(), patience);
      return talking;
    },
  };
}

const failed = (error: unknown): Failed => ({
  is: "failed",
  because: error instanceof Error ? error.message || error.name : String(error),
});

const late: Failed = { is: "failed", because: "no answer" };

type Waiting = { readonly clock: Clock; readonly waitMs: number };

async function reach(
  { clock, waitMs }: Waiting,
  host: string,
  port: number,
): Promise<{ readonly is: "reached"; readonly ms: number } | Failed> {
  const from = clock.now().ms;
  const socket = connectTcp({ host, port });
  const reached = new Promise<{ readonly is: "reached"; readonly ms: number } | Failed>((resolve) => {
    socket.once("connect", () => resolve({ is: "reached", ms: clock.now().ms - from }));
    socket.on("error", (error) => resolve(failed(error)));
  });
  return within(clock, waitMs, reached, late).finally(() => socket.destroy());
}

/** Any certificate is looked at; whether it is trusted, is told. */
async function certificate(
  { clock, waitMs }: Waiting,
  host: string,
  port: number,
  ca: string | undefined,
): Promise<Shown | Failed> {
  const servername = isIP(host) === 0 ? { servername: host } : {};
  const socket = connectTls({
    host,
    port,
    ...servername,
    rejectUnauthorized: false,
    ...(ca === undefined ? {} : { ca }),
  });
  const shown = new Promise<Shown | Failed>((resolve) => {
    socket.once("secureConnect", () => resolve(shownBy(socket)));
    socket.on("error", (error) => resolve(failed(error)));
  });
  return within(clock, waitMs, shown, late).finally(() => socket.destroy());
}

function shownBy(socket: TLSSocket): Shown {
  const { valid_to, issuer } = socket.getPeerCertificate();
  const name = issuer === undefined ? undefined : (issuer.O ?? issuer.CN);
  const distrust = socket.authorized ? {} : { distrust: String(socket.authorizationError) };
  return { is: "shown", validToWall: Date.parse(valid_to), issuer: [name].flat().join(", "), ...distrust };
}

/** Logs in under a client id of its own: a running stand keeps its connection, unless the broker takes that id from a certificate. */
async function talk(clock: Clock, read: SetupRead<Setup>, patience: Patience): Promise<Talk> {
  if (read.is === "bad")
    return { is: "not-connected", because: "the files that the configuration names cannot be read" };
  const conversation = new Conversation(clock, read.setup, patience);
  try {
    return await conversation.talk();
  } catch (error) {
    if (error instanceof TypeError) return { is: "not-connected", because: error.message };
    throw error;
  } finally {
    await conversation.close();
  }
}

class Conversation {
  readonly #clock: Clock;
  readonly #setup: Setup;
  readonly #id: StatementId;
  readonly #patience: Patience;
  #transport: Transport | undefined;

  constructor(clock: Clock, setup: Setup, patience: Patience) {
    this.#patience = patience;
    this.#clock = clock;
    this.#setup = setup;
    this.#id = newUlid(clock.wall(), systemChance) as StatementId;
  }

  async talk(): Promise<Talk> {
    const from = this.#clock.now().ms;
    const { connected, acked } = this.#connect();
    const because = await within(this.#clock, this.#patience.connectMs, connected, "the broker does not answer");
    if (because !== undefined) return { is: "not-connected", because };
    const said = this.#clock.now().ms;
    await this.#transport?.publish(topicOf(this.#setup.config.stand.id, "up"), this.#sync());
    const isAcked = await within(this.#clock, this.#patience.answerMs, acked, false);
    const ms = this.#clock.now().ms - said;
    return isAcked
      ? { is: "answered", connectedMs: said - from, answeredMs: ms }
      : { is: "silent", connectedMs: said - from, waitedMs: ms };
  }

  async close(): Promise<void> {
    await this.#transport?.close();
  }

  /** `connected` resolves to why not; both resolve at most once. */
  #connect(): { readonly connected: Promise<string | undefined>; readonly acked: Promise<boolean> } {
    const stand = this.#setup.config.stand.id;
    const open = openMqtt({ ...brokerOf(this.#setup), clock: this.#clock, random: systemChance, log: silentLog });
    let [up, heard]: [(because?: string) => void, (is: boolean) => void] = [() => undefined, () => undefined];
    const connected = new Promise<string | undefined>((resolve) => {
      up = resolve;
    });
    const acked = new Promise<boolean>((resolve) => {
      heard = resolve;
    });
    const events: TransportEvents = {
      up: () => up(),
      down: (because) => up(because),
      hear: async ({ payload }) => {
        if (this.#isAck(payload)) heard(true);
      },
    };
    this.#transport = open({ clientId: `doctor-${stand}`, subscribe: [topicOf(stand, "down")] }, events);
    return { connected, acked };
  }

  /** Whatever else the backend says meanwhile is the stand's: it is not acked, and comes again. */
  #isAck(payload: Uint8Array): boolean {
    const { backendKeys, config } = this.#setup;
    const unsealed = unsealDown(payload, backendKeys, config.stand.id);
    if (unsealed.is === "refused" || unsealed.statement.body.type !== "ack") return false;
    return unsealed.statement.body.ids.includes(this.#id);
  }

  /** Names no order, so the backend has nothing to say to it but its ack. */
  #sync(): string {
    const statement: UpStatement = {
      v: 1,
      id: this.#id,
      from: this.#setup.config.stand.id,
      to: "backend",
      at: { journal: "doctor", seq: 0 },
      body: { type: "sync", orders: [], lost: false },
    };
    return seal(statement, this.#setup.key);
  }
}
