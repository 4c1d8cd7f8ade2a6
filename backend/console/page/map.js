import { h } from "./dom.js";
import { number } from "./format.js";
import { mark } from "./icons.js";
import { calmly } from "./later.js";
import { toneOfStand } from "./parts.js";
import { colour, onDressed } from "./theme.js";
import { say, wordFor } from "./tongue.js";

/** @typedef {import("../api/words.ts").StandLine} StandLine */
/** @typedef {StandLine & { place: { latitude: number, longitude: number } }} Placed */
/** @typedef {{ key: string, stands: readonly Placed[], worst: string, at: readonly [number, number] }} Cluster */
/** @typedef {{ home: readonly (readonly [number, number])[][], around: readonly (readonly [number, number])[][] }} Outline */

/** Worst first: a heap of stands looks like the worst of them. */
export const bySeverity = /** @type {const} */ (["trouble", "offline", "serving", "selling", "new", "revoked"]);
/** Pixels across, within which stands become one. */
const CELL = 46;
/** Pixels that the sign of a heap covers. */
const [WIDE, HIGH] = [58, 36];
/** The outline has no more to show. */
const [FURTHEST, CLOSEST] = [3, 11];
const HOME = /** @type {const} */ ([
  [-10.8, 94.2],
  [6.2, 142.2],
]);
/** Drawn anew no more often, however many stands report. */
const CALM_MS = 400;
/** For orientation, the largest islands' cities, each from a zoom on. */
const CITIES = /** @type {const} */ ([
  ["Jakarta", -6.2, 106.82, 0],
  ["Surabaya", -7.26, 112.75, 5],
  ["Bandung", -6.91, 107.61, 6],
  ["Yogyakarta", -7.8, 110.37, 6],
  ["Medan", 3.59, 98.67, 0],
  ["Palembang", -2.99, 104.76, 5],
  ["Padang", -0.95, 100.35, 0],
  ["Denpasar", -8.65, 115.22, 5],
  ["Makassar", -5.14, 119.42, 0],
  ["Manado", 1.48, 124.85, 5],
  ["Balikpapan", -1.24, 116.85, 5],
  ["Pontianak", -0.03, 109.33, 0],
  ["Kupang", -10.18, 123.6, 0],
  ["Ambon", -3.7, 128.18, 0],
  ["Jayapura", -2.54, 140.72, 5],
]);

/** Leaflet, as much of it as is needed here; it has no types of its own. @returns {Promise<any>} */
async function loadLeaflet() {
  if (document.querySelector("#leaflet-style") === null)
    document.head.prepend(h("link", { id: "leaflet-style", rel: "stylesheet", href: "vendor/leaflet.css" }));
  return (await import(new URL("/vendor/leaflet.js", location.href).href)).leaflet;
}

/** @type {Promise<Outline> | undefined} */
let outline;
/** @returns {Promise<Outline>} */
const loadOutline = () => {
  outline ??= fetch("/vendor/outline.json").then((answer) => answer.json());
  return outline;
};

/**
 * The country with its stands, in shapes and colours of their states. `isStill`: fingers and wheels scroll the page past it.
 * @param {{ root: HTMLElement, signal: AbortSignal, isStill?: boolean }} parts
 * @returns {{ show(stands: readonly StandLine[]): void }}
 */
export function openMap({ root, signal, isStill = false }) {
  /** @type {readonly Placed[]} */
  let placed = [];
  let redraw = () => {};
  const soon = calmly(CALM_MS, signal, () => redraw());
  void Promise.all([loadLeaflet(), loadOutline()]).then(([leaflet, coasts]) => {
    if (signal.aborted) return;
    const map = newMap(leaflet, root, isStill);
    drawCoasts(leaflet, map, coasts, signal);
    const layer = leaflet.layerGroup().addTo(map);
    redraw = () => drawStands(leaflet, map, layer, placed);
    map.on("moveend zoomend", redraw);
    const observer = new ResizeObserver(() => map.invalidateSize({ animate: false }));
    observer.observe(root);
    signal.addEventListener("abort", () => {
      observer.disconnect();
      map.remove();
    });
    redraw();
  });
  return {
    show: (stands) => {
      placed = /** @type {Placed[]} */ (
        stands.filter(({ place, state }) => place !== undefined && state !== "revoked")
      );
      soon();
    },
  };
}

