import { type HealthSaid, pulsesOf } from "./parse.ts";

/**
 * What is kept of a stand's health over time. Each figure is a whole number of its own step, which a database keeps in four bytes.
 */
export type Figure = {
  /** As charts call it. */
  readonly name: string;
  readonly column: FigureColumn;
  /** One of the column is so much of the figure. */
  readonly step: number;
  of(health: HealthSaid): number | undefined;
};

export const figureColumns = [
  "temperature",
  "load",
  "rss",
  "disk_free",
  "unsent",
  "clock_offset",
  "pulses",
  "reconnects",
  "obstacles",
] as const;
export type FigureColumn = (typeof figureColumns)[number];

export const figures: readonly Figure[] = [
  { name: "temperature", column: "temperature", step: 0.1, of: (health) => health.temperature },
  { name: "load", column: "load", step: 0.01, of: (health) => health.load },
  { name: "rss", column: "rss", step: 1_024, of: (health) => health.rss },
  { name: "diskFree", column: "disk_free", step: 1_048_576, of: (health) => health.diskFree },
  { name: "unsent", column: "unsent", step: 1, of: (health) => health.unsent },
  { name: "clockOffsetMs", column: "clock_offset", step: 1, of: (health) => health.clockOffsetMs },
  { name: "pulses", column: "pulses", step: 1, of: pulsesOf },
  { name: "reconnects", column: "reconnects", step: 1, of: (health) => health.reconnects },
  { name: "obstacles", column: "obstacles", step: 1, of: (health) => health.obstacles.length },
];

const MOST = 2 ** 31 - 1;

/** In whole steps, cut to what four bytes hold. */
export function stepsOf({ step, of }: Figure, health: HealthSaid): number | null {
  const value = of(health);
  return value === undefined ? null : Math.max(-MOST, Math.min(MOST, Math.round(value / step)));
}

/** Back from steps; without the noise of a division. */
export const figureOf = ({ step }: Figure, steps: number | null): number | null =>
  steps === null ? null : step >= 1 ? steps * step : Math.round(steps * step * 100) / 100;
