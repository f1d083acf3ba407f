"""The data folder: where one service keeps all of its files, and the lock that keeps a second one out."""

import errno
import fcntl
import os
import time
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

from smartregion import timestamps
from smartregion.clock import Clock, SystemClock
from smartregion.errors import Misconfigured

_LOCK: Final = "lock"
_ATTEMPTS: Final = 5
_PAUSE_SECONDS: Final = 0.02


class _Owner(NamedTuple):
    """Who holds the folder, as written in the lock file."""

    process: int = 0
    command: str = ""
    since: str = ""

    def __str__(self) -> str:
        if not self.process:
            return "another process"
        return f"process {self.process} ({self.command} since {self.since})"


class DataFolder:
    """The locked data folder of a running service; a context manager that lets go of it at the end."""

    def __init__(self, path: Path, lock: int) -> None:
        """Take over an open, locked lock file; made by `open`."""
        self.path: Final = path
        self._lock: int | None = lock

    @classmethod
    def open(cls, path: Path, *, command: str = "smartregion", clock: Clock | None = None) -> Self:
        """Make the folder when it is missing (mode 700) and lock it for this process.

        Args:
            path: the folder.
            command: what is running, told to whoever finds the folder in use ("smartregion up").
            clock: tells since when; the computer's when not given.

        Raises:
            Misconfigured: in use by another process, or not writable.
        """
        since = timestamps.render((clock or SystemClock()).now() // 1_000_000_000 * 1_000_000_000)
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            (path / "tmp").mkdir(mode=0o700, exist_ok=True)
            lock = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _not_usable(path, error) from error
        try:
            _take(path, lock)
            _write_owner(lock, _Owner(os.getpid(), command, since))
        except OSError as error:
            os.close(lock)
            raise _not_usable(path, error) from error
        except Misconfigured:
            os.close(lock)
            raise
        return cls(path, lock)

    @staticmethod
    def locked(path: Path) -> int | None:
        """The process that holds the folder, None when none does; 0 when its number can't be read.

        Raises:
            Misconfigured: no right to look.
        """
        try:
            lock = os.open(path / _LOCK, os.O_RDONLY)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise _not_usable(path, error) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _read_owner(lock).process
        finally:
            os.close(lock)
        return None

    @property
    def log(self) -> Path:
        """The journal's messages as received."""
        return self.path / "log.db"

    @property
    def book(self) -> Path:
        """The journal's book: what became of each message."""
        return self.path / "book.db"

    @property
    def series(self) -> Path:
        """Readings and rollups (DuckDB)."""
        return self.path / "series.duckdb"

    @property
    def registry(self) -> Path:
        """Tenants, points, devices, keys (SQLite)."""
        return self.path / "registry.db"

    @property
    def socket(self) -> Path:
        """Where the running service answers the command line."""
        return self.path / "run.sock"

    @property
    def region(self) -> Path:
        """The region file that the folder runs with."""
        return self.path / "region.toml"

    @property
    def temporary(self) -> Path:
        """For files that need not outlive the process."""
        return self.path / "tmp"

    def close(self) -> None:
        """Let go of the folder; closing twice is no error."""
        if self._lock is not None:
            fcntl.flock(self._lock, fcntl.LOCK_UN)  # also for a forked child that holds the same file
            os.close(self._lock)
            self._lock = None

    def __enter__(self) -> Self:
        """The folder itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the folder."""
        self.close()


def _take(path: Path, lock: int) -> None:
    # Someone who only looks (`locked`) holds the lock for a moment; hence more than one attempt.
    for _ in range(_ATTEMPTS):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(_PAUSE_SECONDS)
        else:
            return
    raise Misconfigured(
        f"Data folder {path} is in use by {_read_owner(lock)}; stop it or choose another folder with --data."
    )


def _write_owner(lock: int, owner: _Owner) -> None:
    os.ftruncate(lock, 0)
    os.pwrite(lock, "\n".join((str(owner.process), owner.command, owner.since, "")).encode(), 0)


def _read_owner(lock: int) -> _Owner:
    lines = os.pread(lock, 4096, 0).decode(errors="replace").splitlines()
    if len(lines) != len(_Owner._fields) or not lines[0].isdecimal():
        return _Owner()
    return _Owner(int(lines[0]), lines[1], lines[2])


def _not_usable(path: Path, error: OSError) -> Misconfigured:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Misconfigured(f"Data folder {path} can't be used: its disk is full. Make room, or choose another.")
    return Misconfigured(
        f"Data folder {path} can't be used: {error.strerror}. Give the service the right to write there, "
        "or choose another folder with --data."
    )