/** @param {any} leaflet @param {HTMLElement} root @param {boolean} isStill */
function newMap(leaflet, root, isStill) {
  const isTouched = matchMedia("(pointer: coarse)").matches;
  const map = leaflet.map(root, {
    attributionControl: false,
    zoomControl: false,
    minZoom: FURTHEST,
    maxZoom: CLOSEST,
    zoomSnap: 0.25,
    trackResize: false,
    scrollWheelZoom: !isStill,
    dragging: !(isStill && isTouched),
    maxBounds: [
      [-20, 85],
      [18, 152],
    ],
    zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  });
  leaflet.control.zoom({ zoomInTitle: say("map.in"), zoomOutTitle: say("map.out") }).addTo(map);
  map.fitBounds(HOME, { animate: false });
  return map;
}

/** @param {any} leaflet @param {any} map @param {Outline} coasts @param {AbortSignal} signal */
function drawCoasts(leaflet, map, coasts, signal) {
  const renderer = leaflet.canvas({ padding: 0.4 });
  /** @param {Outline["home"]} rings */
  const polygons = (rings) => rings.map((ring) => [ring.map(([x, y]) => [y, x])]);
  const common = { renderer, interactive: false, weight: 1, fillOpacity: 1, smoothFactor: 0.7 };
  const around = leaflet.polygon(polygons(coasts.around), common).addTo(map);
  const home = leaflet.polygon(polygons(coasts.home), common).addTo(map);
  const paint = () => {
    around.setStyle({ color: colour("--map-shore-far"), fillColor: colour("--map-land-far") });
    home.setStyle({ color: colour("--map-shore"), fillColor: colour("--map-land") });
  };
  paint();
  onDressed(paint, signal);
  const signs = leaflet.layerGroup().addTo(map);
  const name = () => {
    signs.clearLayers();
    for (const [city, latitude, longitude, from] of CITIES) {
      if (map.getZoom() < from) continue;
      const html = h("span", { "aria-hidden": "true" }, city);
      const sign = leaflet.divIcon({ className: "city", html, iconSize: [0, 0] });
      const marker = leaflet.marker([latitude, longitude], {
        icon: sign,
        interactive: false,
        keyboard: false,
        zIndexOffset: -1_000,
      });
      marker.addTo(signs);
    }
  };
  name();
  map.on("zoomend", name);
}

/** @param {any} leaflet @param {any} map @param {any} layer @param {readonly Placed[]} placed */
function drawStands(leaflet, map, layer, placed) {
  const focused = document.activeElement?.closest(".heap")?.querySelector("[data-heap]")?.getAttribute("data-heap");
  layer.clearLayers();
  for (const cluster of clustersOf(map, placed)) {
    const size = cluster.stands.length === 1 ? 26 : cluster.stands.length < 10 ? 32 : 40;
    const sign = leaflet.divIcon({ className: "heap", html: heapSign(cluster), iconSize: [size, size] });
    const marker = leaflet.marker(cluster.at, {
      icon: sign,
      keyboard: true,
      riseOnHover: true,
      zIndexOffset: 100 * (bySeverity.length - bySeverity.indexOf(/** @type {any} */ (cluster.worst))),
    });
    marker.on("click", () => openHeap(leaflet, map, cluster));
    marker.addTo(layer);
    if (cluster.key === focused) marker.getElement()?.focus({ preventScroll: true });
  }
}

/** Those in sight, in heaps: as many as a grid over the map has cells, however many stands there are. @param {any} map @param {readonly Placed[]} placed @returns {readonly Cluster[]} */
function clustersOf(map, placed) {
  const bounds = map.getBounds().pad(0.2);
  /** @type {Map<string, Placed[]>} */
  const cells = new Map();
  for (const stand of placed) {
    const { latitude, longitude } = stand.place;
    if (!bounds.contains([latitude, longitude])) continue;
    const { x, y } = map.project([latitude, longitude]);
    const key = `${Math.floor(x / CELL)}/${Math.floor(y / CELL)}`;
    const cell = cells.get(key);
    if (cell === undefined) cells.set(key, [stand]);
    else cell.push(stand);
  }
  const heaps = [...cells].map(([key, stands]) => heapOf(key, stands));
  return apart(heaps, (at) => map.project(at));
}

