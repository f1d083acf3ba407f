"""What charts, map and live stream are given."""

import asyncio
import csv
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from io import StringIO
from typing import Any, Protocol

import httpx

from console.pulse import News, Pulse, Rate
from queries.bundle import Queries
from queries.live import Heard, Missed, heard
from smartregion.clock import DAY, HOUR, MINUTE, ManualClock
from smartregion.model import Record, Series
from store.journal.protocol import LedgerRow


class Browser(Protocol):
    def get(self, address: str, **headers: str) -> httpx.Response: ...


class Stores(Protocol):
    queries: Queries
    clock: ManualClock

    def device(self, name: str) -> str: ...
    def read(self, point: str, quantity: str, samples: list[tuple[int, float]]) -> None: ...


Browse = Callable[[object], Browser]


def chart(browser: Browser, point: str, quantity: str, length: str) -> Mapping[str, Any]:
    answer = browser.get(f"/points/{point}/chart.json?quantity={quantity}&range={length}")
    assert answer.status_code == 200
    found: Mapping[str, Any] = answer.json()
    return found


def test_a_counter_is_drawn_as_consumption_with_coverage(full: Stores, browse: Browse) -> None:
    drawn = chart(browse(full), "rathaus-uebach", "energy.active_import_total", "30d")

    assert drawn["mode"] == "bars"
    assert drawn["per"] == "day"
    assert len(drawn["times"]) == len(drawn["coverages"]) == len(drawn["lines"][0]["values"]) == 31
    assert abs(drawn["lines"][0]["values"][10] - 36.0) < 1e-6
    assert drawn["unit"]["symbol"] == "kWh"
    assert 0 < drawn["coverage"] < 1


def test_a_gauge_is_drawn_as_a_line_that_breaks_where_readings_are_missing(county: Stores, browse: Browse) -> None:
    now, point = county.clock.now(), county.device("thermometer")
    before = [(now - 10 * HOUR + at * 15 * MINUTE, 20.0) for at in range(8)]
    county.read(point, "air.temperature", before + [(now - HOUR + at * 15 * MINUTE, 21.0) for at in range(4)])

    values = chart(browse(county), point, "air.temperature", "24h")["lines"][0]["values"]

    assert values == [20.0] * 8 + [None] + [21.0] * 4


def test_long_ranges_of_gauges_are_hourly_means_and_of_states_shares_of_days(full: Stores, browse: Browse) -> None:
    browser = browse(full)

    assert chart(browser, "wetter", "air.temperature", "14d")["per"] == "mean_hour"
    shares = chart(browser, "stellplatz-1", "parking.occupied", "14d")
    assert shares["per"] == "share_day"
    assert shares["lines"][0]["values"][-1] == 100.0
    assert chart(browser, "stellplatz-1", "parking.occupied", "7d")["mode"] == "steps"


def test_an_unknown_quantity_or_point_has_no_chart(full: Stores, browse: Browse) -> None:
    browser = browse(full)

    assert browser.get("/points/wetter/chart.json?quantity=gold").json() == {"status": 404}
    assert browser.get("/points/nobody/chart.json?quantity=air.temperature").status_code == 404
    assert chart(browser, "wetter", "air.co2", "24h")["lines"] == []


def test_the_sheet_has_the_numbers_as_the_readers_spreadsheet_wants_them(full: Stores, browse: Browse) -> None:
    address = "/points/rathaus-uebach/chart.csv?quantity=energy.active_import_total&range=14d"

    german, english = (browse(full).get(f"{address}&lang={language}").text for language in ("de", "en"))

    rows = list(csv.reader(StringIO(german.removeprefix("\ufeff")), delimiter=";"))
    assert rows[0] == ["Zeit", "Wert [kWh]", "Abdeckung"]
    assert rows[3][1] == "36"
    assert rows[1][0].endswith("+01:00")
    assert "Value [kWh],Coverage" in english


