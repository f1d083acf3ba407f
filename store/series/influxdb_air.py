"""Measurements `uplink` (one point a frame) and `reception` (one a gateway), for radio quality, airtime, gateways.

They stand in the municipality's bucket and, with the tag `tenant`, in the operators'. Fields: `f_cnt`, `rssi` (dBm),
`snr` (dB), `spreading_factor`, `airtime_s`, `frequency_hz`, `gateways`; of a reception `rssi` and `snr`.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from smartregion.errors import Unavailable
from smartregion.model import Reception
from store.air import Heard
from store.series.influxdb_address import OPERATORS
from store.series.influxdb_lines import TENANT, Fields, prefix_of, storable
from store.series.influxdb_writer import Writer

UPLINK: Final = "uplink"
RECEPTION: Final = "reception"

_Tags = tuple[tuple[str, str], ...]
_Place = tuple[str, int]
_Batches = dict[str, dict[_Place, Fields]]


class InfluxAir:
    """An `AirStore` in the buckets of the readings."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer

    def note(self, heard: Sequence[Heard]) -> None:
        """Write it. A bucket in trouble is left out, for its readings wait too; the operators' is told in the log.

        Raises:
            Unavailable: away for all.
        """
        batches = _batches(heard)
        if not batches:
            return
        outcomes = self._writer.write(batches)
        away = [outcome.away for outcome in outcomes.values() if outcome.away]
        if len(away) == len(outcomes):
            raise Unavailable(away[0])


def _batches(heard: Sequence[Heard]) -> _Batches:
    batches: defaultdict[str, dict[_Place, Fields]] = defaultdict(dict)
    for each in heard:
        tenant = each.point.tenant
        if TENANT.fullmatch(tenant) is None:
            continue
        for measurement, own, fields in _points(each):
            tags = (("device", each.device), ("point", each.point.id), *own)
            more = (("domain", each.point.domain), ("site", each.point.site))
            batches[tenant][_prefix(measurement, (*tags, *more)), each.time] = fields
            batches[OPERATORS][_prefix(measurement, (*tags, *more, ("tenant", tenant))), each.time] = fields
    return dict(batches)


def _points(each: Heard) -> Iterator[tuple[str, _Tags, Fields]]:
    yield UPLINK, (), _of_uplink(each)
    best: dict[str, Reception] = {}
    for one in each.air.receptions:
        # Several antennas of one gateway: the better one speaks for it.
        if one.gateway and (one.gateway not in best or one.snr > best[one.gateway].snr):
            best[one.gateway] = one
    for gateway, one in best.items():
        yield RECEPTION, (("gateway", gateway),), {"rssi": one.rssi, "snr": one.snr}


def _of_uplink(each: Heard) -> Fields:
    air = each.air
    fields: dict[str, float] = {
        "f_cnt": float(each.f_cnt),
        "gateways": float(len({one.gateway for one in air.receptions})),
    }
    if each.radio is not None:
        fields |= {"rssi": each.radio.rssi, "snr": each.radio.snr}
    for name, value in (
        ("spreading_factor", air.spreading_factor),
        ("airtime_s", air.airtime),
        ("frequency_hz", air.frequency),
    ):
        if value is not None:
            fields[name] = float(value)
    return fields


@lru_cache(maxsize=100_000)
def _prefix(measurement: str, tags: _Tags) -> str:
    return prefix_of(measurement, sorted((name, storable(value)) for name, value in tags if value))
