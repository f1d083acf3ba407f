"""The region file: one TOML file describes one county. Only the text is read here; `cli` reads the file itself."""

import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from functools import cached_property
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from smartregion import mistakes
from smartregion.alarms import AlarmKind
from smartregion.errors import Misconfigured
from smartregion.mistakes import Mistake
from smartregion.model import Place, Profile, Tenant

Domain = Literal["energy", "water", "waste", "mobility", "environment", "buildings"]
TenantKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")]
# Ids of The Things Stack: lorawan-stack api/identifiers.proto, at most 36 characters.
StackId = Annotated[str, Field(pattern=r"^[a-z0-9](?:[-]?[a-z0-9]){2,}$", max_length=36)]
CLOCK_TIME = r"^(([01]\d|2[0-3]):[0-5]\d)?$"
Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]


OPERATORS_BUCKET = "smartregion"
"""In InfluxDB each municipality has a bucket of its own, named by its key, and the operators have this one."""

# Device ids whose profile is remembered.
SANDBOX = ".cloud.thethings.network"
MOST_REMEMBERED = 100_000


def _known_zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError(f"no time zone {name!r}; an IANA name is wanted, such as Europe/Berlin")
    return name


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class TenantEntry(_Entry):
    """A municipality."""

    key: TenantKey
    name: Annotated[str, Field(min_length=1)]
    ags: Annotated[str, Field(pattern=r"^(\d{5}|\d{8})?$")] = ""
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    outline: tuple[tuple[Longitude, Latitude], ...] = ()
    """Border for the map: (longitude, latitude) pairs, as in GeoJSON."""

    @property
    def tenant(self) -> Tenant:
        """The municipality in the words of the model."""
        known = self.latitude is not None and self.longitude is not None
        return Tenant(
            self.key, self.name, self.ags, Place(self.latitude or 0.0, self.longitude or 0.0) if known else None
        )


class ProfileRule(_Entry):
    """Devices whose id matches the pattern (`*` and `?`) are of this brand and model."""

    device: Annotated[str, Field(min_length=1)]
    brand: Annotated[str, Field(min_length=1)]
    model: Annotated[str, Field(min_length=1)]
    firmware: str = ""


class Application(_Entry):
    """One application of The Things Stack and how to reach it."""

    id: StackId
    name: Annotated[str, Field(pattern=r"^([a-z][a-z0-9-]{1,34})?$")] = ""
    """How the platform calls it; the id by default. Needed when two servers have applications of one id."""
    server: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+$")]
    ttn_tenant: str = ""
    """Tenant of The Things Stack; empty on an Open Source server."""
    identity_server: str = ""
    """Where rights and devices are asked for (eu1 on Cloud and Sandbox); the server itself by default."""
    tenant: TenantKey
    domain: Domain
    key_env: Annotated[str, Field(pattern=r"^SMARTREGION_[A-Z0-9_]+$")]
    """Environment variable that holds the API key, or, with _FILE added to its name, the file it is in."""
    accept_simulated: bool = False
    tls: bool = True
    mqtt_port: Annotated[int, Field(ge=1, le=65535)] = 8883
    http_port: Annotated[int, Field(ge=1, le=65535)] = 443
    qos: Literal[0, 1] = 0
    """1 only makes sense with a broker of your own that keeps sessions; The Things Stack delivers at 0."""
    client_id: str = ""
    mqtt: bool = True
    """Whether to listen by MQTT; not needed where a webhook brings everything."""
    webhook_env: Annotated[str, Field(pattern=r"^(SMARTREGION_[A-Z0-9_]+)?$")] = ""
    """Environment variable with the secret of its webhook (or, with _FILE added, of its file); empty: no webhook."""
    storage_lag_s: Annotated[float, Field(ge=0, le=3600)] = 60
    """How far the Storage Integration may lag behind."""
    storage_days: Annotated[float | None, Field(gt=0, le=4000)] = None
    """How long the Storage Integration keeps messages: 30 days, and 1 on the Sandbox, unless said here."""
    profiles: tuple[ProfileRule, ...] = ()

    @property
    def kept_days(self) -> float:
        """How long the server keeps messages."""
        return self.storage_days or (1.0 if self.server.endswith(SANDBOX) else 30.0)

    @property
    def label(self) -> str:
        """The name it goes by in the platform."""
        return self.name or self.id

    @property
    def user(self) -> str:
        """The user name for MQTT: `id@tenant`, or the bare id on an Open Source server."""
        return f"{self.id}@{self.ttn_tenant}" if self.ttn_tenant else self.id

    def http_url(self, *, identity: bool = False) -> str:
        """Root of the HTTP API, `…/api/v3`."""
        host = self.identity_server if identity and self.identity_server else self.server
        return f"{'https' if self.tls else 'http'}://{host}:{self.http_port}/api/v3"

    def profile_of(self, device_id: str) -> Profile | None:
        """The profile that the first matching rule gives a device."""
        known = self._profiles
        if device_id not in known:
            if len(known) > MOST_REMEMBERED:
                known.clear()
            rules = (rule for rule in self.profiles if fnmatchcase(device_id, rule.device))
            known[device_id] = next((Profile(each.brand, each.model, each.firmware) for each in rules), None)
        return known[device_id]

    @cached_property
    def _profiles(self) -> dict[str, Profile | None]:
        return {}


