"""What the data folder promises."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from smartregion.clock import ManualClock
from smartregion.errors import Misconfigured
from store.folder import DataFolder
from tests.store.journal.making import NOON, without_rights

ROOT = Path(__file__).parents[2]

HOLDER = """
import sys
from pathlib import Path
from store.folder import DataFolder
with DataFolder.open(Path(sys.argv[1]), command="smartregion up"):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_by_another(path: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", HOLDER, str(path)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_missing_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    with DataFolder.open(tmp_path / "deep" / "data") as folder:
        assert folder.path.stat().st_mode & 0o777 == 0o700
        assert folder.temporary.is_dir()


def test_every_file_has_its_place(tmp_path: Path) -> None:
    with DataFolder.open(tmp_path) as folder:
        paths = [folder.log, folder.book, folder.series, folder.registry, folder.socket, folder.region]

    names = ["log.db", "book.db", "series.duckdb", "registry.db", "run.sock", "region.toml"]
    assert paths == [tmp_path / name for name in names]


def test_a_second_owner_is_told_who_holds_it_since_when_and_what_to_do(tmp_path: Path) -> None:
    with DataFolder.open(tmp_path, command="smartregion up", clock=ManualClock(NOON + 5)):
        with pytest.raises(Misconfigured) as caught:
            DataFolder.open(tmp_path)

        assert DataFolder.locked(tmp_path) == os.getpid()
    assert str(caught.value) == (
        f"Data folder {tmp_path} is in use by process {os.getpid()} (smartregion up since 2024-10-04T12:00:00Z); "
        "stop it or choose another folder with --data."
    )


def test_another_process_keeps_us_out_until_it_is_killed(tmp_path: Path) -> None:
    with held_by_another(tmp_path) as other:
        assert DataFolder.locked(tmp_path) == other.pid
        with pytest.raises(Misconfigured, match=f"in use by process {other.pid} "):
            DataFolder.open(tmp_path)
        other.kill()
        other.wait()
        assert DataFolder.locked(tmp_path) is None
        DataFolder.open(tmp_path).close()


def test_a_closed_folder_is_free_and_closing_twice_is_no_error(tmp_path: Path) -> None:
    folder = DataFolder.open(tmp_path)
    folder.close()
    folder.close()

    assert DataFolder.locked(tmp_path) is None
    DataFolder.open(tmp_path).close()


def test_a_failure_inside_lets_go_of_the_folder(tmp_path: Path) -> None:
    with pytest.raises(KeyError), DataFolder.open(tmp_path):
        raise KeyError
    assert DataFolder.locked(tmp_path) is None


def test_looking_at_a_missing_folder_makes_nothing(tmp_path: Path) -> None:
    assert DataFolder.locked(tmp_path / "missing") is None
    assert list(tmp_path.iterdir()) == []


def test_a_held_folder_with_an_unreadable_lock_file_is_still_held(tmp_path: Path) -> None:
    with DataFolder.open(tmp_path):
        (tmp_path / "lock").write_bytes(b"\xff rubbish")

        assert DataFolder.locked(tmp_path) == 0
        with pytest.raises(Misconfigured, match="in use by another process;"):
            DataFolder.open(tmp_path)


def test_a_folder_that_can_not_be_written_is_told() -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o555)
        with without_rights():
            for path in (folder, folder / "data"):
                with pytest.raises(Misconfigured, match="right to write there"):
                    DataFolder.open(path)
        folder.chmod(0o700)


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file")
    with pytest.raises(Misconfigured, match="can't be used"):
        DataFolder.open(tmp_path / "data")
    assert DataFolder.locked(tmp_path / "data") is None
