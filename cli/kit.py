"""The decoders of a data folder: what comes with the platform, packages, and the operator's own in `decoders.d`."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from decoders.codecs import Codecs
from decoders.folder import Folder
from decoders.javascript.pool import Pool
from decoders.library import Library, Problem
from decoders.packages import Packages
from smartregion.clock import Clock, SystemClock
from smartregion.logs import Logger

FOLDER: Final = "decoders.d"


@dataclass(frozen=True, slots=True)
class Kit:
    """The library and the parts it is made of."""

    path: Path
    """The operator's folder; it need not be there."""
    library: Library
    folder: Folder
    codecs: Codecs
    pool: Pool


@contextmanager
def open_kit(data: Path, clock: Clock | None = None, folder: Path | None = None) -> Iterator[Kit]:
    """The decoders of a data folder; workers for JavaScript run while a codec needs them.

    `folder`: where the operator's own lie, when not in the data folder.
    """
    path = folder or data / FOLDER
    pool = Pool(clock or SystemClock())
    own, codecs = Folder(path), Codecs(path, pool)
    try:
        yield Kit(path, Library([own, Packages(), codecs]), own, codecs, pool)
    finally:
        pool.close()


class Reloading:
    """Keeps the library in step with the folder while a service runs, and tells what can't be used, once."""

    def __init__(self, library: Library, logger: Logger) -> None:
        self._library = library
        self._logger = logger
        self._told: set[Problem] = set()
        self._tell()

    def __call__(self) -> None:
        """Look whether something changed."""
        if self._library.refresh():
            self._logger.info("decoders read again", decoders=len(self._library.all()))
            self._tell()

    def _tell(self) -> None:
        problems = set(self._library.problems)
        for problem in sorted(problems - self._told):
            self._logger.error("decoder not used", place=problem.place, why=problem.words)
        self._told = problems
