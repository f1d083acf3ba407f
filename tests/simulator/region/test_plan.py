"""The plan: the same for the same seed, complete, and in terms that The Things Stack and the registry accept."""

from dataclasses import replace

import pytest

from simulator.double.accounts import is_id
from simulator.region.model import RegionPlan
from simulator.region.plan import PRESENT, plan
from simulator.region.roles import ROLES, beat_of
from smartregion.clock import DAY, HOUR

DOMAINS = {"energy", "water", "waste", "mobility", "environment", "buildings"}


def test_the_same_seed_gives_the_same_county() -> None:
    assert plan(3, 120) == plan(3, 120)


def test_another_seed_gives_other_places_and_ids() -> None:
    one, other = plan(3, 120), plan(4, 120)
    assert {device.dev_eui for device in one.devices} & {device.dev_eui for device in other.devices} == {""}
    assert [site.place for site in one.sites] != [site.place for site in other.sites]


def test_the_hour_of_the_day_changes_nothing() -> None:
    assert plan(3, 60, PRESENT + 5 * HOUR) == plan(3, 60, PRESENT + 17 * HOUR)


@pytest.mark.parametrize("devices", [20, 100, 300, 3000])
def test_it_has_as_many_devices_as_asked_for_and_every_id_once(devices: int) -> None:
    county = plan(1, devices)
    assert len(county.devices) == devices
    assert len({device.device_id for device in county.devices}) == devices
    assert len({device.dev_eui for device in county.devices}) == devices
    for rows in (county.sites, county.points):
        assert len({row.id for row in rows}) == len(rows)
    assert all(is_id(device.device_id) and is_id(device.application) for device in county.devices)


def test_fewer_devices_than_a_county_needs_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 20"):
        plan(1, 5)


def test_every_municipality_has_all_six_domains(county: RegionPlan) -> None:
    for municipality in county.municipalities:
        assert {point.domain for point in county.points if point.tenant == municipality.key} == DOMAINS


def test_every_point_lies_inside_the_county_and_at_a_site(county: RegionPlan) -> None:
    sites = {site.id: site for site in county.sites}
    for point in county.points:
        assert point.place is not None
        assert sites[point.site].tenant == point.tenant
        assert 50.9 < point.place.latitude < 51.25
        assert 9.5 < point.place.longitude < 10.15


def test_neighbours_share_their_border(county: RegionPlan) -> None:
    west, middle = (set(one.outline) for one in county.municipalities[:2])
    assert len(west & middle) == 6
    assert all(one.outline[0] == one.outline[-1] for one in county.municipalities)


def test_every_device_but_the_stranger_serves_a_point(county: RegionPlan) -> None:
    served = {assignment.device: assignment for assignment in county.assignments}
    for device in county.devices:
        assignment = served.get(f"{device.application}.{device.device_id}")
        assert (assignment is None) == (device.role == "stranger")
        assert assignment is None or assignment.point == device.point


def test_one_meter_is_swapped_in_the_middle_of_the_fortnight(county: RegionPlan) -> None:
    by_point: dict[str, list[tuple[int, int | None]]] = {}
    for one in county.assignments:
        by_point.setdefault(one.point, []).append((one.start, one.until))
    (swapped,) = [spans for spans in by_point.values() if len(spans) > 1]
    (_, until), (start, end) = swapped
    assert until == start
    assert end is None
    assert county.anchor - 8 * DAY < start < county.anchor - 6 * DAY


def test_the_county_sends_about_as_much_as_300_real_devices() -> None:
    for seed in range(4):
        assert 7_000 < sum(beat_of(device).per_day for device in plan(seed).devices) < 9_500


def test_the_dozen_decoders_all_have_their_devices(county: RegionPlan) -> None:
    there = {device.profile.name for device in county.devices if device.profile}
    assert there == {role.profile.name for role in ROLES.values() if role.profile}
    assert len(there) >= 15


def test_a_story_is_told_about_exactly_one_device_each(county: RegionPlan) -> None:
    stories = [device.story for device in county.devices if device.story != replace(device.story, ends=None)]
    assert len(stories) == 2
    assert sum(device.story.leaks_from is not None for device in county.devices) == 1
    assert sum(device.story.rolls_over_at is not None for device in county.devices) == 1
