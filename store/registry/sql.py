"""The registry on SQLAlchemy: every answer comes from memory, every change goes to the database first."""

import threading
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

from sqlalchemy import insert, select, text, update

from smartregion.errors import Misconfigured
from smartregion.model import Assignment, Device, Point, Sample, Series, Site
from smartregion.region import Region
from smartregion.timestamps import EARLIEST
from store.registry import rows, tables, writing
from store.registry.alarms import AlarmStore
from store.registry.answers import Answers
from store.registry.database import Database
from store.registry.gaps import GapStore
from store.registry.intervals import LEARNED
from store.registry.known import Known, load
from store.registry.overlaps import rival, words
from store.registry.protocol import Interval, Sighting
from store.registry.sighting import Plan, first_seen, plan
from store.registry.tracks import Track
from store.registry.upgrade import upgrade

FLUSH_SECONDS = 10.0
"""How often times of frames and learned intervals are written; a crash forgets that much, later frames mend it."""


class SqlRegistry(Answers):
    """Implements `store.registry.protocol.Registry`. Made by `open`."""

    def __init__(self, database: Database, known: Known, pace: Callable[[], float]) -> None:
        self._database = database
        super().__init__(known)
        self._pace = pace
        self._lock = threading.RLock()
        self._version = 1
        self._flushed = pace()
        self._learned: list[tuple[str, Interval]] = []
        self.gaps = GapStore(database)
        """What is missing, in the same database."""
        self.alarms = AlarmStore(database)
        """What operators are to be told of, in the same database."""

    @classmethod
    def open(cls, where: str | Path, region: Region, *, pace: Callable[[], float] = time.monotonic) -> Self:
        """Open (or begin) the registry in that file or at that database URL, and take over the region file.

        Args:
            pace: seconds that only rise; says when times of frames are written next.

        Raises:
            Unavailable: locked, or the server is away. Misconfigured: can't be read, or is of a newer version.
        """
        database = Database(where)
        with database.translated():
            upgrade(database.engine)
        with database.begin() as connection:
            writing.take_over(connection, region)
            known = load(connection)
        return cls(database, known, pace)

    @property
    def version(self) -> int:
        """Rises whenever a device, point, site or assignment changes."""
        return self._version

    def sight(self, sightings: Sequence[Sighting]) -> None:
        """Note frames. Raises Unavailable, or UnknownApplication when a new device's is not in the region file."""
        tracks, fresh = self._known.tracks, []
        with self._lock:
            for sighting in sightings:
                application, device_id, received_at, dev_eui, profile, place = sighting
                device = f"{application}.{device_id}"
                track = tracks.get(device)
                if track is None or track.differs(dev_eui, profile, place):
                    fresh.append(sighting)
                elif (seconds := track.note(received_at)) is not None:
                    self._learn(track, device, received_at, seconds)
            if fresh:
                self._take(fresh)
            if self._pace() - self._flushed >= FLUSH_SECONDS:
                self.flush()

    def _learn(self, track: Track, device: str, time: int, seconds: float) -> None:
        # The first one speaks for the whole past; a later one must not change it.
        first = all(each.source != LEARNED for each in track.intervals)
        interval = Interval(EARLIEST if first else time, seconds, LEARNED)
        track.add(interval)
        self._learned.append((device, interval))

    def _take(self, sightings: Sequence[Sighting]) -> None:
        found = plan(self._known, sightings)
        if found:
            with self._database.begin() as connection:
                writing.put_plan(connection, found, self._known)
            self._apply(found)
        for each in sightings:
            track = self._known.tracks[f"{each.application}.{each.device_id}"]
            track.remember(each)
            if (seconds := track.note(each.received_at)) is not None:
                self._learn(track, f"{each.application}.{each.device_id}", each.received_at, seconds)

    def _apply(self, found: Plan) -> None:
        known = self._known
        known.points.update((point.id, point) for point in found.points)
        for device, point in found.new:
            known.points[point.id] = point
            known.tracks[device.id] = Track(device, point.id, place=point.place)
        for device in found.devices:
            known.tracks[device.id].change(device)
        self._version += 1

    def flush(self) -> None:
        """Write times of frames and learned intervals now. Raises Unavailable."""
        with self._lock:
            unsaved = [track for track in self._known.tracks.values() if track.unsaved]
            if unsaved or self._learned:
                with self._database.begin() as connection:
                    writing.put_times(connection, [track.device for track in unsaved])
                    writing.put_intervals(connection, self._learned)
            for track in unsaved:
                track.unsaved = False
            self._learned.clear()
            self._flushed = self._pace()

    def save_site(self, site: Site) -> None:
        """Add or change a site. Raises Misconfigured, Unavailable."""
        with self._lock:
            governed = site.tenant in self._known.tenants
            writing.demand(governed, f"site {site.id!r}: no tenant {site.tenant!r} in the region file")
            with self._database.begin() as connection:
                writing.put(connection, tables.SITES, [rows.site_values(site)])
            self._known.sites[site.id] = site
            self._version += 1

    def save_point(self, point: Point) -> None:
        """Add or change a point; a changed place is the person's from then on. Raises Misconfigured, Unavailable."""
        known = self._known
        with self._lock:
            governed = point.tenant in known.tenants
            writing.demand(governed, f"point {point.id!r}: no tenant {point.tenant!r} in the region file")
            there = point.site == "" or point.site in known.sites
            writing.demand(there, f"point {point.id!r}: no site {point.site!r}; make it first")
            before = known.points.get(point.id)
            served = [track for track in known.tracks.values() if track.own_point == point.id]
            by_person = point.place is not None and (
                before is None or before.place != point.place or any(track.place_by_person for track in served)
            )
            with self._database.begin() as connection:
                writing.put(connection, tables.POINTS, [rows.point_values(point, place_by_person=by_person)])
            known.points[point.id] = point
            for track in served:
                track.place_by_person = by_person
            self._version += 1

    def save_device(self, device: Device) -> None:
        """Add or change a device (its times and interval apart); a new one gets a point of its own id.

        Raises:
            Misconfigured: its id is not `application.device_id`, or its application is not known. Unavailable.
        """
        right = device.id == f"{device.application}.{device.device_id}"
        writing.demand(right, f"device {device.id!r}: its id must be {device.application}.{device.device_id}")
        with self._lock:
            track = self._known.tracks.get(device.id)
            if track is None:
                self._add(device)
            else:
                self._change(track, device)

    def _add(self, device: Device) -> None:
        there = device.application in self._known.applications
        writing.demand(there, f"device {device.id!r}: no application {device.application!r} in the region file")
        sighting = Sighting(device.application, device.device_id, 0, device.dev_eui, device.profile)
        found = Plan(new=[first_seen(self._known, sighting, set())])
        by_person = device.profile is not None
        with self._database.begin() as connection:
            writing.put_plan(connection, found, self._known)
            writing.put_device(connection, device, found.new[0][1].id, profile_by_person=by_person)
        self._apply(found)
        self._known.tracks[device.id].profile_by_person = by_person

    def _change(self, track: Track, device: Device) -> None:
        by_person = device.profile is not None and (track.profile_by_person or device.profile != track.device.profile)
        with self._database.begin() as connection:
            writing.put_device(connection, device, track.own_point, profile_by_person=by_person)
        self._apply(Plan(devices=[device]))
        track.profile_by_person = by_person

    def assign(self, assignment: Assignment) -> Assignment:
        """Add an assignment; gives it back with its id.

        Raises:
            Misconfigured: unknown device or point, it ends before it starts, or another one of the device claims some
            of the same readings at the same time; names both. Unavailable.
        """
        with self._lock:
            self._check(assignment)
            with self._database.begin() as connection:
                statement = insert(tables.ASSIGNMENTS).values(rows.assignment_values(assignment))
                number = connection.execute(statement.returning(tables.ASSIGNMENTS.c.id)).scalar_one()
            added = replace(assignment, id=number)
            self._known.put(added)
            self._version += 1
            return added

    def _check(self, assignment: Assignment) -> None:
        what = f"assignment of {assignment.device!r} to {assignment.point!r}"
        writing.demand(assignment.device in self._known.tracks, f"{what}: no such device; see the list of devices")
        writing.demand(assignment.point in self._known.points, f"{what}: no such point; see the list of points")
        ends = assignment.until is None or assignment.until > assignment.start
        writing.demand(ends, f"{what}: it must end after it starts")
        other = rival(assignment, self._known.of_device.get(assignment.device, ()))
        if other is not None:
            raise Misconfigured(
                f"device {assignment.device!r} can't send {words(assignment)}: that overlaps {words(other)}; "
                "end that assignment first, or select other quantities"
            )

    def end_assignment(self, assignment: int, until: int) -> None:
        """Let an assignment end at that time. Raises Misconfigured, Unavailable."""
        with self._lock:
            found = self._known.find(assignment)
            if found is None:
                raise Misconfigured(f"there is no assignment no. {assignment}; list the device's to see their numbers")
            ended = replace(found, until=until)
            self._check(ended)
            with self._database.begin() as connection:
                table = tables.ASSIGNMENTS
                connection.execute(update(table).where(table.c.id == assignment).values(until=until))
            self._known.put(ended)
            self._version += 1

    def set_interval(self, device: str, interval: Interval) -> None:
        """Set how often a device sends. Raises Misconfigured, Unavailable."""
        with self._lock:
            track = self._known.tracks.get(device)
            if track is None:
                raise Misconfigured(f"interval of {device!r}: no such device; see the list of devices")
            writing.demand(interval.seconds > 0, f"interval of {device!r}: it must be above 0 seconds")
            with self._database.begin() as connection:
                writing.put_intervals(connection, [(device, interval)])
            track.add(interval)
            self._version += 1

    def set_complete_until(self, application: str, time: int) -> None:
        """Move the back-fill mark. Raises Unavailable."""
        table = tables.APPLICATIONS
        with self._lock:
            with self._database.begin() as connection:
                connection.execute(update(table).where(table.c.name == application).values(complete_until=time))
            self._known.marks[application] = time

    def save_latest(self, latest: Mapping[Series, Sample]) -> None:
        """Keep these newest samples; those of other series stay as they are. Raises Unavailable."""
        with self._database.begin() as connection:
            writing.put(connection, tables.LATEST, [rows.latest_values(*each) for each in latest.items()])

    def load_latest(self) -> dict[Series, Sample]:
        """The newest samples kept. Raises Unavailable."""
        with self._database.begin() as connection:
            return dict(rows.latest_of(row) for row in connection.execute(select(tables.LATEST)))

    def forget_devices(self, devices: Collection[str]) -> None:
        """Forget devices with their assignments, intervals, newest samples, and points that nothing else uses.

        Raises Unavailable.
        """
        with self._lock:
            there = [device for device in devices if device in self._known.tracks]
            if not there:
                return
            with self._database.begin() as connection:
                lonely = self._known.lonely(there)
                writing.forget(connection, there, lonely)
            self._known.forget(there, lonely)
            self._version += 1

    def check(self) -> None:
        """Ask the database something. Raises Unavailable."""
        with self._database.begin() as connection:
            connection.execute(text("SELECT version_num FROM alembic_version"))

    def close(self) -> None:
        """Write what waits, then let go of the connections. Raises Unavailable."""
        try:
            self.flush()
        finally:
            self._database.close()
