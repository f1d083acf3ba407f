"""The examples that prove a decoder: YAML beside it, one list for each model.

A vector is `name, source, fport, hex, recv_time?, readings: [{quantity, value, attributes?, time?}], warnings?,
error?`. `hex` may hold blanks; times are quoted RFC 3339 texts; warnings and error are parts of what the decoder says;
`unphysical` names quantities whose value no sensor could measure, though the published example has it.

`source` begins with one of `SOURCES` and may go on with where it was found: "vendor (device repository)" is the vendor's
example in TheThingsNetwork/lorawan-devices.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from decoders.decoder import ANY_MODEL, Decoder, Frame
from smartregion import timestamps
from smartregion.model import Profile, Reading

SOURCES: Final = ("datasheet", "vendor", "captured", "computed", "synthetic")
"""Printed in the data sheet; the vendor's example elsewhere; sent by a real device; what a published codec makes of these
bytes; worked out by hand from the layout."""
_RECEIVED: Final = "2026-06-01T12:00:00Z"


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
    """The vectors of every decoder."""
    for resource in sorted(files("decoders").iterdir(), key=lambda each: each.name):
        if resource.name.endswith(".yaml"):
            yield from _of_family(yaml.safe_load(resource.read_text("utf-8")))


@cache
def _everything() -> tuple[Vector, ...]:
    return tuple(all_vectors())


def of(decoder: Decoder) -> tuple[Vector, ...]:
    """The vectors of one decoder."""
    return tuple(
        each
        for each in _everything()
        if each.profile.brand == decoder.brand and (decoder.models == ANY_MODEL or each.profile.model in decoder.models)
    )


def _of_family(family: Mapping[str, Any]) -> Iterator[Vector]:
    for model, entries in family["models"].items():
        for entry in entries:
            yield _vector(Profile(family["brand"], model), entry)


def _vector(profile: Profile, entry: Mapping[str, Any]) -> Vector:
    received_at = timestamps.parse(entry.get("recv_time", _RECEIVED))
    return Vector(
        profile=profile,
        name=entry["name"],
        source=entry["source"],
        frame=Frame(entry["fport"], bytes.fromhex(entry["hex"]), received_at),
        readings=tuple(_reading(each) for each in entry.get("readings", ())),
        warnings=tuple(entry.get("warnings", ())),
        error=entry.get("error", ""),
        unphysical=tuple(entry.get("unphysical", ())),
    )


def _reading(entry: Mapping[str, Any]) -> Reading:
    attributes = tuple(sorted((name, str(value)) for name, value in entry.get("attributes", {}).items()))
    time = timestamps.parse(entry["time"]) if "time" in entry else None
    return Reading(entry["quantity"], float(entry["value"]), attributes, time)
