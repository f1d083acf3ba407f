"""A page for each decoder that comes with the platform, and the catalogue by domain: docs/decoders/."""

from collections.abc import Mapping

from decoders.kit.pages import pages
from decoders.library import Library
from docs.paste import DOCS

FOLDER = DOCS / "decoders"


def all_pages() -> Mapping[str, str]:
    """File name → text."""
    return pages(Library().all())


def write() -> None:
    """Write them all; pages of decoders that are no more go."""
    FOLDER.mkdir(exist_ok=True)
    made = all_pages()
    for file in FOLDER.glob("*.md"):
        if file.name not in made:
            file.unlink()
    for name, text in made.items():
        (FOLDER / name).write_text(text, "utf-8")
