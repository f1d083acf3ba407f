"""Pages: readable with no, little and odd data, in both languages, strict about scripts, nothing from outside."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Protocol

import httpx
import pytest

from console import build
from smartregion.errors import Unavailable
from store.series.memory import MemorySeries

PAGES = (
    "/", "/map", "/points", "/points?q=rathaus&domain=energy&status=active&page=9", "/points/rathaus-uebach",
    "/points/wetter", "/domains/energy", "/domains/water", "/domains/waste", "/domains/mobility",
    "/domains/environment", "/domains/buildings", "/about", "/gaps", "/gaps?state=open&cause=cut", "/alarms",
    "/quarantine", "/quarantine?cause=malformed&q=json",
)  # fmt: skip
LISTS = tuple(page for page in PAGES if not page.startswith("/points/"))


class Browser(Protocol):
    def get(self, address: str, **headers: str) -> httpx.Response: ...


class Stores(Protocol):
    queries: object
    store: MemorySeries

    def device(self, name: str) -> str: ...


Browse = Callable[[object], Browser]


class Seen(HTMLParser):
    """What a browser would act on."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.inline: list[str] = []
        self.ids: list[str] = []
        self.labels: list[str] = []
        self._script_without_source = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        self.links += [told[name] for name in ("href", "src") if name in told]
        self.ids += [told["id"]] if "id" in told else []
        self.labels += told.get("aria-labelledby", "").split()
        if tag == "style" or "style" in told or (tag == "script" and "src" not in told):
            self.inline.append(self.get_starttag_text() or tag)
        self.inline += [name for name in told if name.startswith("on")]


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("address", PAGES)
def test_a_full_county_is_shown_without_anything_inline(
    full: Stores, browse: Browse, address: str, language: str
) -> None:
    answer = browse(full).get(address, accept_language=language)
    seen = Seen(answer.text)

    assert answer.status_code == 200
    assert f'<html lang="{language}"' in answer.text
    assert seen.inline == []
    assert "<script>alert" not in answer.text
    assert len(seen.ids) == len(set(seen.ids))
    assert set(seen.labels) <= set(seen.ids)


@pytest.mark.parametrize("address", LISTS)
def test_an_empty_county_says_what_is_missing(county: Stores, browse: Browse, address: str) -> None:
    answer = browse(county).get(address)

    assert answer.status_code == 200
    assert "None" not in answer.text


def test_an_odd_name_is_shown_as_text(full: Stores, browse: Browse) -> None:
    page = browse(full).get("/domains/environment").text

    assert "&lt;script&gt;alert(&#39;Öl &amp; Gas&#39;)&lt;/script&gt;" in page


def test_a_device_without_place_and_readings_has_a_page(county: Stores, browse: Browse) -> None:
    point = county.device("neu")

    page = browse(county).get(f"/points/{point}").text

    assert "nicht eingetragen" in page
    assert "Noch keine Daten." in page


def test_every_link_of_every_page_leads_somewhere_of_ours(full: Stores, browse: Browse) -> None:
    browser = browse(full)
    links = {link.split("#")[0] for address in PAGES for link in Seen(browser.get(address).text).links}
    links -= {"", "/v1/openapi.json"}  # the API's own

    broken = {link: status for link in links if (status := browser.get(link).status_code) != 200}

    assert all(link.startswith("/") and not link.startswith("//") for link in links)
    if not build.built():
        broken = {link: status for link, status in broken.items() if "/vendor/" not in link}
    assert broken == {}


def test_every_answer_carries_a_strict_policy(full: Stores, browse: Browse) -> None:
    for address in ("/", "/map.json", "/static/js/page.js", "/nothing/here"):
        headers = browse(full).get(address).headers

        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert re.findall(r"https?:|\*|data:", policy) == []
        assert headers["x-content-type-options"] == "nosniff"


