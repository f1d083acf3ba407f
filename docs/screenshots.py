"""Makes the pictures of the documentation: `python docs/screenshots.py http://127.0.0.1:8080` beside a running demo.

Needs the `real` extra and Debian's chromium. Pictures go to docs/images, one for each page, size and language.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Final

from playwright.sync_api import BrowserContext, sync_playwright

BROWSER: Final = "/usr/bin/chromium"
FLAGS: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
SIZES: Final = {"desktop": (1280, 900), "phone": (390, 844)}
PAGES: Final = {
    "overview": "/", "map": "/map", "points": "/points", "energy": "/domains/energy", "water": "/domains/water",
    "waste": "/domains/waste", "mobility": "/domains/mobility", "environment": "/domains/environment",
    "buildings": "/domains/buildings",
}  # fmt: skip
SETTLE_MILLISECONDS: Final = 1500


def main() -> None:
    """Take every picture asked for."""
    asked = _asked()
    for size in asked.sizes:
        for language in asked.languages:
            _visit(asked.address, asked.out, size, language, asked.pages)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Pictures of the console for the documentation")
    parser.add_argument("address", help="where the console runs")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "images")
    parser.add_argument("--pages", nargs="*", default=["overview", "map", "point", "water"], help="names, or all")
    parser.add_argument("--sizes", nargs="*", default=list(SIZES), choices=SIZES)
    parser.add_argument("--languages", nargs="*", default=["de", "en"], choices=["de", "en"])
    return parser.parse_args()


def _visit(address: str, out: Path, size: str, language: str, wanted: list[str]) -> None:
    width, height = SIZES[size]
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=BROWSER, args=list(FLAGS), viewport={"width": width, "height": height}
        )
        pages = PAGES | {"point": _a_point(context, address)}
        for name in pages if "all" in wanted else wanted:
            _take(context, f"{address}{pages[name]}?lang={language}", out / f"{name}-{size}-{language}.png")
        context.close()


def _a_point(context: BrowserContext, address: str) -> str:
    page = context.new_page()
    page.goto(f"{address}/domains/energy")
    found = page.get_attribute("tbody th a[href^='/points/']", "href") or "/points"
    page.close()
    return found


def _take(context: BrowserContext, address: str, file: Path) -> None:
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector('#live[data-state="on"]')
    page.wait_for_timeout(SETTLE_MILLISECONDS)
    file.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=file)
    page.close()
    print(file.name)


if __name__ == "__main__":
    main()
