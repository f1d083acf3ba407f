"""The county that is measured: 10 000 devices, their uplinks as The Things Stack would send them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Self

from simulator.region.burst import burst
from simulator.region.county import region_toml
from simulator.region.model import RegionPlan
from simulator.region.plan import plan
from simulator.uplinks import Frame, render, topic
from smartregion import region as region_file
from smartregion.clock import MINUTE, SECOND
from smartregion.model import Message
from smartregion.region import Region

SEED = 1
# The county's gateways stand close; two hear a frame in the field, and make the 2.2 KB that messages have there.
GATEWAYS = 2
INTERVAL = 15 * MINUTE


@dataclass(frozen=True, slots=True)
class County:
    """A plan and the region file that goes with it."""

    plan: RegionPlan
    text: str

    @classmethod
    def make(cls, devices: int, now: int, mqtt_port: int = 1883, http_port: int = 8080, seed: int = SEED) -> Self:
        """The county of so many devices, its applications on a double at these ports."""
        planned = plan(seed, devices, now)
        return cls(planned, region_toml(planned, mqtt_port, http_port, backfill_days=1, storage_lag_s=0))

    @property
    def region(self) -> Region:
        """The region file, read."""
        return region_file.parse(self.text)

    def frames(self, count: int, end: int) -> Iterator[Frame]:
        """So many frames of all devices in turn; each sends every quarter of an hour, the last turn ends at `end`."""
        last = (count - 1) // len(self.plan.devices)
        for frame in burst(self.plan, count, end - SECOND):
            at = frame.received_at - (last - frame.f_cnt) * INTERVAL
            yield frame._replace(received_at=at, gateways=frame.gateways[:GATEWAYS])

    def messages(self, count: int, end: int) -> list[Message]:
        """The same frames as messages that came by MQTT."""
        return list(self.stream(count, end))

    def stream(self, count: int, end: int) -> Iterator[Message]:
        """The same, one by one: a million at once would not fit into memory."""
        for frame in self.frames(count, end):
            yield Message("mqtt", frame.application, topic(frame), frame.handled_at, render(frame))
