import type { StandLine, StandState } from "../../../backend/console/api/words.ts";
import type { MerchantId } from "../../../backend/providers/provider.ts";
import { DAY_MS, HOUR_MS, PRODUCTS, pick, type Random, SOFTWARE } from "./words.ts";

/** Name, latitude, longitude, stands. */
const SITES = [
  ["Stasiun Gambir", -6.1767, 106.8306, 6],
  ["Mal Kelapa Gading", -6.157, 106.908, 5],
  ["RS Fatmawati", -6.2924, 106.7925, 3],
  ["Kampus ITB", -6.8915, 107.6107, 4],
  ["Stasiun Tugu", -7.789, 110.3634, 4],
  ["Tunjungan Plaza", -7.2625, 112.7385, 5],
  ["Bandara Ngurah Rai", -8.7467, 115.1667, 4],
  ["Pelabuhan Makassar", -5.1289, 119.4068, 3],
  ["Bandara Kualanamu", 3.6422, 98.8853, 3],
  ["Kampus Unsri", -2.985, 104.732, 2],
  ["Balikpapan Plaza", -1.277, 116.8378, 2],
  ["Manado Town Square", 1.477, 124.8285, 2],
  ["Jayapura Mall", -2.5337, 140.7181, 1],
  ["Kantor Pusat", undefined, undefined, 4],
] as const;

export function makeStands(now: number, random: Random, wanted: number | undefined, taint: string): StandLine[] {
  const places = SITES.flatMap(([site, latitude, longitude, count]) =>
    Array.from({ length: count }, (_, nth) => ({ site, latitude, longitude, at: nth + 1 })),
  );
  return Array.from({ length: wanted ?? places.length }, (_, nth) => {
    const { site, latitude, longitude, at } = places[nth % places.length] ?? NOWHERE;
    const number = at + Math.floor(nth / places.length) * 10;
    const spread = () => (random() - 0.5) * 0.02;
    const place = latitude && longitude && { latitude: latitude + spread(), longitude: longitude + spread() };
    return {
      id: `${site.toLowerCase().replaceAll(" ", "-").slice(0, 20)}-${number}`,
      name: `${PRODUCTS[nth % 3]?.[0].split(" ")[0]} ${site.split(" ").at(-1)} ${number}${taint}`,
      site: site + taint,
      ...(place && { place }),
      merchant: "main" as MerchantId,
      ...conditionOf(nth, now, random),
    };
  });
}

const NOWHERE = { site: "", latitude: undefined, longitude: undefined, at: 0 };

function conditionOf(nth: number, now: number, random: Random) {
  const state = ODD[nth % 48] ?? "selling";
  const software = pick(SOFTWARE, random);
  if (state === "new") return { state, obstacles: [], alarms: 0 };
  if (state === "offline") return { state, obstacles: [], alarms: 1, seenMs: now - 3 * HOUR_MS, software };
  const seen = { seenMs: now - 20_000, software };
  if (state === "trouble") return { state, obstacles: [nth % 2 === 0 ? "no-paper" : "door-open"], alarms: 1, ...seen };
  return { state, obstacles: [], alarms: 0, ...seen };
}

const ODD: Readonly<Record<number, StandState>> = {
  3: "trouble",
  14: "serving",
  17: "serving",
  22: "offline",
  27: "serving",
  29: "trouble",
  33: "offline",
  38: "serving",
  44: "new",
  47: "revoked",
};

export function standPageOf(stand: StandLine, now: number, taint: string) {
  const settings = {
    products: PRODUCTS.map(([name, price], nth) => ({
      id: name.toLowerCase().replace(" ", "-"),
      name: name + taint,
      price,
      button: `b${nth + 1}`,
      line: `slot-${nth + 1}`,
      pulseMs: 500,
      sensorWindowMs: 5_000,
    })),
    rules: { chargePatienceMs: 20_000, paymentPatienceMs: 120_000, graceMs: 20_000 },
    texts: { name: stand.name },
  };
  return {
    ...stand,
    isConfigured: false,
    roster:
      stand.state === "new"
        ? ("invited" as const)
        : stand.state === "revoked"
          ? ("revoked" as const)
          : ("active" as const),
    policies: { late: "hold" as const, failed: "hold" as const },
    rate: { aMinute: 20, burst: 10 },
    enrolledMs: now - 40 * DAY_MS,
    certificateEndsMs: now + 9 * DAY_MS,
    health: {
      atMs: now - 20_000,
      figures: {
        temperature: 52.1,
        load: 0.18,
        rss: 96_000_000,
        diskFree: 11_300_000_000,
        unsent: 0,
        reconnects: 3,
        clockOffsetMs: 12,
        uptimeSeconds: 412_000,
        printer: `ok${taint}`,
        panel: "ok",
        page: "welcome",
      },
    },
    settings: {
      desired: { version: 4, settings, sinceMs: now - 2 * DAY_MS, by: "sari" },
      history: [4, 3].map((version) => ({
        version,
        settings: version === 4 ? settings : { ...settings, products: settings.products.slice(0, 3) },
        sinceMs: now - (6 - version) * DAY_MS,
        by: `sari${taint}`,
      })),
      using: stand.state === "trouble" ? 3 : 4,
      ...(stand.state === "trouble" && { refused: { version: 4, because: `there is no button "b4" here${taint}` } }),
    },
  };
}

export function countsOf(stands: readonly StandLine[]): Record<StandLine["state"], number> {
  const counts = { selling: 0, serving: 0, trouble: 0, offline: 0, new: 0, revoked: 0 };
  for (const { state } of stands) counts[state] += 1;
  return counts;
}
