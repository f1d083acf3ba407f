"""What a decoder is: what it reads, what it gives, and which devices it is for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple

from smartregion.errors import Undecodable
from smartregion.model import Decoded

ANY_PORT: Final = frozenset(range(1, 224))
"""For devices whose port is a setting: all that LoRaWAN leaves to applications."""
ANY_MODEL: Final = ("*",)


class Frame(NamedTuple):
    """What a decoder sees of an uplink."""

    f_port: int
    payload: bytes
    received_at: int
    """Nanoseconds since 1970, UTC: only to judge a clock inside the payload."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoder:
    """Reads the frames of the models of one brand that share a layout."""

    brand: str
    models: tuple[str, ...]
    """As the device repository spells them; `ANY_MODEL` for all of the brand."""
    title: str
    domain: str
    source: str
    """Where the layout is written down."""
    ports: frozenset[int]
    quantities: tuple[str, ...]
    """What its readings may be."""
    read: Callable[[Frame], Decoded]
    """Reads a frame that is not empty and came by one of the ports; raises nothing but Undecodable."""
    moduli: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """By counter: the value at which its register starts again at 0, in the quantity's unit."""
    since: str = ""
    """The first firmware with this layout; empty: all."""
    version: str = "1.0.0"

    @property
    def name(self) -> str:
        """`brand/model` of the first model."""
        return f"{self.brand}/{self.models[0]}"

    def decode(self, frame: Frame) -> Decoded:
        """The readings of one frame; what could not be read although the rest could is a warning.

        Raises:
            Undecodable: the port, the length or the content is not one of these devices'.
        """
        if frame.f_port not in self.ports:
            raise Undecodable(f"{self.name} sends no data on port {frame.f_port}, only on {_ranges(self.ports)}")
        if not frame.payload:
            raise Undecodable(f"{self.name}: the payload is empty")
        return self.read(frame)


def _ranges(ports: frozenset[int]) -> str:
    """1, 2, 3, 85 as `1-3, 85`."""
    starts = sorted(port for port in ports if port - 1 not in ports)
    ends = sorted(port for port in ports if port + 1 not in ports)
    return ", ".join(str(one) if one == end else f"{one}-{end}" for one, end in zip(starts, ends, strict=True))
