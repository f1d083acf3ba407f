"""What an operator installs is checked once and then trusted only as long as nobody changes it."""

import json
from pathlib import Path

import pytest

from decoders.javascript import installed
from decoders.javascript.codec import as_decoder
from decoders.javascript.pool import Pool
from smartregion.errors import Misconfigured
from smartregion.model import Reading
from tests.decoders.javascript.world import FRAME, HOLDS_TEMPERATURE, NORMALIZES

MAPPING = '[[fields]]\nfield = "t"\nquantity = "air.temperature"\n'
EXAMPLES = """
uplinkDecoder:
  fileName: whatever.js
  examples:
    - {description: half, input: {fPort: 5, bytes: [3]}, output: {data: {t: 1.5, port: 5}}}
"""


class Desk:
    """An operator with some files."""

    def __init__(self, root: Path, pool: Pool) -> None:
        self.root, self.pool, self.folder = root, pool, root / "javascript"

    def file(self, name: str, text: str) -> Path:
        (self.root / name).write_text(text)
        return self.root / name

    def install(
        self,
        source: str,
        *,
        brand: str = "acme",
        model: str = "t1",
        licence: str = "MIT",
        mapping: Path | None = None,
        examples_file: Path | None = None,
        reuse: bool = False,
        origin: str = "",
    ) -> installed.Installed:
        return installed.install(
            self.folder,
            self.file("given.js", source),
            brand=brand,
            model=model,
            licence=licence,
            pool=self.pool,
            mapping=mapping,
            examples_file=examples_file,
            reuse=reuse,
            origin=origin,
        )


@pytest.fixture
def desk(tmp_path: Path, pool: Pool) -> Desk:
    return Desk(tmp_path, pool)


def test_an_installed_codec_is_a_decoder_from_then_on(desk: Desk) -> None:
    mapping, examples = desk.file("m.toml", MAPPING), desk.file("e.yaml", EXAMPLES)
    desk.install(HOLDS_TEMPERATURE, mapping=mapping, examples_file=examples)

    (codec,), problems = installed.load(desk.folder)

    assert problems == ()
    assert as_decoder(codec, desk.pool).decode(FRAME).readings == (Reading("air.temperature", 0.5),)
    assert [example.name for example in installed.proofs(desk.folder, codec)] == ["half"]


def test_what_was_checked_is_recorded(desk: Desk) -> None:
    done = desk.install(NORMALIZES, origin="https://example.org/t1.js", reuse=True)

    record = json.loads((done.place / "record.json").read_text())
    assert record.pop("engine").startswith("quickjs-ng ")
    assert record == {
        "brand": "acme",
        "model": "t1",
        "licence": "MIT",
        "origin": "https://example.org/t1.js",
        "sha256": done.codec.sha256,
        "entry": "decodeUplink",
        "examples": 0,
        "reuse": True,
    }
    assert installed.load(desk.folder)[0] == (done.codec,)
    assert (done.place / "codec.js").read_text() == NORMALIZES


def test_installing_again_replaces_all_of_it_but_what_is_the_operators(desk: Desk) -> None:
    first = desk.install(HOLDS_TEMPERATURE, mapping=desk.file("m.toml", MAPPING))
    (first.place / "vectors.yaml").write_text("the operator's own")
    second = desk.install(NORMALIZES)

    assert installed.load(desk.folder) == ((second.codec,), ())
    assert sorted(each.name for each in second.place.iterdir()) == ["codec.js", "record.json", "vectors.yaml"]
    assert [each.name for each in second.place.parent.iterdir()] == ["t1"]
    assert first.codec.version != second.codec.version


def test_another_mapping_is_another_version(desk: Desk) -> None:
    one = desk.install(HOLDS_TEMPERATURE, mapping=desk.file("m.toml", MAPPING))
    other = desk.install(HOLDS_TEMPERATURE, mapping=desk.file("m.toml", MAPPING + "factor = 2\n"))

    assert one.codec.sha256 == other.codec.sha256
    assert one.codec.version != other.codec.version


