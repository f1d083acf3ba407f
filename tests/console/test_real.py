"""The pages in a real browser: both languages, phone and desktop, nothing wrong, nothing from outside."""

import socket
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final, Protocol

import pytest
import uvicorn
from fastapi import FastAPI

from console import build

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = [pytest.mark.real, pytest.mark.timeout(300), pytest.mark.filterwarnings("default")]

BROWSER: Final = "/usr/bin/chromium"
FLAGS: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SIZES: Final = {"phone": (390, 844), "desktop": (1280, 900)}
PAGES: Final = (
    "/", "/map", "/points", "/points/wetter", "/points/rathaus-uebach", "/domains/energy", "/domains/water",
    "/domains/waste", "/domains/mobility", "/domains/environment", "/domains/buildings", "/about",
    "/gaps", "/quarantine", "/alarms",
)  # fmt: skip


class Stores(Protocol):
    def app(self) -> FastAPI: ...


class Site:
    """The console on a free port, until it is stopped."""

    def __init__(self, app: FastAPI, port: int = 0) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        config = uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],))
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    playwright = pytest.importorskip("playwright.sync_api")
    build.build()
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=BROWSER, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def site(full: Stores) -> Iterator[Site]:
    found = Site(full.app())
    yield found
    found.stop()


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("size", SIZES)
def test_every_page_is_clean_fits_and_loads_nothing_from_outside(
    site: Site, chromium: "Browser", size: str, language: str
) -> None:
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height}, locale=language)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda said: wrong.append(said.text) if said.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda asked: wrong.append(asked.url) if not asked.url.startswith(site.root) else None)
    for address in PAGES:
        page.goto(f"{site.root}{address}?lang={language}")
        page.wait_for_selector('#live[data-state="on"]')
        if page.locator("#chart, #trend").count():
            page.wait_for_selector(".u-over, .chart .empty")
        if address == "/map":
            page.wait_for_selector("path.leaflet-interactive")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, address
        assert page.evaluate("document.documentElement.lang") == language
        assert wrong == [], address
    context.close()


def test_a_message_in_quarantine_is_found_and_its_command_marked_by_a_click(site: Site, chromium: "Browser") -> None:
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{site.root}/quarantine?lang=en")
    page.click("tr[data-group] a")
    page.click("details.message summary")
    assert "{no json" in page.inner_text("details.message pre")
    page.click("code.command >> nth=0")
    marked = page.evaluate("getSelection().toString()")
    assert marked.startswith("smartregion quarantine retry --group ")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click("details.message dd a")
    page.wait_for_selector("#facts-title")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


def test_a_page_is_live_again_by_itself_after_a_restart(full: Stores, chromium: "Browser") -> None:
    before = Site(full.app())
    page = chromium.new_page()
    page.goto(before.root)
    page.wait_for_selector('#live[data-state="on"]')

    before.stop()
    page.wait_for_selector('#live[data-state="off"]', timeout=15_000)
    after = Site(full.app(), before.port)
    page.wait_for_selector('#live[data-state="on"]', timeout=15_000)

    page.close()
    after.stop()


def test_the_chart_and_the_filter_answer_to_the_keyboard(site: Site, chromium: "Browser") -> None:
    page = chromium.new_page()
    page.goto(f"{site.root}/points/rathaus-uebach?lang=en")
    page.select_option("#quantity", "energy.active_import_total")
    page.focus('[data-range="30d"]')
    page.keyboard.press("Enter")
    page.wait_for_selector("#caption:has-text('Consumption')")
    assert page.get_attribute('[data-range="30d"]', "aria-pressed") == "true"

    page.goto(f"{site.root}/points?lang=en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.fill('input[name="q"]', "klasse")
    page.wait_for_selector("#count:has-text('3 of')")
    page.close()
