// What every page does: keep values, ages, counters and the back-fill's progress up to date.

import { ago, amount } from "./format.js";
import { listen, serverNow, start } from "./live.js";

// Looked up anew for each pulse: a filter may have replaced the rows.
function places() {
  const found = new Map();
  for (const element of document.querySelectorAll("[data-series]")) {
    const key = element.dataset.series;
    found.set(key, [...(found.get(key) ?? []), element]);
  }
  return found;
}

function flash(element) {
  element.classList.remove("flash");
  void element.offsetWidth; // starts the animation anew
  element.classList.add("flash");
}

function put(element, value, time) {
  if (Number(element.dataset.time) >= time) return;
  const { kind, symbol, factor, digits } = element.dataset;
  const unit = { kind, symbol, factor: Number(factor), digits: digits === undefined ? undefined : Number(digits) };
  element.textContent = amount(value, unit);
  element.dataset.time = time;
  element.classList.remove("stale-value");
  element.parentElement.querySelector(".badge.stale")?.remove();
  const bar = element.parentElement.querySelector("progress");
  if (bar) bar.value = value;
  for (const stamp of element.closest("tr")?.querySelectorAll("time") ?? []) {
    stamp.dateTime = new Date(time).toISOString();
    stamp.removeAttribute("title");
  }
  flash(element.closest("td") ?? element);
}

function refreshAges() {
  for (const stamp of document.querySelectorAll("time[data-ago]")) {
    const words = ago(Date.parse(stamp.dateTime), serverNow());
    if (stamp.textContent !== words) stamp.textContent = words;
  }
}

listen((pulse) => {
  const shown = pulse.values.length ? places() : new Map();
  for (const [key, value, time] of pulse.values) {
    for (const element of shown.get(key) ?? []) put(element, value, time);
  }
  refreshAges();
});
start();
