"""Alarms as the API gives them."""

from dataclasses import replace
from typing import TYPE_CHECKING

from smartregion.alarms import Alarm, AlarmKind
from smartregion.clock import HOUR
from tests.api.conftest import NOW

if TYPE_CHECKING:
    from tests.api.conftest import Api

SILENT = Alarm(AlarmKind.SILENT, "wasser.a", NOW - 3 * HOUR, None, 4.2)
STORE = Alarm(AlarmKind.STORE, "", NOW - HOUR, None, 1.0)


def test_alarms_come_with_their_words_the_newest_first(api: "Api") -> None:
    silent, _ = api.registry.alarms.change([SILENT, STORE], [], {}, NOW)
    api.registry.alarms.change([], [replace(silent, end=NOW - 2 * HOUR)], {}, NOW)

    store, silence = api.items("/v1/alarms")
    assert silence == {
        "id": silent.id,
        "kind": "silent device",
        "subject": "wasser.a",
        "from": "2026-11-22T16:00:00+01:00",
        "to": "2026-11-22T17:00:00+01:00",
        "value": 4.2,
        "unit": "1",
        "text_de": "wasser.a: 4 Sendeabstände ohne Nachricht",
        "text_en": "wasser.a: 4 intervals without a message",
    }
    assert (store["kind"], store["to"]) == ("store away", None)
    assert api.items("/v1/alarms?state=active") == [store]
    assert api.items("/v1/alarms?state=over") == [silence]
    assert api.items("/v1/alarms?kind=store%20away") == [store]
    assert api.items("/v1/alarms?subject=wasser.a") == [silence]
    assert "store away" in api.get("/v1/alarms?format=csv").text


def test_many_alarms_come_page_by_page(api: "Api") -> None:
    api.registry.alarms.change([replace(SILENT, subject=f"wasser.{number}") for number in range(25)], [], {}, NOW)
    found = api.every_page("/v1/alarms?limit=10")
    assert [each["subject"] for each in found] == [f"wasser.{number}" for number in reversed(range(25))]


def test_an_unknown_kind_or_state_is_refused_with_those_there_are(api: "Api") -> None:
    for asked in ("kind=silence", "state=gone"):
        answer = api.get(f"/v1/alarms?{asked}")
        assert answer.status_code == 422
        assert "should be" in answer.json()["detail"]
