// uPlot with the reader's numbers and clock, and the page's colours in light and dark.

import { amount, number, percent, say, wallOffset, when } from "./format.js";

const HOUR = 3600;
const STEPS = [1 / 60, 1 / 12, 1 / 6, 0.25, 0.5, 1, 2, 3, 6, 12, 24, 48, 96, 168].map((hours) => hours * HOUR);
const dark = window.matchMedia("(prefers-color-scheme: dark)");

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

export function showEmpty(place, words) {
  const note = document.createElement("p");
  note.className = "empty";
  note.textContent = words;
  place.replaceChildren(note);
}

// Ticks on whole hours and midnights of the region's clock.
function ticks(_plot, _axis, low, high, increment) {
  const found = [];
  const at = (time) => time + wallOffset(time * 1000) / 1000;
  let time = Math.ceil(at(low) / increment) * increment - wallOffset(low * 1000) / 1000;
  for (; time <= high; time += increment) {
    const slip = at(time) % increment;
    found.push(time - (slip > increment / 2 ? slip - increment : slip));
  }
  return found.filter((tick, index) => tick >= low && tick <= high && tick !== found[index - 1]);
}

function tickLabels(_plot, times) {
  const days = times.length > 1 && times[1] - times[0] >= 24 * HOUR - HOUR;
  return times.map((time) => {
    const clock = when(time * 1000, "clock");
    return days || clock === "00:00" ? when(time * 1000, "day") : clock;
  });
}

function decimals(step) {
  for (let digits = 0; digits < 4; digits += 1) {
    const scaled = step * 10 ** digits;
    if (Math.abs(scaled - Math.round(scaled)) < 1e-6) return digits;
  }
  return 4;
}

function axes(settings) {
  const common = { stroke: colour("muted"), grid: { stroke: colour("line"), width: 1 }, ticks: { show: false }, font: "13px system-ui, sans-serif" };
  const state = settings.mode === "steps";
  const values = (_plot, marks, _axis, _space, increment) => marks.map((mark, index) => {
    if (state) return mark === 0 || mark === 1 ? say(mark ? "on" : "off") : "";
    const unit = index === marks.length - 1 ? ` ${settings.unit.symbol}` : "";
    return `${number(mark, decimals(increment))}${unit}`.trimEnd();
  });
  return [
    { ...common, incrs: STEPS, splits: ticks, values: tickLabels, space: 64 },
    { ...common, values, size: (_plot, labels) => 18 + 8 * Math.max(3, ...(labels ?? []).map((label) => label.length)) },
  ];
}

const COLOURS = ["accent", "energy", "mobility", "environment", "water", "buildings"];

function path(settings) {
  if (settings.mode === "bars") return uPlot.paths.bars({ size: [0.85, 60], align: 1 });
  return settings.mode === "steps" ? uPlot.paths.stepped({ align: 1 }) : uPlot.paths.linear();
}

// A value without neighbours would not be seen as a line.
function lonely(plot, index) {
  const values = plot.data[index];
  const there = (at) => values[at] !== null && values[at] !== undefined;
  return [...values.keys()].filter((at) => there(at) && !there(at - 1) && !there(at + 1));
}

function series(settings) {
  const bars = settings.mode === "bars";
  return settings.lines.map((name, index) => {
    const line = colour(COLOURS[index % COLOURS.length]);
    return {
      label: name || settings.label, stroke: line, width: bars ? 0 : 2,
      fill: bars ? line : settings.lines.length === 1 ? `${line}1f` : undefined,
      paths: path(settings), points: bars || settings.mode === "steps" ? { show: false } : { show: true, size: 5, filter: lonely }, spanGaps: settings.lines.length > 1,
      value: (_plot, value) => (value === null || value === undefined ? "–" : amount(value, { ...settings.unit, factor: 1 })),
    };
  });
}

// Not drawn: it stands beside the value in the legend.
function coverageSeries() {
  return {
    label: say("coverage.label"), scale: "coverage", paths: () => null, points: { show: false },
    value: (_plot, share) => (share === null || share === undefined ? "–" : percent(share)),
  };
}

function options(place, settings) {
  return {
    width: place.clientWidth, height: settings.height ?? 300,
    padding: [12, 22, 0, 0],
    cursor: { drag: { x: false, y: false }, points: { size: 7 } },
    scales: { x: { time: false, range: () => settings.span }, y: { range: (_plot, low, high) => range(low, high, settings) }, coverage: { range: [0, 1] } },
    axes: axes(settings),
    series: [
      { label: say("col.time"), value: (_plot, time) => (time === null ? "–" : when(time * 1000, settings.per === "day" ? "weekday" : "moment")) },
      ...series(settings),
      ...(settings.coverages ? [coverageSeries()] : []),
    ],
  };
}

function range(low, high, settings) {
  if (settings.mode === "steps") return [0, 1.05];
  if (low === null) return [0, 1];
  if (settings.mode === "bars") return [Math.min(0, low), Math.max(high, 1e-9) * 1.08];
  const room = (high - low) * 0.08 || Math.abs(high) * 0.05 || 1;
  return [low >= 0 && low - room < 0 ? 0 : low - room, high + room];
}

// Draws [times in seconds, values …, coverages?] in display units; gives an object with setData() and destroy().
// settings: mode (line, steps, bars), lines (names), label, unit, per, span (from, to), coverages (whether there are), height.
export function chart(place, data, settings) {
  if (typeof uPlot === "undefined") return { setData() {}, destroy() {} };
  place.replaceChildren();
  let current = data;
  let plot = new uPlot(options(place, settings), current, place);
  const resized = new ResizeObserver(() => plot.setSize({ width: place.clientWidth, height: settings.height ?? 300 }));
  const recolour = () => {
    plot.destroy();
    plot = new uPlot(options(place, settings), current, place);
  };
  resized.observe(place);
  dark.addEventListener("change", recolour);
  return {
    setData(fresh, span) {
      current = fresh;
      settings.span = span;
      plot.setData(fresh);
    },
    destroy() {
      resized.disconnect();
      dark.removeEventListener("change", recolour);
      plot.destroy();
    },
  };
}
