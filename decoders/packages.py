"""Decoders of installed Python packages, told by entry points of the group `smartregion.decoders`.

An entry point names a module that holds `DECODERS`; its vectors lie beside it in a YAML file of the same name:

    [project.entry-points."smartregion.decoders"]
    acme = "acme_decoders.meters"
"""

import importlib
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from types import ModuleType
from typing import Final

from decoders.admission import admit
from decoders.library import Loaded, Origin, Problem

GROUP: Final = "smartregion.decoders"


class Packages:
    """What is installed beside the platform; a change needs a restart."""

    def stamp(self) -> object:
        """Always the same: a module is imported once."""
        return None

    def load(self) -> Loaded:
        """Every decoder of every entry point whose vectors pass."""
        loaded = [_load(each) for each in sorted(entry_points(group=GROUP), key=lambda one: one.name)]
        decoders = tuple(known for each in loaded for known in each.decoders)
        return Loaded(decoders, tuple(problem for each in loaded for problem in each.problems))


class _BrokenPackage(Exception):
    """A package that can't be imported."""


def _load(entry: EntryPoint) -> Loaded:
    place = f"{entry.dist.name if entry.dist else 'a package'} ({entry.value})"
    try:
        module = _import(entry)
        file = Path(module.__file__ or "")
        beside = file.with_suffix(".yaml")
        proofs = beside.read_text("utf-8") if beside.exists() else None
        return admit(module, Origin.PACKAGE, place, file.read_bytes(), proofs)
    except (_BrokenPackage, OSError, UnicodeDecodeError) as error:
        return Loaded(problems=(Problem(place, str(error)),))


def _import(entry: EntryPoint) -> ModuleType:
    try:
        return importlib.import_module(entry.module)
    except (Exception, SystemExit) as error:
        raise _BrokenPackage(f"{type(error).__name__}: {error}") from error
