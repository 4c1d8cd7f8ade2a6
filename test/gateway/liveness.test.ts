import { describe, expect, test } from "vitest";
import { keepAlive, type LivenessParts, sicknessOf, statusOf } from "../../gateway/health/liveness.ts";
import { silentLog } from "../../host/log.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const never = (): Promise<never> => new Promise(() => undefined);

type Given = { readonly askJournal?: () => Promise<unknown>; readonly connected?: boolean };

const lifeOf = ({ askJournal = async () => undefined, connected = true }: Given = {}) => {
  const clock = new VirtualClock();
  const fed: number[] = [];
  const lastAttempt = clock.now();
  const parts: LivenessParts = {
    clock,
    log: silentLog,
    everyMs: 20_000,
    askJournal,
    link: () => ({ connected, transport: { lastAttempt } }),
    feed: () => fed.push(clock.now().ms),
  };
  return { clock, fed, parts };
};

describe("the watchdog", () => {
  test("is fed at once and then as often as it wants, until stopped", async () => {
    const { clock, fed, parts } = lifeOf();
    const stop = keepAlive(parts);
    await clock.advance(45_000);
    expect(fed).toEqual([0, 20_000, 40_000]);
    stop();
    await clock.advance(60_000);
    expect(fed).toHaveLength(3);
    expect(clock.pending).toBe(0);
  });

  test.each([
    ["does not answer", never],
    ["answers with an error", () => Promise.reject(new Error("corrupt"))],
  ])("starves when the journal %s", async (_, askJournal) => {
    const { clock, fed, parts } = lifeOf({ askJournal });
    const stop = keepAlive(parts);
    await clock.advance(120_000);
    expect(fed).toEqual([]);
    stop();
  });

  test("is fed while the link is down but tries, and starves when it has forgotten to", async () => {
    const { clock, parts } = lifeOf({ connected: false });
    await clock.advance(149_999);
    expect(await sicknessOf(parts)).toBeUndefined();
    await clock.advance(1);
    expect(await sicknessOf(parts)).toBe("link-asleep");
  });

  test("does not mind how long ago a link that holds began", async () => {
    const { clock, parts } = lifeOf();
    await clock.advance(86_400_000);
    expect(await sicknessOf(parts)).toBeUndefined();
  });
});

test("the status says in one line what somebody wants to know first", () => {
  const well = { stand: { front: undefined }, link: { connected: true }, screenFailure: undefined, obstacles: [] };
  expect(statusOf(well)).toBe("online, no order");
  expect(statusOf({ ...well, link: undefined, obstacles: ["no-paper"], screenFailure: "no light" })).toBe(
    "offline, no order, out of service: no-paper, screen: no light",
  );
});
