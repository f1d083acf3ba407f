"""One page for each domain; each fits its subject."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from console.fleet import Row, Value
from console.overview import FULL_PERCENT
from console.trends import TRENDS
from console.using import Days, at_night, by_point, by_tenant, total
from queries.bundle import Queries
from queries.points import Status
from smartregion.quantities import QUANTITIES, Quantity

SOON_PERCENT: Final = 60.0
STEADY_LITRES_PER_HOUR: Final = 5.0
"""More than this in every hour of the night: the meter never stands still."""
CO2_FAIR, CO2_POOR = 1000.0, 2000.0
ENERGY: Final = ("energy.active_import_total", "heat.energy_total", "gas.volume_total")
WATER: Final = ("water.volume_total",)
LEVELS: Final = (
    "water.stage", "water.level", "level.distance", "water.pressure", "soil.moisture", "soil.temperature",
    "rain.intensity", "water.leak", "valve.open",
)  # fmt: skip
COUNTS: Final = ("traffic.count", "people.count", "traffic.count_total", "people.count_total")


@dataclass(frozen=True, slots=True)
class UseRow:
    """One municipality's consumption: today so far, yesterday, this month."""

    name: str
    points: int
    figures: Days


@dataclass(frozen=True, slots=True)
class UseTable:
    """Consumption of one quantity by municipality, and the region's sum."""

    quantity: str
    unit: Quantity
    rows: tuple[UseRow, ...]
    sum: UseRow


@dataclass(frozen=True, slots=True)
class Night:
    """What a water meter counted while nobody should draw water."""

    row: Row
    litres_per_hour: float
    rating: Literal["leak", "steady", "fine"]
    """leak: much more than a week before; steady: never stands still."""


@dataclass(frozen=True, slots=True)
class Placed:
    """One value and the point it belongs to."""

    row: Row
    value: Value


@dataclass(frozen=True, slots=True)
class Group:
    """Values under one heading."""

    title: str
    rows: tuple[Placed, ...]


@dataclass(frozen=True, slots=True)
class Container:
    """A container; its fill level is the sensor's own or follows from the measures its assignment tells."""

    row: Row
    fill: Value | None
    distance: Value | None
    temperature: Value | None

    @property
    def rating(self) -> Literal["full", "soon", "fine", ""]:
        """By fill level, or by the device's own alarm."""
        alarm = self.row.find("container.full_alarm")
        if alarm is not None and alarm.value >= 0.5:
            return "full"
        if self.fill is None:
            return ""
        return "full" if self.fill.value >= FULL_PERCENT else "soon" if self.fill.value >= SOON_PERCENT else "fine"


@dataclass(frozen=True, slots=True)
class Parking:
    """A parking space."""

    row: Row
    value: Value

    @property
    def occupied(self) -> bool:
        """Whether a car stands there."""
        return self.value.value >= 0.5


@dataclass(frozen=True, slots=True)
class ParkingShare:
    """The spaces of one municipality."""

    name: str
    occupied: int
    total: int


@dataclass(frozen=True, slots=True)
class Counted:
    """What a counting station counted."""

    row: Row
    quantity: str
    days: Days


@dataclass(frozen=True, slots=True)
class Climate:
    """A room, or a place outdoors."""

    row: Row
    temperature: Value | None
    humidity: Value | None
    co2: Value | None

    @property
    def rating(self) -> Literal["good", "fair", "poor", ""]:
        """By CO2; empty without."""
        if self.co2 is None or self.co2.stale:
            return ""
        return "poor" if self.co2.value > CO2_POOR else "fair" if self.co2.value >= CO2_FAIR else "good"


Page = Mapping[str, Any]
"""What the domain's template fills in."""


def page(domain: str, rows: Sequence[Row], queries: Queries) -> tuple[str, Page]:
    """The name of the domain's template and what it shows. Raises Unavailable."""
    template, build = PAGES[domain]
    shown = build(rows, queries)
    used = {row.id for row in shown.pop("used")}
    return template, {
        **shown,
        "domain": domain,
        "points": len(rows),
        "silent": sum(row.status is Status.SILENT for row in rows),
        "trend": TRENDS.get(domain) if rows else None,
        "others": [row for row in rows if row.id not in used],
    }


def _energy(rows: Sequence[Row], queries: Queries) -> dict[str, Any]:
    meters = [placed for name in ENERGY for placed in _with(rows, name)]
    power = [Placed(row, value) for row in rows for value in row.values if value.quantity == "power.active"]
    groups = [Group("energy.power", tuple(power))] if power else []
    return {
        "tables": [_use_table(name, rows, queries) for name in ENERGY if _with(rows, name)],
        "groups": groups,
        "used": [placed.row for placed in meters + power],
    }


