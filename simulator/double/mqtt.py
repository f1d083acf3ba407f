"""The MQTT side of the double: an event loop in a thread of its own, reached from any thread."""

import asyncio
import contextlib
import socket
import ssl
import threading
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import CancelledError, Future
from typing import TypeVar

from simulator.double.accounts import Accounts
from simulator.double.broker import Broker, Counts, Limits, Outgoing
from simulator.double.session import Session

T = TypeVar("T")

_SLICE = 256


class MqttServer:
    """Listens on loopback, plain and, where a certificate is given, with TLS."""

    def __init__(
        self, accounts: Accounts, limits: Limits, host: str, port: int, tls: tuple[ssl.SSLContext, int] | None
    ) -> None:
        self._loop = asyncio.new_event_loop()
        self.broker = Broker(accounts, limits)
        self._doors = [_Door(_bind(host, port), None)]
        if tls is not None:
            self._doors.append(_Door(_bind(host, tls[1]), tls[0]))
        self.ports = tuple(door.port for door in self._doors)
        self._host = host
        self._inbox: deque[Outgoing] = deque()
        self._woken = False
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="double-mqtt", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()
        self.call(self._open())

    def stop(self) -> None:
        """End every connection and the loop; who still publishes is told nothing and goes on unheard."""
        if self._stopped:
            return
        self._stopped = True
        self.call(self._close())
        self.call(_end_tasks())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def down(self) -> None:
        """Go away like a server that is being redeployed: connections end, the port refuses."""
        self.call(self._close())

    def up(self) -> None:
        """Come back on the same ports."""
        for door in self._doors:
            door.listener = _bind(self._host, door.port)
        self.call(self._open())

    def publish(self, message: Outgoing) -> None:
        """Hand over one message and return at once; nothing happens once the server stopped."""
        self._inbox.append(message)
        if not self._woken and not self._stopped:
            self._woken = True
            self._loop.call_soon_threadsafe(self._drain)

    def publish_batch(self, messages: Sequence[Outgoing], *, lossless: bool) -> None:
        """Hand over messages and wait until they are written or dropped; `lossless` waits for slow readers."""
        if self._stopped:
            return
        with contextlib.suppress(CancelledError):
            if lossless:
                self.call(self.broker.deliver_all(messages))
            else:
                self.ask(lambda: self.broker.deliver(messages))

    def ask(self, what: Callable[[], T]) -> T:
        """Run a function in the loop's thread and give its result."""
        return self.call(_as_coroutine(what))

    def call(self, what: Coroutine[None, None, T]) -> T:
        """Run a coroutine in the loop's thread and give its result."""
        future: Future[T] = asyncio.run_coroutine_threadsafe(what, self._loop)
        return future.result()

    def counts(self) -> Counts:
        """What went through so far, everything handed over included."""
        return self.ask(self._settled_counts)

    def _settled_counts(self) -> Counts:
        while self._inbox:
            self._deliver_slice()
        return self.broker.counts()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _drain(self) -> None:
        self._woken = False
        self._deliver_slice()
        if self._inbox and not self._woken:
            # One slice at a time, so that sockets are read and written in between.
            self._woken = True
            self._loop.call_soon(self._drain)

    def _deliver_slice(self) -> None:
        messages: list[Outgoing] = []
        with contextlib.suppress(IndexError):
            while len(messages) < _SLICE:
                messages.append(self._inbox.popleft())
        self.broker.deliver(messages)

    async def _open(self) -> None:
        for door in self._doors:
            door.server = await self._loop.create_server(
                lambda: Session(self.broker), sock=door.listener, ssl=door.tls, backlog=128
            )

    async def _close(self) -> None:
        for door in self._doors:
            if door.server is not None:
                door.server.close()
                door.server = None
        self.broker.disconnect_all()
        await asyncio.sleep(0)


class _Door:
    """A port and who listens there."""

    def __init__(self, listener: socket.socket, tls: ssl.SSLContext | None) -> None:
        self.listener = listener
        self.port: int = listener.getsockname()[1]
        self.tls = tls
        self.server: asyncio.Server | None = None


def _bind(host: str, port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # What a slow reader may leave lying is counted by us; the kernel shall hold little beside it.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 131_072)
    listener.bind((host, port))
    return listener


async def _end_tasks() -> None:
    others = asyncio.all_tasks() - {asyncio.current_task()}
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


async def _as_coroutine(what: Callable[[], T]) -> T:
    return what()
