"""What the API gives: the right things in pages, as JSON and as CSV."""

import csv
import io
import re
from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING

import pytest

from jobs.rollups import sum_up
from queries.progress import Progress
from smartregion.clock import DAY, HOUR
from smartregion.model import Assignment, Message, Record, Sample, Series, State
from smartregion.quantities import QUANTITIES
from smartregion.timestamps import parse as instant

if TYPE_CHECKING:
    from tests.api.conftest import Api

NOW = instant("2026-11-22T18:00:00Z")


def series(point: str, quantity: str = "water.volume_total", **attributes: str) -> Series:
    return Series(point, f"wasser.{point}", quantity, tuple(sorted(attributes.items())), "stadt", "", "water")


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("", ["a", "b", "c", "hauptzaehler"]),
        ("?tenant=dorf", ["hauptzaehler"]),
        ("?text=ALTES", ["hauptzaehler"]),
        ("?bbox=10.4,50.4,10.6,50.6", ["a", "b", "c"]),
        ("?status=new", ["hauptzaehler"]),
        ("?status=silent", []),
        ("?quantity=water.volume_total&domain=water", ["a", "b", "c"]),
    ],
)
def test_points_are_found(county: "Api", question: str, expected: list[str]) -> None:
    assert [item["id"] for item in county.items(f"/v1/points{question}")] == expected


def test_a_point_has_its_site_place_and_last_frame_in_the_regions_time(county: "Api") -> None:
    _, _, meter, hall = county.items("/v1/points")
    assert (meter["latitude"], meter["devices"]) == (50.5, ["wasser.c"])
    assert meter["last_seen"] == "2026-11-22T18:59:00+01:00"
    assert (hall["site"], hall["site_name"], hall["latitude"], hall["altitude"]) == (
        "rathaus",
        "Altes Rathaus",
        50.0,
        210.0,
    )
    assert (hall["status"], hall["last_seen"], hall["devices"]) == ("new", None, [])


def test_one_point_comes_with_devices_assignments_and_newest_readings(county: "Api") -> None:
    county.registry.assign(Assignment("wasser.a", "hauptzaehler", NOW - DAY, parameters={"pulse_factor": 10.0}))
    hall, own = (county.get(f"/v1/points/{point}").json() for point in ("hauptzaehler", "a"))
    assert [device["id"] for device in hall["served_by"]] == ["wasser.a"]
    assert hall["served_by"][0]["brand"] == "axioma"
    assert hall["assignments"][0]["from"] == "2026-11-21T19:00:00+01:00"
    assert hall["assignments"][0]["parameters"] == {"pulse_factor": 10.0}
    assert own["latest"] == [
        {
            "point": "a",
            "device": "wasser.a",
            "quantity": "water.volume_total",
            "attributes": {},
            "tenant": "stadt",
            "site": "",
            "domain": "water",
            "time": "2026-11-22T18:00:00+01:00",
            "value": 470.0,
            "unit": "L",
        }
    ]


@pytest.mark.parametrize(
    "address",
    [
        "/v1/points?limit=1",
        "/v1/points?limit=3&domain=water",
        "/v1/devices?limit=2",
        "/v1/points/a/readings?limit=7&from=2026-11-20",
        "/v1/ledger?limit=1",
        "/v1/aggregates?quantity=water.volume_total&fn=increase&from=2026-11-20&to=2026-11-23&limit=2",
    ],
)
def test_pages_together_are_the_whole_list(county: "Api", address: str) -> None:
    county.log.append([Message("mqtt", "wasser", "", NOW - day * DAY, b"{}") for day in range(4)])
    whole = county.items(re.sub(r"limit=\d+", "limit=1000", address))
    assert len(whole) > 2
    assert county.every_page(address) == whole


def test_readings_of_several_series_at_one_time_are_paged_without_loss(county: "Api") -> None:
    phases = [series("a", "power.active", phase=f"L{number}") for number in (1, 2, 3)]
    county.hear("a", [Record(each, NOW - 10 * HOUR + hour * HOUR, float(hour)) for each in phases for hour in range(5)])
    address = "/v1/points/a/readings?quantity=power.active"
    found = county.every_page(f"{address}&limit=4")
    assert len(found) == 15
    assert found == county.items(address)
    assert [item["time"] for item in found] == sorted(item["time"] for item in found)
    assert [item["attributes"]["phase"] for item in found[:4]] == ["L1", "L2", "L3", "L1"]
    narrowed = county.items(f"{address}&attribute=phase:L2")
    assert {item["attributes"]["phase"] for item in narrowed} == {"L2"}


