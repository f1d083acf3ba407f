"""A codec that somebody installed, and how it becomes a decoder like any other."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import msgspec

from decoders import fields
from decoders.decoder import ANY_PORT, Decoder, Frame
from decoders.fields import FieldMapping
from decoders.javascript.limits import Failed, Kind
from decoders.javascript.pool import Call, Pool, Script
from smartregion.errors import Undecodable
from smartregion.model import Decoded
from smartregion.quantities import DOMAINS, QUANTITIES

_MILLISECOND: Final = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Codec:
    """JavaScript with `decodeUplink` (TS013) or `Decoder`, and what its output means."""

    brand: str
    model: str
    source: str
    sha256: str
    licence: str
    fields: FieldMapping | None = None
    """None: its `normalizeUplink` says what the output means."""
    reuse: bool = False
    origin: str = ""
    """Where the operator has it from."""
    version: str = ""
    """Names the text and the mapping."""

    @property
    def name(self) -> str:
        """`brand/model`."""
        return f"{self.brand}/{self.model}"

    @cached_property
    def script(self) -> Script:
        """What the pool is given."""
        return Script(self.sha256, self.source, self.reuse)


class Output(NamedTuple):
    """What a codec made of a frame."""

    data: Mapping[str, object] | None
    """None: there is nothing in the frame."""
    normalized: object = None
    warnings: tuple[str, ...] = ()
    console: tuple[str, ...] = ()


def as_decoder(codec: Codec, pool: Pool) -> Decoder:
    """The codec as a decoder: Undecodable tells the kind of failure; Unavailable, that the pool is closed."""
    mapping = codec.fields
    quantities = fields.NORMALIZABLE if mapping is None else mapping.quantities

    def read(frame: Frame) -> Decoded:
        try:
            return readings(codec, run(codec, pool, frame))
        except Failed as error:
            raise Undecodable(f"{codec.name}: {error}") from None

    return Decoder(
        brand=codec.brand,
        models=(codec.model,),
        title=(mapping and mapping.title) or f"{codec.name} (JavaScript)",
        domain=(mapping and mapping.domain) or _domain(quantities),
        source=f"{codec.origin or 'codec'} ({codec.licence})",
        ports=ANY_PORT,
        quantities=quantities,
        read=read,
        moduli={} if mapping is None else mapping.moduli,
        version=codec.version or codec.sha256[:12],
    )


def run(codec: Codec, pool: Pool, frame: Frame, *, normalized: bool | None = None) -> Output:
    """The codec's output for a frame; `normalized`: whether to run its normalizer (by default where nothing is mapped).

    Raises:
        Failed: with the kind of failure. Unavailable: the pool is closed.
    """
    wanted = codec.fields is None if normalized is None else normalized
    call = Call(list(frame.payload), frame.f_port, frame.received_at // _MILLISECOND, wanted)
    return _output(pool.run(codec.script, call), pool.limits.depth)


def readings(codec: Codec, output: Output) -> Decoded:
    """The codec's output in the words of the vocabulary. Raises Undecodable."""
    if output.data is None:
        return Decoded(warnings=output.warnings)
    if codec.fields is not None:
        decoded = fields.mapped(output.data, codec.fields)
    else:
        # Without a normalizer The Things Stack, too, tries whether the data are normalized already.
        decoded = fields.normalized(output.data if output.normalized is None else output.normalized)
    return Decoded(decoded.readings, output.warnings + decoded.warnings)


def _output(raw: bytes, deepest: int) -> Output:
    try:
        given: dict[str, Any] = msgspec.json.decode(raw, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Failed(Kind.BAD_OUTPUT, f"not JSON: {error}") from None
    data, warnings = _parts(given.get("output"), "the output")
    if data is not None and not isinstance(data, dict):
        raise Failed(Kind.BAD_OUTPUT, "data is no object")
    normalized = None
    if given.get("normalized") is not None:
        normalized, more = _parts(given["normalized"], "the output of normalizeUplink")
        warnings += more
    if not (_flat(data, deepest) and _flat(normalized, deepest)):
        raise Failed(Kind.BAD_OUTPUT, f"nested more than {deepest} deep")
    return Output(data, normalized, warnings, _texts(given.get("console")))


def _parts(output: object, what: str) -> tuple[Any, tuple[str, ...]]:
    """Data and warnings of what a function gave. Raises Failed."""
    if not isinstance(output, dict):
        raise Failed(Kind.BAD_OUTPUT, f"{what} is no object")
    if errors := _texts(output.get("errors")):
        raise Failed(Kind.REPORTED, "; ".join(errors))
    return output.get("data"), _texts(output.get("warnings"))


def _texts(given: object) -> tuple[str, ...]:
    listed = given if isinstance(given, list) else [] if given is None else [given]
    return tuple(each if isinstance(each, str) else msgspec.json.encode(each).decode() for each in listed)


def _flat(data: object, levels: int) -> bool:
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    return not inner or (levels > 0 and all(_flat(each, levels - 1) for each in inner))


def _domain(quantities: tuple[str, ...]) -> str:
    """The domain that most of the quantities belong to."""
    domains = (QUANTITIES[each].domains for each in quantities)
    counts = Counter(domain for each in domains if each != DOMAINS for domain in each)
    return counts.most_common(1)[0][0] if counts else "environment"
