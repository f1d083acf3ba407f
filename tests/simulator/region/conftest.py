"""One small county for the tests of this folder."""

from collections.abc import Callable, Iterator

import pytest

from decoders.catalogue import find
from decoders.decoder import Frame as Bytes
from simulator.region.history import RegionHistory
from simulator.region.model import PlannedDevice, RegionPlan
from simulator.region.plan import plan
from simulator.uplinks import Frame
from smartregion.clock import DAY
from smartregion.errors import Undecodable
from smartregion.model import Attributes

Told = tuple[int, str, Attributes, float]
Decode = Callable[[Frame], list[Told]]


@pytest.fixture(scope="session")
def county() -> RegionPlan:
    """300 devices, as the demo has."""
    return plan(7)


@pytest.fixture(scope="session")
def fortnight(county: RegionPlan) -> RegionHistory:
    """The 14 days before the plan's day."""
    return RegionHistory(county, county.anchor - 14 * DAY, county.anchor)


@pytest.fixture(scope="session")
def decode() -> Decode:
    """A frame's readings: time, quantity, attributes, value; none where the bytes are broken or unknown."""

    def told(frame: Frame) -> list[Told]:
        decoder = find(frame.profile) if frame.profile else None
        if decoder is None or not frame.f_port:
            return []
        try:
            found = decoder.decode(Bytes(frame.f_port, frame.payload, frame.received_at))
        except Undecodable:
            return []
        return [(one.time or frame.received_at, one.quantity, one.attributes, one.value) for one in found.readings]

    return told


@pytest.fixture(scope="session")
def readings(
    county: RegionPlan, fortnight: RegionHistory, decode: Decode
) -> Callable[[PlannedDevice, str], list[Told]]:
    """All of one quantity that a device told in the fortnight, in order of time."""

    def all_of(device: PlannedDevice, quantity: str) -> list[Told]:
        return sorted(set(_told(device, quantity)))

    def _told(device: PlannedDevice, quantity: str) -> Iterator[Told]:
        window = (county.anchor - 14 * DAY, county.anchor)
        for frame in fortnight.frames(device.application, device.device_id, *window, "received_at"):
            yield from (one for one in decode(frame) if one[1] == quantity)

    return all_of
