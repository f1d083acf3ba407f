"""The examples that prove a decoder: YAML beside it, one list for each model.

A vector is `name, source, fport, hex, recv_time?, firmware?, readings: [{quantity, value, attributes?, time?}],
warnings?, error?`. `hex` may hold blanks; times are quoted RFC 3339 texts; warnings and error are parts of what the
decoder says; `firmware` chooses among several layouts of a model (none: the newest); `unphysical` names quantities
whose value no sensor could measure, though the published example has it.

`source` begins with one of `SOURCES` and may go on with where it was found: "vendor (device repository)" is the
vendor's example in TheThingsNetwork/lorawan-devices.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from decoders import catalogue
from decoders.decoder import Decoder, Frame
from smartregion import timestamps
from smartregion.model import Profile, Reading

SOURCES: Final = ("datasheet", "vendor", "captured", "computed", "synthetic")
"""Printed in the data sheet; the vendor's example elsewhere; sent by a real device; what a published codec makes of
these bytes; worked out by hand from the layout."""
_RECEIVED: Final = "2026-06-01T12:00:00Z"
_ENTRIES: Final = {
    "name", "source", "fport", "hex", "recv_time", "firmware", "readings", "warnings", "error", "unphysical",
}  # fmt: skip
_READING: Final = {"quantity", "value", "attributes", "time"}


@dataclass(frozen=True, slots=True)
class Vector:
    """One frame and what must come of it."""

    profile: Profile
    name: str
    source: str
    frame: Frame
    readings: tuple[Reading, ...]
    warnings: tuple[str, ...]
    error: str
    """Empty: it decodes."""
    unphysical: tuple[str, ...]


def all_vectors() -> Iterator[Vector]:
    """The vectors of every decoder that comes with the platform."""
    for resource in sorted(files("decoders").iterdir(), key=lambda each: each.name):
        if resource.name.endswith(".yaml"):
            yield from read(resource.read_text("utf-8"), resource.name)


@cache
def _by_decoder() -> Mapping[int, tuple[Vector, ...]]:
    """By the identity of a decoder of the catalogue, which lasts as long as the process."""
    found: dict[int, tuple[Vector, ...]] = {}
    for each in all_vectors():
        name = id(catalogue.find(each.profile))
        found[name] = (*found.get(name, ()), each)
    return found


def of(decoder: Decoder) -> tuple[Vector, ...]:
    """The vectors of one decoder that comes with the platform."""
    return _by_decoder().get(id(decoder), ())


def read(text: str, place: str) -> Iterator[Vector]:
    """The vectors of one file.

    Raises:
        ValueError: they can't be read; the words say what is wrong, and where in `place`.
    """
    try:
        family = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ValueError(f"{place}: {' '.join(str(error).split())}") from error
    if not isinstance(family, dict) or not isinstance(family.get("models"), dict) or "brand" not in family:
        raise ValueError(f"{place}: it begins with `brand: …` and `models:`, under which each model has its list")
    for model, entries in family["models"].items():
        for number, entry in enumerate(entries or (), 1):
            try:
                yield _vector(family["brand"], model, entry)
            except (ValueError, TypeError, KeyError, AttributeError) as error:
                raise ValueError(f"{place}: vector {number} of {model}: {_words(error)}") from error


def _words(error: Exception) -> str:
    return f"{error} is missing" if isinstance(error, KeyError) else str(error)


def _vector(brand: str, model: str, entry: Mapping[str, Any]) -> Vector:
    _refuse_unknown(entry, _ENTRIES)
    received_at = timestamps.parse(entry.get("recv_time", _RECEIVED))
    return Vector(
        profile=Profile(brand, model, _text(entry, "firmware") if "firmware" in entry else ""),
        name=_text(entry, "name"),
        source=_text(entry, "source"),
        frame=Frame(int(entry["fport"]), bytes.fromhex(_text(entry, "hex")), received_at),
        readings=tuple(_reading(each) for each in entry.get("readings") or ()),
        warnings=tuple(entry.get("warnings") or ()),
        error=entry.get("error", ""),
        unphysical=tuple(entry.get("unphysical", ())),
    )


def _reading(entry: Mapping[str, Any]) -> Reading:
    _refuse_unknown(entry, _READING)
    attributes = tuple(sorted((name, str(value)) for name, value in entry.get("attributes", {}).items()))
    time = timestamps.parse(entry["time"]) if "time" in entry else None
    return Reading(_text(entry, "quantity"), float(entry["value"]), attributes, time)


def _text(entry: Mapping[str, Any], name: str) -> str:
    # YAML reads bare digits as a number: 0100 would become 64.
    if not isinstance(entry[name], str):
        raise TypeError(f"{name} must be a text in quotes, not {entry[name]!r}")
    return str(entry[name])


def _refuse_unknown(entry: Mapping[str, Any], known: Iterable[str]) -> None:
    unknown = sorted(set(entry) - set(known))
    if unknown:
        raise ValueError(f"{', '.join(unknown)} is not an entry of a vector; there are {', '.join(sorted(known))}")
