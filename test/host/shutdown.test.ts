import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import { type Facts, type Log, silentLog } from "../../host/log.ts";
import { type Ending, type EndReason, type Shutdown, shutDownOnSignals } from "../../host/shutdown.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

/** A process as far as this matters: it hears signals and faults, and writes down how it would have ended. */
class PretendProcess extends EventEmitter {
  readonly exits: number[] = [];
  exit(code: number): void {
    this.exits.push(code);
  }
}

type World = {
  readonly process: PretendProcess;
  readonly clock: VirtualClock;
  readonly tape: string[];
  readonly shutdown: Shutdown;
};

function world(endings: (tape: string[]) => readonly Ending[], deadlineMs = 5_000): World {
  const process = new PretendProcess();
  const clock = new VirtualClock();
  const tape: string[] = [];
  const note = (what: string, facts: Facts = {}): void => void tape.push([what, ...Object.values(facts)].join(" "));
  const log: Log = { ...silentLog, error: note };
  return {
    process,
    clock,
    tape,
    shutdown: shutDownOnSignals({ clock, log, process, endings: endings(tape), deadlineMs }),
  };
}

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
};

const noting =
  (...names: string[]) =>
  (tape: string[]): readonly Ending[] =>
    names.map((what) => ({
      what,
      stop: async () => {
        tape.push(`${what} begins`);
        await Promise.resolve();
        tape.push(`${what} ended`);
      },
    }));

describe("a process that is told to end", () => {
  test.each<EndReason>(["SIGTERM", "SIGINT"])(
    "ends its parts one after the other on %s, and exits 0",
    async (signal) => {
      const { process, tape } = world(noting("pulse", "journal"));
      process.emit(signal, signal);
      expect(process.exits).toEqual([]);
      await turns();
      expect(tape).toEqual(["pulse begins", "pulse ended", "journal begins", "journal ended"]);
      expect(process.exits).toEqual([0]);
    },
  );

  test("ends once, however often it is told", async () => {
    const { process, tape } = world(noting("pulse"));
    process.emit("SIGTERM", "SIGTERM");
    process.emit("SIGTERM", "SIGTERM");
    process.emit("SIGINT", "SIGINT");
    await turns();
    expect(tape).toEqual(["pulse begins", "pulse ended"]);
    expect(process.exits).toEqual([0]);
  });

  test("ends the rest when one part fails, and exits 1", async () => {
    const fails: Ending = { what: "pulse", stop: () => Promise.reject(new Error("stuck")) };
    const { process, tape } = world((notes) => [fails, ...noting("journal")(notes)]);
    process.emit("SIGTERM", "SIGTERM");
    await turns();
    expect(tape).toEqual(["did not end well pulse Error: stuck", "journal begins", "journal ended"]);
    expect(process.exits).toEqual([1]);
  });

  test("waits for a part until the deadline, then says what is left and exits 1", async () => {
    const hangs: Ending = { what: "link", stop: () => new Promise(() => undefined) };
    const { process, clock, tape } = world((notes) => [...noting("pulse")(notes), hangs, ...noting("journal")(notes)]);
    process.emit("SIGTERM", "SIGTERM");
    await clock.advance(4_999);
    expect(process.exits).toEqual([]);
    await clock.advance(1);
    await turns();
    expect(process.exits).toEqual([1]);
    expect(tape).toEqual(["pulse begins", "pulse ended", "not ended in time 5000 link,journal"]);
  });

  test("can be ended from within, with a code of its own", async () => {
    const { process, shutdown } = world(noting("journal"));
    await shutdown.end("link given up", 75);
    expect(process.exits).toEqual([75]);
  });
});

describe("a fault that nobody caught", () => {
  test.each<[EndReason, string]>([
    ["uncaughtException", "error thrown and nobody caught it"],
    ["unhandledRejection", "promise rejected and nobody heard"],
  ])("is logged and ends the process at once with 1: %s", (event, what) => {
    const { process, tape } = world(noting("journal"));
    process.emit(event, new Error("bug"));
    expect(process.exits).toEqual([1]);
    expect(tape).toEqual([`${what} Error: bug`]);
  });
});

test("a forgotten shutdown hears nothing", async () => {
  const { process, shutdown, tape } = world(noting("journal"));
  shutdown.forget();
  process.emit("SIGTERM", "SIGTERM");
  await turns();
  expect(tape).toEqual([]);
  expect(process.eventNames()).toEqual([]);
});
