"""The process that decodes archived messages in bulk: `python -m cli.redecode_worker DATA`, started by `redecode`.

It reads what is asked as one line of JSON from standard input, and writes batches to standard output. When standard
input closes it ends at once; it changes nothing but files of its own in the data folder's `tmp`.
"""

import gc
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from datetime import date, timedelta
from pathlib import Path
from typing import Final

import msgspec

from cli.kept_region import region_of
from cli.kit import open_kit
from ingest import redecode_words as words
from ingest.decoding import Decoding
from ingest.filing import digest, file_rows
from ingest.judging import Judge
from ingest.placing import Placer
from ingest.redecode_bulk import Bulk
from queries.redecoding import RedecodeOrder
from smartregion.clock import DAY, HOUR
from smartregion.errors import Misconfigured, Unavailable
from smartregion.region import Region
from store.archive import FOLDER, ArchivedMessage, Catalogue, Filed, Part
from store.archive_writing import PART_MESSAGES, stretches, verify
from store.journal.book_sqlite import SqliteBook
from store.journal.log_sqlite import SqliteLog
from store.journal.protocol import Book, Chunk, Log
from store.parquet import Stretch, Window, Workshop
from store.registry.reading import open_reader

GROUP_MESSAGES: Final = 20_000
"""Messages that are decoded and compared together, apart from a single device's."""
EARLIER, LATER = 1 * HOUR, 2 * DAY
"""How far around the range frames are looked at that may state the same times."""
NICE: Final = 10


class Asked(msgspec.Struct):
    """What is asked."""

    order: RedecodeOrder
    after: str | None = None
    """The last device that is done already."""
    upto: str | None = None
    """The last device to look at; None: all."""
    first_upto: str | None = None
    """Where the first batch ends that was begun before."""
    beyond: int | None = None
    """Only messages of the log beyond this chunk."""


class Reading:
    """Finds the messages of an order: in the archive, and in the log what is not archived yet."""

    def __init__(
        self, order: RedecodeOrder, log: Log, book: Book, judge: Judge, workshop: Workshop, aside: Path
    ) -> None:
        """`aside`: an empty folder for files of our own."""
        self._order = order
        self._log = log
        self._book = book
        self._judge = judge
        self._workshop = workshop
        self._aside = aside
        self._around = Window(order.start - EARLIER, order.end + LATER)
        self._files: list[Path] = []
        self.position = book.position()

    def gather(self, catalogue: Catalogue | None, region: Region) -> None:
        """Find all files; damaged ones are told. Raises Unavailable."""
        # The log first: what moves to the archive meanwhile is then in both, and counts once.
        kept = catalogue.kept() if catalogue is not None else {}
        self.take_in(chunk for chunk in self._chunks(0) if kept.get(chunk.position) != digest(chunk))
        if catalogue is not None:
            parts = self._parts(catalogue, region)
            verify(catalogue.folder, parts)
            self._files += [catalogue.folder / part.file for part in parts]

    def gather_beyond(self, position: int) -> None:
        """Find what came in after that chunk. Raises Unavailable."""
        self.take_in(self._chunks(position))

    def _chunks(self, after: int) -> Iterator[Chunk]:
        return (chunk for chunk in self._log.read(after, sys.maxsize) if chunk.position <= self.position)

    def take_in(self, chunks: Iterable[Chunk]) -> None:
        """Write the settled messages of these chunks to files of our own, like those of the archive."""
        rows: list[Filed] = []
        for chunk in chunks:
            rows += [filed for filed in file_rows(chunk, self._judge, self._book) if self._wanted(filed.row)]
            if len(rows) >= PART_MESSAGES:
                self._write(rows)
                rows = []
        self._write(rows)

    def _wanted(self, row: ArchivedMessage) -> bool:
        near = row.received_at is None or self._around.start <= row.received_at < self._around.end
        return near and row.application == self._order.application and row.state != "queued"

    def _write(self, rows: Sequence[Filed]) -> None:
        if not rows:
            return
        day = date.min
        self._workshop.clear()
        self._workshop.stage(Filed(day, row) for _, row in rows)
        path = self._aside / f"{len(self._files)}.parquet"
        self._workshop.write_staged(path, self._order.application, day)
        self._workshop.clear()
        self._files.append(path)

    def _parts(self, catalogue: Catalogue, region: Region) -> list[Part]:
        judge = Judge(region)
        first, last = judge.day(self._around.start), judge.day(self._around.end)
        one = timedelta(days=1)
        return catalogue.parts(self._order.application, first - one, last + one)

    @property
    def _range(self) -> Window:
        return Window(self._order.start, self._order.end)

    def devices(self, after: str | None, upto: str | None) -> list[tuple[str | None, int]]:
        """Devices to look at and their messages in the range, in order; without `after` nameless ones as well."""
        found = self._workshop.devices(self._files, self._range)
        only = frozenset(self._order.devices)
        wanted = [each for each in found if not only or each[0] in only]
        above = [each for each in wanted if after is None or (each[0] is not None and each[0] > after)]
        return [each for each in above if upto is None or each[0] is None or each[0] <= upto]

    def rows(self, which: Stretch) -> Iterator[ArchivedMessage]:
        """The messages of some devices in the range."""
        return self._workshop.rows(self._files, which, self._range, self._order.devices)

    def witnesses(self, devices: Collection[str]) -> Iterator[ArchivedMessage]:
        """The messages of these devices shortly before and after the range."""
        which = Stretch("", max(devices))
        for window in (Window(self._around.start, self._range.start), Window(self._range.end, self._around.end)):
            yield from self._workshop.rows(self._files, which, window, devices)


