"""Words: complete in both languages, and used."""

import re
from pathlib import Path
from string import Formatter

import pytest

import console
from console.texts import LANGUAGES, TEXTS, text

ROOM = Path(console.__file__).parent


def gaps(words: str) -> set[str]:
    """The names of the gaps to fill in."""
    return {name for _, name, _, _ in Formatter().parse(words) if name}


@pytest.mark.parametrize("key", TEXTS)
def test_every_text_is_there_in_both_languages_with_the_same_gaps(key: str) -> None:
    german, english = TEXTS[key]

    assert german.strip()
    assert english.strip()
    assert gaps(german) == gaps(english)


def test_every_key_a_template_or_script_names_is_in_the_table() -> None:
    sources = [*(ROOM / "templates").glob("*.html"), *(ROOM / "static" / "js").glob("*.js"), *ROOM.glob("*.py")]
    asked = re.compile(r"""\b(?:t|say|text)\(\s*["']([a-z_0-9.]+)["']\s*[,)]""")
    keys = {key for source in sources for key in asked.findall(source.read_text(encoding="utf-8"))}

    assert len(keys) > 50
    assert keys <= set(TEXTS)


def test_no_text_is_left_over() -> None:
    sources = [*(ROOM / "templates").glob("*.html"), *(ROOM / "static" / "js").glob("*.js"), *ROOM.glob("*.py")]
    written = "\n".join(path.read_text(encoding="utf-8") for path in sources if path.name != "texts.py")
    made_up = re.compile(
        r"^(domain|figure|state|status|use|trend|attr|age|span|error|language|climate|waste|col|range|nav|cause)\."
        r"|^water\.night\.|^point\.(per|mean|share)_|.*\.one$"
    )

    unused = [key for key in TEXTS if key not in written and not made_up.match(key)]

    assert unused == []


def test_a_key_that_is_not_there_is_refused() -> None:
    with pytest.raises(KeyError):
        text("no.such.key", LANGUAGES[0])
