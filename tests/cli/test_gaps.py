"""`smartregion gap list`, as an operator types it, beside a service and without one."""

import pytest

from tests.cli.conftest import Place
from tests.whole.service import LABEL


@pytest.mark.parametrize("lang", ["de", "en"])
def test_where_nothing_is_missing_it_says_so(place: Place, lang: str) -> None:
    told = place.run("gap", "list", "--state", "open", "--cause", "cut", "--lang", lang)

    assert told.status == 0, told.err
    assert told.words.strip()


def test_gaps_and_their_counts_are_told_as_json(place: Place) -> None:
    for more in ((), ("--count",)):
        told = place.run("gap", "list", "--application", LABEL, "--since", "2026-01-01", "--json", *more)

        assert told.status == 0, told.err
        assert isinstance(told.rows(), list)


def test_a_state_that_is_not_there_is_wrong_use(place: Place) -> None:
    assert place.run("gap", "list", "--state", "gone").status == 2
