"""Installed codecs and mappings as a source of decoders, and what is found wrong with them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from decoders.codecs import VECTORS, Codecs
from decoders.decoder import Frame
from decoders.folder import Folder
from decoders.javascript import installed
from decoders.javascript.pool import Pool
from decoders.library import Known, Library, Origin
from smartregion.clock import SystemClock
from smartregion.model import Profile

T1 = Profile("acme", "t1")
CODEC = "function decodeUplink(input) { return {data: {t: input.bytes[0] / 10}}; }"
FORGETFUL = "var n = 0; function decodeUplink(input) { n += 1; return {data: {t: n}}; }"
FIELDS = '[[fields]]\nfield = "t"\nquantity = "air.temperature"\n'
EXAMPLES = """
uplinkDecoder:
  examples:
    - description: mild
      input: {fPort: 2, bytes: [226]}
      output: {data: {t: 22.6}}
"""
OWN = """
brand: acme
models:
  t1:
    - {name: ours, source: synthetic, fport: 2, hex: "0a", readings: [{quantity: air.temperature, value: 1}]}
"""


@pytest.fixture(scope="module")
def pool() -> Iterator[Pool]:
    made = Pool(SystemClock(), workers=1)
    yield made
    made.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "decoders.d"


def install(folder: Path, pool: Pool, codec: str = CODEC, *, examples: str = EXAMPLES, reuse: bool = False) -> Codecs:
    folder.mkdir(exist_ok=True)
    aside = folder.parent
    (aside / "codec.js").write_text(codec)
    (aside / "fields.toml").write_text(FIELDS)
    (aside / "examples.yaml").write_text(examples)
    installed.install(
        folder,
        aside / "codec.js",
        brand="acme",
        model="t1",
        licence="MIT",
        pool=pool,
        mapping=aside / "fields.toml",
        examples_file=aside / "examples.yaml",
        reuse=reuse,
    )
    return Codecs(folder, pool)


def known_of(codecs: Codecs) -> Known:
    known = Library([codecs]).find(T1)
    assert known is not None
    return known


def test_a_folder_that_is_not_there_has_nothing(folder: Path, pool: Pool) -> None:
    loaded = Codecs(folder, pool).load()
    assert (loaded.decoders, loaded.problems) == ((), ())


def test_a_codec_that_is_installed_meanwhile_is_found(folder: Path, pool: Pool) -> None:
    library = Library([Codecs(folder, pool)])
    assert library.find(T1) is None

    install(folder, pool)

    assert library.refresh()
    known = library.find(T1)
    assert known is not None
    assert known.origin is Origin.INSTALLED
    assert known.decoder.decode(Frame(2, b"\x0a", 0)).readings[0].value == 1.0


def test_a_sound_codec_has_no_fault_and_tells_its_examples_and_vectors(folder: Path, pool: Pool) -> None:
    codecs = install(folder, pool)
    (folder / "acme" / "t1" / VECTORS).write_text(OWN)

    assert list(codecs.faults(known_of(codecs))) == []
    assert codecs.proofs(known_of(codecs)) == ("mild", "ours")


def test_a_vector_that_the_codec_does_not_give_is_told(folder: Path, pool: Pool) -> None:
    codecs = install(folder, pool)
    (folder / "acme" / "t1" / VECTORS).write_text(OWN.replace("value: 1", "value: 2"))

    (found,) = codecs.faults(known_of(codecs))
    assert (found.check, found.vector) == ("vector", "ours")
    assert found.differences == (("air.temperature 2 Cel", "air.temperature 1 Cel"),)


def test_vectors_that_can_not_be_read_are_told(folder: Path, pool: Pool) -> None:
    codecs = install(folder, pool)
    (folder / "acme" / "t1" / VECTORS).write_text("brand: [")

    assert [each.check for each in codecs.faults(known_of(codecs))] == ["proofs"]
    assert codecs.proofs(known_of(codecs)) == ()


def test_a_codec_whose_calls_share_a_context_and_remember_is_told(folder: Path, pool: Pool) -> None:
    codecs = install(folder, pool, FORGETFUL, examples=EXAMPLES.replace("22.6", "1"), reuse=True)

    assert "not" not in known_of(codecs).label
    assert any("another answer" in each.words for each in codecs.faults(known_of(codecs)))


def test_a_mapping_counts_for_its_devices_and_a_broken_one_is_reported(folder: Path, pool: Pool) -> None:
    folder.mkdir()
    (folder / "acme.fields.toml").write_text(f'brand = "acme"\nmodels = ["t1", "t2"]\n{FIELDS}')
    (folder / "broken.fields.toml").write_text("brand = ")

    library = Library([Codecs(folder, pool)])

    assert library.mapping(Profile("Acme", "T2")) is not None
    assert library.mapping(Profile("acme", "t3")) is None
    assert [each.place for each in library.problems] == ["broken.fields.toml"]


def test_a_link_to_nothing_among_the_files_hides_no_decoder(folder: Path, pool: Pool) -> None:
    codecs = install(folder, pool)
    for name in ("acme/t1/vanished", "acme/vanished.js", "vanished.fields.toml", "vanished.py"):
        (folder / name).symlink_to(folder / "nothing")

    library = Library([Folder(folder), codecs])

    assert library.find(T1) is not None
    assert [each.place for each in library.problems] == ["vanished.fields.toml"]
    assert not library.refresh()
