"""Writes the generated parts of the pages: `python -m docs.generate`. A test holds them current."""

from collections.abc import Callable, Mapping
from typing import Final

from docs import decoder_catalogue, device_pages, parameter_table, region_reference, room_files, vocabulary_table
from docs.paste import DOCS, pasted

PARTS: Final[Mapping[str, tuple[str, Callable[[], str]]]] = {
    "region-file.md": ("reference", region_reference.text),
    "vocabulary.md": ("vocabulary", vocabulary_table.text),
    "parameters.md": ("parameters", parameter_table.text),
    "decoders.md": ("catalogue", decoder_catalogue.text),
    "architecture.md": ("files", room_files.text),
}
"""Page → name of its markers, and what goes between them."""


def current(page: str) -> str:
    """The page as it should be."""
    name, make = PARTS[page]
    return pasted((DOCS / page).read_text("utf-8"), name, make())


def main() -> None:
    """Write all of them."""
    for page in PARTS:
        (DOCS / page).write_text(current(page), "utf-8")
    device_pages.write()


if __name__ == "__main__":
    main()
