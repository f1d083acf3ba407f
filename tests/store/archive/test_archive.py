"""The archive gives back what it was given, without us too, and a crash at any step leaves it whole."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from smartregion.clock import HOUR, ManualClock
from smartregion.errors import Unavailable
from store.archive import ArchivedMessage, Filed
from store.archive_writing import SUMS, verify
from store.parquet import FIRST, LAST, Stretch, Window, Workshop
from tests.store.archive.making import EVERYTHING, NOON, TODAY, Crash, crashing, make_row, make_rows, opened

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
TIME = st.integers(FIRST, LAST)
ROW = st.builds(
    ArchivedMessage,
    application=st.sampled_from(["umwelt", "wasser", "", "../weird name"]),
    device_id=st.none() | st.sampled_from(["a-1", "a-2", "klima-01"]),
    received_at=st.none() | TIME,
    arrived_at=TIME,
    source=TEXT,
    topic=TEXT,
    connection=TEXT,
    state=st.sampled_from(["stored", "ignored", "quarantined", "duplicate", ""]),
    cause=TEXT,
    decoder=TEXT,
    payload=st.binary(max_size=60),
    chunk=st.just(1),
    place=st.just(0),
)


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with Workshop(tmp_path_factory.mktemp("workshop")) as one:
        yield one


@given(rows=st.lists(ROW, min_size=1, max_size=30))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_goes_in_comes_out(tmp_path: Path, workshop: Workshop, rows: list[ArchivedMessage]) -> None:
    placed = [row._replace(place=place) for place, row in enumerate(rows)]
    with TemporaryDirectory(dir=tmp_path) as folder, opened(Path(folder), workshop=workshop) as archive:
        archive.writer.keep({1: b"x"}, [Filed(TODAY, row) for row in placed])

        assert archive.rows() == placed


def test_files_are_called_so_that_a_person_understands(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        archive.writer.keep({1: b"x"}, [*make_rows(3), *make_rows(2, application="")])

        assert archive.files() == {
            "umwelt/2024-10/umwelt_2024-10-04_001.parquet",
            f"umwelt/2024-10/{SUMS}",
            "_unknown/2024-10/_unknown_2024-10-04_001.parquet",
            f"_unknown/2024-10/{SUMS}",
        }


def test_others_read_the_files_without_us(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        archive.writer.keep({1: b"x"}, make_rows(3))
    file = tmp_path / "archive/umwelt/2024-10/umwelt_2024-10-04_001.parquet"

    with duckdb.connect() as duck:
        found = duck.execute(
            "SELECT device_id, received_at::VARCHAR, state, decode(payload)::JSON->>'$.n' FROM read_parquet($1) "
            "ORDER BY place",
            [str(file)],
        ).fetchall()

    assert found[1] == ("klima-01", "2024-10-04 12:00:00.000000001", "stored", "1")


def test_checksums_are_listed_as_sha256sum_wants_them(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        archive.writer.keep({1: b"x"}, make_rows(3))
        archive.writer.keep({2: b"x"}, make_rows(3, chunk=2))
    folder = tmp_path / "archive/umwelt/2024-10"

    lines = [line.split("  ") for line in (folder / SUMS).read_text().splitlines()]
    listed = {name: checksum for checksum, name in lines}

    assert listed == {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.parquet")}
    assert len(listed) == 2


@pytest.mark.parametrize("harm", ["a bit", "the end", "all"])
def test_damage_is_told_with_the_name_of_the_file(tmp_path: Path, harm: str) -> None:
    with opened(tmp_path) as archive:
        (part,) = archive.writer.keep({1: b"x"}, make_rows(50))
        path = archive.catalogue.folder / part.file
        octets = bytearray(path.read_bytes())
        if harm == "all":
            path.unlink()
        else:
            octets[100] ^= 1
            path.write_bytes(octets if harm == "a bit" else octets[:-9])

        with pytest.raises(Unavailable, match=path.name):
            verify(archive.catalogue.folder, [part])


def test_only_devices_and_times_asked_for_are_read(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        (part,) = archive.writer.keep({1: b"x"}, [*make_rows(70), Filed(TODAY, make_row(70, device_id=None))])
        files = [archive.catalogue.folder / part.file]

        some = list(archive.workshop.rows(files, Stretch("klima-01", "klima-03"), Window(NOON + 7, NOON + 21)))
        named = list(archive.workshop.rows(files, EVERYTHING, None, ["klima-05"]))

    assert [(row.device_id, row.place) for row in some] == [
        ("klima-02", 9), ("klima-02", 16), ("klima-03", 10), ("klima-03", 17),
    ]  # fmt: skip
    assert {row.device_id for row in named} == {"klima-05"}


def test_small_files_of_a_quiet_day_become_one_and_each_message_is_there_once(tmp_path: Path) -> None:
    clock = ManualClock(NOON)
    rows = [filed for chunk in range(1, 6) for filed in make_rows(20, chunk=chunk)]
    with opened(tmp_path, clock) as archive:
        for chunk in range(1, 6):
            archive.writer.keep({chunk: b"x"}, [filed for filed in rows if filed.row.chunk == chunk])
        archive.writer.keep({9: b"x"}, [rows[0], rows[1]])
        assert archive.writer.crumbs() == []
        clock.advance(13 * HOUR // 1_000_000_000)

        (small,) = archive.writer.crumbs()
        archive.writer.merge(small)

        assert archive.rows() == [filed.row for filed in rows]
        assert [file for file in archive.files() if not file.endswith(SUMS)] == [
            "umwelt/2024-10/umwelt_2024-10-04_007.parquet"
        ]
        assert archive.writer.crumbs() == []


def test_a_damaged_file_is_not_merged_into_others(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        parts = [part for chunk in (1, 2) for part in archive.writer.keep({chunk: b"x"}, make_rows(5, chunk=chunk))]
        (archive.catalogue.folder / parts[0].file).write_bytes(b"PAR1")

        with pytest.raises(Unavailable):
            archive.writer.merge(parts)

        assert archive.catalogue.parts() == parts


def test_days_past_their_time_go(tmp_path: Path) -> None:
    with opened(tmp_path) as archive:
        archive.writer.keep({1: b"x"}, [*make_rows(2), *make_rows(2, day=TODAY - timedelta(days=1))])

        archive.writer.expire(TODAY)

        assert {part.day for part in archive.catalogue.parts()} == {TODAY}
        assert len(archive.files()) == 2


def test_files_of_others_are_left_alone(tmp_path: Path) -> None:
    theirs = tmp_path / "archive/umwelt/2024-10/umwelt_2024-10-04_001.parquet"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(b"restored by hand")

    with opened(tmp_path) as archive:
        archive.writer.recover()
        archive.writer.keep({1: b"x"}, make_rows(2))

    assert theirs.read_bytes() == b"restored by hand"


def test_nothing_is_deleted_while_somebody_reads(tmp_path: Path) -> None:
    with opened(tmp_path) as archive, opened(tmp_path) as reader:
        with reader.catalogue.reading(), archive.catalogue.deleting() as allowed:
            assert not allowed
        with archive.catalogue.deleting() as allowed:
            assert allowed


def test_a_crash_at_any_step_keeps_all_of_a_batch_or_nothing(tmp_path: Path, workshop: Workshop) -> None:
    rows = [*make_rows(10), *make_rows(5, day=TODAY - timedelta(days=1)), *make_rows(3, application="wasser")]
    step, crashed = 0, True
    while crashed:
        data = tmp_path / str(step)
        with suppress(Crash), opened(data, workshop=workshop) as archive, crashing(step) as happened:
            archive.writer.keep({1: b"x"}, rows)
        crashed = happened()
        with opened(data, workshop=workshop) as archive:
            archive.writer.recover()
            assert len(archive.rows()) in ({0, 18} if crashed else {18}), step
            assert bool(archive.catalogue.kept()) == bool(archive.rows())
            parts = {part.file for part in archive.catalogue.parts()}
            assert {file for file in archive.files() if not file.endswith(SUMS)} == parts
        step += 1
    assert step > 10


def test_a_crash_at_any_step_of_merging_loses_and_doubles_nothing(tmp_path: Path, workshop: Workshop) -> None:
    rows = [filed for chunk in (1, 2, 3) for filed in make_rows(10, chunk=chunk)]
    step, crashed = 0, True
    while crashed:
        data = tmp_path / str(step)
        with opened(data, workshop=workshop) as archive:
            for chunk in (1, 2, 3):
                archive.writer.keep({chunk: b"x"}, [filed for filed in rows if filed.row.chunk == chunk])
            small = archive.catalogue.parts()
        with suppress(Crash), opened(data, workshop=workshop) as archive, crashing(step) as happened:
            archive.writer.merge(small)
        crashed = happened()
        with opened(data, workshop=workshop) as archive:
            archive.writer.recover()
            assert archive.rows() == [filed.row for filed in rows]
            verify(archive.catalogue.folder, archive.catalogue.parts())
            assert len([file for file in archive.files() if file.endswith(".parquet")]) in {1, 3}
        step += 1
    assert step > 5


def test_a_batch_takes_few_bytes_a_row(tmp_path: Path) -> None:
    payload = b'{"end_device_ids":{"device_id":"klima-01"},"uplink_message":{"f_cnt":%d}}' * 20
    rows = [Filed(TODAY, make_row(place, payload=payload % ((place,) * 20))) for place in range(2000)]
    with opened(tmp_path) as archive:
        (part,) = archive.writer.keep({1: b"x"}, rows)

    assert part.octets / 2000 < 150
