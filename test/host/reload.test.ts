import { EventEmitter } from "node:events";
import { expect, test } from "vitest";
import { silentLog } from "../../host/log.ts";
import { reloadOnSignal } from "../../host/reload.ts";

function bench(reload: () => void) {
  const told: string[] = [];
  const tell = (word: string) => (): void => void told.push(word);
  const process = new EventEmitter();
  const stop = reloadOnSignal({
    process,
    notice: { reloading: tell("reloading"), ready: tell("ready") },
    log: { ...silentLog, error: (what) => void told.push(what) },
    reload: () => {
      told.push("reload");
      reload();
    },
  });
  return { told, process, stop };
}

test("systemd hears when a reload begins and when it is done", () => {
  const { told, process } = bench(() => undefined);
  process.emit("SIGHUP");
  expect(told).toEqual(["reloading", "reload", "ready"]);
});

test("a reload that breaks is logged, systemd does not wait for ever, and the next one is heard", () => {
  const { told, process } = bench(() => {
    throw new Error("no");
  });
  process.emit("SIGHUP");
  process.emit("SIGHUP");
  const once = ["reloading", "reload", "not reloaded", "ready"];
  expect(told).toEqual([...once, ...once]);
});

test("nothing is reloaded any more when it was stopped", () => {
  const { told, process, stop } = bench(() => undefined);
  stop();
  expect(process.emit("SIGHUP")).toBe(false);
  expect(told).toEqual([]);
});
