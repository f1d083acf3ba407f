"""How frames went through the air, where a store keeps it beside the readings: for radio quality, airtime, gateways."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from smartregion.model import Air, Point, Radio


class Heard(NamedTuple):
    """One frame of a device, and the device's own point."""

    device: str
    point: Point
    time: int
    f_cnt: int
    radio: Radio | None
    """Of the gateway that heard it best."""
    air: Air


class AirStore(Protocol):
    """Keeps what was heard. The same frame again changes nothing."""

    def note(self, heard: Sequence[Heard]) -> None:
        """Keep it. Where one municipality's bucket is in trouble its part is left out, as its readings are held.

        Raises:
            Unavailable: away for all.
        """
        ...
