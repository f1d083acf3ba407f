"""Gaps and what explains them, kept in the registry's database."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, bindparam, delete, func, or_, select, true

from smartregion.gaps import Fetch, Gap, GapCause, GapCount, GapState, Outage, Sought
from store.registry.database import Database
from store.registry.gap_tables import FETCHES, GAPS, HEARD, MARKS, OUTAGES
from store.registry.writing import put

# Variables of one statement, and rows of one transaction: others wait for the database meanwhile.
BATCH: Final = 500
Item = TypeVar("Item")
_LIVE: Final = (GapState.OPEN, GapState.LOST, GapState.OUTSIDE)


class GapStore:
    """What is known of gaps. Safe to use from several threads; every method raises Unavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, gaps: Sequence[Gap]) -> None:
        """Add gaps, or replace those of the same device and start."""
        for some in _batches(gaps):
            with self._database.begin() as connection:
                put(connection, GAPS, [_values(gap) for gap in some])

    def remove(self, gaps: Sequence[Gap]) -> None:
        """Forget gaps."""
        gone = delete(GAPS).where(GAPS.c.device == bindparam("named"), GAPS.c.start == bindparam("at"))
        for some in _batches(gaps):
            with self._database.begin() as connection:
                connection.execute(gone, [{"named": gap.device, "at": gap.start} for gap in some])

    def of_devices(self, devices: Collection[str], since: int | None = None) -> dict[str, list[Gap]]:
        """Gaps of some devices, the oldest first: those in which a frame is missing, or all that end after a time."""
        wanted: ColumnElement[bool] = GAPS.c.state.in_(_LIVE)
        if since is not None:
            wanted = or_(GAPS.c.until.is_(None), GAPS.c.until >= since)
        found: dict[str, list[Gap]] = {}
        for some in _batches(sorted(devices)):
            named = GAPS.c.device.in_(some)
            for gap in self._read(select(GAPS).where(named, wanted).order_by(GAPS.c.start)):
                found.setdefault(gap.device, []).append(gap)
        return found

    def open_ones(self, application: str, until: int | None = None, start: int | None = None) -> list[Gap]:
        """Open gaps of an application, by device: those that lie before a time, or begin before it."""
        wanted = select(GAPS).where(GAPS.c.state == GapState.OPEN, GAPS.c.application == application)
        if until is not None:
            wanted = wanted.where(GAPS.c.until <= until)
        if start is not None:
            wanted = wanted.where(GAPS.c.start < start, GAPS.c.until.is_not(None))
        return self._read(wanted.order_by(GAPS.c.device, GAPS.c.start))

    def silent(self) -> dict[str, Gap]:
        """Silences that last, by device."""
        wanted = select(GAPS).where(GAPS.c.state == GapState.OPEN, GAPS.c.until.is_(None))
        return {gap.device: gap for gap in self._read(wanted)}

    def radio(self, devices: Collection[str], start: int) -> list[Gap]:
        """Gaps by radio alone that begin after a time, by device."""
        found: list[Gap] = []
        for some in _batches(sorted(devices)):
            wanted = select(GAPS).where(GAPS.c.device.in_(some), GAPS.c.start >= start, GAPS.c.cause == GapCause.RADIO)
            found += self._read(wanted.where(GAPS.c.state == GapState.LOST, GAPS.c.repaired == 0))
        return sorted(found, key=lambda gap: (gap.device, gap.start))

    def page(self, sought: Sought, limit: int, after: tuple[int, str] | None = None) -> list[Gap]:
        """Gaps, the newest first, beyond that (start, device)."""
        wanted = _where(select(GAPS), sought)
        if after is not None:
            start, device = after
            wanted = wanted.where(or_(GAPS.c.start < start, and_(GAPS.c.start == start, GAPS.c.device > device)))
        return self._read(wanted.order_by(GAPS.c.start.desc(), GAPS.c.device).limit(limit))

    def counts(self, sought: Sought) -> list[GapCount]:
        """How many gaps there are, and frames missing in them, by application, cause and state."""
        by = (GAPS.c.application, GAPS.c.cause, GAPS.c.state)
        sums = (func.sum(GAPS.c.parts), func.sum(GAPS.c.missing), func.sum(GAPS.c.repaired))
        with self._database.begin() as connection:
            rows = connection.execute(_where(select(*by, *sums), sought).group_by(*by).order_by(*by)).all()
        return [GapCount(row[0], GapCause(row[1]), GapState(row[2]), *map(int, row[3:])) for row in rows]

    def prune(self, before: int, most: int) -> None:
        """Forget what began before a time, and the oldest beyond so many, those still open last."""
        with self._database.begin() as connection:
            connection.execute(delete(GAPS).where(GAPS.c.start < before))
            connection.execute(delete(OUTAGES).where(OUTAGES.c.until < before))
            for some in (GAPS.c.state != GapState.OPEN, true()):
                surplus = connection.execute(select(func.count()).select_from(GAPS)).scalar_one() - most
                if surplus > 0:
                    connection.execute(delete(GAPS).where(some, GAPS.c.start <= _edge(connection, some, surplus)))

    def load_heard(self) -> list[tuple[str, int, str]]:
        """(device, floor, runs as text) of every device heard."""
        with self._database.begin() as connection:
            return [(row.device, row.floor, row.runs) for row in connection.execute(select(HEARD))]

    def save_heard(self, heard: Sequence[tuple[str, int, str]]) -> None:
        """Keep what was heard of some devices."""
        for some in _batches(heard):
            rows = [{"device": device, "floor": floor, "runs": runs} for device, floor, runs in some]
            with self._database.begin() as connection:
                put(connection, HEARD, rows)

    def outages(self, since: int) -> list[Outage]:
        """Outages that last or ended after a time, the oldest first."""
        wanted = select(OUTAGES).where(or_(OUTAGES.c.until.is_(None), OUTAGES.c.until >= since))
        with self._database.begin() as connection:
            rows = connection.execute(wanted.order_by(OUTAGES.c.start)).all()
        return [Outage(row.application, row.start, row.until) for row in rows]

    def put_outages(self, outages: Sequence[Outage]) -> None:
        """Add outages, or say how those that are there ended."""
        with self._database.begin() as connection:
            put(connection, OUTAGES, [each._asdict() for each in outages])

    def mark(self, name: str) -> int | None:
        """A number kept under a name."""
        with self._database.begin() as connection:
            return connection.execute(select(MARKS.c.value).where(MARKS.c.name == name)).scalar()

    def set_mark(self, name: str, value: int) -> None:
        """Keep a number under a name."""
        with self._database.begin() as connection:
            put(connection, MARKS, [{"name": name, "value": value}])

    def fetches(self) -> list[Fetch]:
        """Back-fills asked by hand that are not done, in the order in which they were asked."""
        with self._database.begin() as connection:
            rows = connection.execute(select(FETCHES).order_by(FETCHES.c.asked)).all()
        return [Fetch(*row) for row in rows]

    def put_fetch(self, fetch: Fetch) -> None:
        """Add a back-fill, or keep how far it has come."""
        with self._database.begin() as connection:
            put(connection, FETCHES, [fetch._asdict()])

    def remove_fetch(self, fetch: Fetch) -> None:
        """Forget a back-fill: it is done."""
        columns = FETCHES.c
        named = and_(columns.application == fetch.application, columns.start == fetch.start)
        with self._database.begin() as connection:
            connection.execute(delete(FETCHES).where(named, columns.until == fetch.until))

    def _read(self, wanted: Select[Any]) -> list[Gap]:
        with self._database.begin() as connection:
            return [_gap(row) for row in connection.execute(wanted)]


