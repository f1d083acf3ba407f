"""The whole double: one organisation, an operator token, loopback HTTP, and switches for tests."""

from collections.abc import Iterable
from types import TracebackType
from typing import Self

from simulator.double.web import WebServer
from simulator.influxdb.accounts import Accounts, Permission, everything
from simulator.influxdb.app import create_app
from simulator.influxdb.buckets import Bucket
from simulator.influxdb.faults import Faults
from smartregion.clock import Clock, SystemClock

ORG = "county"


class Double:
    """An InfluxDB 2.9 of our own, for as long as the `with` lasts. It keeps everything in memory, across `down`."""

    def __init__(self, port: int = 0, *, org: str = ORG, clock: Clock | None = None, host: str = "127.0.0.1") -> None:
        """Port 0 takes a free one; `org` empty: a server as it comes, that `/api/v2/setup` makes usable."""
        self.accounts = Accounts()
        self.faults = Faults()
        self.org = org
        self.operator_token = ""
        self._app = create_app(self.accounts, self.faults, clock or SystemClock())
        self._host = host
        self._web: WebServer | None = WebServer(self._app, host, port, None)
        self.port = self._web.port
        if org:
            owner = self.accounts.add_organisation(org)
            self.operator_token = self.accounts.add_token(owner.id, everything(), "operator's Token").text
            self.accounts.set_up = True

    def __enter__(self) -> Self:
        """Begin to answer."""
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End."""
        self.stop()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://{self._host}:{self.port}"

    def start(self) -> None:
        """Begin to answer, on the same port as before."""
        if self._web is None:
            self._web = WebServer(self._app, self._host, self.port, None)
        self._web.start()

    def stop(self) -> None:
        """Stop answering: connections are refused. What was stored is still there after the next start."""
        if self._web is not None:
            self._web.stop()
            self._web = None

    def restart(self) -> None:
        """Stop and start: what was never acknowledged (a full disk) is gone."""
        self.stop()
        self.faults.restart()
        self.start()

    def create_bucket(self, name: str, *, retention_seconds: int = 0) -> Bucket:
        """Make a bucket."""
        return self.accounts.add_bucket(self.accounts.organisation(self.org), name, retention_seconds)

    def delete_bucket(self, name: str) -> None:
        """Take a bucket and everything in it away."""
        buckets = self.accounts.organisation(self.org).buckets
        del buckets[self.bucket(name).id]

    def bucket(self, name: str) -> Bucket:
        """A bucket that is there. Raises KeyError: it is not."""
        found = self.accounts.bucket(self.accounts.organisation(self.org), name)
        if found is None:
            raise KeyError(name)
        return found

    def create_token(self, *, read: Iterable[str] = (), write: Iterable[str] = ()) -> str:
        """A token's text: what it may read and write, by the names of buckets."""
        owner = self.accounts.organisation(self.org)
        pairs = [("read", name) for name in read] + [("write", name) for name in write]
        permissions = [Permission(action, "buckets", self.bucket(name).id, owner.id) for action, name in pairs]
        return self.accounts.add_token(owner.id, permissions).text

    def deactivate_token(self, text: str, *, active: bool = False) -> None:
        """Switch a token off, or on again."""
        found = self.accounts.token(text)
        if found is not None:
            found.active = active

    def delete_token(self, text: str) -> None:
        """Forget a token: whoever comes with it is unknown."""
        found = self.accounts.token(text)
        if found is not None:
            del self.accounts.tokens[found.id]

    def rows(self, bucket: str) -> int:
        """How many values a bucket holds."""
        streams = self.bucket(bucket).series.values()
        return sum(len(fields) for stream in streams for fields in stream.values.values())
