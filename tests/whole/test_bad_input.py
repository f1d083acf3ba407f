"""Bad input costs itself and nothing else: each kind ends where it should, and its neighbours are stored."""

import base64
import json
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from queries.ledger import Ledger
from simulator.double.server import Double, Setup
from simulator.uplinks import Frame, render
from store.journal.protocol import LedgerRow
from store.series.duckdb import DuckSeries
from store.series.protocol import Selection
from tests.whole.command import smartregion
from tests.whole.service import (
    APPLICATION,
    TENANT,
    Service,
    assert_balanced,
    journal_of,
    region_of,
    region_text,
    stack_application,
)

NEIGHBOUR: Final = "guter-nachbar"
OTHER: Final = "boese-01"
PLAIN: Final = bytes.fromhex("01755c03673401046865")


def _frame(device_id: str, number: int, payload: bytes = PLAIN, f_port: int = 85) -> Frame:
    return Frame(
        APPLICATION,
        device_id,
        time.time_ns() - 1_000_000_000,
        tenant=TENANT,
        session="AZikssPU5fYHGCk6S1xtfg==",
        f_cnt=number + 1,
        f_port=f_port,
        payload=payload,
    )


def _uplink(number: int, payload: bytes = PLAIN, f_port: int = 85) -> bytes:
    return render(_frame(OTHER, number, payload, f_port))


def _with(number: int, **changes: object) -> bytes:
    """An uplink with other things in its `uplink_message`."""
    message = json.loads(_uplink(number))
    message["uplink_message"].update(changes)
    return json.dumps(message).encode()


def _outer(number: int, **changes: object) -> bytes:
    """An uplink with other things around its `uplink_message`."""
    return json.dumps({**json.loads(_uplink(number)), **changes}).encode()


def _heard_at(number: int, moment: str) -> bytes:
    return json.dumps({**json.loads(_with(number, received_at=moment)), "received_at": moment}).encode()


MALFORMED: Final = ("quarantined", "malformed")
IMPLAUSIBLE: Final = ("quarantined", "implausible time")
UNDECODABLE: Final = ("quarantined", "decoder failed")
STORED: Final = ("stored", "")
MEGABYTE: Final = 1_000_000

