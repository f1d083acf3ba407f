"""One reader's language, time zone and "now": turns words, numbers and times into what is shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Final

from console.texts import LANGUAGES, TEXTS, Language, text
from smartregion import timestamps
from smartregion.clock import DAY, HOUR, MINUTE, SECOND
from smartregion.model import Attributes
from smartregion.quantities import QUANTITIES, Kind, Quantity

COOKIE: Final = "smartregion_language"
NOTHING: Final = "–"
DIGITS: Final[Mapping[str, int]] = {
    **dict.fromkeys(("%", "ppm", "ppb", "W", "VA", "var", "lx", "dBm", "L/h", "µg/m³", "W/m²", "kPa", "µS/cm"), 0),
    **dict.fromkeys(("°C", "dB", "hPa", "km/h", "m/s", "mm", "mm/h"), 1),
    **dict.fromkeys(("V", "A"), 2),
    **dict.fromkeys(("position.latitude", "position.longitude"), 5),
}
"""By unit as shown, or by quantity."""
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def choose(asked: str | None, remembered: str | None, accepted: str | None, otherwise: Language = "de") -> Language:
    """The language of a request: the address, then the cookie, then what the browser prefers, else `otherwise`."""
    for wish in (asked, remembered):
        for language in LANGUAGES:
            if wish == language:
                return language
    ranked = sorted(_accepted(accepted or ""), key=lambda pair: -pair[0])
    return ranked[0][1] if ranked else otherwise


def _accepted(header: str) -> list[tuple[float, Language]]:
    parts = [part.strip().partition(";q=") for part in header.lower().split(",")]
    return [
        (_weight(weight), language)
        for tag, _, weight in parts
        for language in LANGUAGES
        if tag.split("-")[0] == language and _weight(weight) > 0
    ]


def _weight(written: str) -> float:
    try:
        return float(written or 1)
    except ValueError:
        return 0.0


def digits_of(value: float, symbol: str = "", name: str = "") -> int:
    """Decimal places of a value in its display unit: what the unit's sensors can tell, else three digits in all."""
    fixed = DIGITS.get(name, DIGITS.get(symbol))
    if fixed is not None:
        return fixed
    if not symbol and value == int(value):
        return 0
    return 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a page."""

    language: Language
    zone: tzinfo
    now: int
    """Nanoseconds since 1970: what ages are counted from."""

    def text(self, key: str, **values: object) -> str:
        """The words for a key, with its gaps filled in; numbers in the reader's form."""
        shown = {name: self.number(value) if isinstance(value, int) else value for name, value in values.items()}
        one = f"{key}.one" if values.get("n") == 1 else ""
        return text(one if one in TEXTS else key, self.language).format_map(shown)

    def form(self, key: str) -> str:
        """The words for a key with its gaps still open, for the page's scripts."""
        return text(key, self.language)

    def number(self, value: float | None, digits: int = 0) -> str:
        """1.234,5 in German, 1,234.5 in English; a dash for None."""
        if value is None or value != value:
            return NOTHING
        written = f"{value:,.{digits}f}"
        if not any(sign in written for sign in "123456789"):
            written = written.removeprefix("-")
        return written.translate(str.maketrans(",.-", ".,−" if self.language == "de" else ",.−"))

    def percent(self, share: float | None) -> str:
        """A share (0..1) as a percentage; near 100 % rounded down, so that a gap never looks whole."""
        if share is None:
            return NOTHING
        whole = min(int(share * 100 + 1e-9), 100) if share > 0.99 else round(share * 100)
        return f"{self.number(whole)} %" if self.language == "de" else f"{whole}%"

    def label(self, name: str) -> str:
        """A quantity's name in words; its own name when the vocabulary has no such row."""
        found = QUANTITIES.get(name)
        return name if found is None else found.label_de if self.language == "de" else found.label_en

    def value(self, name: str, value: float | None) -> str:
        """A value of a quantity, in its display unit."""
        found = QUANTITIES.get(name)
        if value is None or found is None:
            return self.number(value, 2 if value is not None and value != int(value) else 0)
        if found.kind in (Kind.STATE, Kind.EVENT):
            return self.text("on" if value >= 0.5 else "off")
        return self.amount(found, value)

    def amount(self, quantity: Quantity, value: float | None) -> str:
        """A value or a sum of values with its display unit. Registers keep what their last digit tells."""
        if value is None:
            return NOTHING
        shown = value * quantity.display_factor
        return f"{self.number(shown, digits_of(shown, quantity.symbol, quantity.name))} {quantity.symbol}".strip()

    def cause(self, name: str) -> str:
        """Why a message is in quarantine, in words."""
        return self.text(f"cause.{name}") if f"cause.{name}" in TEXTS else name

    def attributes(self, attributes: Attributes) -> str:
        """`Phase L1, Tarif 2`."""
        return ", ".join(f"{self._attribute(name)} {value}" for name, value in attributes)

    def _attribute(self, name: str) -> str:
        return self.text(f"attr.{name}") if f"attr.{name}" in TEXTS else name

    def day(self, day: date) -> str:
        """22.11.2026 or 22 Nov 2026."""
        if self.language == "de":
            return f"{day.day:02d}.{day.month:02d}.{day.year}"
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"

    def moment(self, time: int | None) -> str:
        """Day and minute in the region's zone."""
        if time is None:
            return NOTHING
        stamp = timestamps.to_datetime(time, self.zone)
        return f"{self.day(stamp.date())}, {stamp:%H:%M}"

    def second(self, time: int) -> str:
        """Day and second in the region's zone."""
        return f"{self.moment(time)}:{timestamps.to_datetime(time, self.zone):%S}"

    def iso(self, time: int) -> str:
        """RFC 3339 in the region's zone, for `<time datetime>`."""
        return timestamps.render(time // SECOND * SECOND, self.zone)

    def ago(self, time: int | None) -> str:
        """How long ago: `vor 5 Min.`"""
        if time is None:
            return self.text("age.never")
        passed = self.now - time
        if passed < MINUTE:
            return self.text("age.now")
        for unit, size, until in (("minutes", MINUTE, 2 * HOUR), ("hours", HOUR, 2 * DAY)):
            if passed < until:
                return self.text(f"age.{unit}", n=passed // size)
        return self.text("age.days", n=passed // DAY)

    def span(self, seconds: float | None) -> str:
        """A length of time in its largest fitting unit: `15 Min.`"""
        if seconds is None:
            return NOTHING
        steps: Mapping[str, float] = {"days": 86400, "hours": 3600, "minutes": 60}
        for unit, size in steps.items():
            if seconds >= (2 if unit == "days" else 1) * size:
                count = seconds / size
                return self.text(f"span.{unit}", n=self.number(count, 0 if abs(count - round(count)) < 0.05 else 1))
        return self.text("span.seconds", n=round(seconds))
