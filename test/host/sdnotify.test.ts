import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { afterEach, describe, expect, test } from "vitest";
import { monotonicUsec } from "../../host/clock.ts";
import type { Facts, Log } from "../../host/log.ts";
import { silentLog } from "../../host/log.ts";
import { type Sender, sdNotify, watchdogMs } from "../../host/sdnotify.ts";
import { needs } from "../support/needs.ts";

/** What systemd is to us: a bound datagram socket. Prints a line when it listens, and one for each datagram. */
const RECEIVER = `
import socket, sys
path = sys.argv[1]
far = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
far.bind("\\0" + path[1:] if path.startswith("@") else path)
print("listening", flush=True)
while True:
    print(far.recv(4096).decode(), flush=True)
`;

type Receiver = { next(): Promise<string>; end(): Promise<void> };

const open: Receiver[] = [];
const folders: string[] = [];

async function receiver(path: string): Promise<Receiver> {
  const stdio: ["ignore", "pipe", "inherit"] = ["ignore", "pipe", "inherit"];
  const child: ChildProcessByStdio<null, Readable, null> = spawn(needs("python3"), ["-c", RECEIVER, path], { stdio });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const next = async (): Promise<string> => String((await lines.next()).value);
  const end = async (): Promise<void> => {
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  };
  const made = { next, end };
  open.push(made);
  expect(await next()).toBe("listening");
  return made;
}

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "notify-"));
  folders.push(path);
  return path;
}

function noteLog(): Log & { readonly warnings: string[] } {
  const warnings: string[] = [];
  const warn = (what: string, _facts?: Facts): void => void warnings.push(what);
  return { ...silentLog, warn, warnings };
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.end()));
  for (const path of folders.splice(0)) rmSync(path, { recursive: true });
});

describe("what systemd hears", () => {
  test.each([
    ["a path", () => join(folder(), "notify")],
    ["an abstract name", () => `@qris-notify-${process.pid}`],
  ])("arrives over %s, one datagram each", async (_, place) => {
    const path = place();
    const systemd = await receiver(path);
    const notice = await sdNotify({ NOTIFY_SOCKET: path }, silentLog);
    notice.ready();
    notice.status("open:\n2 orders");
    notice.watchdog();
    notice.stopping();
    notice.close();
    const heard = [await systemd.next(), await systemd.next(), await systemd.next(), await systemd.next()];
    expect(heard).toEqual(["READY=1", "STATUS=open: 2 orders", "WATCHDOG=1", "STOPPING=1"]);
  });

  test("tells a reload with the moment at which it began, as Type=notify-reload wants it", async () => {
    const path = join(folder(), "notify");
    const systemd = await receiver(path);
    const notice = await sdNotify({ NOTIFY_SOCKET: path }, silentLog);
    const before = monotonicUsec();
    notice.reloading();
    notice.ready();
    notice.close();
    expect(await systemd.next()).toBe("RELOADING=1");
    const [, began = ""] = /^MONOTONIC_USEC=(\d+)$/.exec(await systemd.next()) ?? [];
    expect(BigInt(began)).toBeGreaterThanOrEqual(before);
    expect(BigInt(began)).toBeLessThanOrEqual(monotonicUsec());
    expect(await systemd.next()).toBe("READY=1");
  });

  test("is nothing, and nothing is opened, without NOTIFY_SOCKET", async () => {
    const opened: string[] = [];
    const opener = async (path: string): Promise<Sender> => {
      opened.push(path);
      return { send: (text) => void opened.push(text), close: () => undefined };
    };
    for (const env of [{}, { NOTIFY_SOCKET: "" }]) (await sdNotify(env, silentLog, opener)).ready();
    expect(opened).toEqual([]);
  });

  test("being unable to send is logged once and never thrown", async () => {
    const log = noteLog();
    const notice = await sdNotify({ NOTIFY_SOCKET: join(folder(), "nobody") }, log);
    notice.ready();
    notice.watchdog();
    notice.close();
    expect(log.warnings).toEqual(["systemd did not hear us"]);
  });

  test("an address longer than the kernel takes is logged, and the service goes on", async () => {
    const log = noteLog();
    const notice = await sdNotify({ NOTIFY_SOCKET: `/${"x".repeat(120)}` }, log);
    notice.ready();
    notice.close();
    expect(log.warnings).toEqual(["systemd cannot be told how we are"]);
  });
});

describe("the watchdog's length", () => {
  test.each([
    ["30 s", { WATCHDOG_USEC: "30000000" }, 30_000],
    ["30 s for this process", { WATCHDOG_USEC: "30000000", WATCHDOG_PID: "77" }, 30_000],
    ["another process's", { WATCHDOG_USEC: "30000000", WATCHDOG_PID: "78" }, undefined],
    ["not set", {}, undefined],
    ["zero", { WATCHDOG_USEC: "0" }, undefined],
    ["no number", { WATCHDOG_USEC: "30s" }, undefined],
  ])("is read from the environment: %s", (_, env, ms) => {
    expect(watchdogMs(env, 77)).toBe(ms);
  });
});
