"""Writes the archive: new files, few large ones out of many small ones, and old ones away.

The order of steps is what makes it safe: note the names, write aside, make durable, put in place, enter in the
catalogue. What the catalogue does not know and nobody noted is left alone: it may be somebody's.
"""

import hashlib
import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from smartregion.clock import HOUR, Clock
from smartregion.errors import Unavailable
from store.archive import Catalogue, Filed, Part
from store.parquet import Stretch, Workshop

SUMS: Final = "SHA256SUMS"
PART_MESSAGES: Final = 100_000
"""What a merged file holds at most, apart from a single device's messages."""
QUIET: Final = 12 * HOUR
"""How long nothing has come for a day before its small files are merged …"""
MOST_SMALL: Final = 30
"""… unless there are more of them than this."""
_PLAIN_NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_BLOCK: Final = 1 << 20


class ArchiveWriter:
    """The one writer of an archive."""

    def __init__(self, catalogue: Catalogue, workshop: Workshop, clock: Clock) -> None:
        self._catalogue = catalogue
        self._folder = catalogue.folder
        self._workshop = workshop
        self._clock = clock

    def recover(self) -> None:
        """Delete what an interrupted run left, and bring the lists of checksums up to date. Raises Unavailable."""
        self._sweep()
        self._write_sums({part.folder for part in self._catalogue.parts()})

    def keep(self, chunks: Mapping[int, bytes], rows: Iterable[Filed]) -> list[Part]:
        """Write the rows of some chunks; afterwards all of them are in the archive, or none.

        Args:
            chunks: their positions, each with a digest of its messages.

        Raises:
            Unavailable: disk full or the like; nothing was kept.
        """
        self._workshop.clear()
        self._workshop.stage(rows)
        wanted: dict[str, tuple[str, date]] = {}
        for application, day, _ in self._workshop.staged():
            wanted[self._next_file(application, day, wanted)] = application, day
        self._catalogue.announce([name for file in wanted for name in (file, _aside(file))])
        parts = []
        for file, (application, day) in wanted.items():
            self._workshop.write_staged(self._prepare(file), application, day)
            parts.append(self._put_in_place(file, _shown(application), day))
        self._catalogue.enter(parts, chunks)
        self._finish(parts)
        self._workshop.clear()
        return parts

    def crumbs(self) -> list[list[Part]]:
        """For each day that has become quiet its small files, where there are several. Raises Unavailable."""
        days: dict[tuple[str, date], list[Part]] = {}
        for part in self._catalogue.parts():
            if part.messages < PART_MESSAGES // 2:
                days.setdefault((part.application, part.day), []).append(part)
        return [small for small in days.values() if self._due(small)]

    def _due(self, small: Sequence[Part]) -> bool:
        quiet = max(part.written_at for part in small) < self._clock.now() - QUIET
        fewest = -(-sum(part.messages for part in small) // PART_MESSAGES)
        return len(small) > MOST_SMALL or (quiet and len(small) > fewest)

    def merge(self, small: Sequence[Part]) -> list[Part]:
        """Make few large files out of the small ones of one application and day; a message is in them once.

        Raises:
            Unavailable: disk full, or a file is damaged; the day stays as it was.
        """
        verify(self._folder, small)
        application, day = small[0].application, small[0].day
        files = [self._folder / part.file for part in small]
        parts: list[Part] = []
        for stretch in stretches(self._workshop.devices(files), PART_MESSAGES):
            file = self._next_file(application, day, taken=[part.file for part in parts])
            self._catalogue.announce([file, _aside(file)])
            self._workshop.merge(files, stretch, self._prepare(file))
            parts.append(self._put_in_place(file, application, day))
        self._catalogue.enter(parts, {}, instead_of=small)
        self._finish(parts)
        return parts

    def expire(self, before: date) -> list[Part]:
        """Delete the files of days before that one. Raises Unavailable."""
        old = [part for part in self._catalogue.parts() if part.day < before]
        if old:
            self._catalogue.enter((), {}, instead_of=old)
            self._finish(old)
        return old

    def _next_file(self, application: str, day: date, taken: Collection[str] = ()) -> str:
        """A name that no file has, or had."""
        shown = _shown(application)
        stem = f"{shown}/{day:%Y-%m}/{shown}_{day.isoformat()}_"
        used = {part.file for part in self._catalogue.parts(shown, day, day)} | set(taken)
        used |= set(self._catalogue.doomed())
        used |= {f"{stem[: stem.rindex('/')]}/{path.name}" for path in (self._folder / stem).parent.glob("*.parquet")}
        number = 1
        while f"{stem}{number:03d}.parquet" in used:
            number += 1
        return f"{stem}{number:03d}.parquet"

    def _prepare(self, file: str) -> Path:
        path = self._folder / _aside(file)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.unlink(missing_ok=True)
        except OSError as error:
            raise _away(path, error) from error
        return path

    def _put_in_place(self, file: str, application: str, day: date) -> Part:
        aside, path = self._folder / _aside(file), self._folder / file
        messages = self._workshop.count(aside)
        try:
            _make_durable(aside)
            sha256, octets = checksum(aside), aside.stat().st_size
            aside.rename(path)
            for folder in (path.parent, path.parent.parent, self._folder):
                _make_durable(folder)
        except OSError as error:
            raise _away(path, error) from error
        return Part(file, application, day, messages, octets, sha256, self._clock.now())

    def _finish(self, parts: Iterable[Part]) -> None:
        self._sweep()
        self._write_sums({part.folder for part in parts})

    def _sweep(self) -> None:
        """Delete files that do not count; forgotten only once they are gone."""
        doomed = self._catalogue.doomed()
        if not doomed:
            return
        try:
            for file in doomed:
                (self._folder / file).unlink(missing_ok=True)
            for folder in {(self._folder / file).parent for file in doomed}:
                if folder.exists():
                    _make_durable(folder)
        except OSError as error:
            raise _away(self._folder, error) from error
        self._catalogue.forget_doomed(doomed)

    def _write_sums(self, folders: Collection[str]) -> None:
        """For each folder the list that `sha256sum --check` reads."""
        lines: dict[str, list[str]] = {folder: [] for folder in folders}
        for part in self._catalogue.parts():
            if part.folder in lines:
                lines[part.folder].append(f"{part.sha256}  {part.file.rpartition('/')[2]}\n")
        for folder, those in lines.items():
            _replace(self._folder / folder / SUMS, "".join(those))


def stretches(devices: Iterable[tuple[str | None, int]], messages: int) -> list[Stretch]:
    """Cut devices (in order, with their counts) into stretches of about so many messages."""
    found: list[Stretch] = []
    after, upto, total, nameless = "", "", 0, False
    for device, count in devices:
        if total and total + count > messages:
            found.append(Stretch(after, upto, nameless))
            after, total, nameless = upto, 0, False
        upto, total, nameless = device or upto, total + count, nameless or device is None
    if total:
        found.append(Stretch(after, upto, nameless))
    return found


def checksum(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal digits. Raises OSError."""
    found = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            found.update(block)
    return found.hexdigest()


def verify(folder: Path, parts: Iterable[Part]) -> None:
    """Compare files with the checksums of the catalogue.

    Raises:
        Unavailable: names every file that is damaged or missing, and what to do.
    """
    wrong = [f"{folder / part.file} ({why})" for part in parts if (why := _complaint(folder / part.file, part))]
    if wrong:
        raise Unavailable(
            f"the archive is damaged: {', '.join(wrong)}. Put the files back from a backup; "
            f"{SUMS} beside them says what they must be."
        )


def _complaint(path: Path, part: Part) -> str:
    try:
        return "" if checksum(path) == part.sha256 else "its checksum is another"
    except OSError as error:
        return error.strerror or "can't be read"


def _shown(application: str) -> str:
    """The application as a folder is called after it."""
    return application if _PLAIN_NAME.fullmatch(application) else "_unknown"


def _aside(file: str) -> str:
    return f"{file}.new"


def _replace(path: Path, text: str) -> None:
    if not path.parent.exists():
        return
    aside = path.with_name(f"{path.name}.new")
    try:
        if not text:
            path.unlink(missing_ok=True)
            return
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return
        aside.write_text(text, encoding="utf-8")
        _make_durable(aside)
        aside.rename(path)
        _make_durable(path.parent)
    except OSError as error:
        raise _away(path, error) from error


def _make_durable(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _away(path: Path, error: OSError) -> Unavailable:
    return Unavailable(f"the archive can't use {path}: {error.strerror or error}")
