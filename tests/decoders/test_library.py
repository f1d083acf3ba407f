"""Decoders of the operator's and of packages: let in when their vectors pass, else reported, never fatal."""

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from decoders import catalogue
from decoders.decoder import Frame
from decoders.folder import Folder
from decoders.library import Library, Origin, Problem, Why, proofs
from decoders.packages import Packages
from smartregion.errors import Undecodable
from smartregion.model import Profile

PYTHON = '''
from decoders.decoder import Decoder, Frame
from decoders.layout import Layout
from decoders.numbers import Number, moduli_of, quantities_of
from smartregion.model import Decoded

LAYOUT = Layout(">", (Number("air.temperature", "h", {divisor}),))


def read(frame: Frame) -> Decoded:
    """The readings of one frame."""
    return LAYOUT.read(frame.payload)


DECODERS = (
    Decoder(
        brand="{brand}",
        models=("t1",),
        title="T1",
        domain="environment",
        source="data sheet",
        ports=frozenset({{2}}),
        quantities=quantities_of(LAYOUT.numbers),
        read=read,
        moduli=moduli_of(LAYOUT.numbers),
    ),
)
'''
VECTORS = """
brand: {brand}
models:
  t1:
    - name: mild
      source: datasheet
      fport: 2
      hex: "00e2"
      readings:
        - {{quantity: air.temperature, value: 22.6}}
"""
T1 = Profile("acme", "t1")


@dataclass
class Place:
    """A folder of decoders, and the library over it."""

    path: Path
    library: Library = field(init=False)

    def __post_init__(self) -> None:
        self.library = Library([Folder(self.path)])

    def write(self, name: str = "acme_t1", *, divisor: int = 10, brand: str = "acme", vectors: bool = True) -> None:
        (self.path / f"{name}.py").write_text(PYTHON.format(brand=brand, divisor=divisor))
        if vectors:
            (self.path / f"{name}.yaml").write_text(VECTORS.format(brand=brand))

    def problem(self) -> str:
        self.library.refresh()
        (found,) = self.library.problems
        assert self.library.find(T1) is None
        return f"{Path(found.place).name}: {found.words}"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_folder_that_is_not_there_has_nothing_and_is_no_problem(tmp_path: Path) -> None:
    library = Library([Folder(tmp_path / "decoders.d")])

    assert [each.decoder for each in library.all()] == list(catalogue.all_decoders())
    assert library.problems == ()


def test_a_decoder_whose_vectors_pass_is_let_in_without_a_restart_and_tells_its_text(place: Place) -> None:
    assert place.library.find(T1) is None
    place.write()

    assert place.library.refresh()

    known = place.library.find(Profile("ACME", "T1"))
    assert known is not None
    assert (known.origin, Path(known.place).name, len(proofs(known))) == (Origin.FOLDER, "acme_t1.py", 1)
    assert known.decoder.decode(Frame(2, b"\xff\x9c", 0)).readings[0].value == -10.0
    assert known.label.startswith("acme/t1 1.0.0+")
    assert not place.library.refresh()


def test_a_changed_text_changes_the_version_even_within_one_second(place: Place) -> None:
    place.write()
    place.library.refresh()
    before = place.library.find(T1)
    text = (place.path / "acme_t1.py").read_text()

    (place.path / "acme_t1.py").write_text(text.replace('title="T1"', 'title="T2"'))
    assert place.library.refresh()

    after = place.library.find(T1)
    assert before is not None
    assert after is not None
    assert after.decoder.title == "T2"
    assert after.label != before.label


def test_a_decoder_of_the_operators_stands_before_the_platforms_own(place: Place) -> None:
    place.write("mine", brand="dragino")
    text = (place.path / "mine.py").read_text()
    (place.path / "mine.py").write_text(text.replace('("t1",)', '("ldds75",)'))
    yaml = (place.path / "mine.yaml").read_text()
    (place.path / "mine.yaml").write_text(yaml.replace("t1:", "ldds75:"))
    place.library.refresh()

    ways = place.library.consider(Profile("dragino", "ldds75"))

    assert [(each.origin, each.why) for each in ways] == [
        (Origin.FOLDER, Why.RUNS),
        (Origin.PACKAGE, Why.NO_BRAND),
        (Origin.BUILT_IN, Why.LATER),
        (Origin.INSTALLED, Why.NO_BRAND),
    ]
    assert place.library.find(Profile("dragino", "lse01")) is not None


def test_a_model_that_is_not_known_is_told_with_those_of_its_brand(place: Place) -> None:
    ways = {each.origin: each for each in place.library.consider(Profile("dragino", "ldds76"))}

    assert ways[Origin.BUILT_IN].why is Why.NO_MODEL
    assert "ldds75" in ways[Origin.BUILT_IN].models


def test_a_decoder_that_fails_its_vector_stays_out_and_says_what_differs(place: Place) -> None:
    place.write(divisor=100)

    assert place.problem() == (
        "acme_t1.py: acme/t1 is not used: vector 'mild': air.temperature 22.6 Cel is wanted, "
        "air.temperature 2.26 Cel comes"
    )


