// The stream of the console: one native EventSource for a page, opened again by itself when it breaks.

const listeners = new Set();
const badge = document.getElementById("live");
const SILENCE = 8000; // the server speaks every second
let source = null;
let heard = 0;
let last = "";
let now = Date.parse(document.documentElement.dataset.now);

// The server's time in milliseconds; in a demo it runs faster than the browser's.
export function serverNow() {
  return now;
}

export function listen(listener) {
  listeners.add(listener);
}

function show(state) {
  badge.dataset.state = state;
  const words = badge.dataset[state];
  if (badge.textContent !== words) badge.textContent = words;
}

function hear(event) {
  heard = performance.now();
  last = event.lastEventId;
  const pulse = JSON.parse(event.data);
  now = pulse.now;
  show("on");
  for (const listener of listeners) listener(pulse);
}

function open() {
  source?.close();
  heard = performance.now();
  source = new EventSource(`/live${last ? `?after=${encodeURIComponent(last)}` : ""}`);
  source.addEventListener("pulse", hear);
  source.addEventListener("error", () => show("off"));
}

function watch() {
  const silent = performance.now() - heard > SILENCE;
  const closed = source.readyState === EventSource.CLOSED;
  if (silent) show("off");
  if ((silent || closed) && !document.hidden) open();
}

// A hidden page gives its connection back: browsers allow six to one server over HTTP/1.1.
function rest() {
  if (document.hidden) source.close();
  else open();
}

export function start() {
  open();
  setInterval(watch, 2000);
  document.addEventListener("visibilitychange", rest);
  window.addEventListener("pagehide", () => source.close());
}