def test_the_only_cookie_is_the_language_and_only_when_chosen(full: Stores, browse: Browse) -> None:
    assert "set-cookie" not in browse(full).get("/").headers
    cookie = browse(full).get("/?lang=en").headers["set-cookie"]

    assert cookie.startswith("smartregion_language=en;")
    assert "HttpOnly" in cookie
    assert "set-cookie" not in browse(full).get("/?lang=xx").headers


@pytest.mark.parametrize(("language", "words"), [("de", "Seite nicht gefunden"), ("en", "Page not found")])
@pytest.mark.parametrize("address", ["/nowhere", "/points/nobody", "/domains/gold", "/static/../app.py"])
def test_an_unknown_address_is_told_in_the_readers_language(
    full: Stores, browse: Browse, address: str, language: str, words: str
) -> None:
    answer = browse(full).get(address, accept_language=language)

    assert answer.status_code == 404
    assert words in answer.text


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [(Unavailable("locked"), 503, "antwortet gerade nicht"), (RuntimeError("secret"), 500, "schiefgegangen")],
)
def test_an_error_is_a_page_that_tells_no_secrets(
    full: Stores, browse: Browse, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, words: str
) -> None:
    def fail(*_: object, **__: object) -> object:
        raise error

    monkeypatch.setattr("console.fleet.Fleet.rows", fail)

    answer = browse(full).get("/points")

    assert answer.status_code == status
    assert words in answer.text
    assert "secret" not in answer.text


def test_pages_stay_readable_without_the_libraries(
    full: Stores, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.frame.built", lambda: False)

    page = browse(full).get("/points/wetter").text

    assert "python -m console.build" in page
    assert "5,0 °C" in page
    assert "82 %" in page


def test_figures_come_in_display_units_with_coverage(full: Stores, browse: Browse) -> None:
    page = browse(full).get("/domains/energy?lang=de").text

    assert "36,0 kWh" in page  # yesterday: 24 hours of 1 500 Wh
    assert "25 %" in page  # hourly readings of a device that should send every 15 minutes


def test_the_fullest_container_stands_on_top(full: Stores, browse: Browse) -> None:
    page = browse(full).get("/domains/waste").text

    assert page.index("Container Markt") < page.index("Container Schule")
    assert 'value="86.0"' in page


def test_rooms_are_rated_by_their_air(full: Stores, browse: Browse) -> None:
    page = browse(full).get("/domains/buildings?lang=en").text

    assert page.index("air the room now") < page.index(">air the room<") < page.index(">good<")


def test_the_list_is_filtered_by_all_that_is_asked(full: Stores, browse: Browse) -> None:
    browser = browse(full)

    assert "3 von 14" in browser.get("/points?q=stellplatz").text
    assert "1 von 14" in browser.get("/points?status=silent").text
    assert "Nichts passt" in browser.get("/points?q=stellplatz&domain=energy").text
    assert browser.get("/points?page=999999999999999999999&q=%00").status_code == 200


def test_raw_messages_are_shown_newest_first_with_json_and_hex(full: Stores, browse: Browse) -> None:
    page = browse(full).get("/points/wetter").text

    assert "01 02 ff" in page
    assert page.index("Gespeichert</span>") < page.index("malformed")
    assert "{no json &lt;script&gt;" in page


def test_silent_points_are_named_on_the_first_page(full: Stores, browse: Browse) -> None:
    page = browse(full).get("/").text

    assert '<a href="/points/still">still</a>' in page
    assert "vor 30 T." in page
    assert "1.200 von 4.800" in page


def test_what_the_store_does_not_take_is_told_on_the_first_page(
    full: Stores, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Der Datenspeicher nimmt nicht alles an" not in browse(full).get("/").text
    monkeypatch.setattr(full.store, "held", lambda: {"altenau": "The <bucket> is missing. Make it again"})
    page = browse(full).get("/").text
    assert "Der Datenspeicher nimmt nicht alles an" in page
    assert '<b>altenau</b>: <span lang="en">The &lt;bucket&gt; is missing. Make it again</span>' in page
