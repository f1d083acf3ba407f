"""Whether files changed since they were last looked at."""

from collections.abc import Iterable, Iterator
from pathlib import Path

Stamp = tuple[tuple[str, int, int], ...]
"""Path, time of change in nanoseconds, and bytes of each file."""


def of(files: Iterable[Path]) -> Stamp:
    """The stamp of files; one that is gone by now, or a link to nothing, counts as not there."""
    return tuple(_each(sorted(files)))


def _each(files: Iterable[Path]) -> Iterator[tuple[str, int, int]]:
    for file in files:
        try:
            status = file.stat()
        except OSError:
            continue
        yield str(file), status.st_mtime_ns, status.st_size
