import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { steadyClock } from "../../host/clock.ts";
import { type Server, serveOnSocket } from "../../host/http.ts";
import { silentLog } from "../../host/log.ts";

const clock = steadyClock("test", { keepsAlive: false });
let folder: string;
let open: Pick<Server, "close">[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "socket-"));
  open = [];
});
afterEach(async () => {
  await Promise.all(open.map((server) => server.close()));
  rmSync(folder, { recursive: true, force: true });
});

async function start(path = join(folder, "orders.sock")): Promise<string> {
  const hello = async () => ({ status: 200, body: "hello" });
  const routes = [{ method: "GET", path: "/", answer: hello }] as const;
  open.push(await serveOnSocket({ path, mode: 0o660, routes, log: silentLog, clock }));
  return path;
}

const get = (socketPath: string): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request({ socketPath, path: "/" }, (answer) => resolve(answer.resume().statusCode))
      .on("error", reject)
      .end();
  });

/** A socket that nobody listens on any more, as `kill -9` leaves it. */
function orphan(path: string): void {
  const code = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
  try {
    execFileSync(process.execPath, ["-e", code], { timeout: 20_000, stdio: "ignore" });
  } catch {
    // It was killed, as it should be.
  }
}

describe("a server on a unix socket", () => {
  test("answers there, for its owner and its group only, and takes the file with it", async () => {
    const path = await start();
    expect(await get(path)).toBe(200);
    expect(statSync(path).mode & 0o777).toBe(0o660);
    await Promise.all(open.splice(0).map((server) => server.close()));
    expect(existsSync(path)).toBe(false);
  });

  test("takes the place of one that was killed", async () => {
    const path = join(folder, "orders.sock");
    orphan(path);
    expect(existsSync(path)).toBe(true);
    expect(await get(await start(path))).toBe(200);
  });

  test("does not push out one that lives", async () => {
    const path = await start();
    await expect(start(path)).rejects.toThrow("another process listens");
    expect(await get(path)).toBe(200);
  });

  test("does not remove what is no socket", async () => {
    const path = join(folder, "notes.txt");
    writeFileSync(path, "important");
    await expect(start(path)).rejects.toThrow("is no socket");
    expect(existsSync(path)).toBe(true);
  });

  test("says which folder is missing", async () => {
    await expect(start(join(folder, "nowhere/orders.sock"))).rejects.toThrow(`${folder}/nowhere does not exist`);
  });
});
