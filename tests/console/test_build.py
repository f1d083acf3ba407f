"""The libraries: built once, of pinned versions, from nowhere that the lock file names."""

import json
from pathlib import Path

import pytest

from console import build
from smartregion.errors import Misconfigured, Unavailable


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A console folder with a lock file."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (tmp_path / name).write_bytes((build.CONSOLE / name).read_bytes())
    return tmp_path


@pytest.fixture
def installs(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Stands for npm: notes where it is called and lays the files down."""
    called: list[Path] = []

    def install(workshop: Path) -> None:
        called.append(workshop)
        for name in build.FILES:
            (workshop / "node_modules" / name).parent.mkdir(parents=True, exist_ok=True)
            (workshop / "node_modules" / name).write_text(name, encoding="utf-8")

    monkeypatch.setattr(build, "_install", install)
    return called


def test_the_lock_file_pins_versions_by_hash_and_names_no_address() -> None:
    text = (build.CONSOLE / "package-lock.json").read_text(encoding="utf-8")
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}

    assert "://" not in text
    assert "resolved" not in text
    assert set(packages) == {"node_modules/leaflet", "node_modules/uplot"}
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())


def test_it_builds_once_and_again_when_the_lock_changes(checkout: Path, installs: list[Path]) -> None:
    vendor = checkout / "static" / "vendor"

    assert build.build(checkout, vendor)
    assert not build.build(checkout, vendor)
    assert build.built(checkout, vendor)

    (checkout / "package-lock.json").write_text("{}", encoding="utf-8")
    assert not build.built(checkout, vendor)
    assert build.build(checkout, vendor)
    assert len(installs) == 2


def test_a_missing_file_is_brought_back(checkout: Path, installs: list[Path]) -> None:
    vendor = checkout / "static" / "vendor"
    build.build(checkout, vendor)
    (vendor / "uplot" / "uPlot.min.css").unlink()

    assert build.build(checkout, vendor)
    assert (vendor / "uplot" / "uPlot.min.css").is_file()


def test_without_any_npm_it_says_what_to_do(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    monkeypatch.setattr("sys.executable", str(checkout / "no-python"))

    with pytest.raises(Unavailable, match="no npm on this machine") as told:
        build.build(checkout, checkout / "vendor")

    assert "python -m console.build" in str(told.value)


def test_without_its_lock_file_it_refuses(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"package-lock\.json"):
        build.build(tmp_path, tmp_path / "vendor")
