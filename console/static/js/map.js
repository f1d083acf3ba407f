// The map: outlines and points from our own data, no tiles, no outside server.

import { ago, amount } from "./format.js";
import { listen, serverNow } from "./live.js";

const place = document.getElementById("map");
const legend = document.getElementById("legend");
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const markers = new Map();
let map = null;
let shapes = [];

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function line(tag, words, className = "") {
  const element = document.createElement(tag);
  element.textContent = words;
  element.className = className;
  return element;
}

// Built from text nodes: names come from outside and must never be read as HTML.
function card(point) {
  const box = document.createElement("div");
  const value = point.value;
  box.append(line("strong", point.name), line("div", point.tenant, "muted"));
  box.append(line("div", value ? `${value.label}: ${amount(value.value, value)}` : place.dataset.empty));
  if (value) box.append(line("div", ago(value.time, serverNow()), "muted small"));
  if (point.silent) box.append(line("span", place.dataset.silent, "badge bad"));
  const link = line("a", place.dataset.open);
  link.href = `/points/${encodeURIComponent(point.id)}`;
  const last = document.createElement("div");
  last.append(link);
  box.append(last);
  return box;
}

function style(point) {
  const fill = colour(point.domain || "none");
  const edge = point.silent ? { color: colour("bad"), weight: 3 } : { color: colour("surface"), weight: 1.5 };
  return { radius: 7, fillColor: fill, fillOpacity: point.silent ? 0.25 : 0.9, opacity: 1, ...edge };
}

function shown(point) {
  const wanted = (name) => legend.elements.namedItem(name)?.checked ?? true;
  return wanted(point.domain || "none") && (!point.silent || wanted("silent"));
}

function redraw() {
  for (const { point, marker } of markers.values()) {
    marker.setStyle(style(point));
    if (shown(point)) marker.addTo(map);
    else marker.remove();
  }
  for (const shape of shapes) shape.setStyle({ color: colour("line-strong"), fillColor: colour("surface") });
}

function drawOutlines(outlines) {
  shapes = outlines.filter((outline) => outline.border.length > 2).map((outline) =>
    L.polygon(outline.border, { weight: 1.5, fillOpacity: 1, interactive: false }).addTo(map));
  for (const outline of outlines) {
    const center = outline.center ?? (outline.border.length > 2 ? L.latLngBounds(outline.border).getCenter() : null);
    if (center) L.tooltip({ permanent: true, direction: "center", className: "place", interactive: false })
      .setLatLng(center).setContent(line("span", outline.name)).addTo(map);
  }
}

function drawPoints(points) {
  for (const point of points) {
    const marker = L.circleMarker(point.at, style(point));
    marker.bindTooltip(line("span", point.name));
    marker.bindPopup(() => card(point), { minWidth: 180 });
    markers.set(point.id, { point, marker });
  }
}

function look(data) {
  const seen = [...data.points.map((point) => point.at), ...data.outlines.flatMap((outline) => outline.border)];
  if (seen.length) map.fitBounds(seen, { padding: [24, 24], maxZoom: 16 });
  else map.setView([51, 10], 6);
  const wanted = markers.get(place.dataset.point);
  if (!wanted) return;
  map.setView(wanted.point.at, 15);
  wanted.marker.openPopup();
}

async function start() {
  const answer = await fetch("/map.json", { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  const data = await answer.json();
  map = L.map(place, { attributionControl: false, preferCanvas: data.points.length > 1500, zoomControl: false, zoomSnap: 0.25 });
  L.control.zoom({ zoomInTitle: place.dataset.zoomIn, zoomOutTitle: place.dataset.zoomOut }).addTo(map);
  L.control.scale({ imperial: false }).addTo(map);
  map.setView([51, 10], 6);
  drawOutlines(data.outlines);
  drawPoints(data.points);
  redraw();
  look(data);
}

function follow(pulse) {
  for (const [key, value, time] of pulse.values) {
    const point = markers.get(key.split("~", 1)[0])?.point;
    if (!point?.value || point.value.key !== key || point.value.time > time) continue;
    Object.assign(point.value, { value, time });
    if (point.silent) {
      point.silent = false;
      markers.get(point.id).marker.setStyle(style(point));
    }
  }
}

if (typeof L !== "undefined") {
  legend.addEventListener("change", redraw);
  dark.addEventListener("change", redraw);
  start().then(() => listen(follow)).catch(() => {
    place.replaceChildren(line("p", place.dataset.failed, "empty"));
  });
}