class Retention(_Entry):
    """How long things are kept, in days."""

    log_days: Annotated[float, Field(gt=0)] = 2
    archive_days: Annotated[int, Field(ge=0)] = 400
    readings_days: Annotated[int, Field(ge=1)] = 5 * 366


class Journal(_Entry):
    """Bounds of the journal."""

    max_megabytes: Annotated[int, Field(ge=10)] = 10_000
    memory_megabytes: Annotated[int, Field(ge=1, le=100_000)] = 64
    """What may wait in memory while the log can't be written."""


class Store(_Entry):
    """Where readings and rollups rest."""

    kind: Literal["duckdb", "influxdb"] = "duckdb"
    url: Annotated[str, Field(pattern=r"^(https?://[^\s/?#@]+(/[^\s?#]*)?)?$")] = ""
    """Of InfluxDB: http(s)://host:port, with a path when it stands behind a proxy."""
    org: str = ""
    """Organisation of InfluxDB 2.x; any word will do on 3.x, 1.x knows none."""
    write_path: Literal["v2", "v1"] = "v2"
    """How lines are written: `/api/v2/write` of 2.x and 3.x, or `/write` of 1.x."""
    connect_seconds: Annotated[float, Field(gt=0, le=60)] = 5
    write_seconds: Annotated[float, Field(gt=0, le=600)] = 20
    query_seconds: Annotated[float, Field(gt=0, le=600)] = 60


class Notify(_Entry):
    """Who is told of alarms, and when."""

    receivers: tuple[Annotated[str, Field(pattern=r"^SMARTREGION_[A-Z0-9_]+$")], ...] = ()
    """Environment variables that hold an apprise address each (or, with _FILE added, name the file it is in)."""
    kinds: tuple[AlarmKind, ...] = tuple(AlarmKind)
    language: Literal["", "de", "en"] = ""
    """The county's by default."""
    digest_minutes: Annotated[float, Field(ge=0, le=1440)] = 10
    """So long alarms are gathered before they are sent together."""
    quiet_from: Annotated[str, Field(pattern=CLOCK_TIME)] = ""
    """Hours in which nothing is sent, in the county's time zone; what comes up is told afterwards."""
    quiet_until: Annotated[str, Field(pattern=CLOCK_TIME)] = ""


class Region(_Entry):
    """The county."""

    name: Annotated[str, Field(min_length=1)]
    time_zone: Annotated[str, AfterValidator(_known_zone)] = "Europe/Berlin"
    language: Literal["de", "en"] = "de"
    backfill_days: Annotated[float, Field(ge=0, le=400)] = 30
    retention: Retention = Retention()
    journal: Journal = Journal()
    store: Store = Store()
    notify: Notify = Notify()
    tenants: Annotated[tuple[TenantEntry, ...], Field(min_length=1)]
    applications: tuple[Application, ...] = ()

    @cached_property
    def zone(self) -> ZoneInfo:
        """The region's time zone."""
        return ZoneInfo(self.time_zone)

    @cached_property
    def by_label(self) -> Mapping[str, Application]:
        """Applications by the name they go by."""
        return {application.label: application for application in self.applications}

    def find_application(self, stack_id: str, ttn_tenant: str | None = None) -> Application | None:
        """The application of that id (and tenant, where it is known) of The Things Stack."""
        for application in self.applications:
            if application.id == stack_id and ttn_tenant in (None, application.ttn_tenant):
                return application
        return None


