"""The page of alarms: what is wrong on top, in the reader's language, nothing from devices taken as HTML."""

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import httpx

from smartregion.alarms import Alarm, AlarmKind
from smartregion.clock import HOUR, MINUTE
from tests.console.conftest import EVIL, NOW, County


class Browser(Protocol):
    def get(self, address: str, **headers: str) -> httpx.Response: ...


Browse = Callable[[object], Browser]


def test_no_alarm_is_told_as_such(county: County, browse: Browse) -> None:
    assert "Kein Alarm: alles läuft." in browse(county).get("/alarms").text
    assert "No alarm: all is well." in browse(county).get("/alarms?lang=en").text


def test_alarms_lead_to_their_points_and_those_that_are_over_stand_below(county: County, browse: Browse) -> None:
    county.device("still", NOW - 5 * HOUR)
    silent, _, _ = county.registry.alarms.change(
        [
            Alarm(AlarmKind.SILENT, "kreis.still", NOW - HOUR, None, 20.0),
            Alarm(AlarmKind.STORE, "", NOW - 5 * MINUTE, None, 1.0),
            Alarm(AlarmKind.QUARANTINE, EVIL, NOW - 5 * MINUTE, None, 33.0),
        ],
        [],
        {},
        NOW,
    )
    page = browse(county).get("/alarms").text
    assert "3 bestehen" in page
    assert '<a href="/points/still">kreis.still: 20 Sendeabstände ohne Nachricht</a>' in page
    assert page.index("Der Messwertspeicher antwortet nicht") < page.index("kreis.still")
    assert "<script>alert" not in page
    assert "Vorbei" not in page

    county.registry.alarms.change([], [replace(silent, end=NOW)], {}, NOW)
    page = browse(county).get("/alarms?lang=en").text
    assert "2 active" in page
    assert page.index("Over") < page.index("kreis.still: 20 intervals without a message")
