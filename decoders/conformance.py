"""What every decoder must hold to, wherever it comes from: one suite for the tests and for `decoder test`.

Each check gives sentences about what is wrong; none is good. Nothing here knows how a decoder is made.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from decoders.decoder import ANY_PORT, Decoder, Frame
from decoders.vectors import SOURCES, Vector
from smartregion.errors import Undecodable
from smartregion.model import Decoded, Reading
from smartregion.quantities import DOMAINS, QUANTITIES, Kind

MUTATIONS: Final = 4000
"""So many changed frames of one vector are tried; of longer vectors evenly spread ones."""
OFTEN_UNSHOWN: Final = frozenset({"device.battery_percent", "device.restart"})
"""Quantities that a whole family has in common: shown once in the family, not for every model."""
_ALMOST: Final = 1e-9
_SHOWN: Final = 5
"""One fault often shows in thousands of changed frames; the first few tell enough."""


class Difference(NamedTuple):
    """Where a vector and its decoder disagree. Empty text: there is nothing on that side."""

    wanted: str
    got: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with a decoder."""

    check: str
    """catalogue | counters | ports | proofs | vector | words | range | pure | damage"""
    vector: str
    """Name of the vector it shows in; empty when it is the decoder's own."""
    words: str
    differences: tuple[Difference, ...] = ()


def faults(decoder: Decoder, proofs: Sequence[Vector], mutations: int = MUTATIONS) -> Iterator[Finding]:
    """Everything that is wrong with a decoder, the vectors first."""
    for check, find in OF_DECODER.items():
        yield from (Finding(check, "", words) for words in find(decoder, proofs))
    for vector in proofs:
        yield from _faults_in(decoder, vector, mutations)


def _faults_in(decoder: Decoder, vector: Vector, mutations: int) -> Iterator[Finding]:
    if found := differences(decoder, vector):
        yield Finding("vector", vector.name, "does not give what it says", found)
        return
    if unusable := list(useless(decoder, vector)):
        yield from (Finding("words", vector.name, words) for words in unusable)
        return
    for check, look in OF_VECTOR.items():
        yield from (Finding(check, vector.name, words) for words in look(decoder, vector))
    yield from (Finding("damage", vector.name, words) for words in damage(decoder, vector, mutations))


def differences(decoder: Decoder, vector: Vector) -> tuple[Difference, ...]:
    """Where the vector says one thing and the decoder another: readings in their order, warnings, the error."""
    try:
        return tuple(_differ(decoder.decode(vector.frame), vector))
    except Undecodable as error:
        wanted = f"error: {vector.error}" if vector.error else "it decodes"
        return () if vector.error and vector.error in str(error) else (Difference(wanted, f"error: {error}"),)
    except Exception as error:  # noqa: BLE001 — a contributed decoder may make any mistake, and is to be told of it
        return (Difference("", mistake(error)),)


def _differ(decoded: Decoded, vector: Vector) -> Iterator[Difference]:
    if vector.error:
        yield Difference(f"error: {vector.error}", ", ".join(map(shown, decoded.readings)) or "no readings")
        return
    yield from _readings_differ(vector, decoded)
    yield from _warnings_differ(vector, decoded)


def _readings_differ(vector: Vector, decoded: Decoded) -> Iterator[Difference]:
    pairs = max(len(vector.readings), len(decoded.readings))
    for n in range(pairs):
        wanted = vector.readings[n] if n < len(vector.readings) else None
        got = decoded.readings[n] if n < len(decoded.readings) else None
        if wanted is None or got is None or not _same(wanted, got):
            yield Difference(shown(wanted) if wanted else "", shown(got) if got else "")


def _same(wanted: Reading, got: Reading) -> bool:
    alike = (wanted.quantity, wanted.attributes, wanted.time) == (got.quantity, got.attributes, got.time)
    return alike and math.isclose(wanted.value, got.value, rel_tol=_ALMOST, abs_tol=0)


