"""What the SQLite files do when the disk, another process or a person gets in the way."""

import random
import resource
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from smartregion.errors import Misconfigured, Unavailable
from smartregion.model import Message, State
from store.journal.book_sqlite import SqliteBook
from store.journal.log_sqlite import SqliteLog
from store.journal.protocol import Chunk, Entry
from tests.store.journal.making import change_file, make_entry, make_key, make_message, total, without_rights

Opener = Callable[..., SqliteLog | SqliteBook]
OPENERS = pytest.mark.parametrize("opener", [SqliteLog, SqliteBook])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "journal.db"


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that nobody may enter and read; tests take its rights away."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        folder.chmod(0o755)
        yield folder


def noise(count: int) -> list[Message]:
    dice = random.Random(count)
    return [make_message(dice.randbytes(20_000)) for _ in range(count)]


def limit_pages(book: SqliteBook, pages: int) -> None:
    with book._file.maintaining() as connection:
        connection.execute(f"PRAGMA max_page_count = {pages:d}")


def test_a_full_disk_keeps_nothing_half_and_the_same_settle_works_later(path: Path) -> None:
    with closing(SqliteBook(path)) as book:
        book.settle(1, [make_entry(0)])
        limit_pages(book, 1)
        large = [make_entry(number, State.QUEUED) for number in range(1, 2000)]
        with pytest.raises(Unavailable, match="full"):
            book.settle(2, large)

        assert book.position() == 1
        assert book.known([entry.key for entry in large]) == set()
        assert total(book).received == 1

        limit_pages(book, 100_000)
        assert book.settle(2, large) == 0
        assert total(book).queued == 1999


def test_a_full_disk_keeps_states_as_they_were(path: Path) -> None:
    with closing(SqliteBook(path)) as book:
        book.settle(1, [make_entry(number, State.QUEUED) for number in range(200)])
        limit_pages(book, 1)
        refused = [make_entry(number, State.QUARANTINED, message=make_message(b"x" * 9000)) for number in range(200)]
        with pytest.raises(Unavailable, match="full"):
            book.resettle(refused)

        assert total(book).queued == len(book.queued(1000)) == 200
        limit_pages(book, 100_000)
        book.resettle(refused)
        assert total(book).quarantined == len(book.quarantined(1000)) == 200


Disk = tuple[Path, Callable[[], None]]


def mounted_disk(folder: Path) -> Iterator[Disk]:
    filler = folder / "filler"
    filler.write_bytes(bytes(6_000_000))
    yield folder, filler.unlink
    subprocess.run(["umount", "-l", folder], check=True)


def capped_files(folder: Path) -> Iterator[Disk]:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_000_000, before[1]))
    try:
        yield folder, lambda: resource.setrlimit(resource.RLIMIT_FSIZE, before)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.fixture(params=["disk", "file"])
