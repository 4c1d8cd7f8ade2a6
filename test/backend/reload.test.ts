import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { steadyClock } from "../../host/clock.ts";
import { silentLog } from "../../host/log.ts";
import { startBroker } from "../../sandbox/broker.ts";
import { startMidtrans } from "../../sandbox/midtrans/start.ts";
import {
  answerTo,
  type BackendProgram,
  newSite,
  SERVER_KEY,
  type Site,
  snapPart,
  startBackend,
} from "../support/backend-program.ts";
import { freePort } from "../support/free-port.ts";
import { notifySocket } from "../support/notify-socket.ts";
import { SNAP_KEYS } from "../support/snap-keys.ts";
import { spokesman } from "../support/spokesman.ts";
import { until } from "../support/until.ts";
import { seeded } from "../world/seeded.ts";

/* Keys are exchanged while the backend runs, by SIGHUP. */

/** Several processes start one after another, perhaps on a busy machine. */
const PATIENT = { timeout: 60_000 };
const NEW_KEY = "SB-Mid-server-n3w";

/** Resolves when the backend says that it has reloaded. */
async function reload(backend: BackendProgram): Promise<void> {
  const before = backend.all("reloaded").length;
  backend.kill("SIGHUP");
  await until("the backend has reloaded", () => backend.all("reloaded").length > before);
}

const putKey = ({ at }: Site, key: string): void => writeFileSync(join(at, "server-key"), `${key}\n`);

describe("a server key that is exchanged while the backend runs", () => {
  test("is believed from the reload on, and so is the one before, through one more reload", PATIENT, async () => {
    const site = newSite();
    const backend = startBackend(site);
    const http = await backend.ready();
    expect([await answerTo(http, SERVER_KEY), await answerTo(http, NEW_KEY)]).toEqual([404, 403]);
    putKey(site, NEW_KEY);
    expect(await answerTo(http, NEW_KEY)).toBe(403);
    await reload(backend);
    await reload(backend);
    expect([await answerTo(http, SERVER_KEY), await answerTo(http, NEW_KEY)]).toEqual([404, 404]);
    expect(await answerTo(http, "SB-Mid-server-an0ther")).toBe(403);
    expect(backend.all("reloaded")).toMatchObject([
      { changed: ["main"], unchanged: [], kept: [] },
      { changed: [], unchanged: ["main"], kept: [] },
    ]);
    expect(backend.out + backend.err).not.toMatch(/5ecret|n3w/);
  });

  test("opens Midtrans' doors for the next charge", PATIENT, async () => {
    const [clock, port] = [steadyClock("test"), await freePort()];
    const broker = await startBroker({ port, log: silentLog });
    onTestFinished(() => broker.close());
    const midtrans = await startMidtrans({ port: 0, clock, random: seeded(1), log: silentLog, serverKey: NEW_KEY });
    onTestFinished(() => midtrans.close());
    const site = newSite({ broker: `mqtt://127.0.0.1:${port}`, midtrans: midtrans.url });
    const backend = startBackend(site);
    await backend.ready();
    await until("the backend is connected", () => backend.find("connected to the broker") !== undefined);
    const stand = await spokesman(port, "stand-1", site.standKeys[0]);
    expect(await stand.asksForCharge()).toMatchObject({ type: "refused", because: "misconfigured" });
    putKey(site, NEW_KEY);
    await reload(backend);
    expect(await stand.asksForCharge()).toMatchObject({ type: "offer" });
  });

  test("is forgotten by a restart: then only what lies in the files is believed", PATIENT, async () => {
    const site = newSite();
    const first = startBackend(site);
    await first.ready();
    putKey(site, NEW_KEY);
    await reload(first);
    first.kill("SIGTERM");
    await first.ended;
    const second = startBackend(site);
    const http = await second.ready();
    expect([await answerTo(http, SERVER_KEY), await answerTo(http, NEW_KEY)]).toEqual([403, 404]);
  });

  test("is believed before it is in use when it lies in old_server_key_file", PATIENT, async () => {
    const site = newSite({
      merchants: [
        'base_url = "http://127.0.0.1:9"\nserver_key_file = "AT/server-key"\nold_server_key_file = "AT/other"',
      ],
      files: { other: NEW_KEY },
    });
    const http = await startBackend(site).ready();
    expect([await answerTo(http, SERVER_KEY), await answerTo(http, NEW_KEY)]).toEqual([404, 404]);
  });
});

describe("a key that cannot be read when the backend reloads", () => {
  test("leaves the old one in use, loudly: in the log and in the status, until it is put right", PATIENT, async () => {
    const site = newSite();
    const socket = join(site.at, "notify");
    const systemd = await notifySocket(socket);
    const backend = startBackend(site, { NOTIFY_SOCKET: socket });
    const http = await backend.ready();
    /** What systemd hears, this line included. */
    const heard = async (last: string): Promise<readonly string[]> => {
      const lines: string[] = [];
      while (lines.at(-1) !== last) lines.push(await systemd.next());
      return lines;
    };
    await heard("READY=1");

    rmSync(join(site.at, "server-key"));
    await reload(backend);
    expect(await answerTo(http, SERVER_KEY)).toBe(404);
    expect(await backend.said("keys not read anew: the old ones stay")).toMatchObject({
      level: "error",
      of: ["main"],
      problems: [expect.stringContaining(`merchants[0].server_key_file: ${site.at}/server-key does not exist`)],
    });
    const told = await heard("STATUS=journal ok, broker down, keys NOT read anew: main (see the log)");
    expect(told.filter((line) => !/^(STATUS|WATCHDOG)=/.test(line))).toEqual([
      "RELOADING=1",
      expect.stringMatching(/^MONOTONIC_USEC=\d+$/),
      "READY=1",
    ]);

    putKey(site, NEW_KEY);
    await reload(backend);
    expect(await answerTo(http, NEW_KEY)).toBe(404);
    await heard("STATUS=journal ok, broker down");
  });

  test("holds up no other merchant, and keeps a merchant's keys together", PATIENT, async () => {
    const { at, part } = snapPart();
    const site = newSite({
      merchants: [part, 'name = "teh"\nbase_url = "http://127.0.0.1:9"\nserver_key_file = "AT/server-key"'],
      stands: ['merchant = "main"', 'merchant = "teh"'],
    });
    const backend = startBackend(site);
    const http = await backend.ready();
    putKey(site, NEW_KEY);
    writeFileSync(join(at, "secret"), "another secret");
    writeFileSync(join(at, "midtrans.pem"), SNAP_KEYS.merchant.privateKey);
    await reload(backend);
    expect(backend.all("reloaded")).toMatchObject([{ changed: ["teh"], unchanged: [], kept: ["main"] }]);
    expect(await answerTo(http, NEW_KEY, "/midtrans/teh/notification")).toBe(404);
    expect(backend.out + backend.err).not.toMatch(/another secret|PRIVATE KEY-/);
  });
});