def _warnings_differ(vector: Vector, decoded: Decoded) -> Iterator[Difference]:
    pairs = max(len(vector.warnings), len(decoded.warnings))
    for n in range(pairs):
        wanted = vector.warnings[n] if n < len(vector.warnings) else None
        got = decoded.warnings[n] if n < len(decoded.warnings) else None
        if wanted is None or got is None or wanted not in got:
            yield Difference(f"warning: {wanted}" if wanted else "", f"warning: {got}" if got else "")


def shown(reading: Reading) -> str:
    """A reading in one line, with the unit of its quantity."""
    known = QUANTITIES.get(reading.quantity)
    unit = known.unit if known else "(not in the vocabulary)"
    parts = [
        reading.quantity,
        f"{reading.value:.12g}" if isinstance(reading.value, float) else repr(reading.value),
        unit,
    ]
    parts += [f"{name}={value}" for name, value in reading.attributes]
    return " ".join(parts) + (f" at {reading.time}" if reading.time is not None else "")


def mistake(error: Exception) -> str:
    """How an error that is none of ours is told."""
    return f"a mistake in the decoder: {type(error).__name__}: {error}"


def wrong_words(decoder: Decoder, decoded: Decoded) -> Iterator[str]:
    """What in a decoder's answer no other part could use: names, kinds of value, attributes, times."""
    for quantity, value, attributes, stated in decoded.readings:
        # Contributed code need not keep to its types.
        time: object = stated
        if quantity not in decoder.quantities:
            yield f"{quantity} is not among the quantities that the decoder tells of"
        if not isinstance(value, float) or not math.isfinite(value):
            yield f"{quantity}: {value!r} is no finite float"
        if attributes != tuple(sorted(attributes)) or not all(
            isinstance(part, str) and part for pair in attributes for part in pair
        ):
            yield f"{quantity}: {attributes!r} are no sorted pairs of texts"
        if time is not None and not isinstance(time, int):
            yield f"{quantity}: the time {time!r} is no integer of nanoseconds"
    if not all(isinstance(warning, str) and warning for warning in decoded.warnings):
        yield f"warnings are texts, not {decoded.warnings!r}"


def useless(decoder: Decoder, vector: Vector) -> Iterator[str]:
    """What in the answer to a vector no other part could use."""
    if not vector.error:
        yield from wrong_words(decoder, decoder.decode(vector.frame))


def out_of_range(decoder: Decoder, vector: Vector) -> Iterator[str]:
    """Readings of a vector that no sensor could measure, unless the vector says so itself."""
    if vector.error:
        return
    for reading in decoder.decode(vector.frame).readings:
        row = QUANTITIES[reading.quantity]
        low = -math.inf if row.low is None else row.low
        high = math.inf if row.high is None else row.high
        if (low <= reading.value <= high) == (reading.quantity in vector.unphysical):
            yield f"{shown(reading)}: plausible is {low:g} to {high:g}"


def impure(decoder: Decoder, vector: Vector) -> Iterator[str]:
    """A decoder keeps nothing between two frames, and changes nothing of what it is given."""
    if vector.error:
        return
    payload = bytearray(vector.frame.payload)
    first = decoder.decode(vector.frame)
    decoder.decode(vector.frame._replace(received_at=vector.frame.received_at + 1))
    if decoder.decode(vector.frame) != first:
        yield "the same frame gives another answer the second time"
    if payload != vector.frame.payload:
        yield "the payload is changed"


def changed(payload: bytes, mutations: int = MUTATIONS) -> Iterator[bytes]:
    """Every prefix, and the payload with one byte changed to each other value."""
    for end in range(len(payload)):
        yield payload[:end]
    total = len(payload) * 255
    for n in range(0, total, max(1, math.ceil(total / max(mutations, 1)))):
        at, step = divmod(n, 255)
        yield payload[:at] + bytes(((payload[at] + step + 1) % 256,)) + payload[at + 1 :]


def damage(decoder: Decoder, vector: Vector, mutations: int = MUTATIONS) -> Iterator[str]:
    """Damaged frames of a vector raise nothing but Undecodable, and never give what no other part could use."""
    if vector.error:
        return
    found = 0
    for payload in changed(vector.frame.payload, mutations):
        for words in _answer_to(decoder, vector.frame._replace(payload=payload)):
            yield f"{payload.hex()}: {words}"
            found += 1
        if found >= _SHOWN:
            return


