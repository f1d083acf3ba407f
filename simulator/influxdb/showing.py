"""Answers SHOW: names of databases, measurements, fields and tags."""

import re
from collections.abc import Iterator

from simulator.influxdb.asking import Table
from simulator.influxdb.buckets import Bucket
from simulator.influxdb.statements import Show, Source


def databases(buckets: list[Bucket]) -> list[Table]:
    """The databases that buckets are reached by."""
    names = sorted({bucket.database[0] for bucket in buckets})
    return [Table("databases", None, ["name"], [[name] for name in names])]


def show(asked: Show, bucket: Bucket) -> list[Table]:
    """What a bucket holds, by name."""
    if asked.what == "RETENTION POLICIES":
        columns = ["name", "duration", "shardGroupDuration", "replicaN", "default"]
        return [Table("", None, columns, [[bucket.database[1], f"{bucket.retention_seconds}s", "168h0m0s", 1, True]])]
    measurements = [name for name in bucket.measurements() if _chosen(name, asked.sources)]
    if asked.what == "MEASUREMENTS":
        found = Table("measurements", None, ["name"], [[name] for name in measurements])
        return [found] if measurements else []
    if asked.what == "SERIES":
        keys = sorted(key for name in measurements for key in _series(bucket, name))
        return [Table("", None, ["key"], [[key] for key in keys])] if keys else []
    return [table for name in measurements for table in _keys(asked, bucket, name)]


def _chosen(name: str, sources: tuple[Source, ...]) -> bool:
    if not sources:
        return True
    return any(re.search(each.measurement, name) if each.regex else each.measurement == name for each in sources)


def _series(bucket: Bucket, measurement: str) -> Iterator[str]:
    for tags, _ in bucket.streams(measurement):
        yield ",".join([measurement, *(f"{name}={value}" for name, value in tags)])


def _keys(asked: Show, bucket: Bucket, name: str) -> Iterator[Table]:
    if asked.what == "FIELD KEYS":
        rows = [[field, kind] for field, kind in sorted(bucket.fields(name).items())]
        yield Table(name, None, ["fieldKey", "fieldType"], [list(row) for row in rows])
        return
    pairs = {pair for tags, _ in bucket.streams(name) for pair in tags}
    if asked.what == "TAG KEYS":
        yield Table(name, None, ["tagKey"], [[tag] for tag in sorted({tag for tag, _ in pairs})])
        return
    values = sorted(value for tag, value in pairs if tag == asked.key)
    if values:
        yield Table(name, None, ["key", "value"], [[asked.key, value] for value in values])
