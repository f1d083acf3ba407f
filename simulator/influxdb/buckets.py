"""What a bucket holds, and what it does with points: types are held per shard, a refused point is lost whole."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from simulator.influxdb.lines import Point, Tags
from simulator.influxdb.numbers import Value
from smartregion import timestamps
from smartregion.clock import DAY, HOUR, SECOND

MAX_TEXT_BYTES: Final = 1_048_576
# Shards begin on Mondays: they are counted from the year 1. 1970-01-01 was a Thursday.
_MONDAY: Final = 3 * DAY

SeriesKey = tuple[str, Tags]


class PartialWrite(Exception):
    """Some points were not taken, the others were; the words are the server's."""


class Change(NamedTuple):
    """What a write overwrote, to be undone when it was never acknowledged."""

    bucket: "Bucket"
    series: SeriesKey
    time: int
    name: str
    before: Value | None


@dataclass(slots=True)
class Stream:
    """The values of one series by time and field."""

    values: dict[int, dict[str, Value]] = field(default_factory=dict)
    _order: list[int] = field(default_factory=list)

    def times(self, start: int, end: int) -> list[int]:
        """Its times with start ≤ time < end, in order."""
        if len(self._order) != len(self.values):
            self._order = sorted(self.values)
        return self._order[bisect_left(self._order, start) : bisect_left(self._order, end)]

    def forget(self, times: Iterable[int]) -> None:
        """Take times out."""
        for time in times:
            del self.values[time]
        self._order = sorted(self.values)


@dataclass(slots=True, eq=False)
class Bucket:
    """One bucket. `retention_seconds` 0 keeps all."""

    id: str
    org_id: str
    name: str
    retention_seconds: int = 0
    description: str = ""
    system: bool = False
    series: dict[SeriesKey, Stream] = field(default_factory=dict)
    _types: dict[tuple[int, str, str], str] = field(default_factory=dict)
    _fields: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def database(self) -> tuple[str, str]:
        """The database and retention policy it is reached by over the older paths."""
        name, slash, policy = self.name.partition("/")
        return (name, policy) if slash else (name, "autogen")

    def fields(self, measurement: str) -> Mapping[str, str]:
        """The fields of a measurement and their types, the first that was seen."""
        return self._fields.get(measurement, {})

    def measurements(self) -> list[str]:
        """The names of the measurements that hold something."""
        return sorted({measurement for (measurement, _), stream in self.series.items() if stream.values})

    def streams(self, measurement: str) -> Iterator[tuple[Tags, Stream]]:
        """The series of a measurement."""
        return ((tags, stream) for (name, tags), stream in self.series.items() if name == measurement)

    def write(self, points: Iterable[Point], now: int, undo: list[Change] | None = None) -> int:
        """Take points and say how many are stored.

        Raises:
            PartialWrite: some were dropped; with the words of the first shard that dropped any.
        """
        oldest = now - self.retention_seconds * SECOND if self.retention_seconds else None
        outside: list[Point] = []
        shards: dict[int, list[Point]] = {}
        for point in points:
            if oldest is not None and point.time < oldest:
                outside.append(point)
            else:
                shards.setdefault(self._shard(point.time), []).append(point)
        refusals = [words for shard, chosen in sorted(shards.items()) for words in self._fill(shard, chosen, undo)]
        if outside and oldest is not None:
            refusals.append(self._too_old(outside, oldest))
        if refusals:
            raise PartialWrite(f"failure writing points to database: partial write: {refusals[0]}")
        return sum(map(len, shards.values()))

    def delete(self, chosen: Iterable[SeriesKey], start: int, stop: int) -> None:
        """Delete of these series what lies from start to stop, both included."""
        for key in list(chosen):
            stream = self.series[key]
            stream.forget(stream.times(start, stop + 1))
            if not stream.values:
                del self.series[key]

    def restore(self, change: Change) -> None:
        """Undo one change of a write."""
        stream = self.series.get(change.series)
        fields = stream.values.get(change.time) if stream else None
        if stream is None or fields is None or change.name not in fields:
            return  # deleted meanwhile
        if change.before is not None:
            fields[change.name] = change.before
            return
        del fields[change.name]
        if not fields:
            stream.forget([change.time])

    def _shard(self, time: int) -> int:
        retention = self.retention_seconds * SECOND
        if not retention or retention > 180 * DAY:
            return (time + _MONDAY) // (7 * DAY)
        return time // (HOUR if retention < 2 * DAY else DAY)

    def _fill(self, shard: int, points: list[Point], undo: list[Change] | None) -> Iterator[str]:
        """Store what fits. Gives the words for what does not, if there is any."""
        dropped, reasons, stripped = 0, [], ""
        for point in points:
            why = self._why_not(shard, point)
            if "time" in point.fields and len(point.fields) > 1 and not why:
                stripped = stripped or _stripped(point)
            if why:
                dropped += 1
                reasons.append(why)
            else:
                self._store(shard, point, undo)
        if reasons:
            yield f"{reasons[0]} dropped={dropped}"
        elif stripped:
            yield f"{stripped} dropped=0 for database: {self.id} for retention policy: autogen"

    def _why_not(self, shard: int, point: Point) -> str:
        if set(point.fields) == {"time"}:
            return f'invalid field name: input field "time" on measurement "{point.measurement}" is invalid'
        for name, (kind, value) in point.fields.items():
            if isinstance(value, str) and len(value.encode("utf-8", "surrogateescape")) > MAX_TEXT_BYTES:
                size = len(value.encode("utf-8", "surrogateescape"))
                return (
                    f'input field "{name}" on measurement "{point.measurement}" is too long, {size} > {MAX_TEXT_BYTES}'
                )
            known = self._types.get((shard, point.measurement, name), kind)
            if known != kind:
                return (
                    f'field type conflict: input field "{name}" on measurement "{point.measurement}" '
                    f"is type {kind}, already exists as type {known}"
                )
        return ""

    def _store(self, shard: int, point: Point, undo: list[Change] | None) -> None:
        key = (point.measurement, point.tags)
        values = self.series.setdefault(key, Stream()).values.setdefault(point.time, {})
        for name, (kind, value) in point.fields.items():
            if name == "time":
                continue
            if undo is not None:
                undo.append(Change(self, key, point.time, name, values.get(name)))
            self._types.setdefault((shard, point.measurement, name), kind)
            self._fields.setdefault(point.measurement, {}).setdefault(name, kind)
            values[name] = value

    def _too_old(self, points: list[Point], oldest: int) -> str:
        first, last = min(points, key=lambda each: each.time), max(points, key=lambda each: each.time)
        bound = f"because it violates a Retention Policy Lower Bound at {timestamps.render(oldest)}"
        return (
            f"dropped {len(points)} points outside retention policy of duration {_duration(self.retention_seconds)} - "
            f"oldest point {first.key} at {timestamps.render(first.time)} dropped {bound}, "
            f"newest point {last.key} at {timestamps.render(last.time)} dropped {bound} "
            f"dropped={len(points)} for database: {self.id} for retention policy: autogen"
        )


def _stripped(point: Point) -> str:
    return (
        f'invalid field name: input field "time" on measurement "{point.measurement}" is invalid. '
        'Field "time" has been stripped from point.'
    )


def _duration(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    return f"{hours}h{rest // 60}m{rest % 60}s"