def small_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    """A folder that is soon full, and what gives it room: a small disk where we may mount one, else capped files."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=10m", "tmpfs", str(tmp_path)]
    mounts = request.param == "disk" and subprocess.run(mount, capture_output=True, check=False).returncode == 0
    yield from mounted_disk(tmp_path) if mounts else capped_files(tmp_path)


def test_a_log_on_a_full_disk_keeps_what_it_took_and_goes_on_when_there_is_room(small_disk: Disk) -> None:
    folder, give_room = small_disk
    with closing(SqliteLog(folder / "log.db")) as log:
        kept: list[Chunk] = []
        batches = [noise(10) for _ in range(60)]
        with pytest.raises(Unavailable):
            kept.extend(log.append(batch) for batch in batches)
        with pytest.raises(Unavailable):
            log.append(batches[len(kept)])
        assert list(log.read(0, 100)) == kept != []
        assert sum(each.count for each in log.waiting(0)) == 10 * len(kept)

        give_room()
        again = log.append(batches[len(kept)])
        assert list(log.read(0, 100)) == [*kept, again]


def settle_all(book: SqliteBook, chunks: list[list[Entry]]) -> None:
    for position, chunk in enumerate(chunks, 1):
        book.settle(position, chunk)


def test_a_book_on_a_full_disk_balances_and_goes_on_when_there_is_room(small_disk: Disk) -> None:
    folder, give_room = small_disk
    chunks = [[make_entry(n * 2000 + offset, offset=offset) for offset in range(2000)] for n in range(60)]
    with closing(SqliteBook(folder / "book.db")) as book:
        with pytest.raises(Unavailable):
            settle_all(book, chunks)
        booked = book.position()
        assert total(book).stored == 2000 * booked > 0

        give_room()
        assert book.settle(booked + 1, chunks[booked]) == 0
        assert total(book).stored == 2000 * (booked + 1)


@OPENERS
def test_a_locked_file_is_unavailable_and_works_once_it_is_free(path: Path, opener: Opener) -> None:
    with closing(opener(path, patience=0.05)) as journal, closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(Unavailable, match="locked"):
            write(journal)
        other.rollback()
        write(journal)
    assert holds_one(path, opener)


@OPENERS
def test_opening_a_locked_file_is_unavailable(path: Path, opener: Opener) -> None:
    opener(path).close()
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(Unavailable, match="locked"):
            opener(path, patience=0.05)


def write(journal: SqliteLog | SqliteBook) -> None:
    if isinstance(journal, SqliteLog):
        journal.append([make_message()])
    else:
        journal.settle(1, [make_entry()])


def holds_one(path: Path, opener: Opener) -> bool:
    with closing(opener(path)) as journal:
        if isinstance(journal, SqliteLog):
            return len(list(journal.read(0, 10))) == 1
        return total(journal).received == 1


@OPENERS
@pytest.mark.parametrize("content", [b"", b"not a database, " * 1000, b"SQLite format 3\0" + b"rubbish" * 3000])
def test_a_file_that_is_none_of_ours_is_left_alone_and_told(path: Path, opener: Opener, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(Misconfigured, match=r"journal\.db") as caught:
        opener(path)

    assert "ove it away" in str(caught.value)
    assert path.read_bytes() == content


@OPENERS
def test_another_database_is_not_taken_for_ours(path: Path, opener: Opener) -> None:
    other = SqliteBook if opener is SqliteLog else SqliteLog
    other(path).close()
    with pytest.raises(Misconfigured, match="is not a"):
        opener(path)


@OPENERS
def test_a_truncated_file_is_told_and_left_alone(path: Path, opener: Opener) -> None:
    with closing(opener(path)) as journal:
        write(journal)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Misconfigured, match=r"damaged.*backup"):
        opener(path)

    assert path.read_bytes() == whole[: len(whole) // 2]


@OPENERS
def test_a_file_of_a_newer_version_is_refused(path: Path, opener: Opener) -> None:
    opener(path).close()
    change_file(path, "PRAGMA user_version = 99")
    with pytest.raises(Misconfigured, match="newer smartregion"):
        opener(path)


@OPENERS
def test_a_missing_file_beside_what_it_had_not_yet_taken_in_is_told(path: Path, opener: Opener) -> None:
    path.with_name("journal.db-wal").write_bytes(b"frames")
    with pytest.raises(Misconfigured, match=r"journal\.db-wal"):
        opener(path)
    assert not path.exists()


@OPENERS
def test_an_unfinished_first_start_does_not_stand_in_the_way(path: Path, opener: Opener) -> None:
    path.with_name("journal.db.new").write_bytes(b"half made")
    with closing(opener(path)) as journal:
        write(journal)
    assert holds_one(path, opener)


@OPENERS
def test_a_missing_folder_is_told(tmp_path: Path, opener: Opener) -> None:
    with pytest.raises(Misconfigured, match="can't be made"):
        opener(tmp_path / "missing" / "journal.db")


@OPENERS
def test_a_folder_in_which_nothing_can_be_made_is_told(open_to_all: Path, opener: Opener) -> None:
    open_to_all.chmod(0o555)
    with without_rights(), pytest.raises(Misconfigured, match="right to write"):
        opener(open_to_all / "journal.db")


@OPENERS
def test_a_file_that_may_not_be_written_is_told(open_to_all: Path, opener: Opener) -> None:
    opener(open_to_all / "journal.db").close()
    (open_to_all / "journal.db").chmod(0o444)
    open_to_all.chmod(0o555)
    with without_rights(), pytest.raises(Misconfigured, match="right to write"):
        opener(open_to_all / "journal.db")


def test_a_damaged_chunk_is_unavailable_by_name_and_the_others_are_read(path: Path) -> None:
    with closing(SqliteLog(path)) as log:
        first, second = log.append(noise(1)), log.append(noise(2))
        with log._file.writing() as connection:
            connection.execute("UPDATE chunk SET messages = x'28b52ffd00' WHERE position = ?", (first.position,))
        with pytest.raises(Unavailable, match=f"Chunk {first.position} "):
            log.get(first.position)
        assert log.get(second.position) == second


def test_damaged_pages_are_unavailable_and_nothing_is_appended_over_them(path: Path) -> None:
    with closing(SqliteLog(path)) as log:
        for _ in range(200):
            log.append(noise(1))
    content = bytearray(path.read_bytes())
    content[16_384 * 2 :] = bytes(len(content) - 16_384 * 2)
    path.write_bytes(content)
    with closing(SqliteLog(path)) as log:
        with pytest.raises(Unavailable, match="damaged"):
            log.append(noise(1))
        with pytest.raises(Unavailable, match="damaged"):
            list(log.read(0, 1000))


@OPENERS
def test_what_is_closed_is_unavailable_and_closing_twice_is_no_error(path: Path, opener: Opener) -> None:
    journal = opener(path)
    journal.close()
    journal.close()
    with pytest.raises(Unavailable, match="closed"):
        write(journal)


@OPENERS
def test_the_files_are_for_their_owner_only(path: Path, opener: Opener) -> None:
    with closing(opener(path)) as journal:
        write(journal)
        assert {file.stat().st_mode & 0o077 for file in path.parent.iterdir()} == {0}


def test_positions_go_on_after_a_reopening_without_chunks(path: Path) -> None:
    with closing(SqliteLog(path)) as log:
        last = log.append([make_message()]).position
        log.drop([last])
    with closing(SqliteLog(path)) as log:
        assert log.append([make_message()]).position > last


def test_a_new_log_beside_an_old_book_loses_nothing(tmp_path: Path) -> None:
    with closing(SqliteBook(tmp_path / "book.db")) as book:
        book.settle(40, [make_entry(0)])
        with closing(SqliteLog(tmp_path / "log.db", after=book.position())) as log:
            chunk = log.append([make_message()])
        book.settle(chunk.position, [make_entry(1)])
        assert book.known([make_key(1)]) == {make_key(1)}


def test_space_of_dropped_chunks_is_given_back(path: Path) -> None:
    with closing(SqliteLog(path)) as log:
        positions = [log.append(noise(20)).position for _ in range(20)]
        log.drop(positions)
    assert path.stat().st_size < 1_000_000
