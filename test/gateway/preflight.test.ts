import { describe, expect, test } from "vitest";
import type { Condition, Printer, Relay } from "../../device/device.ts";
import { type Outlet, obstaclesTo, type PreflightParts } from "../../gateway/readiness/preflight.ts";
import { inputInHand } from "../support/input-in-hand.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const never = <Value>(): Promise<Value> => new Promise(() => undefined);
const relayThat = (ready: () => Promise<boolean>): Relay => ({
  ready,
  pulse: async () => undefined,
  close: async () => undefined,
});
const readyRelay = relayThat(async () => true);
const printerThat = (condition: () => Promise<Condition>): Printer => ({
  dots: 384,
  print: async () => "printed",
  condition,
  close: async () => undefined,
});

const clock = new VirtualClock();
const well: PreflightParts = {
  clock,
  linkObstacle: () => undefined,
  screen: { failure: undefined },
  printsQr: false,
  isReleasing: () => false,
  journal: { probe: async () => undefined },
  freeDiskBytes: async () => 1e9,
};
const withoutScreen = ({ screen: _, ...parts }: PreflightParts): PreflightParts => parts;

/** What is found when every deadline has passed. */
async function found(more: Partial<PreflightParts>, relay: Relay | undefined = readyRelay): Promise<readonly string[]> {
  const looking = obstaclesTo({ ...well, ...more }, { outlets: [{ relay }], probesJournal: true });
  await clock.advance(3_000);
  return looking;
}
const onPaper = async (condition: () => Promise<Condition>): Promise<readonly string[]> => {
  const looking = obstaclesTo(
    { ...withoutScreen(well), printsQr: true, printer: printerThat(condition) },
    { outlets: [{ relay: readyRelay }], probesJournal: true },
  );
  await clock.advance(3_000);
  return looking;
};

test("nothing stands in the way of a stand that is well", async () => {
  expect(await found({})).toEqual([]);
});

describe("stands in the way", () => {
  test.each<[string, Partial<PreflightParts>]>([
    ["link-down", { linkObstacle: () => "link-down" }],
    ["backend-silent", { linkObstacle: () => "backend-silent" }],
    ["screen-failed", { screen: { failure: "no light" } }],
    ["release-not-ready", { isReleasing: () => true }],
    ["disk-full", { freeDiskBytes: async () => 20 * 1024 * 1024 - 1 }],
    ["disk-full", { freeDiskBytes: () => Promise.reject(new Error("no disk")) }],
    ["disk-full", { freeDiskBytes: never }],
    ["journal-failed", { journal: { probe: () => Promise.reject(new Error("read-only")) } }],
    ["journal-failed", { journal: { probe: never } }],
  ])("%s", async (obstacle, more) => {
    expect(await found(more)).toEqual([obstacle]);
  });

  test.each([
    ["is not ready", relayThat(async () => false)],
    ["fails", relayThat(() => Promise.reject(new Error("no chip")))],
    ["does not answer", relayThat(never)],
  ])("a relay that %s", async (_, relay) => {
    expect(await found({}, relay)).toEqual(["release-not-ready"]);
  });

  test("everything at once, within one deadline", async () => {
    const worst = {
      linkObstacle: () => "link-down" as const,
      freeDiskBytes: never<number>,
      journal: { probe: never<void> },
    };
    expect(await found(worst, relayThat(never))).toEqual([
      "link-down",
      "release-not-ready",
      "disk-full",
      "journal-failed",
    ]);
  });
});

describe("paper as the only carrier of the QR code", () => {
  test.each<[Condition, readonly string[]]>([
    ["ready", []],
    ["paper-low", []],
    ["no-paper", ["no-paper"]],
    ["cover-open", ["printer-not-ready"]],
    ["offline", ["printer-not-ready"]],
    ["overheated", ["printer-not-ready"]],
    ["unknown", ["printer-not-ready"]],
  ])("%s", async (condition, obstacles) => {
    expect(await onPaper(async () => condition)).toEqual(obstacles);
  });

  test("is not trusted when the printer does not answer, or fails", async () => {
    expect(await onPaper(never)).toEqual(["printer-not-ready"]);
    expect(await onPaper(() => Promise.reject(new Error("no cable")))).toEqual(["printer-not-ready"]);
  });

  test("takes over from a screen that failed", async () => {
    const printer = printerThat(async () => "ready");
    expect(await found({ screen: { failure: "no light" }, printer, printsQr: true })).toEqual([]);
    expect(await found({ screen: { failure: "no light" }, printer, printsQr: false })).toEqual(["screen-failed"]);
  });

  test("matters not beside a screen that works", async () => {
    expect(await found({ printer: printerThat(async () => "no-paper"), printsQr: true })).toEqual([]);
  });
});

test("one of several relays is enough, and the disk is not written to unless asked", async () => {
  const probes = { count: 0 };
  const journal = {
    probe: async () => {
      probes.count += 1;
    },
  };
  const outlets = [{ relay: relayThat(async () => false) }, { relay: undefined }, { relay: readyRelay }];
  expect(await obstaclesTo({ ...well, journal }, { outlets, probesJournal: false })).toEqual([]);
  expect(probes.count).toBe(0);
});

describe("an outlet whose sensor sees something already", () => {
  const through = async (...outlets: readonly Outlet[]): Promise<readonly string[]> => {
    const looking = obstaclesTo(well, { outlets, probesJournal: false });
    await clock.advance(3_000);
    return looking;
  };
  const notReady = relayThat(async () => false);
  const [covered, free, silent] = [inputInHand(true), inputInHand(false), inputInHand(false)];
  silent.breakIt();

  test.each<[string, readonly string[], ...Outlet[]]>([
    ["sells nothing", ["sensor-stuck"], { relay: readyRelay, sensor: covered.input }],
    ["or does not answer sells nothing", ["sensor-stuck"], { relay: readyRelay, sensor: silent.input }],
    ["sells again when that is gone", [], { relay: readyRelay, sensor: free.input }],
    ["is no matter while another one is free", [], { relay: readyRelay, sensor: covered.input }, { relay: readyRelay }],
    [
      "is told rather than a relay",
      ["sensor-stuck"],
      { relay: notReady },
      { relay: readyRelay, sensor: covered.input },
    ],
    ["is not what keeps a relay from closing", ["release-not-ready"], { relay: notReady, sensor: covered.input }],
  ])("%s", async (_, obstacles, ...outlets) => {
    expect(await through(...outlets)).toEqual(obstacles);
  });
});

test("interlocks come first, as they stand when everything else has been asked", async () => {
  const active: ("door-open" | "tilted")[] = [];
  const interlocks = {
    active,
    look: async () => active,
  };
  const looking = obstaclesTo(
    { ...well, interlocks, linkObstacle: () => "link-down" as const, freeDiskBytes: never },
    {
      outlets: [{ relay: readyRelay }],
      probesJournal: false,
    },
  );
  await clock.advance(2_000);
  active.push("door-open");
  await clock.advance(1_000);
  expect(await looking).toEqual(["door-open", "link-down", "disk-full"]);
});