@pytest.mark.parametrize(
    ("source", "brand", "model", "licence", "words"),
    [
        ("function (", "acme", "t1", "MIT", "given.js was not installed: it does not load: syntax: SyntaxError"),
        ("var x = 1;", "acme", "t1", "MIT", "neither decodeUplink nor Decoder is defined"),
        ("while (true) {}", "acme", "t1", "MIT", "does not load: timeout"),
        (HOLDS_TEMPERATURE, "acme", "t1", "MIT", "it has no normalizeUplink.*--mapping"),
        (NORMALIZES, "../acme", "t1", "MIT", "the brand is '../acme'; write it as The Things Stack does"),
        (NORMALIZES, "acme", "T 1", "MIT", "the model is 'T 1'"),
        (NORMALIZES, "acme", "t1", " ", "its licence is missing"),
        (NORMALIZES + "/*" + "x" * 600_000 + "*/", "acme", "t1", "MIT", "a codec may have 524288"),
    ],
)
def test_what_can_not_work_is_not_installed(
    desk: Desk, source: str, brand: str, model: str, licence: str, words: str
) -> None:
    with pytest.raises(Misconfigured, match=words):
        desk.install(source, brand=brand, model=model, licence=licence)

    assert installed.load(desk.folder) == ((), ())


def test_every_mistake_is_told_at_once(desk: Desk) -> None:
    examples = desk.file("e.yaml", EXAMPLES.replace("1.5", "2.5"))

    with pytest.raises(Misconfigured) as caught:
        desk.install(HOLDS_TEMPERATURE, brand="", licence="", examples_file=examples)

    told = str(caught.value).splitlines()
    assert told[0] == "given.js was not installed:"
    assert len(told) == 6
    assert told[-2] == "  half: data.t is 1.5, not 2.5"
    assert "not what e.yaml says" in told[-1]


def test_a_mapping_in_error_is_not_installed(desk: Desk) -> None:
    with pytest.raises(Misconfigured, match=r"m\.toml has 1 mistake"):
        desk.install(HOLDS_TEMPERATURE, mapping=desk.file("m.toml", MAPPING + "colour = 1\n"))


def test_files_that_are_not_there_are_told(desk: Desk) -> None:
    with pytest.raises(Misconfigured, match=r"gone\.toml can't be read"):
        desk.install(HOLDS_TEMPERATURE, mapping=desk.root / "gone.toml")
    with pytest.raises(Misconfigured, match=r"gone\.yaml can't be read"):
        desk.install(NORMALIZES, examples_file=desk.root / "gone.yaml")
    with pytest.raises(Misconfigured, match=r"gone\.js can't be read"):
        installed.install(desk.folder, desk.root / "gone.js", brand="acme", model="t1", licence="MIT", pool=desk.pool)


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("codec.js", HOLDS_TEMPERATURE, "it was changed since it was checked"),
        ("codec.js", None, ""),
        ("record.json", None, "it was never checked"),
        ("record.json", "{}", "its record can't be read"),
        ("fields.toml", "[[fields]]\nfield = 'a'", "fields.toml has 1 mistake"),
    ],
)
def test_one_that_was_changed_is_reported_and_the_rest_is_loaded(
    desk: Desk, name: str, text: str | None, words: str
) -> None:
    kept = desk.install(NORMALIZES, model="kept")
    broken = desk.install(NORMALIZES, model="broken").place / name
    if text is None:
        broken.unlink()
    else:
        broken.write_text(text)

    codecs, problems = installed.load(desk.folder)

    assert codecs == (kept.codec,)
    assert [problem.place for problem in problems] == (["acme/broken/codec.js"] if words else [])
    assert all(words in problem.words for problem in problems)


def test_one_that_was_moved_to_another_model_is_reported(desk: Desk) -> None:
    place = desk.install(NORMALIZES).place
    place.rename(place.with_name("t2"))

    codecs, problems = installed.load(desk.folder)

    assert codecs == ()
    assert "its record is one of acme/t1" in problems[0].words


def test_a_folder_that_can_not_be_written_is_told(desk: Desk) -> None:
    desk.folder.write_text("in the way")

    with pytest.raises(Misconfigured, match="can't be written: Not a directory"):
        desk.install(NORMALIZES)


def test_a_folder_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert installed.load(tmp_path / "none") == ((), ())
