"""The pages of devices are current, and the worked example of the page on adding a decoder is one that works."""

import re
from pathlib import Path

import pytest

from docs.device_pages import FOLDER, all_pages
from tests.docs.world import page
from tests.whole.command import smartregion

PAGES = all_pages()


def test_there_is_a_page_for_each_decoder_and_no_other() -> None:
    assert {file.name for file in FOLDER.glob("*.md")} == set(PAGES)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_current(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == PAGES[name], "run: python -m docs.generate"


def example(language: str, containing: str) -> str:
    shown: list[str] = re.findall(rf"^```{language}\n(.*?)^```", page("adding-a-decoder.md"), re.MULTILINE | re.DOTALL)
    return next(each for each in shown if containing in each)


def test_the_worked_example_passes_as_it_is_written(tmp_path: Path) -> None:
    new = re.findall(r'"([^"]*)"|(\S+)', example("sh", "decoder new"))
    typed = [quoted or bare for quoted, bare in new][1:]
    assert smartregion(*typed, "--data", tmp_path).status == 0
    python = tmp_path / "decoders.d" / "dragino_lht52.py"
    whole = re.sub(
        r"^LAYOUT = .*?^\)$",
        lambda _: example("python", "LAYOUT").strip(),
        python.read_text(),
        flags=re.MULTILINE | re.DOTALL,
    )
    python.write_text(whole)
    python.with_suffix(".yaml").write_text(example("yaml", "brand: dragino"))

    told = smartregion("decoder", "test", "dragino/lht52", "--data", tmp_path)

    assert (told.status, told.out.splitlines()[0]) == (0, example("text", "✓ dragino/lht52 1.0.0:").splitlines()[0])
