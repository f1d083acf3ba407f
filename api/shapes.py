"""What the API gives: fields, their meaning, and an example of each. Within /v1 fields are only added."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.answers import Page

Time = Annotated[str, Field(description="RFC 3339 with the offset of the region's zone.")]
Unit = Annotated[str, Field(description="UCUM code.")]
Attributes = Annotated[dict[str, str], Field(description="What tells series of one quantity apart: phase, line …")]


class Shape(BaseModel):
    """The base of all that is given."""

    model_config = ConfigDict(populate_by_name=True)


class Point(Shape):
    """What is measured at a site; it outlives the device that serves it."""

    id: str
    name: str
    tenant: str
    domain: str
    site: str | None
    site_name: str | None
    latitude: float | None
    longitude: float | None
    altitude: float | None
    status: Annotated[
        str, Field(description="active, silent (nothing for three intervals), new (never heard) or retired")
    ]
    last_seen: Time | None
    devices: Annotated[list[str], Field(description="Devices that serve it now.")]


class Device(Shape):
    """What sends."""

    id: str
    application: str
    device_id: str
    dev_eui: str | None
    brand: str | None
    model: str | None
    firmware: str | None
    hardware: str | None
    first_seen: Time | None
    last_seen: Time | None
    interval_seconds: Annotated[float | None, Field(description="Between two frames; null while unknown.")]
    status: str
    point: Annotated[str | None, Field(description="Its own point: takes what no assignment selects.")]


class Newest(Shape):
    """The newest reading of one series."""

    point: str
    device: str
    quantity: str
    attributes: Attributes
    tenant: str
    site: str
    domain: str
    time: Time
    value: float
    unit: Unit


class Assignment(Shape):
    """A device serves a point for some time."""

    id: int | None
    device: str
    point: str
    start: Annotated[Time, Field(alias="from")]
    until: Time | None
    quantities: Annotated[list[str], Field(description="Empty: all of them.")]
    attributes: Attributes
    parameters: dict[str, float | str]


class PointDetail(Point):
    """All of one point."""

    served_by: list[Device]
    assignments: list[Assignment]
    latest: Annotated[list[Newest], Field(description="One for each of its series.")]


class Reading(Shape):
    """One value."""

    time: Time
    value: float
    unit: Unit
    quantity: str
    device: str
    attributes: Attributes


class Figure(Shape):
    """One figure of one group over one window, with the coverage behind it."""

    group: Annotated[str, Field(description="Id of the point, site or tenant, the domain, or the attribute's value.")]
    start: Annotated[Time, Field(alias="from")]
    end: Annotated[Time, Field(alias="to")]
    value: Annotated[float | None, Field(description="null when nothing is known of this window.")]
    unit: Unit
    quantity: str
    fn: str
    points: Annotated[int, Field(description="Points the figure speaks of.")]
    readings: Annotated[int, Field(description="Readings inside the window.")]
    coverage: Annotated[float | None, Field(description="Share of expected readings that are there, 0 to 1.")]
    expected: Annotated[int | None, Field(description="Readings expected; null while the interval is unknown.")]
    received: Annotated[int, Field(description="Expected readings that are there.")]
    longest_gap_seconds: float | None
    provisional: Annotated[bool, Field(description="The window is still running.")]
    first: Annotated[float | None, Field(description="Counters of one point: first register in the window.")]
    last: Annotated[float | None, Field(description="Counters of one point: last register in the window.")]
    rules: Annotated[
        list[str], Field(description="rollover, reset, correction, swap, interpolated: how registers were read.")
    ]


class Quantity(Shape):
    """One row of the vocabulary."""

    name: str
    unit: Unit
    kind: Annotated[str, Field(description="gauge, counter, delta, state or event")]
    domains: list[str]
    low: float | None
    high: float | None
    additive: bool
    label_de: str
    label_en: str
    symbol: Annotated[str, Field(description="Unit as people read it.")]
    display_factor: Annotated[float, Field(description="A value times this is in `symbol`.")]
    obis: str


class LedgerRow(Shape):
    """received = stored + ignored + quarantined + queued + duplicate"""

    application: str
    day: str
    received: int
    stored: int
    ignored: int
    quarantined: int
    queued: int
    duplicate: int


class CauseRow(Shape):
    """Why messages are ignored or quarantined."""

    application: str
    state: str
    cause: str
    messages: int


class Backfill(Shape):
    """How far the back-fill of an application has come."""

    application: str
    state: str
    done: int
    total: int
    start: Annotated[Time | None, Field(alias="from")]
    until: Annotated[Time | None, Field(alias="to")]
    complete_until: Annotated[Time | None, Field(description="Nothing before this time is missing.")]


class Tenant(Shape):
    """A municipality."""

    key: str
    name: str
    ags: str
    latitude: float | None
    longitude: float | None


class Site(Shape):
    """A place of a tenant."""

    id: str
    tenant: str
    name: str
    latitude: float | None
    longitude: float | None
    altitude: float | None


class RawMessage(Shape):
    """One message of a device as it was received, and what became of it."""

    key: str
    device: str
    time: Annotated[Time, Field(description="The frame's time.")]
    state: str
    cause: str
    decoder: Annotated[str, Field(description="What decoded it: name and version; empty when nothing did.")]
    source: str
    topic: str
    arrived_at: Time | None
    text: Annotated[str | None, Field(description="JSON as received; null when it is not kept any more.")]


class Health(Shape):
    """The process answers."""

    status: str


class Readiness(Shape):
    """Each part has answered a real question."""

    status: str
    journal: str
    registry: str
    store: str


class Appended(Shape):
    """Messages taken in."""

    received: int


class Started(Shape):
    """A back-fill that was asked for."""

    application: str
    start: Annotated[Time, Field(alias="from")]
    until: Annotated[Time | None, Field(alias="to")]


class PointPage(Page[Point]):
    """Points by id."""


class DevicePage(Page[Device]):
    """Devices by id."""


class NewestPage(Page[Newest]):
    """Newest readings by point and quantity."""


class ReadingPage(Page[Reading]):
    """Readings in order of time."""


class FigurePage(Page[Figure]):
    """Figures by group and time."""


class QuantityPage(Page[Quantity]):
    """The vocabulary."""


class LedgerPage(Page[LedgerRow]):
    """Counts by application and day."""


class CausePage(Page[CauseRow]):
    """Causes by application and state."""


class BackfillPage(Page[Backfill]):
    """One for each application."""


class TenantPage(Page[Tenant]):
    """The municipalities of the region."""


class SitePage(Page[Site]):
    """Sites by id."""


class RawMessagePage(Page[RawMessage]):
    """Messages, newest first."""