def _water(rows: Sequence[Row], queries: Queries) -> dict[str, Any]:
    meters = [placed.row for placed in _with(rows, *WATER)]
    levels = [
        Placed(row, value) for row in rows for value in row.values if value.quantity in LEVELS and row not in meters
    ]
    return {
        "tables": [_use_table(name, rows, queries) for name in WATER if meters],
        "night": _nights(meters, queries),
        "groups": [Group("water.levels", tuple(levels))] if levels else [],
        "used": meters + [placed.row for placed in levels],
    }


def _waste(rows: Sequence[Row], _queries: Queries) -> dict[str, Any]:
    containers = [
        Container(row, *map(row.find, ("level.fill_percent", "level.distance", "container.temperature")))
        for row in rows
    ]
    known = [each for each in containers if each.fill or each.distance or each.rating]
    return {"containers": sorted(known, key=_fullest_first), "used": [each.row for each in known]}


def _fullest_first(container: Container) -> tuple[float, float]:
    fill = container.fill.value if container.fill else 101.0 if container.rating == "full" else -1.0
    return (-fill, container.distance.value if container.distance else float("inf"))


def _mobility(rows: Sequence[Row], queries: Queries) -> dict[str, Any]:
    spaces = [Parking(placed.row, placed.value) for placed in _with(rows, "parking.occupied")]
    spaces.sort(key=lambda space: not space.occupied)
    shares: dict[str, list[Parking]] = defaultdict(list)
    for space in sorted(spaces, key=lambda space: space.row.tenant_name):
        shares[space.row.tenant_name].append(space)
    counts = _counts(rows, queries)
    return {
        "spaces": spaces,
        "occupied": sum(space.occupied for space in spaces),
        "tenants": [
            ParkingShare(name, sum(space.occupied for space in group), len(group)) for name, group in shares.items()
        ],
        "counts": counts,
        "used": [space.row for space in spaces] + [counted.row for counted in counts],
    }


def _climate(rows: Sequence[Row], _queries: Queries) -> dict[str, Any]:
    rooms = [
        Climate(row, row.find("air.temperature"), row.find("air.relative_humidity"), row.find("air.co2"))
        for row in rows
    ]
    known = [room for room in rooms if room.temperature or room.humidity or room.co2]
    worst_first = sorted(known, key=lambda room: -(room.co2.value if room.co2 else -1.0))
    return {
        "rooms": worst_first,
        "rated": any(room.co2 for room in known),
        "used": [room.row for room in known],
    }


def _with(rows: Sequence[Row], *quantities: str) -> list[Placed]:
    found = ((row, row.find(*quantities)) for row in rows)
    return [Placed(row, value) for row, value in found if value is not None]


def _use_table(name: str, rows: Sequence[Row], queries: Queries) -> UseTable:
    days = by_tenant(queries, name)
    meters = Counter(placed.row.tenant for placed in _with(rows, name))
    lines = tuple(
        UseRow(tenant.name, meters[tenant.key], days.get(tenant.key, Days()))
        for tenant in queries.region.tenants
        if meters[tenant.key]
    )
    columns = Days(*(total(column) for column in zip(*(line.figures for line in lines), strict=True)))
    return UseTable(name, QUANTITIES[name], lines, UseRow("", sum(meters.values()), columns))


def _nights(meters: Sequence[Row], queries: Queries) -> list[Night]:
    ids = [row.id for row in meters]
    now, before = (at_night(queries, WATER[0], ids, days) for days in (0, 7))
    found = [
        Night(row, sum(now[row.id]) / len(now[row.id]), _rating(now[row.id], before.get(row.id)))
        for row in meters
        if row.id in now
    ]
    order = ("leak", "steady", "fine")
    return sorted(found, key=lambda each: (order.index(each.rating), -each.litres_per_hour))


def _rating(night: Sequence[float], week_before: Sequence[float] | None) -> Literal["leak", "steady", "fine"]:
    """A base that was there a week ago belongs to the building; one that is new may be a leak."""
    if min(night) <= STEADY_LITRES_PER_HOUR:
        return "fine"
    risen = week_before is not None and min(night) > 2 * min(week_before) + STEADY_LITRES_PER_HOUR
    return "leak" if risen else "steady"


def _counts(rows: Sequence[Row], queries: Queries) -> list[Counted]:
    found: list[Counted] = []
    for name in COUNTS:
        known = {(counted.row.id, counted.quantity) for counted in found}
        stations = [
            placed.row for placed in _with(rows, name) if (placed.row.id, name.removesuffix("_total")) not in known
        ]
        days = by_point(queries, name, [row.id for row in stations])
        found += [Counted(row, name, days.get(row.id, Days())) for row in stations]
    return found


PAGES: Final[Mapping[str, tuple[str, Callable[[Sequence[Row], Queries], dict[str, Any]]]]] = {
    "energy": ("consumption.html", _energy),
    "water": ("consumption.html", _water),
    "waste": ("waste.html", _waste),
    "mobility": ("mobility.html", _mobility),
    "environment": ("climate.html", _climate),
    "buildings": ("climate.html", _climate),
}
