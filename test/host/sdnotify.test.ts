import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { monotonicUsec } from "../../host/clock.ts";
import type { Facts, Log } from "../../host/log.ts";
import { silentLog } from "../../host/log.ts";
import { type Sender, sdNotify, watchdogMs } from "../../host/sdnotify.ts";
import { notifySocket } from "../support/notify-socket.ts";

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "notify-"));
  onTestFinished(() => rmSync(path, { recursive: true }));
  return path;
}

function noteLog(): Log & { readonly warnings: string[] } {
  const warnings: string[] = [];
  const warn = (what: string, _facts?: Facts): void => void warnings.push(what);
  return { ...silentLog, warn, warnings };
}

describe("what systemd hears", () => {
  test.each([
    ["a path", () => join(folder(), "notify")],
    ["an abstract name", () => `@qris-notify-${process.pid}`],
  ])("arrives over %s, one datagram each", async (_, place) => {
    const path = place();
    const systemd = await notifySocket(path);
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
    const systemd = await notifySocket(path);
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

  test("ends with the socket that it was said through", async () => {
    const tape: string[] = [];
    const sender: Sender = { send: (text) => void tape.push(text), close: () => void tape.push("closed") };
    const notice = await sdNotify({ NOTIFY_SOCKET: "/run/notify" }, silentLog, async () => sender);
    notice.stopping();
    notice.close();
    expect(tape).toEqual(["STOPPING=1", "closed"]);
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
