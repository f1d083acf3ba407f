"""What may go wrong, on demand: a full disk, refusals, slowness. What happens to connections is `proxy`'s."""

import asyncio
from dataclasses import dataclass, field

from simulator.influxdb.buckets import Bucket, Change
from simulator.influxdb.replies import Refusal

FULL = "unexpected error writing points to database: [shard {shard}] write {shard}/_00001.wal: no space left on device"
STUCK = (
    "unexpected error writing points to database: [shard 2] not attempting to open shard 2; opening shard previously "
    "failed with: [shard 2] error opening new segment file for wal: no space left on device"
)


@dataclass
class Faults:
    """Switches for tests."""

    changes: list[Change] | None = None
    """What was written since the disk filled up: visible, but never acknowledged. None: the disk is not full."""
    _freed: bool = False
    _refusals: list[Refusal] = field(default_factory=list)
    _slow: dict[str, float] = field(default_factory=dict)
    _refused_buckets: set[str] = field(default_factory=set)

    def fill_disk(self) -> None:
        """From now on each write is answered with 500, visible until the restart, and gone after it."""
        self.changes = [] if self.changes is None else self.changes
        self._freed = False

    def free_disk(self) -> None:
        """There is room again; the server goes on refusing until it is restarted."""
        self._freed = True

    def restart(self) -> None:
        """What a restart brings: what was never acknowledged is gone; with room on the disk all is well again."""
        for change in reversed(self.changes or []):
            change.bucket.restore(change)
        self.changes = None if self._freed or self.changes is None else []

    def refuse(self, code: str, times: int, *, message: str = "", retry_after: str = "", bucket: str = "") -> None:
        """Answer the next writes and queries with an error: `too many requests`, `unavailable`, `internal error`.

        `bucket`: only writes to this one.
        """
        headers = {"Retry-After": retry_after} if retry_after else {}
        self._refusals += [Refusal(code, message or code, headers)] * times
        self._refused_buckets = {bucket} if bucket else set()

    def slow_down(self, seconds: float, bucket: str = "") -> None:
        """Take so long for each write or query, or for those of one bucket; 0 ends it."""
        self._slow[bucket] = seconds

    async def pass_by(self, bucket: str = "") -> None:
        """What happens to a request before it is looked at.

        Raises:
            Refusal: as often as was asked for.
        """
        delay = max(self._slow.get("", 0.0), self._slow.get(bucket, 0.0))
        if delay:
            await asyncio.sleep(delay)
        if self._refusals and (not self._refused_buckets or bucket in self._refused_buckets):
            raise self._refusals.pop(0)

    def disk_words(self, bucket: Bucket) -> str:
        """The words a write is refused with while the disk is full; none while it is not."""
        if self.changes is None:
            return ""
        return STUCK if self._freed else FULL.format(shard=int(bucket.id[-2:], 16) + 1)
