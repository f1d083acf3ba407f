"""A small county application on the double, and ways to reach it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Protocol

import httpx
import pytest

from simulator.double.accounts import (
    READING_RIGHTS,
    TRAFFIC_READ,
    ApiKey,
    Application,
    RegisteredDevice,
    new_key,
)
from simulator.double.history import History
from simulator.double.server import Double, Setup
from smartregion.clock import Clock
from smartregion.model import Place, Profile
from tests.simulator.double.bare import APPLICATION, TENANT, UID, RawClient


class Start(Protocol):
    """Starts a double with the county application; the test's end stops it."""

    def __call__(
        self,
        setup: Setup | None = None,
        *,
        history: History | None = None,
        clock: Clock | None = None,
        tenant: str = TENANT,
        connection_limit: int | None = None,
    ) -> Double: ...


@pytest.fixture(scope="session")
def key() -> ApiKey:
    """A key with all rights to read."""
    return new_key(READING_RIGHTS, "lesen")


@pytest.fixture(scope="session")
def half_key() -> ApiKey:
    """A key that sees devices but no traffic."""
    return new_key([right for right in READING_RIGHTS if right != TRAFFIC_READ], "Geräte lesen")


@pytest.fixture(scope="session")
def user_key() -> ApiKey:
    """A person's key, good for every application."""
    return new_key()


def _devices() -> dict[str, RegisteredDevice]:
    plain = {f"pegel-{number:02d}": RegisteredDevice(device_id=f"pegel-{number:02d}") for number in range(14)}
    whole = RegisteredDevice(
        device_id="klima-rathaus-01",
        dev_eui="24E124136B326301",
        join_eui="24E124C0002A0001",
        name="Klima Rathaus Süd – Büro 1.04",
        description="Wandmontage über der Tür",
        attributes={"gemeinde": "Müsterstadt"},
        place=Place(51.31301, 9.47874, 168.0),
        profile=Profile("milesight-iot", "em300-th", "1.0", "2.0"),
        activated_at=1_795_000_000_000_000_000,
        last_seen_at=1_795_000_100_000_000_000,
    )
    return {**plain, "abp-13": RegisteredDevice(device_id="abp-13", name="ABP ohne DevEUI"), whole.device_id: whole}


Connect = Callable[..., RawClient]


class _Starter:
    def __init__(self, keys: tuple[ApiKey, ...], user_key: ApiKey, stack: ExitStack) -> None:
        self._keys = keys
        self._user_key = user_key
        self._stack = stack

    def __call__(
        self,
        setup: Setup | None = None,
        *,
        history: History | None = None,
        clock: Clock | None = None,
        tenant: str = TENANT,
        connection_limit: int | None = None,
    ) -> Double:
        county = Application(
            id=APPLICATION,
            tenant=tenant,
            name="Umwelt-Sensorik",
            keys=self._keys,
            devices=_devices(),
            connection_limit=connection_limit,
        )
        other = Application(id="hochwasser", tenant=tenant, keys=(new_key(name="fremd"),))
        double = Double([county, other], history, clock, setup, [self._user_key])
        return self._stack.enter_context(double)


@pytest.fixture
def start(key: ApiKey, half_key: ApiKey, user_key: ApiKey) -> Iterator[Start]:
    """Start a double with the setup the test asks for."""
    with ExitStack() as stack:
        yield _Starter((key, half_key), user_key, stack)


@pytest.fixture
def double(start: Start) -> Double:
    """A double as it comes."""
    return start()


@pytest.fixture
def client(double: Double) -> Iterator[Connect]:
    """Opens bare connections to the double; given a key, signed in and greeted."""
    yield from _connections(double)


@pytest.fixture(scope="module")
def standing(key: ApiKey, half_key: ApiKey, user_key: ApiKey) -> Iterator[Double]:
    """One double for all tests of a module that leave it as it is."""
    with ExitStack() as stack:
        yield _Starter((key, half_key), user_key, stack)()


@pytest.fixture
def caller(standing: Double) -> Iterator[Connect]:
    """Opens bare connections to the double that stands for the whole module."""
    yield from _connections(standing)


def _connections(double: Double) -> Iterator[Connect]:
    opened: list[RawClient] = []

    def connect(key: ApiKey | None = None, receive_buffer: int | None = None, client_id: str = "me") -> RawClient:
        opened.append(RawClient(double.mqtt_port, receive_buffer))
        if key is not None:
            opened[-1].connect(UID, key.text, client_id=client_id)
            assert opened[-1].packet() == (0x20, b"\0\0")
        return opened[-1]

    yield connect
    for one in opened:
        one.socket.close()


@pytest.fixture
def api(double: Double, key: ApiKey) -> Iterator[httpx.Client]:
    """The HTTP API of a double of the test's own, signed in with the key that may read."""
    with httpx.Client(base_url=f"{double.url}/api/v3", headers={"Authorization": f"Bearer {key.text}"}) as client:
        yield client
