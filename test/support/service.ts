import type { ServiceFacts } from "../../gateway/service/report.ts";

/** A stand of three products that is well. */
export const serviceFactsOf = (more: Partial<ServiceFacts> = {}): ServiceFacts => ({
  id: "lobby-1",
  name: "Kopi Lobi",
  version: "1.2.3",
  obstacles: [],
  link: { broker: "broker.example.id:8883", connected: true, reconnects: 0 },
  addresses: ["192.168.1.20 (wlan0)"],
  printer: "ready",
  relays: [
    { line: "slot-1", ready: true },
    { line: "slot-2", ready: true },
  ],
  wires: ["a1", "a2", "a3", "cancel", "chute", "door"].map((name) => ({ name, isActive: name === "cancel" })),
  journal: { open: 0, owed: 0, unsent: 0 },
  clock: { text: "21/11/2026 15:40 WIB", isSynced: true },
  temperature: 48.3,
  freeDiskBytes: 21.4e9,
  uptimeSeconds: 30 * 3_600,
  ...more,
});

/** The same on a bad day. */
export const troubledFacts: ServiceFacts = serviceFactsOf({
  obstacles: ["door-open", "link-down", "printer-not-ready"],
  link: {
    broker: "broker.example.id:8883",
    connected: false,
    reconnects: 14,
    trouble: "the broker does not let this stand in: Connection refused: Not authorized",
  },
  addresses: ["192.168.1.20 (wlan0)", "10.0.0.7 (eth0)"],
  printer: "cover-open",
  relays: [
    { line: "slot-1", ready: true },
    { line: "slot-2", ready: false },
  ],
  wires: [
    ...["a1", "a2", "a3", "cancel"].map((name) => ({ name, isActive: name === "cancel" })),
    { name: "chute" },
    { name: "door", isActive: true },
  ],
  journal: { open: 2, owed: 1, unsent: 3 },
  clock: { isSynced: false },
  printed: "no-paper",
});
