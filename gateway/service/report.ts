import type { Condition } from "../../device/device.ts";
import type { Page, Report, Words } from "../../device/drawing/page.ts";
import type { Slip, SlipBlock } from "../../device/drawing/slip.ts";
import { isPrintable, type Obstacle } from "../readiness/preflight.ts";

/** How one input stands; absent `isActive`: nobody knows. */
export type Wire = { readonly name: string; readonly isActive?: boolean };

/** What somebody who mends a stand wants to know of it. Nothing secret, and nothing of those who pay. */
export type ServiceFacts = {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly obstacles: readonly Obstacle[];
  readonly link: {
    readonly broker: string;
    readonly connected: boolean;
    /** What became of the last attempt or connection that failed. */
    readonly trouble?: string;
    readonly reconnects: number;
  };
  /** Of this machine in its networks. */
  readonly addresses: readonly string[];
  /** Absent on a stand without one. */
  readonly printer?: Condition;
  readonly screenFailure?: string;
  readonly relays: readonly { readonly line: string; readonly ready: boolean }[];
  readonly wires: readonly Wire[];
  /** Absent while the journal does not answer. */
  readonly journal?: { readonly open: number; readonly owed: number; readonly unsent: number };
  readonly clock: { readonly text?: string; readonly isSynced?: boolean };
  /** Degrees Celsius. */
  readonly temperature?: number;
  readonly freeDiskBytes?: number;
  readonly uptimeSeconds: number;
  /** What became of the last test print of this visit. */
  readonly printed?: string;
};

/** A small screen shows the rows in turns. */
const TURN_SECONDS = 5;

type Row = Report["rows"][number];

const row = (label: string, value: string, isBad = false): Row => ({ label, value, ...(isBad ? { isBad } : {}) });

/** Plain English: it is read by technicians. */
export function reportOf(facts: ServiceFacts): Report {
  const { id, version, obstacles, addresses, printed } = facts;
  return {
    turn: Math.floor(facts.uptimeSeconds / TURN_SECONDS),
    rows: [
      ...(printed === undefined ? [] : [row("Test print", printed, printed !== "printed")]),
      row("Sells", obstacles.length === 0 ? "yes" : `no: ${obstacles.join(", ")}`, obstacles.length > 0),
      ...linkRows(facts),
      row("Address", addresses.join(", ") || "none", addresses.length === 0),
      ...printerRows(facts),
      row(
        "Relays",
        facts.relays.map(relayText).join(", ") || "none",
        facts.relays.some(({ ready }) => !ready),
      ),
      ...(facts.screenFailure === undefined ? [] : [row("Screen", facts.screenFailure, true)]),
      journalRow(facts),
      row("Stand", id),
      row("Version", version),
      clockRow(facts),
      machineRow(facts),
    ],
    wires: facts.wires.map(({ name, isActive }) => ({ label: name, is: stateOf(isActive) })),
  };
}

export const servicePage = (facts: ServiceFacts): Page => ({
  tone: "calm",
  title: { first: facts.name },
  report: reportOf(facts),
  footer: hint(facts),
});

/** The same for paper, where a stand has no screen. */
export function serviceSlip(facts: ServiceFacts): Slip {
  const { rows, wires } = reportOf(facts);
  const block = ({ label, value, isBad = false }: Row): SlipBlock => ({
    is: "pair",
    left: label,
    right: value,
    bold: isBad,
  });
  return {
    blocks: [
      { is: "text", text: facts.name, align: "center", size: "large", bold: true },
      { is: "rule" },
      ...rows.map(block),
      { is: "rule", dashed: true },
      ...wires.map(({ label, is }): SlipBlock => ({ is: "pair", left: label, right: is })),
    ],
  };
}

const hint = ({ printer }: ServiceFacts): Words => ({
  first: printer === undefined ? "CANCEL: back" : "CANCEL: back – any product: test print",
});

const stateOf = (isActive: boolean | undefined): Report["wires"][number]["is"] => {
  if (isActive === undefined) return "unknown";
  return isActive ? "active" : "idle";
};

function linkRows({ link: { broker, connected, trouble, reconnects } }: ServiceFacts): readonly Row[] {
  const again = reconnects === 0 ? "" : `, ${reconnects} reconnects`;
  return [
    row("Link", `${connected ? "up" : "down"}${again}`, !connected),
    row("Broker", broker),
    ...(trouble === undefined ? [] : [row("Last error", trouble, !connected)]),
  ];
}

const printerRows = ({ printer }: ServiceFacts): readonly Row[] =>
  printer === undefined ? [] : [row("Printer", printer, !isPrintable(printer))];

const relayText = ({ line, ready }: ServiceFacts["relays"][number]): string =>
  `${line} ${ready ? "ready" : "not ready"}`;

function journalRow({ journal }: ServiceFacts): Row {
  if (journal === undefined) return row("Journal", "does not answer", true);
  const { open, owed, unsent } = journal;
  return row("Journal", `${open} open, ${owed} owed, ${unsent} unsent`, owed > 0);
}

function clockRow({ clock: { text = "not known", isSynced } }: ServiceFacts): Row {
  if (isSynced === undefined) return row("Clock", text);
  return row("Clock", `${text}, ${isSynced ? "synchronised" : "not synchronised"}`, !isSynced);
}

function machineRow({ temperature, freeDiskBytes, uptimeSeconds }: ServiceFacts): Row {
  const parts = [
    ...(temperature === undefined ? [] : [`${Math.round(temperature)} °C`]),
    ...(freeDiskBytes === undefined ? [] : [`${sizeText(freeDiskBytes)} free`]),
    `up ${timeText(uptimeSeconds)}`,
  ];
  return row("Machine", parts.join(", "));
}

const sizeText = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.floor(bytes / 1e6)} MB`;

function timeText(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} days`;
}