def _edge(connection: Connection, some: ColumnElement[bool], surplus: int) -> int:
    """Where the last of so many of the oldest begins."""
    oldest = select(GAPS.c.start).where(some).order_by(GAPS.c.start).limit(surplus).subquery()
    return connection.execute(select(func.max(oldest.c.start))).scalar() or 0


def _where(wanted: Select[Any], sought: Sought) -> Select[Any]:
    columns = GAPS.c
    if sought.application:
        wanted = wanted.where(columns.application == sought.application)
    if sought.device:
        wanted = wanted.where(columns.device == sought.device)
    if sought.states:
        wanted = wanted.where(columns.state.in_(sought.states))
    if sought.cause is not None:
        wanted = wanted.where(columns.cause == sought.cause)
    if sought.start is not None:
        wanted = wanted.where(or_(columns.until.is_(None), columns.until > sought.start))
    return wanted if sought.until is None else wanted.where(columns.start < sought.until)


def _gap(row: Row[Any]) -> Gap:
    return Gap(
        row.device,
        row.application,
        row.start,
        row.until,
        row.missing,
        row.repaired,
        GapCause(row.cause),
        GapState(row.state),
        row.parts,
        row.found,
    )


def _values(gap: Gap) -> dict[str, Any]:
    return {
        "device": gap.device,
        "start": gap.start,
        "application": gap.application,
        "until": gap.until,
        "missing": gap.missing,
        "repaired": gap.repaired,
        "cause": gap.cause.value,
        "state": gap.state.value,
        "parts": gap.parts,
        "found": gap.found,
    }


def _batches(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    return (items[at : at + BATCH] for at in range(0, len(items), BATCH))
