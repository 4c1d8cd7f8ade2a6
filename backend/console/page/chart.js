import { DAY_MS, dayOf, startOf } from "./days.js";
import { h } from "./dom.js";
import { clock, companyDate, date } from "./format.js";
import { table } from "./parts.js";
import { colour, onDressed } from "./theme.js";
import { say } from "./tongue.js";

/**
 * @typedef {{
 *   name: string,
 *   times: readonly number[],
 *   lines: readonly { label: string, values: readonly (number | null)[], tone: string }[],
 *   show: (value: number) => string,
 *   bars?: boolean,
 *   byDay?: boolean,
 *   height?: number,
 *   least?: number,
 *   whole?: boolean,
 * }} Chart `times`: milliseconds since 1970, growing; `tone`: a colour of the style sheet; `whole`: only whole numbers are among its values
 */

/** The package has types that are made for compilers with a DOM of their own; what is used here is small. @returns {Promise<any>} */
async function loadUplot() {
  if (document.querySelector("#uplot-style") === null)
    document.head.prepend(h("link", { id: "uplot-style", rel: "stylesheet", href: "vendor/uplot.css" }));
  return (await import(new URL("/vendor/uplot.js", location.href).href)).uPlot;
}

const HEIGHT = 190;

/** A chart, and the same as a table for who would rather read it. @param {Chart} chart @param {AbortSignal} signal */
export function chartOf(chart, signal) {
  const canvas = h("div", {
    class: "chart",
    role: "img",
    "aria-label": say("chart.of", { name: chart.name }),
    own: true,
  });
  canvas.style.blockSize = `${chart.height ?? HEIGHT}px`;
  /** @type {any} */
  let plot;
  const paint = async () => {
    const uPlot = await loadUplot();
    if (signal.aborted) return;
    plot?.destroy();
    plot = new uPlot(
      optionsOf(uPlot, chart, canvas),
      [chart.times.map((at) => at / 1_000), ...chart.lines.map(({ values }) => values)],
      canvas,
    );
  };
  const observer = new ResizeObserver(() => {
    if (plot === undefined) void paint();
    else plot.setSize({ width: canvas.clientWidth, height: chart.height ?? HEIGHT });
  });
  observer.observe(canvas);
  onDressed(() => void paint(), signal);
  signal.addEventListener("abort", () => {
    observer.disconnect();
    plot?.destroy();
  });
  return h("figure", { class: "figure" }, canvas, asTable(chart));
}

/** @param {any} uPlot @param {Chart} chart @param {HTMLElement} canvas */
function optionsOf(uPlot, { times, lines, show, bars, byDay, height = HEIGHT, least = 0, whole }, canvas) {
  const [ink, grid] = [colour("--soft"), colour("--line")];
  const axis = {
    stroke: ink,
    grid: { stroke: grid, width: 1 },
    ticks: { show: false },
    font: "12px system-ui, sans-serif",
  };
  return {
    width: canvas.clientWidth,
    height,
    padding: [10, 22, 0, 0],
    cursor: { y: false, points: { size: 7 }, drag: { x: false, y: false } },
    legend: { show: false },
    plugins: [bubble(lines, show, byDay === true)],
    scales: {
      x: {
        range: (/** @type {any} */ _plot, /** @type {number} */ from, /** @type {number} */ to) =>
          besideBars(times, bars === true, from, to),
      },
      y: {
        range: (/** @type {any} */ _plot, /** @type {number} */ low, /** @type {number} */ high) =>
          rangeOf(low, high, least),
      },
    },
    series: [
      {},
      ...lines.map(({ label, tone, values }) => ({
        label,
        stroke: colour(tone),
        width: bars ? 0 : 2,
        fill: bars ? colour(tone) : `${colour(tone)}1f`,
        points: { show: !bars && isSparse(values), size: 5 },
        ...(bars ? { paths: uPlot.paths.bars({ size: [0.7, 46], radius: 0.15 }) } : {}),
      })),
    ],
    axes: [
      {
        ...axis,
        size: 30,
        space: 60,
        ...(bars && { splits: (/** @type {any} */ plot) => underBars(times, plot.bbox.width / devicePixelRatio) }),
        values: (/** @type {any} */ _plot, /** @type {number[]} */ at) =>
          at.map((second) => (byDay ? companyDay(second * 1_000) : hourWord(second * 1_000, at, bars === true))),
      },
      {
        ...axis,
        size: 78,
        space: 34,
        ...(whole && { incrs: WHOLE }),
        values: (/** @type {any} */ _plot, /** @type {number[]} */ values) => values.map((value) => show(value)),
      },
    ],
  };
}

