import { describe, expect, test } from "vitest";
import { HardwareFault, type Relay } from "../../device/device.ts";
import { type ServiceSources, serviceFacts } from "../../gateway/service/facts.ts";
import { reportOf, servicePage, serviceSlip } from "../../gateway/service/report.ts";
import { inputInHand } from "../support/input-in-hand.ts";
import { serviceFactsOf, troubledFacts } from "../support/service.ts";
import { VirtualClock } from "../support/virtual-clock.ts";

const factOf = (facts: Parameters<typeof reportOf>[0], label: string) =>
  reportOf(facts).rows.find((row) => row.label === label);

describe("the report of a stand", () => {
  test("says nothing bad of one that is well", () => {
    expect(reportOf(serviceFactsOf()).rows.filter(({ isBad }) => isBad)).toEqual([]);
    expect(factOf(serviceFactsOf(), "Sells")?.value).toBe("yes");
    expect(factOf(serviceFactsOf(), "Last error")).toBeUndefined();
  });

  test.each([
    ["Sells", "no: door-open, link-down, printer-not-ready"],
    ["Link", "down, 14 reconnects"],
    ["Last error", "the broker does not let this stand in: Connection refused: Not authorized"],
    ["Printer", "cover-open"],
    ["Relays", "slot-1 ready, slot-2 not ready"],
    ["Journal", "2 open, 1 owed, 3 unsent"],
    ["Clock", "not known, not synchronised"],
    ["Test print", "no-paper"],
  ])("marks what is bad: %s, %s", (label, value) => {
    expect(factOf(troubledFacts, label)).toEqual({ label, value, isBad: true });
  });

  test.each([
    ["Stand", "lobby-1"],
    ["Version", "1.2.3"],
    ["Broker", "broker.example.id:8883"],
    ["Address", "192.168.1.20 (wlan0)"],
    ["Machine", "48 °C, 21.4 GB free, up 30 h"],
  ])("names %s", (label, value) => {
    expect(factOf(serviceFactsOf(), label)).toEqual({ label, value });
  });

  test("shows how every wire stands, also where nobody knows", () => {
    expect(reportOf(troubledFacts).wires).toEqual([
      { label: "a1", is: "idle" },
      { label: "a2", is: "idle" },
      { label: "a3", is: "idle" },
      { label: "cancel", is: "active" },
      { label: "chute", is: "unknown" },
      { label: "door", is: "active" },
    ]);
  });

  test("is on paper what it is on the glass", () => {
    const { rows, wires } = reportOf(troubledFacts);
    const pairs = serviceSlip(troubledFacts).blocks.flatMap((block) => (block.is === "pair" ? [block.left] : []));
    expect(pairs).toEqual([...rows, ...wires].map(({ label }) => label));
  });

  test("offers a test print only where there is a printer", () => {
    const { printer: _, ...without } = serviceFactsOf();
    expect(servicePage(without).footer?.first).toBe("CANCEL: back");
    expect(servicePage(serviceFactsOf()).footer?.first).toContain("test print");
  });
});

describe("what cannot be had", () => {
  const clock = new VirtualClock();
  const never = <Value>(): Promise<Value> => new Promise(() => undefined);
  const relay: Relay = { ready: never, pulse: never, close: async () => undefined };
  const door = inputInHand(true);
  door.breakIt();
  const silent: ServiceSources = {
    id: "lobby-1",
    name: "Kopi Lobi",
    version: "1.2.3",
    clock,
    zone: "WIB",
    startedAt: clock.now(),
    broker: "broker.example.id",
    machine: {
      temperature: () => Promise.reject(new HardwareFault("no zone")),
      freeDiskBytes: never,
      isClockSynced: never,
    },
    printer: { dots: 384, print: never, condition: never, close: async () => undefined },
    lines: ["gate"],
    inputs: [{ name: "door", input: door.input }],
    journal: { unfinished: never, backlog: never },
    relayOf: () => relay,
    link: () => undefined,
    obstacles: () => [],
    screenFailure: () => undefined,
  };

  test("is absent or the worst, and waited for no longer than three seconds", async () => {
    const asking = serviceFacts(silent);
    await clock.advance(3_000);
    expect(await asking).toEqual({
      id: "lobby-1",
      name: "Kopi Lobi",
      version: "1.2.3",
      obstacles: [],
      link: { broker: "broker.example.id", connected: false, reconnects: 0 },
      addresses: [],
      printer: "unknown",
      relays: [{ line: "gate", ready: false }],
      wires: [{ name: "door" }],
      clock: { text: "01/01/2026 07:00 WIB" },
      uptimeSeconds: 3,
    });
  });
});
