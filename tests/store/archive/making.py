"""Builders for the archive's tests, and a crash at any step they choose."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from unittest.mock import patch

from smartregion.clock import DAY, ManualClock
from store.archive import FOLDER, ArchivedMessage, Catalogue, Filed
from store.archive_writing import ArchiveWriter
from store.parquet import Stretch, Workshop

NOON = 20_000 * DAY + DAY // 2
TODAY = date(2024, 10, 4)
EVERYTHING = Stretch("", "\U0010ffff", nameless=True)


P = ParamSpec("P")
T = TypeVar("T")
STEPS: Sequence[tuple[Any, Sequence[str]]] = (
    (os, ["fsync"]),
    (Path, ["rename", "unlink", "mkdir"]),
    (Catalogue, ["announce", "enter", "forget_doomed", "forget_chunks"]),
    (Workshop, ["write_staged", "merge"]),
)


class Crash(BaseException):
    """The process ends here."""


def make_row(
    place: int = 0,
    *,
    chunk: int = 1,
    device_id: str | None = "klima-01",
    payload: bytes | None = None,
    application: str = "umwelt",
) -> ArchivedMessage:
    return ArchivedMessage(
        application,
        device_id,
        None if device_id is None else NOON + place,
        NOON + place + 5,
        "mqtt",
        "v3/umwelt/devices/klima-01/up",
        application,
        "stored",
        "",
        "milesight-iot/em300 1",
        b'{"n": %d}' % place if payload is None else payload,
        chunk,
        place,
    )


def make_rows(count: int, *, chunk: int = 1, day: date = TODAY, application: str = "umwelt") -> list[Filed]:
    return [
        Filed(day, make_row(place, chunk=chunk, device_id=f"klima-{place % 7:02d}", application=application))
        for place in range(count)
    ]


class Archive:
    """An archive in a folder, opened anew as after a start."""

    def __init__(self, data: Path, clock: ManualClock, workshop: Workshop) -> None:
        self.catalogue = Catalogue(data / FOLDER)
        self.workshop = workshop
        self.writer = ArchiveWriter(self.catalogue, self.workshop, clock)

    def rows(self) -> list[ArchivedMessage]:
        """Everything that counts, by chunk and place."""
        files = [self.catalogue.folder / part.file for part in self.catalogue.parts()]
        return sorted(self.workshop.rows(files, EVERYTHING), key=lambda row: (row.chunk, row.place))

    def files(self) -> set[str]:
        """What lies in the folder beside the catalogue."""
        folder = self.catalogue.folder
        found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
        return {file for file in found if not file.startswith("catalogue.db") and file != "readers.lock"}


@contextmanager
def opened(data: Path, clock: ManualClock | None = None, workshop: Workshop | None = None) -> Iterator[Archive]:
    """The archive below a folder; `workshop` saves the start of another."""
    with ExitStack() as stack:
        used = workshop or stack.enter_context(Workshop(data / "tmp"))
        archive = Archive(data, clock or ManualClock(NOON), used)
        stack.enter_context(closing(archive.catalogue))
        yield archive


@contextmanager
def crashing(at: int) -> Iterator[Callable[[], bool]]:
    """Let the process end before its `at`-th step on the disk; gives whether it came to that."""
    steps = 0
    crashed = False

    def step(work: Callable[P, T]) -> Callable[P, T]:
        def counted(*given: P.args, **more: P.kwargs) -> T:
            nonlocal steps, crashed
            if crashed or steps == at:
                crashed = True
                raise Crash
            steps += 1
            return work(*given, **more)

        return counted

    with ExitStack() as patched:
        for owner, names in STEPS:
            for name in names:
                patched.enter_context(patch.object(owner, name, step(getattr(owner, name))))
        yield lambda: crashed