@pytest.mark.parametrize(
    ("python", "words"),
    [
        ("import nothing_of_this_name\n", "acme_t1.py: line 1: ModuleNotFoundError"),
        ("x = 1\nif x\n", "acme_t1.py: line 2: SyntaxError"),
        ("x = 1\n\nx / 0\n", "acme_t1.py: line 3: ZeroDivisionError"),
        ("raise SystemExit(3)\n", "acme_t1.py: line 1: SystemExit"),
        ("DECODERS = ()\n", "acme_t1.py: it has no DECODERS"),
        ("DECODERS = ('acme',)\n", "acme_t1.py: it has no DECODERS"),
        (PYTHON.format(brand="acme", divisor=10).replace("environment", "weather"), "domain 'weather' is none of"),
        (PYTHON.format(brand="acme", divisor=10).replace('("t1",)', '"t1"'), "models is a tuple of texts"),
        (PYTHON.format(brand="acme", divisor=10).replace("frozenset({2})", "[2]"), "ports are a frozenset"),
        (PYTHON.format(brand="acme", divisor=10).replace("return LAYOUT.read", "LAYOUT.read"), "AttributeError"),
        (
            PYTHON.format(brand="acme", divisor=10).replace("return LAYOUT.read(frame.payload)", "return 7"),
            "AttributeError",
        ),
        (PYTHON.format(brand="acme", divisor=10).replace("return LAYOUT", "return 1 / 0, LAYOUT"), "ZeroDivisionError"),
    ],
)
def test_a_broken_file_is_reported_with_its_line_and_the_rest_goes_on(place: Place, python: str, words: str) -> None:
    place.write()
    place.write("other", brand="other")
    (place.path / "acme_t1.py").write_text(python)

    assert words in place.problem()
    assert place.library.find(Profile("other", "t1")) is not None


@pytest.mark.parametrize(
    ("yaml", "words"),
    [
        ("brand: [", "while parsing"),
        ("brand: acme\n", "it begins with `brand: …` and `models:`"),
        (VECTORS.format(brand="acme").replace('"00e2"', "0100"), "hex must be a text in quotes, not 64"),
        (VECTORS.format(brand="acme").replace("source: datasheet", "sauce: datasheet"), "sauce is not an entry"),
        (VECTORS.format(brand="acme").replace("      fport: 2\n", ""), "vector 1 of t1: 'fport' is missing"),
        (VECTORS.format(brand="acme").replace("00e2", "00e"), "vector 1 of t1: non-hexadecimal"),
        (VECTORS.format(brand="acme").replace("t1:", "t2:"), "no vector shows a frame that it decodes"),
    ],
)
def test_vectors_that_can_not_be_read_are_told_with_their_place(place: Place, yaml: str, words: str) -> None:
    place.write()
    (place.path / "acme_t1.yaml").write_text(yaml)

    assert words in place.problem()


def test_a_decoder_without_vectors_stays_out(place: Place) -> None:
    place.write(vectors=False)

    assert "no vector shows a frame that it decodes" in place.problem()


def test_vectors_that_are_a_folder_are_told_to_whoever_tests_too(place: Place) -> None:
    place.write(vectors=False)
    (place.path / "acme_t1.yaml").mkdir()

    assert "Is a directory" in place.problem()
    assert [isinstance(each, Problem) for each in Folder(place.path).candidates()] == [True]


def test_vectors_without_a_decoder_are_told(place: Place) -> None:
    (place.path / "acme_t1.yaml").write_text(VECTORS.format(brand="acme"))

    assert "there is no acme_t1.py beside it" in place.problem()


def test_of_two_files_for_one_device_the_first_counts_and_the_second_is_told(place: Place) -> None:
    place.write("a")
    place.write("b")
    place.library.refresh()

    known = place.library.find(T1)
    assert known is not None
    assert Path(known.place).name == "a.py"
    assert [Path(each.place).name for each in place.library.problems] == ["b.py"]


def test_an_answer_that_no_other_part_could_use_costs_its_frame_only(place: Place) -> None:
    place.write()
    text = (place.path / "acme_t1.py").read_text()
    wild = 'if frame.payload == b"\\xff\\xff": return Decoded((("air.warmth", 1.0, (), None),))'
    (place.path / "acme_t1.py").write_text(text.replace("    return LAYOUT", f"    {wild}\n    return LAYOUT"))
    place.library.refresh()

    known = place.library.find(T1)
    assert known is not None
    assert known.decoder.decode(Frame(2, b"\x00\xe2", 0)).readings
    with pytest.raises(Undecodable):
        known.decoder.decode(Frame(2, b"\xff\xff", 0))


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder where Python finds installed packages."""
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        if name.startswith("acme_"):
            del sys.modules[name]
    importlib.invalidate_caches()


def install(folder: Path, package: str, python: str) -> None:
    (folder / package).mkdir()
    (folder / package / "__init__.py").write_text("")
    (folder / package / "meters.py").write_text(python)
    (folder / package / "meters.yaml").write_text(VECTORS.format(brand="acme"))
    told = folder / f"{package}-1.0.dist-info"
    told.mkdir()
    (told / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (told / "entry_points.txt").write_text(f"[smartregion.decoders]\n{package} = {package}.meters\n")


def test_an_installed_package_adds_decoders_and_a_broken_one_is_reported(packages: Path) -> None:
    install(packages, "acme_good", PYTHON.format(brand="acme", divisor=10))
    install(packages, "acme_broken", "raise RuntimeError('half installed')\n")

    library = Library([Packages()])

    known = library.find(T1)
    assert known is not None
    assert (known.origin, known.place) == (Origin.PACKAGE, "acme_good (acme_good.meters)")
    assert [(each.place, each.words) for each in library.problems] == [
        ("acme_broken (acme_broken.meters)", "RuntimeError: half installed")
    ]
