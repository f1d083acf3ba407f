"""The page of gaps: what is missing and why, filtered, page by page, in both languages."""

from collections.abc import Callable
from typing import Protocol

import httpx
import pytest

from smartregion.clock import DAY, HOUR, MINUTE
from smartregion.gaps import Gap, GapCause, GapState
from tests.console.conftest import APPLICATION, NOW, County

EVIL = "kreis.<script>"


class Browser(Protocol):
    def get(self, address: str, **headers: str) -> httpx.Response: ...


Browse = Callable[[object], Browser]


@pytest.fixture
def gappy(county: County) -> County:
    name = county.point("Rathaus", "altenau", "energy")
    county.registry.gaps.put(
        [
            Gap(
                f"{APPLICATION}.{name}", APPLICATION, NOW - DAY, NOW - 23 * HOUR, 5, 5, GapCause.CUT, GapState.REPAIRED
            ),
            Gap("kreis.w2", APPLICATION, NOW - 2 * HOUR, NOW - HOUR, 3, 1, GapCause.RADIO, GapState.LOST, 2),
            Gap(EVIL, APPLICATION, NOW - 20 * MINUTE, None, 4, cause=GapCause.SILENT),
        ]
    )
    return county


@pytest.mark.parametrize(("language", "words"), [("de", "Keine Lücken"), ("en", "No gaps")])
def test_where_nothing_is_missing_the_page_says_so(county: County, browse: Browse, language: str, words: str) -> None:
    page = browse(county).get("/gaps", accept_language=language).text

    assert words in page
    assert "<form" not in page


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ("Verbindung war getrennt", "geschlossen", "endgültig verloren", "2 Lücken an einem Tag", "hält an")),
        ("en", ("connection was cut", "repaired", "lost for good", "2 gaps on one day", "still lasting")),
    ],
)
def test_gaps_are_told_with_cause_and_state(
    gappy: County, browse: Browse, language: str, words: tuple[str, ...]
) -> None:
    page = browse(gappy).get("/gaps", accept_language=language).text

    assert all(each in page for each in words)
    assert 'href="/points/rathaus"' in page
    assert "<script>" not in page.replace('<script type="module"', "")


@pytest.mark.parametrize(
    ("asked", "shown", "hidden"),
    [
        ("state=lost", "kreis.w2", "kreis.rathaus"),
        ("cause=cut", "kreis.rathaus", "kreis.w2"),
        ("device=kreis.w2", "kreis.w2</th>", "kreis.rathaus"),
        ("state=nonsense&application=kreis", "kreis.w2", "Nichts passt"),
        ("application=other", "Nichts passt", "kreis.w2</th>"),
    ],
)
def test_gaps_are_filtered(gappy: County, browse: Browse, asked: str, shown: str, hidden: str) -> None:
    page = browse(gappy).get(f"/gaps?{asked}").text

    assert shown in page
    assert hidden not in page


def test_there_is_a_way_to_older_ones(gappy: County, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.gaps.PAGE", 2)
    first = browse(gappy).get("/gaps").text
    address = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")

    second = browse(gappy).get(address).text

    assert "kreis.rathaus" not in first
    assert "kreis.rathaus" in second
    assert 'rel="next"' not in second