/** @param {string} key @param {readonly Placed[]} stands @returns {Cluster} */
const heapOf = (key, stands) => ({ key, stands, worst: worstOf(stands), at: middleOf(stands) });

/** None covers another: the smaller of two that would goes into the larger. @param {readonly Cluster[]} heaps @param {(at: Cluster["at"]) => { x: number, y: number }} project */
function apart(heaps, project) {
  /** @type {Cluster[]} */
  const kept = [];
  for (const heap of [...heaps].sort((one, other) => other.stands.length - one.stands.length)) {
    const here = project(heap.at);
    const near = kept.findIndex(({ at }) => {
      const { x, y } = project(at);
      return Math.abs(x - here.x) < WIDE && Math.abs(y - here.y) < HIGH;
    });
    const [other] = near < 0 ? [] : kept.slice(near, near + 1);
    if (other === undefined) kept.push(heap);
    else kept[near] = heapOf(other.key, [...other.stands, ...heap.stands]);
  }
  return kept;
}

/** @param {readonly StandLine[]} stands */
const worstOf = (stands) => bySeverity.find((state) => stands.some((stand) => stand.state === state)) ?? "new";

/** @param {readonly Placed[]} stands @returns {readonly [number, number]} */
function middleOf(stands) {
  const mean = (/** @type {"latitude" | "longitude"} */ of) =>
    stands.reduce((sum, { place }) => sum + place[of], 0) / stands.length;
  return [mean("latitude"), mean("longitude")];
}

/** @param {Cluster} cluster */
function heapSign({ key, stands, worst }) {
  const [only] = stands;
  const isOne = stands.length === 1 && only !== undefined;
  const words = isOne
    ? `${only.name}: ${wordFor("stand", only.state)}`
    : say("map.heap", { count: stands.length, worst: wordFor("stand", worst) });
  return h(
    "span",
    { class: `heap-sign ${toneOfStand(worst)} ${isOne ? "single" : ""}`, "data-heap": key, title: words },
    mark(toneOfStand(worst)),
    isOne ? undefined : h("b", { "aria-hidden": "true" }, number(stands.length)),
    h("span", { class: "unseen" }, words),
  );
}

/** Goes closer, or, where that helps no more, names what stands there. @param {any} leaflet @param {any} map @param {Cluster} cluster */
function openHeap(leaflet, map, { stands, at }) {
  const bounds = leaflet.latLngBounds(stands.map(({ place }) => [place.latitude, place.longitude]));
  const isSpread = bounds.getNorthEast().distanceTo(bounds.getSouthWest()) > 1_500;
  if (stands.length > 1 && isSpread && map.getZoom() < CLOSEST) {
    map.fitBounds(bounds, { padding: [60, 60], maxZoom: CLOSEST });
    return;
  }
  const list = h(
    "ul",
    { class: "heap-list" },
    stands
      .slice(0, 12)
      .map(({ id, name, state }) =>
        h(
          "li",
          {},
          h(
            "a",
            { href: `#/stands/${id}` },
            h("span", { class: `dot ${toneOfStand(state)}` }, mark(toneOfStand(state))),
            name,
          ),
          h("small", {}, wordFor("stand", state)),
        ),
      ),
    stands.length > 12 && h("li", {}, say("map.further", { count: stands.length - 12 })),
  );
  leaflet
    .popup({ closeButton: true, autoPanPadding: [20, 20], maxHeight: 260 })
    .setLatLng(at)
    .setContent(list)
    .openOn(map);
}

/** How many of each state, as a legend that filters. @param {Readonly<Record<string, number>>} counts @param {string} chosen @param {(state: string) => void} pick */
export const stateChoice = (counts, chosen, pick) =>
  h(
    "div",
    { class: "states", role: "group", "aria-label": say("stands.by-state") },
    bySeverity.map((state) =>
      h(
        "button",
        {
          type: "button",
          key: state,
          class: `state ${toneOfStand(state)}`,
          "aria-pressed": String(chosen === state),
          onclick: () => pick(chosen === state ? "" : state),
        },
        mark(toneOfStand(state)),
        h("b", {}, number(counts[state] ?? 0)),
        h("span", {}, wordFor("stand", state)),
      ),
    ),
  );
