import { get, query } from "../api.js";
import { chartOf } from "../chart.js";
import { DAY_MS } from "../days.js";
import { draw, h } from "../dom.js";
import { megabytes, number } from "../format.js";
import { calm, chooser, panel, troubleNote, waiting } from "../parts.js";
import { say, wordFor } from "../tongue.js";

/** @typedef {import("../../api/words.ts").HealthSeries} HealthSeries */

const SPANS = /** @type {const} */ ({ day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS });
const POINTS = 288;

/** How a stand has been, as curves. @param {HTMLElement} charts @param {string} chosen @param {(span: string) => void} pick */
export function healthPanel(charts, chosen, pick) {
  const spans = /** @type {const} */ ([
    ["day", say("span.day")],
    ["week", say("span.week")],
    ["month", say("span.month")],
  ]);
  return panel(say("health"), { id: "health", beside: chooser(say("health.span"), chosen, spans, pick) }, charts);
}

/** In this order, where the stand says them. */
const CHARTS = /** @type {const} */ ([
  ["temperature", "--chart-1", (/** @type {number} */ value) => `${number(value)} °C`, 20],
  ["load", "--chart-2", (/** @type {number} */ value) => `${number(value * 100)} %`, 0],
  ["rss", "--chart-3", megabytes, 0],
  ["diskFree", "--chart-4", megabytes, 0],
  ["unsent", "--chart-5", (/** @type {number} */ value) => number(value), 0],
  ["reconnects", "--chart-6", (/** @type {number} */ value) => number(value), 0],
]);

/** @param {HTMLElement} place @param {string} id @param {string} chosen @param {AbortSignal} signal */
export async function showHealth(place, id, chosen, signal) {
  const to = Date.now();
  const from = to - SPANS[/** @type {keyof typeof SPANS} */ (chosen)];
  if (place.firstChild === null) draw(place, waiting(6));
  try {
    const series = /** @type {HealthSeries} */ (
      await get(`/stands/${encodeURIComponent(id)}/health${query({ from, to, points: POINTS })}`, signal)
    );
    const there = CHARTS.filter(([name]) => series.figures[name]?.some((value) => value !== null));
    if (there.length === 0) return draw(place, calm("away", say("health.none")));
    draw(
      place,
      there.map(([name, tone, show, least]) =>
        h(
          "div",
          { class: "chart-box" },
          h("h3", {}, wordFor("figure", name)),
          chartOf(
            {
              name: wordFor("figure", name),
              times: series.atMs,
              lines: [{ label: wordFor("figure", name), values: series.figures[name] ?? [], tone }],
              show,
              least,
              whole: name === "unsent" || name === "reconnects",
              height: 150,
            },
            signal,
          ),
        ),
      ),
    );
  } catch (error) {
    if (!signal.aborted)
      draw(
        place,
        troubleNote(error, () => void showHealth(place, id, chosen, signal)),
      );
  }
}
