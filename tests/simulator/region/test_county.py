"""What the operator of the county would have written down is accepted by the platform."""

from simulator.region.county import key_variable, region_toml, registry_entries
from simulator.region.model import RegionPlan
from smartregion.region import parse


def test_the_region_file_is_valid_and_names_every_application(county: RegionPlan) -> None:
    region = parse(region_toml(county, 1883, 8080, backfill_days=10))
    assert region.name == "Kreis Musterland"
    assert region.backfill_days == 10
    assert [tenant.ags for tenant in region.tenants] == [f"{n:08d}" for n in range(1, 7)]
    assert [tenant.name for tenant in region.tenants] == [one.name for one in county.municipalities]
    assert {application.id for application in region.applications} == set(county.by_application)
    for application, municipality in zip(region.applications, county.municipalities, strict=True):
        assert (application.mqtt_port, application.http_port, application.tls) == (1883, 8080, False)
        assert application.user == f"{municipality.application}@kreis-musterland"
        assert application.key_env == key_variable(municipality)
    assert all(len(tenant.outline) > 8 for tenant in region.tenants)


def test_registry_entries_fit_together(county: RegionPlan) -> None:
    entries = registry_entries(county)
    sites, points = {site.id for site in entries.sites}, {point.id for point in entries.points}
    devices = {device.id for device in entries.devices}
    assert {point.site for point in entries.points} <= sites
    assert {one.point for one in entries.assignments} == points
    assert {one.device for one in entries.assignments} == devices
    assert set(entries.intervals) < devices
    assert all(entries.intervals[device.id] == device.interval for device in entries.devices if device.interval)


def test_containers_and_gauges_bring_their_measures(county: RegionPlan) -> None:
    roles = {f"{device.application}.{device.device_id}": device.role for device in county.devices}
    for one in county.assignments:
        if roles[one.device] in {"glass", "paper", "textiles", "underground"}:
            assert float(one.parameters["empty_distance"]) > float(one.parameters["full_distance"]) > 0
        if roles[one.device] == "river_gauge":
            assert one.parameters["mounting_height"] == 4.5
