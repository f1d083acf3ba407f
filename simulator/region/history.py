"""What the county sent in the past, and what it sends from now on. Both are one line without a seam."""

from collections.abc import Iterator
from heapq import heapify, heappop, heapreplace
from typing import NamedTuple

from simulator.region.model import RegionPlan
from simulator.region.station import Station
from simulator.region.weather import Weather
from simulator.uplinks import Frame, handled_at
from smartregion.clock import DAY, HOUR

_FOR_EVER = 2**63 - 1
_AT_ONCE = 6 * HOUR
"""Frames are put in order so much time at once: little memory, and no merge of hundreds of iterators."""


class _Arrival(NamedTuple):
    handled_at: int
    station: int
    k: int


class RegionHistory:
    """Uplinks of the county that were handled in [start, end); asked twice, it gives the same bytes.

    Without an end it speaks of the future too: what `schedule` publishes can be found in it at any time. Safe to use
    from several threads.
    """

    def __init__(self, plan: RegionPlan, start: int, end: int = _FOR_EVER) -> None:
        weather = Weather(plan.seed)
        self._start, self._end = start, end
        self._stations = {
            application: [Station(device, weather) for device in devices]
            for application, devices in plan.by_application.items()
        }

    def count(self, application: str, device: str | None, after: int, before: int) -> dict[str, int]:
        """How many uplinks each device has in [after, before)."""
        after, before = max(after, self._start), min(before, self._end)
        stations = self._chosen(application, device)
        counts = ((station.device.device_id, station.count(after, before)) for station in stations)
        return {name: number for name, number in counts if number}

    def frames(
        self, application: str, device: str | None, after: int, before: int, order: str = "received_at"
    ) -> Iterator[Frame]:
        """The uplinks of [after, before) in order of the time they were handled, or against it (`-received_at`)."""
        after, before = max(after, self._start), min(before, self._end)
        stations, backward = self._chosen(application, device), order.startswith("-")
        for start, end in _pieces(after, before, _AT_ONCE if device is None else 30 * DAY, backward=backward):
            for arrival in sorted(_arrivals(stations, start, end), reverse=backward):
                yield stations[arrival.station].frame(arrival.k)

    def _chosen(self, application: str, device: str | None) -> list[Station]:
        stations = self._stations.get(application, [])
        return stations if device is None else [one for one in stations if one.device.device_id == device]


def _pieces(after: int, before: int, size: int, *, backward: bool) -> Iterator[tuple[int, int]]:
    """Consecutive windows that make up [after, before), the last first when backward."""
    if backward:
        for end in range(before, after, -size):
            yield max(end - size, after), end
    else:
        for start in range(after, before, size):
            yield start, min(start + size, before)


def _arrivals(stations: list[Station], start: int, end: int) -> Iterator[_Arrival]:
    for index, station in enumerate(stations):
        time = station.beat.time
        for k in station.arrivals(start, end):
            yield _Arrival(handled_at(time(k)), index, k)


def schedule(plan: RegionPlan, from_time: int) -> Iterator[Frame]:
    """All frames of the county handled from that time on, in order and without end.

    It goes on exactly where RegionHistory(plan, …, end=from_time) stops: same counters, no gap, none twice.
    """
    weather = Weather(plan.seed)
    stations = [Station(device, weather) for device in plan.devices]
    firsts = ((index, one, one.first_arrival(from_time)) for index, one in enumerate(stations))
    waiting = [_Arrival(handled_at(one.beat.time(k)), index, k) for index, one, k in firsts if k is not None]
    heapify(waiting)
    while waiting:
        _, index, k = waiting[0]
        station = stations[index]
        yield station.frame(k)
        following = station.next_arrival(k)
        if following is None:
            heappop(waiting)
        else:
            heapreplace(waiting, _Arrival(handled_at(station.beat.time(following)), index, following))
