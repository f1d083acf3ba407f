"""Makes the world of a fault: servers, region file, platform; running, connected and ready."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from faults.certificates import AUTHORITY, valid_and_expired
from faults.clocks import ShiftedClock
from faults.disks import small_disk
from faults.places import Embedded, InfluxDb, Kind
from faults.routes import HOOK_VARIABLE, SECRET, Broker, Stack, Way, Webhook
from faults.world import Form, World
from tests.whole.service import Service

_PROFILES = "[[applications.profiles]]"
Prepare = Callable[[Path, int], Mapping[str, str]]
"""From the folder of the world, and the nanoseconds its clocks are ahead, to what stands in the environment."""


def _nothing(_folder: Path, _ahead: int) -> Mapping[str, str]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """What is special about the world of a fault."""

    lag: float = 0.2
    """Seconds until an uplink shows in the Storage Integration."""
    proxied: bool = False
    """The platform reaches The Things Stack through a proxy."""
    tls: bool = False
    disk_megabytes: int = 0
    """The data folder has a disk of its own of this size."""
    store_megabytes: int = 0
    """The same for InfluxDB."""
    profile: str = ""
    """A rule for profiles that comes before all others."""
    begins: int | None = None
    """The time it is when the world begins; now, if nothing else is said."""
    prepare: Prepare = _nothing
    """Done before the platform starts."""


@contextmanager
def world(folder: Path, form: Form, seed: int, way: Way, kind: Kind, making: Making) -> Iterator[World]:
    """A platform that runs. Raises NotHere when this machine does not let us."""
    with ExitStack() as ending:
        clock = ShiftedClock(0 if making.begins is None else making.begins - time.time_ns())
        route = _route(folder, way, clock, making)
        ending.enter_context(route)
        place = InfluxDb(folder, disk_megabytes=making.store_megabytes) if kind is Kind.INFLUXDB else Embedded()
        ending.enter_context(place)
        if making.disk_megabytes:
            ending.enter_context(small_disk(folder / "data", making.disk_megabytes))
        environment = {**making.prepare(folder, clock.ahead), **_environment(folder, way, making)}
        text = route.region().replace(_PROFILES, making.profile + _PROFILES) + place.region()
        service = ending.enter_context(Service(folder, text, key=route.key, extra=environment))
        made = World(form, seed, folder, clock, route, place, service)
        if isinstance(route, Webhook):
            route.address = service.address
        _await(service, way)
        yield made


def _await(service: Service, way: Way) -> None:
    service.wait_until_ready()
    told = "http://127.0.0.1:" if way is Way.WEBHOOK else "mqtt connected"
    service.wait_for(lambda: told in service.told())


def _route(folder: Path, way: Way, clock: ShiftedClock, making: Making) -> Stack | Broker:
    if way is Way.BROKER:
        return Broker(folder)
    if way is Way.WEBHOOK:
        return Webhook(clock, making.lag)
    made = valid_and_expired(folder)[0] if making.tls else None
    return Stack(clock, making.lag, proxied=making.proxied, certificate=made)


def _environment(folder: Path, way: Way, making: Making) -> dict[str, str]:
    found = {HOOK_VARIABLE: SECRET} if way is Way.WEBHOOK else {}
    if making.tls:
        found["SSL_CERT_FILE"] = str(folder / AUTHORITY)
    return found
