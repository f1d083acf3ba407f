"""What a process did to its files, and what of it a disk still holds after its power was cut.

What was flushed is there. Of what was not, nothing is there, or any part of it in any order, as disks do. Names (files
made, renamed, removed) become durable with the next flush of anything, as journalling file systems do.
"""

import random
import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final, NamedTuple

from faults.compiling import library

_HEAD: Final = struct.Struct("<cHQQq")
_SECTOR: Final = 512
# Shared memory of SQLite: made anew by whoever opens the file.
_VOLATILE: Final = "-shm"


class Act(NamedTuple):
    """One thing done to a file. Kinds: see disk.c."""

    kind: str
    path: str
    offset: int
    data: bytes
    time: int


class Content:
    """What is in one file: as it surely is on the disk, and what was done to it since."""

    def __init__(self) -> None:
        self.safe = bytearray()
        self._since: list[Act] = []

    def change(self, act: Act) -> None:
        """It was written to, or cut."""
        self._since.append(act)

    def flush(self) -> None:
        """All of it is on the disk."""
        for act in self._since:
            _apply(self.safe, act)
        self._since.clear()

    def after_cut(self, chance: random.Random, share: float) -> bytes:
        """What is there when power is cut now: of what was not flushed so much, the last piece torn."""
        left = bytearray(self.safe)
        for act in self._since:
            if chance.random() < share:
                kept = chance.randrange(len(act.data) // _SECTOR + 1) * _SECTOR if chance.random() < 0.2 else None
                _apply(left, act._replace(data=act.data[:kept]))
        return bytes(left)


class Disk:
    """The files below a folder while acts are played again."""

    def __init__(self) -> None:
        self._names: dict[str, Content] = {}
        self._safe_names: dict[str, Content] = {}
        self._renamed: list[Act] = []

    def play(self, act: Act) -> None:
        """Do it again."""
        if act.kind == "s":
            if act.path in self._names:
                self._names[act.path].flush()
            self._safe_names = dict(self._names)
            self._renamed.clear()
        elif act.kind in "cru":
            _move(self._names, act)
            self._renamed.append(act)
        else:
            self._names.setdefault(act.path, Content()).change(act)

    def after_cut(self, chance: random.Random, share: float) -> Mapping[str, bytes]:
        """What is there when power is cut now, by name."""
        names = dict(self._safe_names)
        for act in self._renamed[: chance.randrange(len(self._renamed) + 1)] if share else []:
            _move(names, act)
        return {name: content.after_cut(chance, share) for name, content in names.items() if _lasting(name)}


def environment(folder: Path, root: Path) -> Mapping[str, str]:
    """Has a process write down what it does to the files below `root`, into the file `record` of the folder."""
    return {
        "LD_PRELOAD": str(library("disk", folder)),
        "DISK_ROOT": str(root.resolve()),
        "DISK_RECORD": str(folder / "record"),
    }


def acts(record: Path) -> Iterator[Act]:
    """What was written down; an entry that breaks off is the last."""
    with record.open("rb") as file:
        while len(head := file.read(_HEAD.size)) == _HEAD.size:
            kind, path_length, offset, length, time = _HEAD.unpack(head)
            path = file.read(path_length).decode()
            data = file.read(length) if kind in b"wr" else b""
            yield Act(kind.decode(), path, offset, data, time)


def rebuild(files: Mapping[str, bytes], root: Path, folder: Path) -> None:
    """Write the files that were below `root` into another folder."""
    for name, content in files.items():
        target = folder / Path(name).relative_to(root)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _apply(content: bytearray, act: Act) -> None:
    if act.kind == "t":
        del content[act.offset :]
        content.extend(bytes(act.offset - len(content)))
        return
    content.extend(bytes(max(0, act.offset - len(content))))
    content[act.offset : act.offset + len(act.data)] = act.data


def _move(names: dict[str, Content], act: Act) -> None:
    if act.kind == "c":
        names.setdefault(act.path, Content())
        return
    moved = names.pop(act.path, None)
    if act.kind == "r" and moved is not None:
        names[act.data.decode()] = moved


def _lasting(name: str) -> bool:
    return not name.endswith((_VOLATILE, ".sock", "/lock"))
