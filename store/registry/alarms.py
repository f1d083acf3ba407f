"""Alarms and the notices of them, kept in the registry's database."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, delete, insert, select, update

from smartregion.alarms import Alarm, AlarmEvent, AlarmKind, Notice, Sought
from store.registry.alarm_tables import ALARMS, NOTICES
from store.registry.database import Database


class AlarmStore:
    """What is known of alarms. Safe to use from several threads; every method raises Unavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def active(self) -> list[Alarm]:
        """Those that last, in the order in which they were raised."""
        return self._read(select(ALARMS).where(ALARMS.c.end.is_(None)).order_by(ALARMS.c.id))

    def page(self, sought: Sought, limit: int, before: int | None = None) -> list[Alarm]:
        """Alarms, the one raised last first, of ids below that."""
        wanted = select(ALARMS)
        if sought.active is not None:
            wanted = wanted.where(ALARMS.c.end.is_(None) if sought.active else ALARMS.c.end.is_not(None))
        if sought.kind is not None:
            wanted = wanted.where(ALARMS.c.kind == sought.kind.value)
        if sought.subject:
            wanted = wanted.where(ALARMS.c.subject == sought.subject)
        if before is not None:
            wanted = wanted.where(ALARMS.c.id < before)
        return self._read(wanted.order_by(ALARMS.c.id.desc()).limit(limit))

    def change(
        self, begun: Sequence[Alarm], ended: Sequence[Alarm], told: Mapping[AlarmKind, Collection[str]], now: int
    ) -> list[Alarm]:
        """Add and end alarms, with a notice to each receiver of their kind, all or nothing.

        Gives those begun with their ids.
        """
        with self._database.begin() as connection:
            added = [replace(alarm, id=_add(connection, alarm)) for alarm in begun]
            if ended:
                rows = [{"named": alarm.id, "at": alarm.end, "worth": alarm.value} for alarm in ended]
                over = update(ALARMS).where(ALARMS.c.id == bindparam("named"))
                connection.execute(over.values({"end": bindparam("at"), "value": bindparam("worth")}), rows)
            events = [(alarm, AlarmEvent.BEGIN) for alarm in added] + [(alarm, AlarmEvent.END) for alarm in ended]
            notices = [
                {"alarm": alarm.id, "event": event.value, "receiver": receiver, "noted": now}
                for alarm, event in events
                for receiver in told.get(alarm.kind, ())
            ]
            if notices:
                connection.execute(insert(NOTICES), notices)
        return added

    def unsent(self, receiver: str) -> list[Notice]:
        """What a receiver is still to be told, in the order in which it came up."""
        wanted = select(ALARMS, NOTICES.c.event, NOTICES.c.noted).join(NOTICES, NOTICES.c.alarm == ALARMS.c.id)
        wanted = wanted.where(NOTICES.c.receiver == receiver, NOTICES.c.sent.is_(None))
        with self._database.begin() as connection:
            rows = connection.execute(wanted.order_by(NOTICES.c.noted, ALARMS.c.id, NOTICES.c.event)).all()
        return [Notice(_alarm(row), AlarmEvent(row.event), row.noted) for row in rows]

    def sent(self, receiver: str, notices: Sequence[Notice], now: int) -> None:
        """Note that a receiver has been told."""
        columns = NOTICES.c
        told = update(NOTICES).where(
            columns.receiver == receiver, columns.alarm == bindparam("named"), columns.event == bindparam("what")
        )
        rows = [{"named": each.alarm.id, "what": each.event.value, "at": now} for each in notices]
        if rows:
            with self._database.begin() as connection:
                connection.execute(told.values({"sent": bindparam("at")}), rows)

    def prune(self, before: int) -> None:
        """Forget alarms that ended before a time, told or not."""
        old = select(ALARMS.c.id).where(ALARMS.c.end < before)
        with self._database.begin() as connection:
            connection.execute(delete(NOTICES).where(NOTICES.c.alarm.in_(old)))
            connection.execute(delete(ALARMS).where(ALARMS.c.end < before))

    def _read(self, wanted: Select[Any]) -> list[Alarm]:
        with self._database.begin() as connection:
            return [_alarm(row) for row in connection.execute(wanted)]


def _add(connection: Connection, alarm: Alarm) -> int:
    values = {"kind": alarm.kind.value, "subject": alarm.subject, "begin": alarm.begin, "value": alarm.value}
    return int(connection.execute(insert(ALARMS).values(values).returning(ALARMS.c.id)).scalar_one())


def _alarm(row: Row[Any]) -> Alarm:
    return Alarm(AlarmKind(row.kind), row.subject, row.begin, row.end, row.value, row.id)
