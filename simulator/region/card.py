"""How the county's network is reached: what its process says once it listens."""

from collections.abc import Mapping
from typing import NamedTuple


class Card(NamedTuple):
    """What one needs to know to listen."""

    mqtt_port: int
    http_port: int
    url: str
    keys: Mapping[str, str]
    """Environment variable of the region file → API key."""
