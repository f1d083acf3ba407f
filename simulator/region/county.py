"""The county as an operator would have set it up: its region file, and what he entered into the registry."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from simulator.region.model import Municipality, PlannedDevice, RegionPlan
from simulator.region.names import COUNTY, TTN_TENANT
from simulator.region.roles import ROLES
from smartregion.model import Assignment, Device, Point, Site

_LOOPBACK = "127.0.0.1"


class RegistryEntries(NamedTuple):
    """What the operator has entered, ready for the registry's own save functions, in this order."""

    sites: tuple[Site, ...]
    points: tuple[Point, ...]
    devices: tuple[Device, ...]
    assignments: tuple[Assignment, ...]
    intervals: Mapping[str, float]
    """Device id → seconds between two frames; devices that send on events are left out."""


def key_variable(municipality: Municipality) -> str:
    """The environment variable that holds the municipality's API key."""
    return f"SMARTREGION_KEY_{municipality.key.upper().replace('-', '_')}"


def region_toml(
    plan: RegionPlan, mqtt_port: int, http_port: int, *, backfill_days: float = 14, storage_lag_s: float = 10
) -> str:
    """The region file of the county, with its applications on a double on this machine's loopback."""
    head = [
        f"name = {json.dumps(COUNTY)}",
        'time_zone = "Europe/Berlin"',
        'language = "de"',
        f"backfill_days = {backfill_days}",
    ]
    tenants = [_tenant(one) for one in plan.municipalities]
    ports = {"mqtt_port": mqtt_port, "http_port": http_port, "storage_lag_s": storage_lag_s}
    applications = [_application(one, ports) for one in plan.municipalities]
    return "\n\n".join(["\n".join(head), *tenants, *applications]) + "\n"


def _tenant(one: Municipality) -> str:
    outline = ", ".join(f"[{longitude}, {latitude}]" for longitude, latitude in one.outline)
    return _table(
        "tenants",
        {
            "key": json.dumps(one.key),
            "name": json.dumps(one.name, ensure_ascii=False),
            "ags": json.dumps(one.ags),
            "latitude": one.place.latitude,
            "longitude": one.place.longitude,
            "outline": f"[{outline}]",
        },
    )


def _application(one: Municipality, ports: Mapping[str, float]) -> str:
    return _table(
        "applications",
        {
            "id": json.dumps(one.application),
            "server": json.dumps(_LOOPBACK),
            "ttn_tenant": json.dumps(TTN_TENANT),
            "tenant": json.dumps(one.key),
            "domain": '"environment"',
            "key_env": json.dumps(key_variable(one)),
            "tls": "false",
            **ports,
        },
    )


def _table(name: str, entries: Mapping[str, object]) -> str:
    return "\n".join([f"[[{name}]]", *(f"{key} = {value}" for key, value in entries.items())])


def registry_entries(plan: RegionPlan) -> RegistryEntries:
    """Sites, points, devices, assignments and intervals; the stranger is not among them."""
    known = [device for device in plan.devices if device.profile is not None]
    intervals = {_id(one): float(seconds) for one in known if (seconds := ROLES[one.role].seconds) is not None}
    devices = tuple(
        Device(_id(one), one.application, one.device_id, one.dev_eui, one.profile, interval=intervals.get(_id(one)))
        for one in known
    )
    return RegistryEntries(plan.sites, plan.points, devices, plan.assignments, intervals)


def _id(device: PlannedDevice) -> str:
    return f"{device.application}.{device.device_id}"