def test_readings_are_of_the_time_asked_for(county: "Api") -> None:
    found = county.items("/v1/points/b/readings?from=2026-11-21&to=2026-11-21T01:00:00%2B01:00")
    assert [(item["time"], item["value"]) for item in found] == [("2026-11-21T00:00:00+01:00", 1050.0)]
    same = county.items("/v1/points/b/readings?from=2026-11-21&to=2026-11-21T01:00:00+01:00")
    assert same == found, "a plus sign that was not encoded is understood"
    assert len(county.items("/v1/points/b/readings")) == 23, "the last day where no time is told"


def test_latest_gives_every_series_and_narrows_down(county: "Api") -> None:
    assert [item["point"] for item in county.items("/v1/latest")] == ["a", "b", "c"]
    assert [item["point"] for item in county.items("/v1/latest?point=a&point=c")] == ["a", "c"]
    assert county.items("/v1/latest?tenant=dorf") == []
    assert len(county.items("/v1/latest?domain=water&quantity=water.volume_total")) == 3


def test_latest_as_geojson_has_one_feature_for_each_point(county: "Api") -> None:
    by_header = county.get("/v1/latest", headers={"Accept": "application/geo+json"})
    assert by_header.headers["content-type"] == "application/geo+json"
    assert by_header.json() == county.get("/v1/latest?format=geojson").json()
    first = by_header.json()["features"][0]
    assert first["geometry"] == {"type": "Point", "coordinates": [10.5, 50.5]}
    assert first["properties"]["latest"][0]["value"] == 470.0


def test_a_quantity_the_vocabulary_forgot_is_still_given(county: "Api") -> None:
    county.queries.latest.update([Record(series("a", "water.forgotten"), NOW, 1.0)])
    assert {item["unit"] for item in county.items("/v1/latest?point=a")} == {"L", "1"}


def test_figures_come_with_coverage_and_the_zones_offset(county: "Api") -> None:
    sum_up(county.queries.store, county.registry, county.queries.region.zone, NOW)
    address = "/v1/aggregates?quantity=water.volume_total&fn=increase&from=2026-11-21&to=2026-11-22&point=a"
    [figure] = county.items(address)
    assert (figure["group"], figure["from"], figure["to"]) == (
        "a",
        "2026-11-21T00:00:00+01:00",
        "2026-11-22T00:00:00+01:00",
    )
    assert (figure["value"], figure["unit"], figure["points"]) == (240.0, "L", 1)
    assert set(figure) >= {"coverage", "expected", "received", "longest_gap_seconds", "provisional", "rules"}
    [utc] = county.items(f"{address}&tz=UTC&window=total")
    assert utc["from"] == "2026-11-21T00:00:00+00:00"


def test_the_vocabulary_is_given_in_both_languages(api: "Api") -> None:
    found = {item["name"]: item for item in api.items("/v1/quantities")}
    assert list(found) == list(QUANTITIES)
    volume = found["water.volume_total"]
    known = asdict(QUANTITIES["water.volume_total"])
    assert {name: volume[name] for name in known if name != "domains"} == {
        name: value for name, value in known.items() if name != "domains"
    }
    assert volume["domains"] == ["water"]
    assert all("waste" in item["domains"] for item in api.items("/v1/quantities?domain=waste"))


def test_the_ledger_balances_and_tells_causes(api: "Api") -> None:
    api.journal("a", [State.STORED, State.IGNORED, State.QUARANTINED, State.QUEUED])
    [row] = api.items("/v1/ledger")
    assert row == {
        "application": "wasser",
        "day": date(2026, 11, 22).isoformat(),
        "received": 5,
        "stored": 1,
        "ignored": 1,
        "quarantined": 1,
        "queued": 2,
        "duplicate": 0,
    }
    assert api.items("/v1/ledger?to=2026-11-21") == []
    assert {"application": "wasser", "state": "quarantined", "cause": "no decoder", "messages": 1} in api.items(
        "/v1/ledger/causes"
    )


