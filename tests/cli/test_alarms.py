"""From messages that nobody can use to a letter, and to what the command prints."""

import time
from pathlib import Path

from cli.compose import Platform
from cli.stores import Stores
from smartregion import logs
from smartregion.clock import SystemClock
from smartregion.region import parse
from store.folder import DataFolder
from tests.jobs.test_notify import Web, serving
from tests.whole.command import smartregion
from tests.whole.service import region_text

REGION = region_text(1, 1) + '[notify]\nreceivers = ["SMARTREGION_CHAT"]\ndigest_minutes = 0\nlanguage = "en"\n'


def test_a_growing_quarantine_is_told_once_and_listed(tmp_path: Path) -> None:
    web = Web()
    with serving(web) as port:
        take_in_garbage(tmp_path, f"json://127.0.0.1:{port}/")
    (letter,) = web.taken
    assert letter["title"] == "Kreis Musterland: Of no application: 25 messages went to quarantine within an hour"
    assert "Quarantine (1)" in letter["message"]

    told = smartregion("alarm", "list", "--data", tmp_path / "data", "--lang", "de")
    assert "25 Nachrichten in einer Stunde in Quarantäne" in told.words
    assert "Quarantäne" in told.words
    (alarm,) = smartregion("alarm", "list", "--data", tmp_path / "data", "--json").rows()
    assert (alarm["kind"], alarm["value"], alarm["to"]) == ("quarantine growing", 25.0, None)
    assert smartregion("alarm", "list", "--data", tmp_path / "data", "--json", "--kind", "ledger").rows() == []


def take_in_garbage(folder: Path, address: str) -> None:
    region, clock = parse(REGION), SystemClock()
    with DataFolder.open(folder / "data", command="test", clock=clock) as data:
        data.region.write_text(REGION, encoding="utf-8")
        stores = Stores.open(data, region, clock)
        receivers = {"SMARTREGION_CHAT": address}
        platform = Platform(region, stores, {}, clock, logs.get("test"), listen=False, receivers=receivers)
        platform.start()
        look, tell = (task.work for task in platform.alarms.tasks)
        look()
        platform.take_in(b"\n".join(b"garbage %d" % number for number in range(25)), None)
        deadline = time.monotonic() + 20
        while sum(row.quarantined for row in stores.book.ledger()) < 25:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        for _ in range(3):
            look()
            tell()
        platform.stop()


def test_a_receiver_without_an_address_keeps_the_service_from_starting(tmp_path: Path) -> None:
    region = tmp_path / "region.toml"
    region.write_text(REGION, encoding="utf-8")
    told = smartregion("up", "--region", region, "--data", tmp_path / "data")
    assert told.status == 1
    assert "set SMARTREGION_CHAT, or the same with _FILE" in told.words
