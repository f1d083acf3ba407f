"""The process that writes the archive: `python -m cli.archiving DATA`, started by the archive job, ended with it.

On standard input it is told in one line of JSON which chunks to keep; on standard output it tells line by line which
ones are kept. When standard input closes it ends at once: the archive is made to bear that.
"""

import gc
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from datetime import date
from pathlib import Path
from typing import Any, Final

from cli.kept_region import region_of
from ingest.filing import digest, file_rows
from ingest.judging import Judge
from smartregion.clock import SystemClock
from smartregion.errors import Misconfigured, Unavailable
from store.archive import FOLDER, Catalogue, Filed
from store.archive_writing import ArchiveWriter
from store.journal.book_sqlite import SqliteBook
from store.journal.log_sqlite import SqliteLog
from store.journal.protocol import Book, Log
from store.parquet import Workshop

BATCH_MESSAGES: Final = 50_000
NICE: Final = 10

Tell = Callable[[Mapping[str, Any]], None]


class Archiving:
    """Brings chunks into the archive, batch by batch, then tidies it."""

    def __init__(self, log: Log, book: Book, judge: Judge, catalogue: Catalogue, writer: ArchiveWriter) -> None:
        self._log = log
        self._book = book
        self._judge = judge
        self._catalogue = catalogue
        self._writer = writer

    def work(self, positions: Sequence[int], expire_before: date, tell: Tell) -> None:
        """Keep these chunks, merge small files, delete those of days before `expire_before`. Raises Unavailable."""
        self._writer.recover()
        self._forget_dropped()
        for batch in self._keep(positions, tell):
            tell({"kept": batch})
        with self._catalogue.deleting() as allowed:
            if allowed:
                self._tidy(expire_before, tell)

    def _tidy(self, expire_before: date, tell: Tell) -> None:
        self._writer.expire(expire_before)
        for small in self._writer.crumbs():
            try:
                self._writer.merge(small)
            except Unavailable as error:
                tell({"problem": str(error)})

    def _forget_dropped(self) -> None:
        self._catalogue.forget_chunks([each for each in self._catalogue.kept() if self._there(each) is None])

    def _there(self, position: int) -> bool | None:
        try:
            return None if self._log.get(position) is None else True
        except Unavailable:
            return True

    def _keep(self, positions: Sequence[int], tell: Tell) -> Iterator[list[int]]:
        """The chunks that are in the archive now, or no longer anywhere."""
        kept, done = self._catalogue.kept(), list[int]()
        chunks, rows = dict[int, bytes](), list[Filed]()
        for position in positions:
            try:
                chunk = self._log.get(position)
            except Unavailable as error:
                tell({"problem": str(error)})
                continue
            done.append(position)
            if chunk is not None and kept.get(position) != (its := digest(chunk)):
                chunks[position] = its
                rows += file_rows(chunk, self._judge, self._book)
            if len(rows) >= BATCH_MESSAGES:
                self._writer.keep(chunks, rows)
                yield done
                done, chunks, rows = [], {}, []
        if rows:
            self._writer.keep(chunks, rows)
        yield done


def main() -> None:
    """Do what is asked on standard input."""
    data = Path(sys.argv[1])
    order = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.nice(NICE)
    # Little of what is made here is garbage that counts references in circles.
    gc.set_threshold(50_000, 20, 100)
    try:
        work(data, order["positions"], date.fromisoformat(order["expire_before"]), say)
    except (Unavailable, Misconfigured) as error:
        say({"away": str(error)})
    say({"end": True})


def work(data: Path, positions: Sequence[int], expire_before: date, tell: Tell) -> None:
    """Open what a data folder holds, beside the service that runs on it, and work on it.

    Raises:
        Unavailable, Misconfigured: log, book or archive can't be used.
    """
    region = region_of(data)
    with ExitStack() as stack:
        log = stack.enter_context(closing(SqliteLog.reader(data / "log.db")))
        book = stack.enter_context(closing(SqliteBook.reader(data / "book.db")))
        catalogue = stack.enter_context(closing(Catalogue(data / FOLDER)))
        workshop = stack.enter_context(Workshop(data / "tmp"))
        writer = ArchiveWriter(catalogue, workshop, SystemClock())
        Archiving(log, book, Judge(region), catalogue, writer).work(positions, expire_before, tell)


def say(words: Mapping[str, Any]) -> None:
    """One line to the parent."""
    sys.stdout.write(json.dumps(words) + "\n")
    sys.stdout.flush()


def _end_with_parent() -> None:
    # Not sys.stdin: a thread that waits in its buffer would disturb the interpreter's end.
    while os.read(0, 4096):
        pass
    os._exit(0)


if __name__ == "__main__":
    main()
