import type { SalesRow, StandLine } from "../../../backend/console/api/words.ts";
import { DAY_MS, HOUR_MS, PRODUCTS } from "./words.ts";

const JAKARTA_MS = 7 * HOUR_MS;

export function seriesOf(fromMs: number, toMs: number, points: number) {
  const atMs = Array.from({ length: points }, (_, nth) => fromMs + (nth * (toMs - fromMs)) / points);
  const wave = (middle: number, height: number, days = 1) =>
    atMs.map((at) => middle + height * Math.sin((at / DAY_MS / days) * 2 * Math.PI) + ((at / 977) % 7) * height * 0.03);
  return {
    atMs,
    figures: {
      temperature: wave(51, 6),
      load: wave(0.2, 0.1),
      rss: wave(95e6, 3e6, 3),
      diskFree: wave(11.2e9, 0.1e9, 7),
      unsent: atMs.map((_, nth) => (nth > 200 && nth < 214 ? nth - 200 : 0)),
      reconnects: atMs.map((_, nth) => (nth < 90 ? 1 : nth < 210 ? null : 3)),
    },
  };
}

export function sumsOf(
  by: string,
  fromMs: number,
  toMs: number,
  stands: readonly StandLine[],
  taint: string,
): readonly SalesRow[] {
  const row = (key: string, weight: number): SalesRow => ({
    key,
    sales: Math.round(weight),
    amount: Math.round(weight) * 10_500,
    refunded: weight > 90 ? 15_000 : 0,
  });
  if (by === "product") return PRODUCTS.map(([name], nth) => row(name + taint, 900 / (nth + 1.4)));
  if (by === "stand") return stands.slice(0, 44).map(({ id }, nth) => row(id, 220 / (nth * 0.3 + 1)));
  const step = by === "hour" ? HOUR_MS : DAY_MS;
  const first = Math.floor((fromMs + JAKARTA_MS) / step) * step - JAKARTA_MS;
  return Array.from({ length: Math.max(0, Math.ceil((toMs - first) / step)) }, (_, nth) => {
    const at = first + nth * step;
    const hour = ((at + JAKARTA_MS) % DAY_MS) / HOUR_MS;
    return row(
      String(at),
      by === "hour"
        ? Math.max(0, 22 * Math.sin(((hour - 5) / 18) * Math.PI) + (nth % 3) * 4)
        : 300 + ((nth * 47) % 120),
    );
  });
}