def main() -> None:
    """Do what is asked on standard input."""
    data = Path(sys.argv[1])
    asked = msgspec.json.decode(sys.stdin.buffer.readline(), type=Asked)
    threading.Thread(target=_end_with_parent, args=(data,), daemon=True).start()
    os.nice(NICE)
    # Little of what is made here is garbage that counts references in circles.
    gc.set_threshold(50_000, 20, 100)
    out = sys.stdout.buffer
    try:
        for word in work(data, asked):
            words.write(out, word)
    except (Unavailable, Misconfigured) as error:
        words.write(out, words.Problem(str(error)))
    words.write(out, words.End())


def work(data: Path, asked: Asked) -> Iterator[words.Word]:
    """Everything that is to be told.

    Raises:
        Unavailable: a file is damaged, or a store can't be read. Misconfigured: the data folder can't be used.
    """
    region = region_of(data)
    order = asked.order
    with ExitStack() as stack:
        log = stack.enter_context(closing(SqliteLog.reader(data / "log.db")))
        book = stack.enter_context(closing(SqliteBook.reader(data / "book.db")))
        registry = stack.enter_context(closing(open_reader(data / "registry.db")))
        catalogue = Catalogue.reader(data / FOLDER)
        if catalogue is not None:
            stack.enter_context(closing(catalogue))
            stack.enter_context(catalogue.reading())
        workshop = stack.enter_context(Workshop(data / "tmp"))
        aside = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="redecode-", dir=data / "tmp")))
        judge = Judge(region)
        reading = Reading(order, log, book, judge, workshop, aside)
        library = stack.enter_context(open_kit(data)).library
        bulk = Bulk(order, judge, Decoding(registry, library), Placer(registry))
        if asked.beyond is not None:
            reading.gather_beyond(asked.beyond)
        else:
            reading.gather(catalogue, region)
        yield from _batches(asked, reading, bulk)


def _batches(asked: Asked, reading: Reading, bulk: Bulk) -> Iterator[words.Word]:
    devices = reading.devices(asked.after, asked.upto)
    yield words.Total(sum(count for _, count in devices), reading.position)
    for which in _cut(devices, asked):
        yield bulk.batch(which.upto, reading.rows(which), reading.witnesses)


def _cut(devices: list[tuple[str | None, int]], asked: Asked) -> list[Stretch]:
    """Stretches of devices; a batch that was begun before ends where it ended then."""
    begun = [each for each in devices if asked.first_upto is not None and (each[0] or "") <= asked.first_upto]
    rest = devices[len(begun) :]
    first = stretches(begun, sys.maxsize)
    found = first + stretches(rest, GROUP_MESSAGES)
    before = asked.after or ""
    moved = []
    for which in found:
        moved.append(which._replace(after=before))
        before = which.upto
    return moved


def _end_with_parent(data: Path) -> None:
    # Not sys.stdin: a thread that waits in its buffer would disturb the interpreter's end.
    while os.read(0, 4096):
        pass
    for left in (data / "tmp").glob("redecode-*"):
        shutil.rmtree(left, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    main()
