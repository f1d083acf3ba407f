"""The points as the pages show them: names resolved, latest values beside them, silent or not."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from console.reader import DIGITS
from queries.bundle import Queries
from queries.latest import Newest
from queries.points import PointFilter, PointRow, Status
from queries.silence import patience
from smartregion.clock import SECOND
from smartregion.model import Attributes, Device, Place, Series
from smartregion.quantities import QUANTITIES, Kind

HEADLINES: Final[Mapping[str, tuple[str, ...]]] = {
    "energy": ("power.active", "energy.active_import_total", "heat.energy_total", "gas.volume_total", "switch.on"),
    "water": ("water.volume_total", "water.stage", "water.level", "level.distance", "soil.moisture", "rain.intensity"),
    "waste": ("level.fill_percent", "level.distance", "container.weight"),
    "mobility": ("parking.occupied", "traffic.count", "people.count", "traffic.count_total", "people.count_total"),
    "environment": ("air.temperature", "air.pm2_5", "sound.level_eq", "soil.moisture"),
    "buildings": ("air.co2", "air.temperature", "contact.open", "occupancy.present"),
}
"""What stands for a point in a list, by domain: the first it has."""
OF_THE_DEVICE: Final = ("device.", "radio.")
"""Quantities that stay with the device, whatever point it serves."""


@dataclass(frozen=True, slots=True)
class Value:
    """The newest reading of one series, as a page shows it."""

    key: str
    """`point~quantity~name=value,…`: how the live stream names the same place on a page."""
    quantity: str
    attributes: Attributes
    value: float
    time: int
    stale: bool

    @property
    def symbol(self) -> str:
        """The display unit."""
        return QUANTITIES[self.quantity].symbol if self.quantity in QUANTITIES else ""

    @property
    def factor(self) -> float:
        """Canonical unit → display unit."""
        return QUANTITIES[self.quantity].display_factor if self.quantity in QUANTITIES else 1.0

    @property
    def kind(self) -> str:
        """gauge, counter, delta, state or event."""
        return QUANTITIES[self.quantity].kind.value if self.quantity in QUANTITIES else Kind.GAUGE.value

    @property
    def digits(self) -> int | None:
        """Decimal places its unit is shown with; None goes by the size of the value."""
        return DIGITS.get(self.quantity, DIGITS.get(self.symbol))

    @property
    def is_of_the_device(self) -> bool:
        """Battery, radio and the like."""
        return self.quantity.startswith(OF_THE_DEVICE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One point."""

    id: str
    name: str
    tenant: str
    tenant_name: str
    site_name: str
    domain: str
    place: Place | None
    devices: tuple[Device, ...]
    """Those that serve it now."""
    last_seen: int | None
    status: Status
    values: tuple[Value, ...]
    """The point's own quantities first, then those of its devices."""

    @property
    def where(self) -> str:
        """Site and municipality, the municipality only where the site's name does not tell it."""
        told = self.tenant_name in self.site_name or not self.site_name
        return self.site_name or self.tenant_name if told else f"{self.site_name}, {self.tenant_name}"

    @property
    def interval(self) -> float | None:
        """Seconds between two frames of its quickest device, None while unknown."""
        return min((device.interval for device in self.devices if device.interval is not None), default=None)

    @property
    def headline(self) -> Value | None:
        """The value that stands for the point."""
        found = self.find(*HEADLINES.get(self.domain, ()))
        return found or next((value for value in self.values if not value.is_of_the_device), None)

    def find(self, *quantities: str) -> Value | None:
        """The point's value of the first of these quantities that it has."""
        for name in quantities:
            for value in self.values:
                if value.quantity == name:
                    return value
        return None


def key_of(series: Series) -> str:
    """How pages and live stream name a series; the device does not count, a swap keeps the place."""
    return "~".join((series.point, series.quantity, ",".join(f"{name}={value}" for name, value in series.attributes)))


class Fleet:
    """All points of the region."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._tenants = {tenant.key: tenant.name for tenant in queries.region.tenants}

    def rows(self) -> list[Row]:
        """Every point, by municipality and name. Raises Unavailable."""
        values = _Values(self._queries)
        found = (self._row(each, values) for each in self._queries.points.find(PointFilter()))
        shown = (row for row in found if not _is_only_a_shelf(row))
        return sorted(shown, key=lambda row: (row.tenant_name, row.name, row.id))

    def row(self, point: str) -> Row | None:
        """One point, None when there is none of that id."""
        found = self._queries.points.one(point)
        return None if found is None else self._row(found.row, _Values(self._queries))

    def _row(self, found: PointRow, values: "_Values") -> Row:
        point = found.point
        return Row(
            id=point.id,
            name=point.name or point.id,
            tenant=point.tenant,
            tenant_name=self._tenants.get(point.tenant, point.tenant),
            site_name=found.site.name if found.site else "",
            domain=point.domain,
            place=found.place,
            devices=found.devices,
            last_seen=found.last_seen,
            status=found.status,
            values=values.of(point.id, found.devices),
        )


class _Values:
    """Latest values, sorted once by point and by device."""

    def __init__(self, queries: Queries) -> None:
        self._queries = queries
        self._now = queries.clock.now()
        self._of_point: dict[str, list[Newest]] = defaultdict(list)
        self._of_device: dict[str, list[Newest]] = defaultdict(list)
        for each in queries.latest.select():
            self._of_point[each.series.point].append(each)
            if each.series.quantity.startswith(OF_THE_DEVICE):
                self._of_device[each.series.device].append(each)

    def of(self, point: str, devices: Iterable[Device]) -> tuple[Value, ...]:
        """Those of the point, and those that stay with its devices."""
        newest: dict[str, Newest] = {}
        for each in [*self._of_point.get(point, ()), *self._staying(devices)]:
            key = key_of(each.series)
            if key not in newest or newest[key].sample.time < each.sample.time:
                newest[key] = each
        values = [self._value(key, each) for key, each in newest.items()]
        return tuple(sorted(values, key=lambda value: (value.is_of_the_device, value.quantity, value.attributes)))

    def _staying(self, devices: Iterable[Device]) -> list[Newest]:
        return [each for device in devices for each in self._of_device.get(device.id, ())]

    def _value(self, key: str, newest: Newest) -> Value:
        series, sample = newest
        return Value(key, series.quantity, series.attributes, sample.value, sample.time, self._is_stale(newest))

    def _is_stale(self, newest: Newest) -> bool:
        known = QUANTITIES.get(newest.series.quantity)
        device = self._queries.registry.device(newest.series.device)
        if device is None or (known is not None and known.kind is Kind.EVENT):
            return False
        return self._now - newest.sample.time > patience(device) * SECOND


def _is_only_a_shelf(row: Row) -> bool:
    """A device's own point while the device serves another one: it holds battery and radio, nothing to look at."""
    return not row.devices and bool(row.values) and all(value.is_of_the_device for value in row.values)
