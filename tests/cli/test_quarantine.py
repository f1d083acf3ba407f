"""The quarantine on the command line: looked at in the files, retried and discarded through the service or without."""

import time
from itertools import count
from pathlib import Path

import pytest

from simulator.uplinks import render
from smartregion.clock import SECOND
from tests.cli.conftest import Place, frame
from tests.whole.command import Outcome, smartregion
from tests.whole.service import APPLICATION, LABEL

NUMBERS = count(1000)
# 22.6 °C as an ELSYS ERS says it; the region file takes all devices for Milesight's EM300-TH.
TWENTY_TWO = bytes.fromhex("0100e2")
SAID = "milesight-iot/em300-th sends no data on port"


class Foreign:
    """Messages of a device that is taken for another type than it is, brought in by an import."""

    def __init__(self, place: Place, folder: Path, messages: int = 3) -> None:
        self.place = place
        self.device_id = f"fremd-{next(NUMBERS)}"
        now = time.time_ns()
        frames = [
            frame(next(NUMBERS), now - number * SECOND, self.device_id)._replace(f_port=5, payload=TWENTY_TWO)
            for number in range(messages)
        ]
        (folder / "foreign.jsonl").write_bytes(b"\n".join(render(each) for each in frames))
        assert self.place.run("import", str(folder / "foreign.jsonl")).status == 0

    def listed(self) -> list[dict[str, object]]:
        return self.run("list", "--messages", "--words", self.device_id, "--json").rows()

    def run(self, *typed: str) -> Outcome:
        return self.place.run("quarantine", *typed)

    def learn(self) -> None:
        """Tell the platform what the device is."""
        device = f"{LABEL}.{self.device_id}"
        profile = ("--profile", "elsys/ers", "--since", "2020-01-01")
        assert self.place.run("device", "assign", device, "--point", self.device_id, *profile).status == 0


@pytest.fixture
def foreign(place: Place, tmp_path: Path) -> Foreign:
    return Foreign(place, tmp_path)


def test_alike_messages_are_listed_as_one(foreign: Foreign) -> None:
    found = foreign.run("list", "--cause", "decoder failed", "--json").rows()
    (group,) = [each for each in found if str(each["words"]).startswith(f"{SAID} …")]

    assert group["messages"] >= 3
    assert group["application"] == LABEL
    table = foreign.run("list", "--lang", "de").words
    assert "Quarantäne" in table
    assert str(group["group"]) in table
    assert len(foreign.run("list", "--group", str(group["group"]), "--json").rows()) == group["messages"]
    assert foreign.run("list", "--application", "nobody", "--json").rows() == []
    assert "Noch nichts." in foreign.run("list", "--application", "nobody", "--lang", "de").words


def test_one_message_is_shown_with_its_bytes_and_what_was_said(foreign: Foreign) -> None:
    key = str(foreign.listed()[0]["key"])

    shown = foreign.run("show", key, "--json").one()
    assert shown["payload_hex"] == TWENTY_TWO.hex()
    assert shown["detail"].startswith(f"{SAID} 5")
    assert shown["decoder"].startswith("milesight-iot/em300-th ")
    assert APPLICATION in shown["text"]
    words = foreign.run("show", key, "--lang", "de").words
    assert "Nutzdaten (hex)" in words
    assert '"frm_payload"' in words


def test_after_a_device_is_known_its_messages_are_retried(foreign: Foreign) -> None:
    again = foreign.run("retry", "--words", foreign.device_id)
    assert again.status == 1
    assert "none of the messages left quarantine" in again.err

    foreign.learn()
    done = foreign.run("retry", "--words", foreign.device_id, "--lang", "de")

    assert (done.status, done.err) == (0, "")
    assert "3 gespeichert" in done.words
    assert foreign.listed() == []
    latest = foreign.place.run("point", "show", foreign.device_id, "--json").one()["latest"]
    assert "air.temperature" in {each["quantity"] for each in latest}


def test_one_message_is_retried_by_its_key(foreign: Foreign) -> None:
    foreign.learn()
    assert len(foreign.listed()) == 3
    key = str(foreign.listed()[0]["key"])

    done = foreign.run("retry", key, "--json").one()

    assert (done["total"], done["stored"], done["state"]) == (1, 1, "complete")
    assert len(foreign.listed()) == 2
    gone = foreign.run("retry", key)
    assert gone.status == 1
    assert "not in quarantine" in gone.err


def test_messages_are_discarded_with_a_reason_and_the_ledger_balances(foreign: Foreign) -> None:
    reason = "a device of the installer, not ours"
    key = str(foreign.listed()[0]["key"])

    asked = foreign.run("discard", "--words", foreign.device_id, "--reason", reason)
    assert asked.status == 1
    assert "--yes" in asked.err
    done = foreign.run("discard", "--words", foreign.device_id, "--reason", reason, "--yes")

    assert done.status == 0, done.err
    assert "3 discarded" in done.words
    assert foreign.listed() == []
    assert reason in foreign.run("show", key).err
    for row in foreign.place.run("ledger", "--json").rows():
        parts = ("stored", "ignored", "quarantined", "queued", "duplicate")
        assert row["received"] == sum(row[part] for part in parts)


def test_nothing_that_fits_is_told(place: Place) -> None:
    told = place.run("quarantine", "retry", "--cause", "no such cause", "--lang", "de")
    assert told.status == 0
    assert "Nichts in Quarantäne passt dazu." in told.words


@pytest.mark.parametrize(
    "typed",
    [
        ("retry",),
        ("retry", "00ff", "--all"),
        ("retry", "00ff", "--cause", "malformed"),
        ("discard", "--all"),
        ("discard", "--reason", "x", "--yes"),
        ("list", "--limit", "0"),
        ("show",),
    ],
    ids=" ".join,
)
def test_wrong_use_ends_with_2(tmp_path: Path, typed: tuple[str, ...]) -> None:
    told = smartregion("quarantine", *typed, "--data", tmp_path)
    assert told.status == 2
    assert told.err


def test_a_folder_without_a_journal_is_told(tmp_path: Path) -> None:
    told = smartregion("quarantine", "list", "--data", tmp_path)
    assert told.status == 1
    assert "holds no journal" in told.err
