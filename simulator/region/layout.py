"""Where the six municipalities lie: two rows of three, with borders they share, in the middle of Germany."""

from collections.abc import Iterator

from simulator.region.chance import key_of, spread, unit
from simulator.region.model import Municipality, Outline
from simulator.region.names import GATEWAY_SITES, MUNICIPALITIES, slug
from simulator.uplinks import Reception
from smartregion.model import Place

_SOUTH, _WEST = 50.985, 9.62
_HEIGHT, _WIDTH = 0.092, 0.146
_COLUMNS = 3
_GATEWAYS = (3, 2, 3, 2, 1, 2)

_Corner = tuple[int, int]


def municipalities(seed: int) -> tuple[Municipality, ...]:
    """The six, from south-west to north-east."""
    return tuple(_municipality(seed, index, name) for index, name in enumerate(MUNICIPALITIES))


def _municipality(seed: int, index: int, name: str) -> Municipality:
    row, column = divmod(index, _COLUMNS)
    key, centre = slug(name), _centre(seed, row, column)
    gateways = tuple(_gateway(seed, key, centre, site) for site in GATEWAY_SITES[: _GATEWAYS[index]])
    return Municipality(key, name, f"{index + 1:08d}", centre, _outline(seed, row, column), f"smart-{key}", gateways)


def _centre(seed: int, row: int, column: int) -> Place:
    key = key_of(seed, "centre", row, column)
    latitude = _SOUTH + (row + spread(key, 0, 0.42, 0.58)) * _HEIGHT
    longitude = _WEST + (column + spread(key, 1, 0.42, 0.58)) * _WIDTH
    return Place(round(latitude, 5), round(longitude, 5), round(spread(key, 2, 170, 260)))


def _gateway(seed: int, key: str, centre: Place, site: str) -> Reception:
    chance = key_of(seed, "gateway", key, site)
    eui = f"24E124FFFEF{key_of(chance, 'eui') & 0xFFFFF:05X}"
    away = 0.0 if site == GATEWAY_SITES[0] else 0.022
    latitude = round(centre.latitude + spread(chance, 0, -away, away), 5)
    longitude = round(centre.longitude + spread(chance, 1, -away, away), 5)
    return Reception(f"gw-{key}-{site}", eui, -97, 7.5, Place(latitude, longitude, (centre.altitude or 0) + 25))


def _outline(seed: int, row: int, column: int) -> Outline:
    south_west, south_east = (row, column), (row, column + 1)
    north_west, north_east = (row + 1, column), (row + 1, column + 1)
    ring = [
        *_border(seed, south_west, south_east),
        *_border(seed, south_east, north_east),
        *reversed([*_border(seed, north_west, north_east), _corner(seed, north_east)][1:]),
        *reversed([*_border(seed, south_west, north_west), _corner(seed, north_west)][1:]),
    ]
    return (*ring, ring[0])


def _border(seed: int, start: _Corner, end: _Corner, parts: int = 5) -> Iterator[tuple[float, float]]:
    """The line between two corners, the last corner left out; both neighbours draw the same."""
    (x0, y0), (x1, y1) = _corner(seed, start), _corner(seed, end)
    key = key_of(seed, "border", start, end)
    yield x0, y0
    for part in range(1, parts):
        share = part / parts
        sideways, upwards = (unit(key, 2 * part) - 0.5) * 0.014, (unit(key, 2 * part + 1) - 0.5) * 0.009
        yield round(x0 + (x1 - x0) * share + sideways, 5), round(y0 + (y1 - y0) * share + upwards, 5)


def _corner(seed: int, corner: _Corner) -> tuple[float, float]:
    row, column = corner
    key = key_of(seed, "corner", row, column)
    longitude = _WEST + (column + spread(key, 0, -0.12, 0.12)) * _WIDTH
    latitude = _SOUTH + (row + spread(key, 1, -0.12, 0.12)) * _HEIGHT
    return round(longitude, 5), round(latitude, 5)
