"""What passes between the rooms, in the project's own words.

Every time is an integer: nanoseconds since 1970, UTC.
Every value is a float in the canonical UCUM unit of its quantity.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

Attributes = tuple[tuple[str, str], ...]
"""Sorted (name, value) pairs that tell series of one quantity apart: phase, tariff, direction, line …"""


class State(StrEnum):
    """Where a message stands; each is in exactly one."""

    QUEUED = "queued"
    STORED = "stored"
    IGNORED = "ignored"
    QUARANTINED = "quarantined"


class Message(NamedTuple):
    """One message as received, before anything is known about it."""

    source: str
    """mqtt | backfill | webhook | import"""
    application: str
    """The application it came by, as the region file names it; empty when only the message itself can tell."""
    topic: str
    """The MQTT topic, empty for sources without."""
    arrived_at: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Profile:
    """What a device is: brand and model as The Things Stack's device repository spells them, and its versions."""

    brand: str
    model: str
    firmware: str = ""
    hardware: str = ""

    @property
    def name(self) -> str:
        """`brand/model`."""
        return f"{self.brand}/{self.model}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is: degrees (WGS 84) and metres."""

    latitude: float
    longitude: float
    altitude: float | None = None


@dataclass(frozen=True, slots=True)
class Radio:
    """How the gateway that heard a frame best heard it: dBm and dB."""

    rssi: float
    snr: float


class Reception(NamedTuple):
    """One gateway that heard a frame: dBm and dB."""

    gateway: str
    """Its id; by Packet Broker the id it has in its own network, or its EUI."""
    rssi: float
    snr: float


class Air(NamedTuple):
    """How a frame went through the air."""

    receptions: tuple[Reception, ...] = ()
    """One for each antenna that heard it, in no order."""
    spreading_factor: int | None = None
    """LoRa only: 7 to 12."""
    airtime: float | None = None
    """Seconds on the air."""
    frequency: int | None = None
    """Hertz."""


class Uplink(NamedTuple):
    """One frame of one device, parsed. (A tuple: it is made for every message, and costs a third of a dataclass.)"""

    application: str
    device_id: str
    received_at: int
    """When the Network Server heard it: the frame's own time."""
    forwarded_at: int
    """When the Application Server handled it; what the Storage Integration sorts and filters by."""
    dev_eui: str | None = None
    session_key_id: str = ""
    f_cnt: int = 0
    f_port: int = 0
    payload: bytes = b""
    simulated: bool = False
    profile: Profile | None = None
    radio: Radio | None = None
    """Of the gateway that heard it best."""
    place: Place | None = None
    decoded: bytes = b""
    """JSON of what The Things Stack's own payload formatter made of it; empty: nothing."""
    normalized: bytes = b""
    """JSON of the same as its normalized payload: a list of measurements; empty: none."""
    air: Air | None = None

    @property
    def device(self) -> str:
        """`application.device_id`."""
        return f"{self.application}.{self.device_id}"


class Reading(NamedTuple):
    """One value out of a payload."""

    quantity: str
    value: float
    attributes: Attributes = ()
    time: int | None = None
    """Stated in the payload; None means the frame's time."""


class Decoded(NamedTuple):
    """What a decoder makes of one frame."""

    readings: tuple[Reading, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Series:
    """What a row of values belongs to. Two series are one when point, device, quantity and attributes agree."""

    point: str
    device: str
    quantity: str
    attributes: Attributes = ()
    tenant: str = field(default="", compare=False)
    site: str = field(default="", compare=False)
    domain: str = field(default="", compare=False)
    modulus: float | None = field(default=None, compare=False)
    """Counters: the value at which the register starts again at 0, in the quantity's unit; None when unknown."""
    _hash: int = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        """Compute the hash once: series are looked up for every reading."""
        object.__setattr__(self, "_hash", hash((self.point, self.device, self.quantity, self.attributes)))

    def __hash__(self) -> int:
        return self._hash


class Record(NamedTuple):
    """One value, placed: ready for the series store."""

    series: Series
    time: int
    value: float


class Sample(NamedTuple):
    """One value of a series known from the context."""

    time: int
    value: float


class Level(StrEnum):
    """How long a rollup's window is: a UTC hour, or a day or month of the region's zone."""

    HOUR = "1h"
    DAY = "1d"
    MONTH = "1mo"


class Rollup(NamedTuple):
    """Summary of one series over one window [start, end).

    `n … gap` speak of the readings inside the window alone. `increase` and `on_seconds` also use the readings
    around it: both edges are interpolated (counters) or held (states), so that neighbouring windows add up.
    """

    start: int
    end: int
    n: int
    minimum: float
    maximum: float
    total: float
    """Sum of the values."""
    first: float
    first_time: int
    last: float
    last_time: int
    increase: float | None = None
    """Counters and deltas only."""
    on_seconds: float | None = None
    """States only."""
    slots: int | None = None
    """Expected sending slots that hold a reading; None while the device's interval is unknown."""
    gap: int = 0
    """The longest time between two neighbouring readings inside the window, in nanoseconds; 0 with one reading."""


@dataclass(frozen=True, slots=True)
class Total:
    """One tenant's (municipality's) figures of one quantity over one day or month, summed over its points."""

    tenant: str
    quantity: str
    start: int
    end: int
    points: int
    n: int
    minimum: float
    maximum: float
    total: float
    """Sum of all values."""
    means: float
    """Sum of the points' means: divided by `points` it is the mean in which each point weighs the same."""
    increase: float | None
    on_seconds: float | None
    slots: int | None
    expected: int | None
    gap: int


@dataclass(frozen=True, slots=True)
class Tenant:
    """A municipality. `key` matches [a-z][a-z0-9-]{1,30}; `ags` is the official municipality key."""

    key: str
    name: str
    ags: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Site:
    """A place of a tenant with a name: a town hall, a well, a container stand."""

    id: str
    tenant: str
    name: str
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Point:
    """What is measured at a site (German: Messstelle). It outlives the device that serves it."""

    id: str
    tenant: str
    name: str
    site: str = ""
    domain: str = ""
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class Device:
    """What sends. Its id is `application.device_id`."""

    id: str
    application: str
    device_id: str
    dev_eui: str | None = None
    profile: Profile | None = None
    first_seen: int | None = None
    last_seen: int | None = None
    interval: float | None = None
    """Seconds between two frames, configured or learned; None while unknown."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """A device serves a point from..until (until None: still). Without a selection it takes all quantities."""

    device: str
    point: str
    start: int
    until: int | None = None
    quantities: tuple[str, ...] = ()
    attributes: Attributes = ()
    parameters: Mapping[str, float | str] = field(default_factory=dict)
    id: int | None = None

    def covers(self, time: int) -> bool:
        """Whether the assignment is in force at that time."""
        return self.start <= time and (self.until is None or time < self.until)

    def selects(self, quantity: str, attributes: Attributes) -> bool:
        """Whether readings of that quantity and attributes go to its point."""
        return (not self.quantities or quantity in self.quantities) and set(self.attributes) <= set(attributes)
