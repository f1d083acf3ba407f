// The curve of a domain: the whole region in the last days.

import { chart, showEmpty } from "./chart.js";
import { say } from "./format.js";

const place = document.getElementById("trend");

async function load() {
  const answer = await fetch(place.dataset.address);
  if (!answer.ok) throw new Error(String(answer.status));
  const data = await answer.json();
  const [line] = data.lines;
  if (!line.values.some((value) => value !== null)) {
    showEmpty(place, say("point.chart.empty"));
    return;
  }
  chart(place, [data.times.map((time) => time / 1000), line.values, data.coverages], {
    mode: data.mode, lines: [""], label: place.dataset.label, unit: data.unit, per: data.per, coverages: true,
    span: [data.from / 1000, data.to / 1000], height: 240,
  });
}

if (place) load().catch(() => showEmpty(place, say("point.chart.failed")));
