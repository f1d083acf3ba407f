// The chart of one point: which quantity, which range; drawn anew when a newer value arrives.

import { chart, showEmpty } from "./chart.js";
import { amount, percent, say } from "./format.js";
import { listen } from "./live.js";

const FRESH = 15000; // milliseconds between two loads that nobody asked for
const place = document.getElementById("chart");
const quantity = document.getElementById("quantity");
const ranges = document.getElementById("ranges");
const csv = document.getElementById("csv");
const caption = document.getElementById("caption");
let drawn = null;
let loaded = 0;
let running = null;

function chosen() {
  return ranges.querySelector('[aria-pressed="true"]').dataset.range;
}

function label(data) {
  const name = quantity.selectedOptions[0].textContent;
  return data.per ? `${name}, ${say(`point.${data.per === "hour" || data.per === "day" ? "per_" : ""}${data.per}`)}` : name;
}

function describe(data) {
  const coverage = data.coverage === null ? say("coverage.unknown") : percent(data.coverage);
  const parts = [`${say("point.coverage")}: ${coverage}`];
  if (data.total !== null) parts.unshift(`${say("point.total")}: ${amount(data.total, { ...data.unit, factor: 1 })}`);
  caption.textContent = parts.join(" · ");
}

function draw(data) {
  drawn?.destroy();
  drawn = null;
  describe(data);
  if (!data.lines.some((line) => line.values.some((value) => value !== null))) {
    showEmpty(place, say("point.chart.empty"));
    return;
  }
  const covered = data.coverages.length > 0;
  const columns = [data.times.map((time) => time / 1000), ...data.lines.map((line) => line.values)];
  if (covered) columns.push(data.coverages);
  drawn = chart(place, columns, {
    mode: data.mode, lines: data.lines.map((line) => line.name), label: label(data), unit: data.unit, per: data.per,
    coverages: covered, span: [data.from / 1000, data.to / 1000],
  });
}

async function load() {
  loaded = performance.now();
  running?.abort();
  running = new AbortController();
  const query = new URLSearchParams({ quantity: quantity.value, range: chosen(), lang: document.documentElement.lang });
  csv.href = `${csv.pathname}?${query}`;
  if (!drawn) showEmpty(place, say("point.chart.loading"));
  try {
    const answer = await fetch(`${place.dataset.address}?${query}`, { signal: running.signal });
    if (!answer.ok) throw new Error(String(answer.status));
    draw(await answer.json());
  } catch (error) {
    if (error.name === "AbortError") return;
    drawn?.destroy();
    drawn = null;
    showEmpty(place, say("point.chart.failed"));
  }
}

function choose(event) {
  const button = event.target.closest("button");
  if (!button) return;
  for (const other of ranges.children) other.setAttribute("aria-pressed", String(other === button));
  load();
}

if (place) {
  const point = decodeURIComponent(place.dataset.address.split("/")[2]);
  quantity.addEventListener("change", load);
  ranges.addEventListener("click", choose);
  listen((pulse) => {
    const begins = `${point}~${quantity.value}~`;
    const fresh = pulse.values.some(([key]) => key.startsWith(begins));
    if (fresh && performance.now() - loaded > FRESH) load();
  });
  load();
}