/** Steps of an axis on which a half means nothing. */
const WHOLE = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 100_000, 1_000_000];
/** So few values that a line between them is hardly there. */
const FEW = 24;
/** @param {readonly (number | null)[]} values */
const isSparse = (values) => values.filter((value) => value !== null).length <= FEW;

/** Pixels that the name of a day or an hour takes. */
const NAME = 58;
/** A name under every bar, of many hours under each day's first, or under every second, third … where there is room for no more. @param {readonly number[]} times @param {number} width */
const underBars = (times, width) => {
  const isHours = (times[1] ?? 0) - (times[0] ?? 0) < DAY_MS && (times.at(-1) ?? 0) - (times[0] ?? 0) > 2 * DAY_MS;
  const named = isHours ? times.filter((at) => startOf(dayOf(at)) === at) : times;
  const step = Math.max(1, Math.ceil((named.length * NAME) / Math.max(1, width)));
  return named.filter((_, nth) => nth % step === 0).map((at) => at / 1_000);
};

/** Half a bar's room before the first and after the last. @param {readonly number[]} times @param {boolean} isBars @param {number} from @param {number} to @returns {[number, number]} */
function besideBars(times, isBars, from, to) {
  if (!isBars) return [from, to];
  const half = ((times[1] ?? 0) - (times[0] ?? 0)) / 2_000;
  return times.length < 2 ? [from - 43_200, to + 43_200] : [from - half, to + half];
}

/** From `least` or below to a little over the highest. @param {number} low @param {number} high @param {number} least @returns {[number, number]} */
const rangeOf = (low, high, least) => {
  const top = high ?? 1;
  return [Math.min(low ?? least, least), top <= least ? least + 1 : top + (top - least) * 0.08];
};

/** @param {string} day */
const withoutYear = (day) => day.replace(/[ ,]*\d{4}$/, "");
/** @param {number} wall */
const dayWord = (wall) => withoutYear(date(wall));
/** @param {number} wall */
const companyDay = (wall) => withoutYear(companyDate(wall));
/** Bars of many hours are named where the company's days begin. @param {number} wall @param {readonly number[]} all @param {boolean} isBars */
const hourWord = (wall, all, isBars) => {
  if ((all.at(-1) ?? 0) - (all[0] ?? 0) <= 2 * 86_400) return clock(wall);
  return isBars ? companyDay(wall) : dayWord(wall);
};

/** What is under the pointer, in words. @param {Chart["lines"]} lines @param {Chart["show"]} show @param {boolean} byDay */
function bubble(lines, show, byDay) {
  const note = h("div", { class: "bubble", hidden: true });
  return {
    hooks: {
      init: (/** @type {any} */ plot) => plot.over.append(note),
      setCursor: (/** @type {any} */ plot) => {
        const { idx, left } = plot.cursor;
        note.hidden = idx === null || idx === undefined || left < 0;
        if (note.hidden) return;
        const wall = plot.data[0][idx] * 1_000;
        const said = lines.map(
          ({ label }, nth) => `${label} ${plot.data[nth + 1][idx] === null ? "–" : show(plot.data[nth + 1][idx])}`,
        );
        note.textContent = [byDay ? companyDate(wall) : `${dayWord(wall)} ${clock(wall)}`, ...said].join("\n");
        note.style.translate = `${Math.min(left, plot.over.clientWidth - note.offsetWidth - 4)}px 4px`;
      },
    },
  };
}

/** At most so many rows: a table of a thousand is read by nobody. */
const ROWS = 120;

/** @param {Chart} chart */
function asTable({ name, times, lines, show, byDay }) {
  const step = Math.max(1, Math.ceil(times.length / ROWS));
  const rows = times.flatMap((at, nth) =>
    nth % step !== 0
      ? []
      : [
          {
            key: String(at),
            cells: [
              byDay ? companyDate(at) : `${dayWord(at)} ${clock(at)}`,
              ...lines.map(({ values }) => (typeof values[nth] === "number" ? show(Number(values[nth])) : "–")),
            ],
          },
        ],
  );
  return h(
    "details",
    { class: "as-table" },
    h("summary", {}, say("chart.table"), h("span", { class: "unseen" }, ` ${name}`)),
    table({
      name,
      heads: [say("time"), ...lines.map(({ label }) => label)],
      rows,
      numbers: lines.map((_line, nth) => nth + 1),
    }),
  );
}
