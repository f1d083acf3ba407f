"""The end of DuckDB's write-ahead log when power was cut: what was not flushed may be there in part.

DuckDB reads over a log that ends too early, and refuses one of which a piece is missing. No transaction that was
acknowledged lies behind the last flush, so the log is cut where it is torn; what it was is kept beside it.
"""

import os
import re
import shutil
from pathlib import Path
from typing import Final

_TORN: Final = re.compile(r"Corrupt WAL file: entry at byte position (\d+)")


def cut_torn_end(path: Path, error: str) -> str:
    """Cut the log of the database at `path` where that error of DuckDB says it is torn.

    Returns:
        What was done, for people; empty when the error says something else, and nothing was done.
    """
    found = _TORN.search(error)
    log = path.with_name(f"{path.name}.wal")
    if found is None or not log.exists() or int(found[1]) >= log.stat().st_size:
        return ""
    kept = _free_name(log)
    shutil.copyfile(log, kept)
    with log.open("r+b") as file:
        file.truncate(int(found[1]))
        os.fsync(file.fileno())
    return (
        f"{log} was torn at byte {found[1]}, as by a loss of power, and has been cut there; as it was it lies in "
        f"{kept}. Nothing that was acknowledged is missing, unless the disk itself is failing: then run "
        "`smartregion redecode` over the last days."
    )


def _free_name(log: Path) -> Path:
    number = 1
    while (name := log.with_name(f"{log.name}.torn-{number}")).exists():
        number += 1
    return name
