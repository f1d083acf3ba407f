"""What other people's decoders give, in the words of the vocabulary.

Two shapes of JSON: a decoded payload, whose fields a mapping declares one by one; and the normalized payload of The
Things Stack, which has one list of fields for all devices (device repository, `lib/payload.json`) and maps by itself.
A value that is not there gives no reading; one that is there and says nothing (null, a sentinel, text) gives a warning.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Final

import msgspec

from decoders import paths
from decoders.paths import Path, Turns
from decoders.units import Conversion
from smartregion import timestamps
from smartregion.clock import SECOND
from smartregion.errors import Undecodable
from smartregion.model import Attributes, Decoded, Reading
from smartregion.quantities import QUANTITIES, Kind

SAME: Final = Conversion(1.0, 0.0)
DEEPEST: Final = 16
_MILLISECONDS_FROM: Final = 1e11
"""Seconds would reach this in the year 5138, milliseconds did in 1973."""
_NO_WORDS: Final[Mapping[str, float]] = MappingProxyType({})


class _NothingSaid(Exception):
    """The value stands for no value; the text says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """Where one value stands and what it means: `value * factor + offset`, then converted to the quantity's unit."""

    path: Path
    quantity: str
    factor: float = 1.0
    offset: float = 0.0
    conversion: Conversion = SAME
    attributes: Attributes = ()
    labels: tuple[tuple[str, Path], ...] = ()
    """Attributes whose text stands in the data too."""
    words: Mapping[str, float] = field(default_factory=lambda: _NO_WORDS)
    """By text (in lower case; also true, false or a number): the value it stands for, in the quantity's unit."""
    missing: frozenset[str] = frozenset()
    """Texts and numbers that stand for "no value"."""
    time: Path | None = None
    modulus: float | None = None
    """Counters: where the register starts again at 0, in the quantity's unit."""

    def value(self, raw: object) -> float:
        """The value in the quantity's unit. Raises _NothingSaid."""
        text = _text(raw)
        if text in self.missing:
            raise _NothingSaid(f"{text} stands for no value")
        if text in self.words:
            return self.words[text]
        converted = self.conversion(_number(raw, self.quantity) * self.factor + self.offset)
        if not math.isfinite(converted):
            raise _NothingSaid(f"{text[:40]} is no finite number")
        if QUANTITIES[self.quantity].kind in (Kind.STATE, Kind.EVENT) and converted not in (0.0, 1.0):
            raise _NothingSaid(f"{text[:40]} is neither 0 nor 1; declare what it stands for under words")
        return converted


@dataclass(frozen=True)
class FieldMapping:
    """The fields of one device's decoded payload."""

    fields: tuple[Field, ...]
    brand: str = ""
    """Of the devices it is for; empty beside a codec, which knows them."""
    models: tuple[str, ...] = ()
    title: str = ""
    domain: str = ""

    @cached_property
    def quantities(self) -> tuple[str, ...]:
        """Each quantity once."""
        return tuple(dict.fromkeys(each.quantity for each in self.fields))

    @cached_property
    def moduli(self) -> Mapping[str, float]:
        """Where its counters roll over, as far as it is declared."""
        return MappingProxyType({each.quantity: each.modulus for each in self.fields if each.modulus is not None})


def from_decoded(raw: bytes, mapping: FieldMapping) -> Decoded:
    """Readings of a decoded payload.

    Raises:
        Undecodable: it is no JSON object.
    """
    data = _json(raw)
    if not isinstance(data, dict):
        raise Undecodable("the decoded payload is no JSON object")
    return mapped(data, mapping)


def from_normalized(raw: bytes) -> Decoded:
    """Readings of a normalized payload: a list of measurements, or one of them.

    Raises:
        Undecodable: it is neither.
    """
    return normalized(_json(raw))


def mapped(data: Mapping[str, object], mapping: FieldMapping) -> Decoded:
    """Readings of a decoded payload that is parsed already."""
    if any(True for each in mapping.fields for _ in paths.find(data, each.path)):
        return _distinct([_read(data, mapping.fields)])
    names = ", ".join(list(data)[:10]) or "nothing"
    return Decoded(warnings=(f"none of the mapped fields is there, but {names}",))


def normalized(data: object) -> Decoded:
    """Readings of a normalized payload that is parsed already. Raises Undecodable: it is none."""
    listed = data if isinstance(data, list) else [data]
    measurements = [each for each in listed if isinstance(each, dict)]
    if len(measurements) < len(listed):
        raise Undecodable("the normalized payload is no list of measurements")
    unknown = dict.fromkeys(path for each in measurements for path in _leaves(each) if path not in _NORMALIZED_WORDS)
    told = tuple(f"{paths.render(path)} is no field of the normalized payload" for path in unknown)
    return _distinct([*(_read(each, NORMALIZED) for each in measurements), Decoded(warnings=told)])


def _read(data: Mapping[str, object], fields: Iterable[Field]) -> Decoded:
    readings: list[Reading] = []
    warnings: list[str] = []
    for each in fields:
        for turns, raw in paths.find(data, each.path):
            try:
                readings += _reading(data, each, turns, raw)
            except _NothingSaid as error:
                warnings.append(f"{each.quantity}: {paths.render(each.path, turns)}: {error}")
    return Decoded(tuple(readings), tuple(warnings))


def _reading(data: Mapping[str, object], row: Field, turns: Turns, raw: object) -> Iterator[Reading]:
    value = row.value(raw)
    if not value and QUANTITIES[row.quantity].kind is Kind.EVENT:
        return
    labels = ((name, paths.beside(data, path, turns)) for name, path in row.labels)
    attributes = row.attributes + tuple((name, _label(text)) for name, text in labels if text is not None)
    time = None if row.time is None else _time(paths.beside(data, row.time, turns))
    yield Reading(row.quantity, value, tuple(sorted(attributes)), time)


