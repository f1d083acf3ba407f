"""The operator's own decoders: Python files in a folder, each with its vectors beside it in a file of the same name.

`acme_tm1.py` holds `DECODERS`, `acme_tm1.yaml` the vectors. A file that begins with `_` is left alone. The files are
code and run with the rights of the service: whoever may write to the folder may do what the service may.
"""

import importlib.util
import sys
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Final

from decoders import stamps
from decoders.admission import admit, candidates
from decoders.library import Known, Loaded, Origin, Problem

MODULES: Final = "smartregion_decoders_d"
"""Their modules are called `smartregion_decoders_d.NAME`, so that none hides another one's."""


class Folder:
    """A folder of Python files; it need not be there."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def stamp(self) -> object:
        """Names, sizes and times of change of the files."""
        return stamps.of(self._files())

    def load(self) -> Loaded:
        """Every decoder whose vectors pass."""
        loaded = [self._load(file) for file in self._python()]
        decoders = tuple(known for each in loaded for known in each.decoders)
        problems = tuple(problem for each in loaded for problem in each.problems)
        return Loaded(decoders, (*problems, *self._orphans()))

    def candidates(self) -> Iterator[Known | Problem]:
        """Every decoder, also one whose vectors do not pass yet."""
        for file in self._python():
            try:
                yield from candidates(_module(file), Origin.FOLDER, str(file), _proofs(file))
            except (ValueError, OSError, _BrokenFile) as error:
                yield Problem(str(file), str(error))

    def _load(self, file: Path) -> Loaded:
        try:
            return admit(_module(file), Origin.FOLDER, str(file), file.read_bytes(), _proofs(file))
        except (_BrokenFile, OSError, UnicodeDecodeError) as error:
            return Loaded(problems=(Problem(str(file), str(error)),))

    def _files(self) -> list[Path]:
        found = [*self._path.glob("*.py"), *self._path.glob("*.yaml")]
        return sorted(file for file in found if file.is_file() and not file.name.startswith("_"))

    def _python(self) -> list[Path]:
        return [file for file in self._files() if file.suffix == ".py"]

    def _orphans(self) -> Iterator[Problem]:
        stems = {file.stem for file in self._python()}
        for file in self._files():
            if file.suffix == ".yaml" and file.stem not in stems:
                yield Problem(str(file), f"vectors without a decoder: there is no {file.stem}.py beside it")


class _BrokenFile(Exception):
    """A Python file that does not run."""


class _Fresh(SourceFileLoader):
    """Always compiles the text as it is now: byte code is told by its time, and two edits may share a second."""

    def path_stats(self, path: str) -> dict[str, object]:
        """No times: neither is byte code read nor written."""
        raise OSError(path)


def _module(file: Path) -> ModuleType:
    """Run a file. Raises _BrokenFile with the line that is wrong."""
    name = f"{MODULES}.{file.stem}"
    spec = importlib.util.spec_from_loader(name, _Fresh(name, str(file)))
    if spec is None or spec.loader is None:
        raise _BrokenFile("it can't be read as Python")
    module = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up by its name.
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        raise _BrokenFile(f"line {_line(error, file)}: {type(error).__name__}: {error}") from error
    return module


def _line(error: BaseException, file: Path) -> int:
    """The last line of the file itself that led to the error."""
    line = getattr(error, "lineno", None) or 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    return int(line)


def _proofs(file: Path) -> str | None:
    beside = file.with_suffix(".yaml")
    return beside.read_text("utf-8") if beside.exists() else None
