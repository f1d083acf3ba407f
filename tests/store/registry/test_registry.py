"""What a registry promises: devices by their first frame, places by persons, everything still there after a restart."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import event

from smartregion.errors import Misconfigured, Unavailable, UnknownApplication
from smartregion.model import Assignment, Device, Place, Point, Profile, Sample, Series, Site
from smartregion.region import Region
from smartregion.timestamps import EARLIEST
from store.registry.protocol import Interval, Registry, Sighting
from store.registry.sql import SqlRegistry

if TYPE_CHECKING:
    from tests.store.registry.conftest import Opening, Pace

MINUTE = 60_000_000_000
HERE, THERE = Place(50.0, 10.0), Place(51.0, 11.0, 300.0)
METER, OTHER = Profile("axioma", "qalcosonic-w1"), Profile("milesight-iot", "em300-di", "1.3", "2.0")


def seen(device_id: str, at: int = 1, **told: object) -> Sighting:
    return Sighting(application=told.pop("application", "wasser"), device_id=device_id, received_at=at, **told)  # type: ignore[arg-type]  # told is whatever the test wants told


def test_it_keeps_the_protocol(registry: SqlRegistry) -> None:
    promised: Registry = registry
    promised.check()


def test_a_first_frame_makes_a_device_and_a_point_of_its_own_id(registry: SqlRegistry) -> None:
    registry.sight([seen("zaehler-1", 5 * MINUTE, dev_eui="70B3D5A1B2C3D4E5", profile=METER, place=HERE)])

    assert registry.devices() == [
        Device("wasser.zaehler-1", "wasser", "zaehler-1", "70B3D5A1B2C3D4E5", METER, 5 * MINUTE, 5 * MINUTE)
    ]
    assert registry.points() == [Point("zaehler-1", "musterstadt", "zaehler-1", "", "water", HERE)]
    assert registry.own_point("wasser.zaehler-1") == "zaehler-1"


def test_the_same_device_id_in_two_applications_gives_two_points(registry: SqlRegistry) -> None:
    registry.sight([seen("raum"), seen("raum", application="klima"), seen("RAUM")])

    assert [point.id for point in registry.points()] == ["klima-raum", "raum", "wasser-raum"]
    assert registry.own_point("klima.raum") == "klima-raum"
    assert registry.point("klima-raum") == Point("klima-raum", "neudorf", "raum", "", "environment")


def test_a_device_of_an_unknown_application_is_refused(registry: SqlRegistry) -> None:
    with pytest.raises(UnknownApplication, match="'fremd'"):
        registry.sight([seen("x", application="fremd")])
    assert registry.devices() == []


def test_last_seen_only_rises_and_first_seen_only_falls(registry: SqlRegistry, opening: "Opening") -> None:
    registry.sight([seen("a", 5 * MINUTE)])
    registry.sight([seen("a", 9 * MINUTE), seen("a", 7 * MINUTE), seen("a", 2 * MINUTE)])

    for each in (registry, opening()):
        device = each.device("wasser.a")
        assert device is not None
        assert (device.first_seen, device.last_seen) == (2 * MINUTE, 9 * MINUTE)


def test_what_a_newer_frame_tells_replaces_what_an_older_one_told(registry: SqlRegistry) -> None:
    registry.sight([seen("a", 5, profile=METER, place=HERE, dev_eui="AA")])
    registry.sight([seen("a", 9, profile=OTHER, place=THERE, dev_eui="BB")])
    registry.sight([seen("a", 7, profile=METER, place=HERE, dev_eui="AA")])

    device, point = registry.device("wasser.a"), registry.point("a")
    assert device is not None
    assert point is not None
    assert (device.profile, device.dev_eui, point.place) == (OTHER, "BB", THERE)


def test_an_older_frame_fills_in_what_is_missing(registry: SqlRegistry) -> None:
    registry.sight([seen("a", 9)])
    registry.sight([seen("a", 7, profile=METER, place=HERE, dev_eui="AA")])

    device, point = registry.device("wasser.a"), registry.point("a")
    assert device is not None
    assert point is not None
    assert (device.profile, device.dev_eui, point.place) == (METER, "AA", HERE)


def test_what_a_person_set_is_never_overwritten_by_a_frame(registry: SqlRegistry, opening: "Opening") -> None:
    registry.sight([seen("a", 1, profile=METER, place=HERE)])
    point, device = registry.point("a"), registry.device("wasser.a")
    assert point is not None
    assert device is not None
    registry.save_point(replace(point, place=THERE, name="Rathaus"))
    registry.save_device(replace(device, profile=OTHER))

    for time, each in ((2, registry), (3, opening())):
        each.sight([seen("a", time, profile=METER, place=HERE)])
        assert each.point("a") == Point("a", "musterstadt", "Rathaus", "", "water", THERE)
        assert (found := each.device("wasser.a")) is not None
        assert found.profile == OTHER


def test_renaming_a_point_does_not_nail_down_its_place(registry: SqlRegistry) -> None:
    registry.sight([seen("a", 1, place=HERE)])
    point = registry.point("a")
    assert point is not None
    registry.save_point(replace(point, name="Rathaus"))
    registry.sight([seen("a", 2, place=THERE)])

    assert registry.point("a") == Point("a", "musterstadt", "Rathaus", "", "water", THERE)


def test_known_frames_cost_no_write_until_ten_seconds_have_passed(registry: SqlRegistry, pace: "Pace") -> None:
    registry.sight([seen(f"d{number}") for number in range(50)])
    written: list[str] = []
    event.listen(registry._database.engine, "before_cursor_execute", lambda *told: written.append(told[2]))

    for second in range(9):
        pace.seconds = second
        registry.sight([seen(f"d{number}", 3**second) for number in range(50)])
    assert written == []

    pace.seconds = 10
    registry.sight([seen("d0", 3**10)])
    assert [statement.split()[:2] for statement in written] == [["UPDATE", "devices"]]


def test_the_version_rises_with_what_others_must_notice_and_not_with_frames(registry: SqlRegistry) -> None:
    registry.sight([seen("a", 1)])
    before = registry.version
    registry.sight([seen("a", minute * MINUTE) for minute in range(1, 20)])
    assert registry.version == before
    registry.sight([seen("b")])
    assert registry.version > before


def test_an_interval_is_learned_from_frames_and_speaks_for_the_past(registry: SqlRegistry, opening: "Opening") -> None:
    registry.sight([seen("a", minute * MINUTE) for minute in range(0, 90, 15)])

    for each in (registry, opening()):
        assert each.intervals("wasser.a") == [Interval(EARLIEST, 900.0, "learned")]
        assert (device := each.device("wasser.a")) is not None
        assert device.interval == 900.0


def test_a_later_interval_holds_from_when_it_was_noticed(registry: SqlRegistry) -> None:
    registry.sight([seen("a", minute * MINUTE) for minute in range(0, 300, 15)])
    registry.sight([seen("a", (300 + minute) * MINUTE) for minute in range(0, 60, 5)])

    first, second = registry.intervals("wasser.a")
    assert first == Interval(EARLIEST, 900.0, "learned")
    assert second.seconds == 300.0
    assert 300 * MINUTE < second.start <= 355 * MINUTE


def test_a_configured_interval_stands_before_a_learned_one(registry: SqlRegistry, opening: "Opening") -> None:
    registry.sight([seen("a", minute * MINUTE) for minute in range(0, 90, 15)])
    registry.set_interval("wasser.a", Interval(40 * MINUTE, 600.0, "configured"))

    for each in (registry, opening()):
        assert [one.seconds for one in each.intervals("wasser.a")] == [900.0, 600.0]
        assert (device := each.device("wasser.a")) is not None
        assert device.interval == 600.0


def test_sites_points_devices_and_marks_are_there_after_a_restart(registry: SqlRegistry, opening: "Opening") -> None:
    site = Site("rathaus", "neudorf", "Rathaus", HERE)
    point = Point("hauptzaehler", "neudorf", "Hauptzähler", "rathaus", "water", THERE)
    registry.save_site(site)
    registry.save_point(point)
    registry.save_device(Device("wasser.neu", "wasser", "neu", "AA", METER))
    registry.set_complete_until("wasser", 12345)

    again = opening()
    assert (again.sites(), again.site("rathaus")) == ([site], site)
    assert again.point("hauptzaehler") == point
    assert again.device("wasser.neu") == Device("wasser.neu", "wasser", "neu", "AA", METER)
    assert again.own_point("wasser.neu") == "neu"
    assert (again.complete_until("wasser"), again.complete_until("klima")) == (12345, None)


def test_tenants_and_applications_follow_the_region_file_and_nothing_is_lost(
    region: Region, registry: SqlRegistry, opening: "Opening"
) -> None:
    registry.sight([seen("a"), seen("b", application="klima")])
    registry.set_complete_until("klima", 7)
    assert [tenant.key for tenant in registry.tenants()] == ["musterstadt", "neudorf"]
    assert registry.tenants()[0].place == Place(50.1, 10.2)

    smaller = region.model_copy(update={"tenants": region.tenants[:1], "applications": region.applications[:1]})
    again = opening(smaller)
    assert [tenant.key for tenant in again.tenants()] == ["musterstadt"]
    assert [device.id for device in again.devices()] == ["klima.b", "wasser.a"]
    with pytest.raises(UnknownApplication):
        again.sight([seen("c", application="klima")])

    assert opening(region).complete_until("klima") == 7


def test_latest_comes_back_as_it_was_saved(registry: SqlRegistry, opening: "Opening") -> None:
    plain = Series("a", "wasser.a", "water.volume_total", (), "musterstadt", "", "water", 1e9)
    phase = Series("a", "wasser.a", "energy.active_power", (("phase", "1"), ("straße", "ß")))
    registry.save_latest({plain: Sample(5, 1.5), phase: Sample(6, -0.1)})
    registry.save_latest({plain: Sample(2**62, 2.5)})

    found = opening().load_latest()
    assert found == {plain: Sample(2**62, 2.5), phase: Sample(6, -0.1)}
    assert {series.modulus for series in found} == {1e9, None}


def test_a_forgotten_device_leaves_only_points_that_others_use(registry: SqlRegistry, opening: "Opening") -> None:
    registry.sight([seen("a"), seen("b"), seen("c")])
    registry.assign(Assignment("wasser.c", "b", 0))
    registry.assign(Assignment("wasser.a", "c", 0))
    registry.set_interval("wasser.a", Interval(0, 60.0, "configured"))
    registry.save_latest({Series("a", "wasser.a", "water.flow"): Sample(1, 1.0)})
    registry.forget_devices(["wasser.a", "wasser.b", "wasser.unknown"])

    for each in (registry, opening()):
        assert [device.id for device in each.devices()] == ["wasser.c"]
        assert [point.id for point in each.points()] == ["b", "c"]
        assert [assignment.device for assignment in each.assignments()] == ["wasser.c"]
        assert (each.intervals("wasser.a"), each.load_latest()) == ([], {})


def test_threads_may_ask_while_frames_come_in(registry: SqlRegistry) -> None:
    stop, failed = threading.Event(), []

    def ask() -> None:
        while not stop.wait(0.001):
            try:
                assert len(registry.devices()) <= len(registry.points())
            except Exception as error:
                failed.append(error)

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for batch in range(30):
        registry.sight([seen(f"d{batch}-{number}", batch + 1) for number in range(10)])
    stop.set()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len(registry.devices()) == 300


def test_nothing_is_known_in_memory_that_the_database_refused(region: Region, tmp_path: Path) -> None:
    registry = SqlRegistry.open(tmp_path / "registry.sqlite", region)
    other = SqlRegistry.open(tmp_path / "registry.sqlite", region)
    with registry._database.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
    with other._database.begin() as blocking:
        blocking.exec_driver_sql("UPDATE tenants SET name = name")
        with pytest.raises(Unavailable):
            registry.sight([seen("a")])
        assert registry.devices() == []
    registry.sight([seen("a")])
    assert [device.id for device in registry.devices()] == ["wasser.a"]
    registry.close()
    other.close()


def test_a_file_that_is_no_registry_is_told_and_left_alone(region: Region, tmp_path: Path) -> None:
    path = tmp_path / "registry.sqlite"
    path.write_bytes(b"this is a letter to grandmother, not a database" * 100)
    with pytest.raises(Misconfigured, match="restore it from a backup"):
        SqlRegistry.open(path, region)
    assert path.read_bytes().startswith(b"this is a letter")


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("nonsense://", "no driver"),
        ("postgresql+psycopg://user@localhost/registry", "no driver"),
        ("a b://", "address"),
    ],
)
def test_an_address_that_can_not_work_is_told_in_words(region: Region, where: str, words: str) -> None:
    with pytest.raises(Misconfigured, match=words):
        SqlRegistry.open(where, region)
