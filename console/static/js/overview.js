// The overview: today's balance, the curve of messages per minute, the back-fill's progress.

import { chart, showEmpty } from "./chart.js";
import { number, say } from "./format.js";
import { listen } from "./live.js";

const element = (id) => document.getElementById(id);
const counters = [...document.querySelectorAll("[data-count]")];
const rate = element("rate");
let curve = null;

function showCounts(counts, totals) {
  for (const counter of counters) {
    const name = counter.dataset.count;
    counter.textContent = number(counts[name]);
    counter.nextElementSibling.textContent = say("overview.all", { n: totals[name] });
  }
  const settled = counts.stored + counts.ignored + counts.quarantined + counts.queued + counts.duplicate;
  const balanced = counts.received === settled;
  const badge = element("balanced");
  badge.className = `badge ${balanced ? "good" : "bad"}`;
  badge.querySelector("span").textContent = balanced ? badge.dataset.yes : badge.dataset.no;
  document.querySelector("#balance .quarantined").classList.toggle("some", counts.quarantined > 0);
}

function showProgress(progress) {
  const card = element("backfill");
  if (!progress) return;
  card.hidden = !progress.shown && card.hidden;
  const title = element("backfill-title");
  title.textContent = progress.running ? title.dataset.running : title.dataset.done;
  element("backfill-steps").textContent = say("backfill.steps", progress);
  element("backfill-doing").textContent = progress.parts.map(([name, state, done, total]) =>
    (state === "running" ? `${name} ${say("backfill.steps", { done, total })}` : `${name}: ${state}`)).join(" · ");
  const bar = element("backfill-bar");
  bar.max = progress.total || 1;
  bar.value = progress.total ? progress.done : 1;
}

function showLedger(rows) {
  for (const [application, day, ...counts] of rows) {
    const row = document.querySelector(`[data-ledger="${CSS.escape(`${application}|${day}`)}"]`);
    row?.querySelectorAll("td.right").forEach((cell, index) => { cell.textContent = number(counts[index]); });
  }
}

function showRate(minutes, now) {
  if (!minutes.length) {
    showEmpty(rate, rate.dataset.empty);
    return;
  }
  const data = [minutes.map(([time]) => time / 1000), minutes.map(([, count]) => count)];
  const span = [now / 1000 - 3600, now / 1000 + 60];
  if (curve) curve.setData(data, span);
  else curve = chart(rate, data, {
    mode: "bars", lines: [""], label: rate.dataset.label, unit: { symbol: "", digits: 0 }, per: "", height: 220, span,
  });
}

listen((pulse) => {
  showCounts(pulse.counts, pulse.totals);
  showProgress(pulse.progress);
  showLedger(pulse.ledger);
  showRate(pulse.rate, pulse.now);
});
