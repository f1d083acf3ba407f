"""The pages of the quarantine: what is alike, one message as it came, the command to copy, nothing to click."""

import re
from collections.abc import Callable
from typing import Protocol

import httpx
import pytest

from smartregion.clock import HOUR, MINUTE
from smartregion.model import State
from store.journal.protocol import Quarantined
from tests.console.conftest import NOW, County, uplink

CUT = "item 0367 at byte 0 is cut short"
EVIL = "<script>alert(1)</script>"


class Browser(Protocol):
    def get(self, address: str, **headers: str) -> httpx.Response: ...


Browse = Callable[[object], Browser]


def keep(county: County, number: int, cause: str = "decoder failed", detail: str = CUT, text: str = "") -> Quarantined:
    """A message in quarantine that arrived so many minutes ago."""
    written = text or uplink(b"\x03\x67", note=EVIL).replace(
        '{"up', f'{{"end_device_ids": {{"device_id": "w{number}"}}, "up', 1
    )
    time = NOW - number * MINUTE
    county.message(f"w{number}", written, State.QUARANTINED, cause, time)
    found = max(county.book.quarantined(1000), key=lambda each: -abs(each.message.arrived_at - time))
    entry = county.book._rows[found.key].entry
    county.book.resettle([entry._replace(detail=detail, decoder="milesight-iot/em300-th 1.0.0")])
    return county.book.copies([found.key])[0]


@pytest.fixture
def kept(county: County) -> list[Quarantined]:
    return [
        keep(county, 1),
        keep(county, 2, detail="item 0175 at byte 7 is cut short"),
        keep(county, 3, "malformed", EVIL, "{no json " + EVIL),
    ]


def rows(page: str) -> list[str]:
    return re.findall(r'<tr data-group="(\w+)">', page)


def test_an_empty_quarantine_says_so(county: County, browse: Browse) -> None:
    assert "Nichts in Quarantäne: Jede Nachricht konnte verwendet werden." in browse(county).get("/quarantine").text
    page = browse(county).get("/quarantine", accept_language="en").text
    assert "every message could be used" in page
    assert "<form" not in page


@pytest.mark.parametrize(("language", "cause"), [("de", "Decoder gescheitert"), ("en", "decoder failed")])
def test_alike_messages_stand_as_one(
    county: County, kept: list[Quarantined], browse: Browse, language: str, cause: str
) -> None:
    page = browse(county).get("/quarantine", accept_language=language).text

    assert len(rows(page)) == 2
    assert "item … at byte … is cut short" in page
    assert cause in page
    assert EVIL not in page


@pytest.mark.parametrize(
    ("asked", "number"),
    [("q=CUT", 1), ("cause=malformed", 1), ("application=kreis", 2), ("application=fremd", 0), ("q=%22w2%22", 1)],
)
def test_the_quarantine_is_filtered(
    county: County, kept: list[Quarantined], browse: Browse, asked: str, number: int
) -> None:
    page = browse(county).get(f"/quarantine?{asked}").text

    assert len(rows(page)) == number
    assert ("Nichts passt zu diesem Filter." in page) is (number == 0)


def test_a_group_shows_its_messages_and_the_commands(county: County, kept: list[Quarantined], browse: Browse) -> None:
    browser = browse(county)
    name = rows(browser.get("/quarantine?q=cut").text)[0]

    page = browser.get(f"/quarantine/groups/{name}").text

    assert page.count('<details class="message">') == 2
    assert f"smartregion quarantine retry --group {name}</code>" in page
    assert f"smartregion quarantine discard --group {name} --reason &#34;…&#34;</code>" in page
    assert "03 67" in page
    assert "kreis.w1" in page
    assert EVIL not in page
    assert "<button" not in page


def test_many_messages_are_cut_into_pages(county: County, browse: Browse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.quarantine.MESSAGES", 2)
    for number in range(1, 6):
        keep(county, number)
    browser = browse(county)
    address, seen = "/quarantine/groups/" + rows(browser.get("/quarantine").text)[0], list[str]()

    while address:
        page = browser.get(address).text
        seen += re.findall(r'href="/quarantine/([0-9a-f]{40})"', page)
        address = "".join(re.findall(r'rel="next" href="([^"]+)"', page)).replace("&amp;", "&")

    assert seen == sorted(each.key.hex() for each in county.book.quarantined())


def test_one_message_is_shown_as_it_came(county: County, kept: list[Quarantined], browse: Browse) -> None:
    page = browse(county).get(f"/quarantine/{kept[0].key.hex()}", accept_language="en").text

    assert CUT in page
    assert "milesight-iot/em300-th 1.0.0" in page
    assert "03 67" in page
    assert "port 85" in page
    assert "&#34;f_port&#34;: 85" in page
    assert f"smartregion quarantine retry {kept[0].key.hex()}</code>" in page
    assert EVIL not in page


def test_what_cannot_be_read_is_shown_as_text(county: County, kept: list[Quarantined], browse: Browse) -> None:
    page = browse(county).get(f"/quarantine/{kept[2].key.hex()}").text

    assert "{no json &lt;script&gt;" in page
    assert "keine lesbare Nachricht" in page


@pytest.mark.parametrize(
    "address", ["/quarantine/00", "/quarantine/zz", "/quarantine/groups/00", "/quarantine/groups/"]
)
def test_what_is_not_there_is_not_found(county: County, browse: Browse, address: str) -> None:
    assert browse(county).get(address).status_code == 404


def test_a_message_long_gone_leaves_no_trace_of_hours(county: County, browse: Browse) -> None:
    keep(county, 3 * HOUR // MINUTE)
    assert "vor 3 Std." in browse(county).get("/quarantine").text
