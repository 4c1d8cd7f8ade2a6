import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { fileURLToPath } from "node:url";
import { Child, type ChildNews } from "./child.ts";
import type { LogLine } from "./log-line.ts";
import type { Opened } from "./opened.ts";
import { type Folder, NOTIFICATION_PATH, writeSite } from "./site.ts";
import { tellBackendLine } from "./story-backend.ts";
import { tellStandLine } from "./story-stand.ts";
import type { DemoParts, Ears, Surroundings } from "./surroundings.ts";
import type { Told } from "./timeline.ts";

/** The two programs that the product consists of, as processes of their own. */
export type Household = { readonly daemon: Child; readonly backend: Child; readonly webhook: string };

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
  const backendPort = await freePort();
  const configs = writeSite(folder, {
    standBroker: `mqtt://127.0.0.1:${around.network.port}`,
    backendBroker: around.bus.url,
    world: `127.0.0.1:${around.cable.port}`,
    midtrans: around.midtrans.url,
    backendPort,
  });
  const child = (name: Name): Child => newChild(name, configs[name], parts, folder, ears);
  const [daemon, backend] = [child("stand"), child("backend")];
  opened.add([daemon, backend], async (both) => void (await Promise.all(both.map((one) => one.stop()))));
  return { daemon, backend, webhook: `http://127.0.0.1:${backendPort}${NOTIFICATION_PATH}` };
}

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

/** A port that is free now: the backend's must be known before it starts, and stay the same. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