def parse(text: str, where: str = "region.toml") -> Region:
    """Read a region file's text.

    Raises:
        Misconfigured: with every mistake at once, each with its line, its place and what to do.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{where} is not valid TOML: {error}") from error
    wrong = list(_contradictions(raw))
    try:
        region = Region.model_validate(raw)
    except ValidationError as error:
        wrong += mistakes.found(error, _SPELLING)
    if wrong:
        raise Misconfigured(mistakes.report(text, where, wrong))
    return region


_SPELLING = {
    "key": "lower-case letters, digits and dashes, at most 31, a letter first",
    "id": "the application's id in The Things Stack: lower-case letters, digits and dashes, at most 36",
    "name": "lower-case letters, digits and dashes, at most 35, a letter first",
    "server": "the bare host name, without https:// and without a path",
    "tenant": "a key of [[tenants]]",
    "webhook_env": "the name of an environment variable that begins with SMARTREGION_, in capital letters",
    "quiet_from": "a time such as 22:00",
    "quiet_until": "a time such as 06:30",
    "key_env": "the name of an environment variable that begins with SMARTREGION_, in capital letters",
    "ags": "8 digits, or 5 for a county",
    "url": "http:// or https://, the host and perhaps :port and a path; user, password and token do not belong here",
}


def _tables(raw: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = raw.get(name)
    return [table if isinstance(table, dict) else {} for table in found] if isinstance(found, list) else []


def _contradictions(raw: Mapping[str, Any]) -> Iterator[Mistake]:
    """Mistakes between entries, found on the raw file so that they are told together with all others."""
    tenants = [table.get("key") for table in _tables(raw, "tenants")]
    yield from _twice("tenants", "key", tenants)
    applications = _tables(raw, "applications")
    yield from _twice("applications", "name", [table.get("name") or table.get("id") for table in applications])
    for index, table in enumerate(applications):
        tenant = table.get("tenant")
        if isinstance(tenant, str) and tenant not in tenants:
            yield (("applications", index, "tenant"), f"names {tenant!r}, which is no key of [[tenants]]")
    store = raw.get("store")
    yield from _contradictions_of_store(store if isinstance(store, dict) else {}, tenants)
    notify = raw.get("notify")
    yield from _contradictions_of_notify(notify if isinstance(notify, dict) else {})


def _contradictions_of_store(store: Mapping[str, Any], tenants: list[Any]) -> Iterator[Mistake]:
    if store.get("kind") != "influxdb":
        for key in ("url", "org", "write_path"):
            if key in store:
                yield (("store", key), 'counts only with kind = "influxdb"; write that, or take it out')
        return
    if not store.get("url"):
        yield (("store", "url"), 'is missing; kind "influxdb" needs it, such as "http://127.0.0.1:8086"')
    if not store.get("org") and store.get("write_path") != "v1":
        yield (("store", "org"), "is missing; name the organisation of InfluxDB 2.x (any word on 3.x)")
    if OPERATORS_BUCKET in tenants:
        place = ("tenants", tenants.index(OPERATORS_BUCKET), "key")
        yield (place, f"{OPERATORS_BUCKET!r} is the bucket of the operators; a municipality needs another key")


def _contradictions_of_notify(notify: Mapping[str, Any]) -> Iterator[Mistake]:
    times = ("quiet_from", "quiet_until")
    given = [key for key in times if notify.get(key)]
    if len(given) == 1:
        (missing,) = set(times) - set(given)
        yield (("notify", missing), f"is missing; {given[0]} counts only together with it")
    receivers = notify.get("receivers")
    for name, times_named in Counter(map(str, receivers if isinstance(receivers, list) else ())).items():
        if times_named > 1:
            yield (("notify", "receivers"), f"{name!r} is there twice; each would be told twice")


def _twice(table: str, key: str, values: list[Any]) -> Iterator[Mistake]:
    counts = Counter(value for value in values if isinstance(value, str))
    for index, value in enumerate(values):
        if isinstance(value, str) and counts[value] > 1 and value in values[:index]:
            yield ((table, index, key), f"{value!r} is there twice; each needs its own")