def test_every_domain_with_a_curve_has_its_data(full: Stores, browse: Browse) -> None:
    for domain in ("energy", "water", "mobility", "environment", "buildings"):
        drawn = browse(full).get(f"/domains/{domain}/chart.json").json()

        assert any(value is not None for value in drawn["lines"][0]["values"])
    assert browse(full).get("/domains/waste/chart.json").status_code == 404


def test_the_map_has_outlines_and_the_points_that_have_a_place(full: Stores, browse: Browse) -> None:
    data = browse(full).get("/map.json?lang=en").json()

    places = {point["id"]: point for point in data["points"]}
    assert places["rathaus-uebach"]["at"] == [51.6, 9.1]
    assert places["rathaus-uebach"]["value"]["label"] == "Active power"
    assert "still" not in places
    assert data["outlines"][0]["border"][0] == [51.5, 9.0]


def test_the_rate_counts_growth_and_never_falls_below_nothing() -> None:
    rate, day = Rate(), date(2026, 11, 22)

    for now, received in ((0, 100), (10, 130), (59, 131), (61, 140), (62, 20)):
        rate.note(now * 1_000_000_000, [LedgerRow("a", day, received)])

    assert rate.minutes() == [[0, 31], [60_000, 9]]


def test_news_keeps_the_newest_value_of_a_series() -> None:
    news, series = News(), Series("p", "d", "air.temperature")

    for time, value in ((2, 20.0), (3, 21.0), (1, 19.0), (4, float("nan"))):
        for event in heard(time, [Record(series, time * 1_000_000, value)]):
            news.hear(event)
    news.hear(Missed(3))

    assert news.take() == [["p~air.temperature~", 21.0, 3]]
    assert news.take() == []
    assert news.missed


async def listening(queries: Queries) -> None:
    """Wait until the stream hears what is published."""
    for _ in range(1000):
        if queries.live.listening:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody listens")


def events(queries: Queries, publish: Sequence[Heard], wanted: int) -> list[dict[str, Any]]:
    async def follow() -> list[dict[str, Any]]:
        pulse, heard_events = Pulse(queries), []
        stream = pulse.follow(after=None)
        async for event in stream:
            if not event.startswith("event: pulse"):
                continue
            heard_events.append(json.loads(event.split("data: ")[1]))
            if len(heard_events) == 1:
                await listening(queries)
                for each in publish:
                    queries.live.publish(each)
            if len(heard_events) == wanted or any(one["values"] for one in heard_events):
                break
        await pulse.stop()
        return heard_events

    return asyncio.run(follow())


def test_an_open_page_hears_counts_progress_and_new_values(full: Stores) -> None:
    queries = full.queries
    record = Record(Series("wetter", "kreis.wetter", "air.temperature"), full.clock.now(), 7.5)

    told = events(queries, heard(record.time, [record]), wanted=30)

    assert told[0]["counts"]["received"] == 2
    assert told[0]["progress"]["done"] == 1200
    assert told[-1]["values"] == [["wetter~air.temperature~", 7.5, full.clock.now() // 1_000_000]]


def test_a_page_that_comes_back_hears_what_it_missed(full: Stores) -> None:
    async def first() -> dict[str, Any]:
        pulse = Pulse(full.queries)
        async for event in pulse.follow(after=(full.clock.now() - DAY) // 1_000_000):
            if event.startswith("event: pulse"):
                await pulse.stop()
                found: dict[str, Any] = json.loads(event.split("data: ")[1])
                return found
        raise AssertionError

    values = asyncio.run(first())["values"]

    assert ["klasse-1b~air.co2~", 640.0, (full.clock.now() - 5 * MINUTE) // 1_000_000] in values
    assert not [key for key, _, _ in values if key.startswith("still~")]


def test_the_stream_ends_when_the_service_stops(county: Stores) -> None:
    async def follow() -> int:
        pulse, count = Pulse(county.queries), 0
        async for _ in pulse.follow():
            count += 1
            if count == 2:
                await listening(county.queries)
                county.queries.live.close()
        return count

    assert asyncio.run(follow()) >= 2