def _distinct(parts: Iterable[Decoded]) -> Decoded:
    """All of them together; of two values of one series and time the first."""
    kept: dict[tuple[str, Attributes, int | None], Reading] = {}
    warnings: list[str] = []
    for part in parts:
        warnings += part.warnings
        for reading in part.readings:
            series = (reading.quantity, reading.attributes, reading.time)
            if kept.setdefault(series, reading).value != reading.value:
                warnings.append(f"{reading.quantity}: two values for one time and nothing that tells them apart")
    return Decoded(tuple(kept.values()), tuple(warnings))


def _json(raw: bytes) -> object:
    try:
        return msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Undecodable(f"not JSON: {error}") from error


def _leaves(data: object, path: Path = ()) -> Iterator[Path]:
    if isinstance(data, dict) and len(path) < DEEPEST:
        for name, value in data.items():
            yield from _leaves(value, (*path, name))
    else:
        yield path


def _number(raw: object, quantity: str) -> float:
    if isinstance(raw, bool) and QUANTITIES[quantity].kind not in (Kind.STATE, Kind.EVENT):
        raise _NothingSaid(f"{_text(raw)} is no number")
    if not isinstance(raw, int | float | str) or (isinstance(raw, str) and "_" in raw):
        raise _NothingSaid(f"{_text(raw)[:40]} is no number")
    try:
        return float(raw)
    except (ValueError, OverflowError):
        raise _NothingSaid(f"{_text(raw)[:40]} is no number") from None


def _text(raw: object) -> str:
    """A plain value as words, sentinels and messages have it."""
    return _label(raw).strip().lower()


def _label(raw: object) -> str:
    match raw:
        case str():
            return raw
        case None | True | False:
            return {None: "null", True: "true", False: "false"}[raw]
        case float() if raw.is_integer():
            return f"{raw:.0f}"
        case int() | float():
            return repr(raw)
        case _:
            return "a list" if isinstance(raw, list) else "an object"


def _time(raw: object) -> int | None:
    """Nanoseconds of an RFC 3339 text, or of seconds or milliseconds since 1970; None: not stated."""
    if raw is None:
        return None
    try:
        if isinstance(raw, str):
            return timestamps.parse(raw)
        if isinstance(raw, int | float) and not isinstance(raw, bool):
            return _since_1970(raw)
    except (ValueError, OverflowError):
        pass
    raise _NothingSaid(f"its time is {_text(raw)[:40]}, neither RFC 3339 nor seconds or milliseconds since 1970")


def _since_1970(number: float) -> int:
    milliseconds = number if abs(number) >= _MILLISECONDS_FROM else number * 1000
    time = round(milliseconds) * (SECOND // 1000)
    if not timestamps.EARLIEST <= time <= timestamps.LATEST:
        raise OverflowError("outside 1677 to 2262")
    return time


_WORDS_OF_LEAK: Final[Mapping[str, float]] = MappingProxyType(
    {"leak": 1.0, "leaking": 1.0, "detected": 1.0, "yes": 1.0, "alarm": 1.0}
    | {"no leak": 0.0, "none": 0.0, "normal": 0.0, "no": 0.0, "ok": 0.0, "dry": 0.0}
)
_DEPTH: Final = (("depth_cm", ("soil", "depth")),)


def _own(
    path: str,
    quantity: str,
    words: Mapping[str, float] = _NO_WORDS,
    labels: tuple[tuple[str, Path], ...] = (),
) -> Field:
    return Field(path=paths.parse(path), quantity=quantity, words=words, labels=labels, time=("time",))


NORMALIZED: Final = (
    _own("air.temperature", "air.temperature"),
    _own("air.relativeHumidity", "air.relative_humidity"),
    _own("air.pressure", "air.pressure"),
    _own("air.co2", "air.co2"),
    _own("air.lightIntensity", "air.illuminance"),
    _own("wind.speed", "wind.speed"),
    _own("wind.direction", "wind.direction"),
    # Not of The Things Stack, but of normalizers that people install.
    _own("rain.intensity", "rain.intensity"),
    _own("rain.cumulative", "rain.total"),
    _own("soil.temperature", "soil.temperature", labels=_DEPTH),
    _own("soil.moisture", "soil.moisture", labels=_DEPTH),
    _own("soil.ec", "soil.conductivity", labels=_DEPTH),
    _own("soil.pH", "soil.ph", labels=_DEPTH),
    _own("soil.n", "soil.nitrogen", labels=_DEPTH),
    _own("soil.p", "soil.phosphorus", labels=_DEPTH),
    _own("soil.k", "soil.potassium", labels=_DEPTH),
    _own("water.leak", "water.leak", words=_WORDS_OF_LEAK),
    _own("water.temperature.current", "water.temperature"),
    _own("metering.water.total", "water.volume_total"),
    _own("action.motion.detected", "motion.detected"),
    _own("action.motion.count", "motion.count"),
    _own("action.contactState", "contact.open", words=MappingProxyType({"open": 1.0, "closed": 0.0})),
    _own("position.latitude", "position.latitude"),
    _own("position.longitude", "position.longitude"),
    _own("battery", "device.battery_voltage"),
)
"""The fields of a measurement; their units are ours already."""
_NOT_READ: Final = (
    "time",
    "soil.depth",
    "air.location",
    *(f"water.temperature.{each}" for each in ("min", "max", "avg")),
)
_NORMALIZED_WORDS: Final = {each.path for each in NORMALIZED} | {paths.parse(each) for each in _NOT_READ}
NORMALIZABLE: Final = tuple(dict.fromkeys(each.quantity for each in NORMALIZED))
"""What a normalized payload can hold."""
