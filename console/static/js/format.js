// Numbers and times as the reader writes them; the server's pages follow the same rules (console/reader.py).

export const language = document.documentElement.lang;
export const zone = document.documentElement.dataset.zone;
const locale = language === "de" ? "de-DE" : "en-GB";
const words = JSON.parse(document.querySelector('meta[name="words"]').content);

export function say(key, values = {}) {
  return words[key].replace(/\{(\w+)\}/g, (_, name) =>
    typeof values[name] === "number" ? number(values[name]) : values[name]);
}

export function number(value, digits = 0) {
  return new Intl.NumberFormat(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits })
    .format(value).replace(/^-([0.,]*)$/, "$1").replace("-", "−");
}

export function digitsOf(value, unit) {
  if (Number.isInteger(unit.digits)) return unit.digits;
  if (!unit.symbol && Number.isInteger(value)) return 0;
  const size = Math.abs(value);
  return size >= 100 ? 0 : size >= 10 ? 1 : 2;
}

export function amount(value, unit) {
  if (value === null || value === undefined) return "–";
  if (unit.kind === "state" || unit.kind === "event") return say(value >= 0.5 ? "on" : "off");
  const shown = value * unit.factor;
  return `${number(shown, digitsOf(shown, unit))} ${unit.symbol}`.trim();
}

export function percent(share) {
  const whole = share > 0.99 ? Math.min(Math.floor(share * 100 + 1e-9), 100) : Math.round(share * 100);
  return language === "de" ? `${number(whole)} %` : `${whole}%`;
}

const forms = {
  day: { day: "2-digit", month: "2-digit" },
  clock: { hour: "2-digit", minute: "2-digit" },
  moment: { day: "2-digit", month: "2-digit", year: "numeric", hour: "2-digit", minute: "2-digit" },
  weekday: { weekday: "short", day: "2-digit", month: "2-digit" },
};
const formatters = Object.fromEntries(Object.entries(forms).map(([name, form]) =>
  [name, new Intl.DateTimeFormat(locale, { ...form, hourCycle: "h23", timeZone: zone })]));

// Time in milliseconds since 1970 → text in the region's zone.
export function when(time, form = "moment") {
  return formatters[form].format(new Date(time));
}

export function ago(time, now) {
  const minutes = Math.floor((now - time) / 60000);
  if (minutes < 1) return say("age.now");
  if (minutes < 120) return say("age.minutes", { n: minutes });
  if (minutes < 2880) return say("age.hours", { n: Math.floor(minutes / 60) });
  return say("age.days", { n: Math.floor(minutes / 1440) });
}

// The local midnight (and every `step` hours after it) between two times, for axes and bars that follow the clock.
export function wallOffset(time) {
  const parts = Object.fromEntries(new Intl.DateTimeFormat("en-GB", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit",
    hour: "2-digit", minute: "2-digit", second: "2-digit",
  }).formatToParts(new Date(time)).map((part) => [part.type, part.value]));
  const wall = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
  return wall - Math.floor(time / 1000) * 1000;
}