BAD: Final[dict[str, tuple[bytes, tuple[str, str]]]] = {
    "malformed JSON: cut off": (_uplink(1)[:-1], MALFORMED),
    "malformed JSON: two at once": (_uplink(2) + _uplink(2), MALFORMED),
    "malformed JSON: no JSON at all": (b"<html>502 Bad Gateway</html>", MALFORMED),
    "malformed JSON: nested beyond all measure": (b"[" * 100_000, MALFORMED),
    "wrong types: a list": (b"[1, 2, 3]", MALFORMED),
    "wrong types: a port in words": (_with(3, f_port="eighty-five"), MALFORMED),
    "wrong types: a counter with a fraction": (_with(4, f_cnt=1.5), MALFORMED),
    "wrong types: ids are a number": (_outer(5, end_device_ids=5), MALFORMED),
    "wrong types: the uplink is a list": (_outer(6, uplink_message=[]), MALFORMED),
    "wrong types: a time is a number": (_with(7, received_at=1_700_000_000), MALFORMED),
    "wrong types: payload is null": (_with(8, frm_payload=None), MALFORMED),
    "no device": (_outer(9, end_device_ids={"application_ids": {"application_id": APPLICATION}}), MALFORMED),
    "a device id that is a path": (
        _outer(10, end_device_ids={"device_id": "../../etc", "application_ids": {"application_id": APPLICATION}}),
        MALFORMED,
    ),
    "1 MB payload: bytes of the device": (
        _with(11, frm_payload=base64.b64encode(bytes(MEGABYTE * 3 // 4)).decode()),
        UNDECODABLE,
    ),
    "1 MB payload: rubbish": (b"x" * MEGABYTE, MALFORMED),
    "1 MB payload: a field that nobody knows": (_outer(12, something="x" * MEGABYTE), STORED),
    "invalid UTF-8: in a name": (_uplink(13).replace(OTHER.encode(), b"b\xf6se-0001"), MALFORMED),
    "invalid UTF-8: nothing else": (b"\xff\xfe\xfd", MALFORMED),
    "a lone surrogate": (_uplink(14).replace(b'"session_key_id":"', b'"session_key_id":"\\ud800'), MALFORMED),
    "base64 rubbish: signs": (_with(15, frm_payload="!!! not base64 !!!"), MALFORMED),
    "base64 rubbish: length": (_with(16, frm_payload="AXVcA"), MALFORMED),
    "year 1": (_heard_at(17, "0001-01-01T00:00:01Z"), IMPLAUSIBLE),
    "year 1: the zero time, nothing better is said": (_heard_at(18, "0001-01-01T00:00:00Z"), MALFORMED),
    "year 9999": (_heard_at(19, "9999-12-31T23:59:59.999999999Z"), IMPLAUSIBLE),
    "year 2261, which 64 bits still hold": (_heard_at(20, "2261-12-31T23:59:59Z"), IMPLAUSIBLE),
    "the 30th of February": (_heard_at(21, "2026-02-30T00:00:00Z"), MALFORMED),
    "no time": (_heard_at(22, ""), MALFORMED),
    "negative f_cnt": (_with(23, f_cnt=-1), MALFORMED),
    "f_cnt beyond 32 bits": (_with(24, f_cnt=2**32), MALFORMED),
    "unknown port": (_uplink(25, f_port=200), UNDECODABLE),
    "a port that does not exist": (_with(26, f_port=256), MALFORMED),
    "empty payload": (_uplink(27, payload=b""), ("ignored", "empty frame")),
    "a frame without a port": (_uplink(28, f_port=0), ("ignored", "MAC only")),
    "a payload cut short": (_uplink(29, payload=PLAIN[:-1]), UNDECODABLE),
    "no kind of message": (_outer(30, uplink_message=None), MALFORMED),
}
EMPTY: Final = b""


@dataclass(frozen=True)
class Taken:
    """What a platform made of the bad messages and their good neighbours."""

    quarantine: dict[bytes, str]
    causes: dict[tuple[str, str], int]
    rows: list[LedgerRow]
    neighbours: list[float]
    words: str


@pytest.fixture(scope="module")
def by_mqtt(tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """Published by The Things Stack, a good message after each bad one."""
    folder = tmp_path_factory.mktemp("mqtt")
    # Without a storage: the real one would not give back what is no message.
    with (
        Double([stack_application()], setup=Setup(storage=False)) as double,
        Service(folder, region_of(double)) as service,
    ):
        service.wait_for(lambda: bool(double.connected()))
        service.wait_until_ready()
        for number, (payload, _) in enumerate(BAD.values()):
            double.publish(APPLICATION, TENANT, OTHER, payload, time.time_ns())
            good = _good(number)
            double.publish(APPLICATION, TENANT, NEIGHBOUR, render(good), good.handled_at)
        double.publish(APPLICATION, TENANT, OTHER, EMPTY, time.time_ns())
        service.wait_for(lambda: service.totals()["received"] - service.totals()["queued"] == 2 * len(BAD) + 1)
        assert service.stop() == 0
    return _taken(service.data, service.told())


@pytest.fixture(scope="module")
def by_import(tmp_path_factory: pytest.TempPathFactory) -> Taken:
    """The same as lines of a file."""
    folder = tmp_path_factory.mktemp("import")
    (folder / "region.toml").write_text(region_text(1, 1), encoding="utf-8")
    lines = [line for number, (bad, _) in enumerate(BAD.values()) for line in (bad, render(_good(number)))]
    (folder / "bad.jsonl").write_bytes(b"\n".join([*lines, EMPTY, b"  "]))
    told = smartregion(
        "import", folder / "bad.jsonl", "--region", folder / "region.toml", "--data", folder / "data", "--lang", "en"
    )
    assert told.status == 0, told.err
    assert f"{2 * len(BAD)} imported" in told.words
    return _taken(folder / "data", told.words)


def _good(number: int) -> Frame:
    temperature = (number + 1).to_bytes(2, "little")
    return _frame(NEIGHBOUR, number, bytes.fromhex("0367") + temperature)


def _taken(data: Path, words: str) -> Taken:
    book, log = journal_of(data)
    quarantine = {each.message.payload: each.cause for each in book.quarantined(1000)}
    causes = {(state, cause): count for (_, state, cause), count in book.causes().items()}
    rows = Ledger(book, log).rows()
    log.close()
    book.close()
    store = DuckSeries(data / "series.duckdb")
    found = store.series(Selection(devices=(f"{APPLICATION}.{NEIGHBOUR}",), quantities=("air.temperature",)))
    neighbours = [sample.value for series in found for sample in store.read(series, 0, 2**62)]
    store.close()
    return Taken(quarantine, causes, rows, neighbours, words)


@pytest.fixture(params=["by_mqtt", "by_import"])
def taken(request: pytest.FixtureRequest) -> Taken:
    """Both doors."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Taken)
    return found


@pytest.mark.parametrize("name", BAD)
def test_a_bad_message_ends_where_it_should_with_its_cause(name: str, taken: Taken) -> None:
    payload, (state, cause) = BAD[name]
    assert taken.quarantine.get(payload, "") == (cause if state == "quarantined" else "")
    if state == "ignored":
        assert taken.causes[state, cause] == 1


def test_an_empty_message_is_malformed(by_mqtt: Taken) -> None:
    assert by_mqtt.quarantine[EMPTY] == "malformed"


def test_the_good_neighbours_of_bad_messages_are_stored(taken: Taken) -> None:
    assert sorted(taken.neighbours) == [pytest.approx((number + 1) / 10) for number in range(len(BAD))]


def test_the_ledger_balances_whatever_came(taken: Taken) -> None:
    assert_balanced(taken.rows)
    states = [state for _, (state, _) in BAD.values()]
    extra = EMPTY in taken.quarantine
    assert sum(row.quarantined for row in taken.rows) == states.count("quarantined") + extra
    assert sum(row.ignored for row in taken.rows) == states.count("ignored")
    assert sum(row.stored for row in taken.rows) == states.count("stored") + len(BAD)
    assert sum(row.duplicate + row.queued for row in taken.rows) == 0


def test_bad_messages_leave_no_stack_trace(taken: Taken) -> None:
    assert "Traceback" not in taken.words