def _answer_to(decoder: Decoder, frame: Frame) -> Iterator[str]:
    try:
        yield from wrong_words(decoder, decoder.decode(frame))
    except Undecodable:
        return
    except Exception as error:  # noqa: BLE001 — as above
        yield mistake(error)


def ports_open(decoder: Decoder, _proofs: Sequence[Vector] = ()) -> Iterator[str]:
    """Ports that are not the device's own, and the empty payload, are refused."""
    for port in sorted(set(range(256)) - decoder.ports):
        if not _refuses(decoder, Frame(port, b"\x00" * 8, 0)):
            yield f"port {port} is read, though it is not among the ports"
    for port in sorted(decoder.ports):
        if not _refuses(decoder, Frame(port, b"", 0)):
            yield f"an empty payload on port {port} is not refused"


def _refuses(decoder: Decoder, frame: Frame) -> bool:
    try:
        decoder.decode(frame)
    except Undecodable:
        return True
    return False


def unproved(decoder: Decoder, proofs: Sequence[Vector]) -> Iterator[str]:
    """At least two vectors that decode and one that is an error, each with its source."""
    good = [each for each in proofs if not each.error]
    if len(good) < 2:
        yield f"it has {len(good)} vectors that decode; two are the least"
    if len(good) == len(proofs):
        yield "it has no vector with an error; take a frame cut short"
    for each in proofs:
        if each.source.split(" ")[0].rstrip(",:;") not in SOURCES:
            yield f"{each.name}: source begins with one of {', '.join(SOURCES)}, not {each.source!r}"
    seen = {reading.quantity for each in proofs for reading in each.readings}
    yield from (f"{name}: no vector shows it" for name in decoder.quantities if name not in seen | OFTEN_UNSHOWN)
    names = [(each.profile, each.name) for each in proofs]
    yield from (f"two vectors are named {name!r}" for name in sorted({n for p, n in names if names.count((p, n)) > 1}))


def untold(decoder: Decoder, _proofs: Sequence[Vector] = ()) -> Iterator[str]:
    """What the catalogue tells of a decoder is whole."""
    for name in ("title", "source", "version"):
        if not getattr(decoder, name):
            yield f"{name} is empty"
    if decoder.brand != decoder.brand.lower() or any(model != model.lower() for model in decoder.models):
        yield "brand and models are written in small letters, as the device repository has them"
    if decoder.domain not in DOMAINS:
        yield f"domain {decoder.domain!r} is none of {', '.join(DOMAINS)}"
    if not decoder.ports or not decoder.ports <= ANY_PORT:
        yield "ports are numbers of 1 to 223"
    yield from (f"{name} is not in the vocabulary" for name in decoder.quantities if name not in QUANTITIES)


def endless_counters(decoder: Decoder, _proofs: Sequence[Vector] = ()) -> Iterator[str]:
    """Every counter tells where its register starts again at 0, and nothing else does."""
    rows = [QUANTITIES[name] for name in decoder.quantities if name in QUANTITIES]
    counters = {row.name for row in rows if row.kind is Kind.COUNTER}
    yield from (
        f"{name}: moduli does not tell where it rolls over" for name in sorted(counters - decoder.moduli.keys())
    )
    yield from (f"{name} is no counter, but has a modulus" for name in sorted(decoder.moduli.keys() - counters))
    yield from (f"{name}: a modulus is above 0" for name, value in decoder.moduli.items() if value <= 0)


OF_DECODER: Final[dict[str, Callable[[Decoder, Sequence[Vector]], Iterator[str]]]] = {
    "catalogue": untold,
    "counters": endless_counters,
    "ports": ports_open,
    "proofs": unproved,
}
OF_VECTOR: Final[dict[str, Callable[[Decoder, Vector], Iterator[str]]]] = {
    "range": out_of_range,
    "pure": impure,
}
