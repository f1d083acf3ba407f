"""Follows the frame counters of all devices, frame by frame, and keeps them over a restart."""

import json
import threading
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from aggregates.frames import Frame, Heard, Hole, Run
from ingest import wire
from ingest.pipeline import Settled
from smartregion.errors import Unusable
from smartregion.model import Uplink
from smartregion.region import Region
from store.journal.protocol import Log
from store.registry.gaps import GapStore

POSITION = "gaps: position"
"""Mark of the last chunk whose frames are in what was kept."""
BACKFILL = "backfill"
MOST_FETCHED = 200_000
SLICE = 500
"""Devices looked at while the worker must wait."""

_new = tuple.__new__


class Noticed(NamedTuple):
    """What has happened since it was asked for last."""

    changed: set[str]
    """Devices whose holes are others now."""
    late: list[tuple[str, int]]
    """(device, time) of frames that came when their time was settled."""
    fetched: list[tuple[str, int]]
    """(device, time) of frames that the back-fill brought."""


class Standing(NamedTuple):
    """How a device's frames stand."""

    holes: list[Hole]
    floor: int
    last: int


class Hearing:
    """The runs of frames of every device. Fed by the worker; asked by the thread that keeps the gaps."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._heard: dict[str, Heard] = {}
        self._unsaved: set[str] = set()
        self._noticed = Noticed(set(), [], [])
        self._position = 0

    @property
    def position(self) -> int:
        """The last chunk whose frames are in."""
        return self._position

    def settled(self, settled: Settled) -> None:
        """Take in the frames of a chunk."""
        with self._lock:
            for uplink, source in settled.heard:
                if not uplink.simulated:
                    self._note(uplink, source)
            self._position = max(self._position, settled.position)

    def _note(self, uplink: Uplink, source: str) -> None:
        device = f"{uplink.application}.{uplink.device_id}"
        time = uplink.received_at
        frame = _new(Frame, (time, uplink.session_key_id, uplink.f_cnt))
        heard = self._heard.get(device)
        self._unsaved.add(device)
        if heard is None:
            self._heard[device] = Heard.begin(frame, 0)
        elif time < heard.floor:
            self._noticed.late.append((device, time))
        elif heard.add(frame):
            self._noticed.changed.add(device)
        if source == BACKFILL and len(self._noticed.fetched) < MOST_FETCHED:
            self._noticed.fetched.append((device, time))

    def noticed(self) -> Noticed:
        """What has happened; the next time it is told what has happened since."""
        with self._lock:
            told, self._noticed = self._noticed, Noticed(set(), [], [])
        return told

    def standing(self, devices: Collection[str]) -> dict[str, Standing]:
        """The holes of some devices."""
        with self._lock:
            found = ((device, self._heard.get(device)) for device in devices)
            return {device: Standing(heard.holes(), heard.floor, heard.last) for device, heard in found if heard}

    def settle(self, application: str, until: int) -> None:
        """What an application's devices miss before a time is no longer followed."""
        for some in self._sliced(f"{application}."):
            with self._lock:
                for device in some:
                    heard = self._heard[device]
                    if len(heard.runs) > 1:
                        heard.settle(until)
                        self._unsaved.add(device)

    def _sliced(self, prefix: str) -> Iterator[list[str]]:
        with self._lock:
            devices = [device for device in self._heard if device.startswith(prefix)]
        return (devices[at : at + SLICE] for at in range(0, len(devices), SLICE))

    def load(self, store: GapStore, log: Log, region: Region, booked: int) -> None:
        """Take up what was kept, and read again what the log holds since. Raises Unavailable.

        Args:
            booked: position of the last chunk that was booked; the worker brings those behind it.
        """
        for device, floor, text in store.load_heard():
            self._heard[device] = Heard([Run(*each) for each in json.loads(text)], floor)
        kept = store.mark(POSITION)
        if kept is None:
            # From here on nothing is forgotten, whenever this run ends.
            store.set_mark(POSITION, booked)
        self._position = booked if kept is None else kept
        while self._position < booked:
            chunk = next(iter(log.read(self._position)), None)
            if chunk is None or chunk.position > booked:
                break
            uplinks = ((_uplink(message.payload, message.application, region), "") for message in chunk.messages)
            heard = [(uplink, source) for uplink, source in uplinks if uplink is not None]
            self.settled(Settled((), heard=heard, position=chunk.position))
        self._position = booked
        self._noticed = Noticed(set(self._heard), [], [])

    def save(self, store: GapStore) -> None:
        """Keep what has changed. Raises Unavailable."""
        with self._lock:
            unsaved, self._unsaved = self._unsaved, set()
            position = self._position
        try:
            for at in range(0, len(unsaved), SLICE):
                store.save_heard(self._texts(sorted(unsaved)[at : at + SLICE]))
            store.set_mark(POSITION, position)
        except BaseException:
            with self._lock:
                self._unsaved |= unsaved
            raise

    def _texts(self, devices: Iterable[str]) -> list[tuple[str, int, str]]:
        with self._lock:
            found = [(device, self._heard[device]) for device in devices]
            return [(device, heard.floor, json.dumps([_row(run) for run in heard.runs])) for device, heard in found]


def _row(run: Run) -> tuple[str, int, int, int, int]:
    return run.session, run.first, run.since, run.last, run.until


def _uplink(payload: bytes, application: str, region: Region) -> Uplink | None:
    try:
        parsed = wire.parse(payload)
    except Unusable:
        return None
    if not isinstance(parsed, Uplink):
        return None
    named = application or next((each.label for each in region.applications if each.id == parsed.application), "")
    return parsed._replace(application=named) if named else None
