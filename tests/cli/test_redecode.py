"""`smartregion redecode`, as an operator types it, beside a service and without one."""

import pytest

from tests.cli.conftest import LIVE, Place
from tests.whole.service import LABEL

RANGE = ("--application", LABEL, "--since", "2020-01-01")


@pytest.mark.parametrize(("lang", "words"), [("en", "How the readings would change"), ("de", "So würden sich")])
def test_the_difference_is_shown(place: Place, lang: str, words: str) -> None:
    told = place.run("redecode", *RANGE, "--lang", lang)

    assert told.status == 0, told.err
    assert words in told.words
    assert "air.temperature" in told.words


def test_it_is_told_as_json_and_applied_without_asking(place: Place) -> None:
    told = place.run("redecode", *RANGE, "--json", "--apply", "--yes")

    found = told.one()
    assert (found["state"], found["apply"]) == ("complete", True)
    assert found["frames"] >= LIVE
    assert all(each["vanish"] == each["change"] == 0 for each in found["differences"])


def test_it_does_not_write_where_nobody_can_agree(place: Place) -> None:
    told = place.run("redecode", *RANGE, "--apply", "--json")

    assert told.status == 1
    assert "--yes" in told.words


def test_an_application_that_is_not_there_is_told(place: Place) -> None:
    told = place.run("redecode", "--application", "gas", "--since", "2020-01-01")

    assert told.status == 1
    assert LABEL in told.words


def test_a_range_that_ends_before_it_begins_is_told(place: Place) -> None:
    told = place.run("redecode", *RANGE, "--until", "2019-01-01")

    assert told.status == 1
    assert "--until" in told.words
