import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { feature } from "topojson-client";

type Spot = readonly [longitude: number, latitude: number];
/** In degrees, the first spot again at the end. */
type Ring = readonly Spot[];

/** What the map is drawn from: the country's islands, and the coasts around them. */
export type Outline = { readonly home: readonly Ring[]; readonly around: readonly Ring[] };

const HOME = "Indonesia";
/** West, south, east, north: what a map of the country shows of its neighbours. */
const [WEST, SOUTH, EAST, NORTH] = [88, -18, 150, 16];
/** In degrees: islands less wide than `least` are left out, spots closer than `step` to the one before. */
const FINE = { least: 0.04, step: 0.02 };
const COARSE = { least: 0.4, step: 0.07 };

/** From Natural Earth's borders, as world-atlas has them. Reads and decodes megabytes: keep what it returns. */
export function readOutline(): Outline {
  const file = createRequire(import.meta.url).resolve("world-atlas/countries-10m.json");
  const topology = JSON.parse(readFileSync(file, "utf8")) as { readonly objects: { readonly countries: object } };
  const { features } = feature(topology, topology.objects.countries);
  const outline: { readonly home: Ring[]; readonly around: Ring[] } = { home: [], around: [] };
  for (const { properties, geometry } of features) {
    const isHome = properties.name === HOME;
    const polygons = geometry.type === "Polygon" ? [geometry.coordinates] : geometry.coordinates;
    const shores = polygons.flatMap(([shore]) => (shore === undefined ? [] : [shore]));
    outline[isHome ? "home" : "around"].push(...drawn(shores, isHome ? FINE : COARSE));
  }
  return outline;
}

const drawn = (shores: readonly Ring[], { least, step }: typeof FINE): readonly Ring[] =>
  shores.filter((shore) => isInFrame(shore) && widthOf(shore) >= least).map((shore) => thinned(shore, step));

const isInFrame = (ring: Ring): boolean => ring.some(([x, y]) => x > WEST && x < EAST && y > SOUTH && y < NORTH);

function widthOf(ring: Ring): number {
  const across = (values: readonly number[]): number =>
    values.reduce((most, value) => Math.max(most, value), -Infinity) -
    values.reduce((least, value) => Math.min(least, value), Infinity);
  return Math.max(across(ring.map(([x]) => x)), across(ring.map(([, y]) => y)));
}

function thinned(ring: Ring, step: number): Ring {
  let last: Spot | undefined;
  const kept = ring.filter((spot, nth) => {
    const isFar = last === undefined || Math.hypot(spot[0] - last[0], spot[1] - last[1]) >= step;
    if (isFar || nth === ring.length - 1) last = spot;
    return last === spot;
  });
  return kept.map(([x, y]) => [Math.round(x * 100) / 100, Math.round(y * 100) / 100]);
}