def test_messages_of_a_point_are_given_as_received(county: "Api") -> None:
    county.journal("a", [State.STORED, State.QUARANTINED, State.STORED])
    found = county.items("/v1/points/a/messages?before=2026-11-23")
    assert [(item["text"], item["state"]) for item in found] == [
        ('{"f_cnt": 0}', "stored"),
        ('{"f_cnt": 1}', "quarantined"),
        ('{"f_cnt": 2}', "stored"),
    ]
    assert county.every_page("/v1/points/a/messages?before=2026-11-23&limit=2") == found


def test_backfills_tell_how_far_they_are(api: "Api") -> None:
    api.progress.append(Progress("wasser", "running", 5, 10, NOW - DAY, NOW))
    api.registry.set_complete_until("wasser", NOW - DAY)
    assert api.items("/v1/backfill") == [
        {
            "application": "wasser",
            "state": "running",
            "done": 5,
            "total": 10,
            "from": "2026-11-21T19:00:00+01:00",
            "to": "2026-11-22T19:00:00+01:00",
            "complete_until": "2026-11-21T19:00:00+01:00",
        }
    ]


def test_municipalities_and_sites_are_listed(county: "Api") -> None:
    assert [item["key"] for item in county.items("/v1/tenants")] == ["dorf", "stadt"]
    assert [item["name"] for item in county.items("/v1/sites")] == ["Altes Rathaus"]


@pytest.mark.parametrize(
    "address",
    [
        "/v1/points",
        "/v1/devices",
        "/v1/latest",
        "/v1/points/a/readings",
        "/v1/points/a/messages?before=2026-11-23",
        "/v1/quantities",
        "/v1/ledger",
        "/v1/ledger/causes",
        "/v1/backfill",
        "/v1/tenants",
        "/v1/sites",
        "/v1/aggregates?quantity=water.volume_total&fn=increase&from=2026-11-20",
    ],
)
def test_every_list_is_the_same_as_csv(county: "Api", address: str) -> None:
    county.journal("a", [State.STORED, State.QUARANTINED])
    county.progress.append(Progress("wasser", "running", 5, 10, NOW - DAY, NOW))
    as_json = county.items(address)
    by_header = county.get(address, headers={"Accept": "text/csv"})
    by_name = county.get(f"{address}{'&' if '?' in address else '?'}format=csv")

    assert by_header.headers["content-type"].startswith("text/csv; charset=utf-8")
    assert by_header.text == by_name.text
    assert by_header.text.endswith("\r\n")
    table = rows(by_header.text)
    assert [list(row) for row in table] == [list(item) for item in as_json]
    assert as_json, "an empty list proves nothing"
    for name, value in as_json[0].items():
        if isinstance(value, str):
            assert table[0][name] == value
        elif isinstance(value, float) and name != "coverage":
            assert float(table[0][name]) == value


def test_csv_keeps_umlauts_commas_and_quotes_and_leads_to_the_next_page(county: "Api") -> None:
    site = county.registry.site("rathaus")
    assert site is not None
    county.registry.save_site(type(site)(site.id, site.tenant, 'Rathaus, "alt"\nHöhe', site.place))
    assert rows(county.get("/v1/sites?format=csv").text)[0]["name"] == 'Rathaus, "alt"\nHöhe'
    first = county.get("/v1/points?format=csv&limit=2")
    following = first.headers["link"].partition(">")[0].removeprefix("<")
    assert [row["id"] for row in rows(county.get(following).text)] == ["c", "hauptzaehler"]


def test_values_of_readings_are_not_rounded(county: "Api") -> None:
    county.hear("a", [Record(series("a", "water.flow_rate"), NOW - HOUR, 0.1 + 0.2)])
    [found] = county.items("/v1/latest?quantity=water.flow_rate")
    assert found["value"] == 0.1 + 0.2
    assert county.queries.latest.of_point("a")[0].sample == Sample(NOW - HOUR, 0.1 + 0.2)
