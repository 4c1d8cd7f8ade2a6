import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import type { Desk } from "../../backend/commands/operator.ts";
import type { PaymentType } from "../../backend/providers/midtrans/charge-body.ts";
import { utcClock } from "../../host/clock.ts";
import type { Opened } from "../../host/opened.ts";
import { newKeyPair, type PublicJwk } from "../../protocol/keys.ts";
import { Child, type ChildNews } from "./child.ts";
import { type Account, furnish } from "./fleet.ts";
import type { LogLine } from "./log-line.ts";
import { PaymentTypeSwitch } from "./payment-type.ts";
import {
  consolePasswordIn,
  type Folder,
  httpOf,
  NOTIFICATION_PATH,
  operatorTokenIn,
  standKeyIn,
  storeIn,
  writeBackend,
  writeStand,
} from "./site.ts";
import { tellBackendLine } from "./story-backend.ts";
import { tellStandLine } from "./story-stand.ts";
import type { DemoParts, Ears, Surroundings } from "./surroundings.ts";
import type { Told } from "./timeline.ts";

/** The two programs that the product consists of, as processes of their own, and where the backend is spoken to. */
export type Household = {
  readonly daemon: Child;
  readonly backend: Child;
  readonly payment: PaymentTypeSwitch;
  readonly webhook: string;
  /** The customers' pages lie below it. */
  readonly pay: string;
  /** The operator's. */
  readonly door: Desk;
  readonly console: Account & { readonly url: string };
};

type Name = "stand" | "backend";

const PROGRAMS: Readonly<Record<Name, { readonly file: string; tellLine(line: LogLine): Told | undefined }>> = {
  stand: { file: "gateway/main.js", tellLine: tellStandLine },
  backend: { file: "backend/main.js", tellLine: tellBackendLine },
};

/** Writes what they read; starts neither. */
export async function openHousehold(
  parts: DemoParts,
  folder: Folder,
  around: Surroundings,
  ears: Ears,
  opened: Opened,
): Promise<Household> {
  const [backendPort, operatorPort, consolePort] = await freePorts();
  const addresses = {
    standBroker: `mqtt://127.0.0.1:${around.network.port}`,
    backendBroker: around.bus.url,
    world: `127.0.0.1:${around.cable.port}`,
    midtrans: around.midtrans.url,
    backendPort,
    operatorPort,
    consolePort,
  };
  const child = (name: Name, config: string): Child => newChild(name, config, parts, folder, ears);
  const daemon = child("stand", writeStand(folder, addresses));
  const backend = child("backend", writeBackend(folder, addresses, "qris"));
  const account = { name: CONSOLE_ACCOUNT, password: consolePasswordIn(folder) };
  await furnish({ file: storeIn(folder), clock: utcClock(), account, key: standKeyIn(folder), newKey });
  opened.keep(
    "stand and backend",
    [daemon, backend],
    async (both) => void (await Promise.all(both.map((one) => one.stop()))),
  );
  const write = (type: PaymentType): void => void writeBackend(folder, addresses, type);
  const payment = opened.keep("payment type", new PaymentTypeSwitch({ backend, write, ears }), (it) => it.close());
  const http = httpOf(addresses);
  const door = { url: `http://127.0.0.1:${operatorPort}`, token: operatorTokenIn(folder) };
  const console = { ...account, url: `http://127.0.0.1:${consolePort}` };
  return { daemon, backend, payment, webhook: http + NOTIFICATION_PATH, pay: `${http}/pay`, door, console };
}

const CONSOLE_ACCOUNT = "demo";
const newKey = (): PublicJwk => newKeyPair().publicJwk;

function newChild(name: Name, config: string, { clock, complain }: DemoParts, folder: Folder, ears: Ears): Child {
  const { file, tellLine } = PROGRAMS[name];
  const kept = folder.logOf(name);
  const told = (news: ChildNews): Told | undefined => (news.is === "said" ? tellLine(news.line) : tellEnd(name, news));
  return new Child({
    name,
    program: fileURLToPath(new URL(`../../${file}`, import.meta.url)),
    args: ["--config", config],
    clock,
    hear: (news) => ears.tell(told(news)),
    keep: (text) => {
      if (kept !== undefined) appendFileSync(kept, text);
    },
    complain: (text) => complain(text.replace(/^(?=.)/gm, `${name}: `)),
    moved: () => ears.changed(),
  });
}

function tellEnd(name: Name, { how, againMs }: Extract<ChildNews, { is: "ended" }>): Told {
  const detail = againMs === undefined ? `${how}; not started again` : `${how}; starts again in ${againMs / 1_000} s`;
  const words = name === "stand" ? "The stand's daemon has ended" : "The backend has ended";
  return { chapter: "trouble", from: name, words, detail, tone: "bad" };
}

/** Ports that are free now: the backend's must be known before it starts, and stay the same. */
async function freePorts(): Promise<readonly [number, number, number]> {
  const servers = [createServer(), createServer(), createServer()] as const;
  const ports: [number, number, number] = [0, 0, 0];
  for (const [nth, server] of servers.entries()) {
    await once(server.listen(0, "127.0.0.1"), "listening");
    ports[nth] = (server.address() as AddressInfo).port;
  }
  await Promise.all(servers.map((server) => once(server.close(), "close")));
  return ports;
}
