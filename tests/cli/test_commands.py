"""What an operator types day by day, beside a running service and without one: the same words either way."""

import gzip
import shutil
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import zstandard

from store.folder import DataFolder
from tests.cli.conftest import LIVE, PAST, Place
from tests.whole.command import smartregion
from tests.whole.service import APPLICATION, LABEL, Service, region_text

CAPTURED = Path(__file__).parent.parent / "data" / "tts-captured.jsonl"
DEVICE = f"{APPLICATION}.klima-01"
POINT = "klima-01"


def _days_ago(days: int) -> str:
    return (datetime.now(UTC) - timedelta(days=days)).date().isoformat()


def test_the_ledger_shows_what_became_of_all_messages(place: Place) -> None:
    rows = place.run("ledger", "--json").rows()
    assert {row["application"] for row in rows} == {LABEL}
    assert sum(row["stored"] for row in rows) >= LIVE
    for row in rows:
        parts = ("stored", "ignored", "quarantined", "queued", "duplicate")
        assert row["received"] == sum(row[part] for part in parts)


@pytest.mark.parametrize(("language", "word"), [("de", "empfangen"), ("en", "received")])
def test_the_ledger_speaks_german_and_english(place: Place, language: str, word: str) -> None:
    told = place.run("ledger", "--lang", language)
    assert told.status == 0
    assert f"{word} = " in told.words


def test_the_ledger_can_be_narrowed_to_days(place: Place) -> None:
    assert place.run("ledger", "--json", "--since", "2199-01-01").rows() == []
    assert place.run("ledger", "--since", "yesterday").status == 1


def test_devices_are_listed_with_their_profile(place: Place) -> None:
    found = {each["id"]: each for each in place.run("device", "list", "--json").rows()}
    assert found[DEVICE]["profile"] == "milesight-iot/em300-th"
    assert found[DEVICE]["status"] == "active"
    assert DEVICE in place.run("device", "list").words


def test_points_are_listed_and_can_be_chosen(place: Place) -> None:
    assert POINT in {each["id"] for each in place.run("point", "list", "--json").rows()}
    assert place.run("point", "list", "--domain", "water", "--json").rows() == []
    assert POINT in place.run("point", "list", "--tenant", "musterstadt").words


def test_a_point_is_shown_with_its_latest_readings(place: Place) -> None:
    shown = place.run("point", "show", POINT, "--json").one()
    latest = {each["quantity"]: each["value"] for each in shown["latest"]}
    assert latest["air.temperature"] == pytest.approx(LIVE / 10)
    assert latest["air.relative_humidity"] == 50.5
    table = place.run("point", "show", POINT, "--lang", "de").words
    assert "air.temperature" in table
    assert "Messstelle" in table


def test_an_unknown_point_is_told(place: Place) -> None:
    told = place.run("point", "show", "no-such-point")
    assert told.status == 1
    assert "no-such-point" in told.err


def test_a_device_is_given_a_point_once_and_the_second_is_told_of_the_first(place: Place) -> None:
    typed = ("device", "assign", DEVICE, "--point", POINT, "--quantity", "air.temperature")
    given = place.run(*typed, "--since", "2030-01-01", "--parameter", "mounting_height=1.8", "--json").one()
    assert (given["device"], given["point"]) == (DEVICE, POINT)
    assert given["quantities"] == ["air.temperature"]
    assert given["parameters"] == {"mounting_height": 1.8}

    again = place.run(*typed, "--since", "2031-01-01")
    assert again.status == 1
    assert "overlap" in again.err
    shown = place.run("point", "show", POINT, "--json").one()
    assert [each["quantities"] for each in shown["assignments"] if each["quantities"]] == [["air.temperature"]]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("--since", "2030-01-01", "--quantity", "air.temprature"), "air.temprature"),
        (("--since", "soon"), "soon"),
        (("--since", "2030-01-01", "--attribute", "channel"), "NAME=VALUE"),
        (("--since", "2030-01-01", "--parameter", "volume_l=many"), "volume_l 'many' is no number"),
    ],
    ids=["unknown quantity", "no date", "half a pair", "no number"],
)
def test_an_assignment_that_can_not_be_is_told(place: Place, typed: tuple[str, ...], words: str) -> None:
    told = place.run("device", "assign", DEVICE, "--point", POINT, *typed)
    assert told.status == 1
    assert words in told.err
    assert "Traceback" not in told.words


def test_a_back_fill_fetches_what_is_missing_and_the_second_finds_nothing(place: Place) -> None:
    typed = ("backfill", "--application", LABEL, "--since", _days_ago(5), "--until", _days_ago(1), "--json")
    first = place.run(*typed)
    assert first.status == 0, first.err
    assert (first.one()["state"], first.one()["done"]) == ("complete", PAST)
    assert place.run(*typed).one()["done"] == 0
    assert f"{APPLICATION}.klima-02" in {each["id"] for each in place.run("device", "list", "--json").rows()}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("--application", "other", "--since", "2026-01-01"), LABEL),
        (("--application", LABEL, "--since", "2026-02-01", "--until", "2026-01-01"), "--until must lie after --since"),
        (("--application", LABEL, "--since", "1st of May"), "1st of May"),
    ],
    ids=["unknown application", "the wrong way round", "no date"],
)
def test_a_back_fill_that_can_not_be_is_told(place: Place, typed: tuple[str, ...], words: str) -> None:
    told = place.run("backfill", *typed)
    assert told.status == 1
    assert words in told.err
    assert "Traceback" not in told.words


def test_recorded_messages_are_taken_in_once_however_often_and_however_packed(tmp_path: Path) -> None:
    region = tmp_path / "region.toml"
    region.write_text(region_text(1, 1, ttn_tenant=""), encoding="utf-8")
    lines = CAPTURED.read_bytes().count(b"\n")
    packed = [CAPTURED, tmp_path / "c.jsonl.gz", tmp_path / "c.jsonl.zst"]
    with gzip.open(packed[1], "wb") as file, CAPTURED.open("rb") as source:
        shutil.copyfileobj(source, file)
    packed[2].write_bytes(zstandard.compress(CAPTURED.read_bytes()))

    settled: list[dict[str, int]] = []
    for number, each in enumerate(packed, 1):
        told = smartregion("import", each, "--region", region, "--data", tmp_path / "data", "--lang", "de")
        assert told.status == 0, told.err
        assert f"{lines} übernommen" in told.words
        rows = smartregion("ledger", "--data", tmp_path / "data", "--json").rows()
        assert sum(row["received"] for row in rows) == number * lines
        settled.append({state: sum(row[state] for row in rows) for state in ("stored", "ignored", "quarantined")})
        assert sum(row["duplicate"] for row in rows) == number * lines - sum(settled[0].values())
    assert settled[0]["stored"] > 0
    assert settled[0] == settled[1] == settled[2]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.jsonl", None, "can't be read"),
        ("broken.jsonl.gz", b"no gzip at all", "broken.jsonl.gz"),
        ("broken.jsonl.zst", b"no zstd at all", "broken.jsonl.zst"),
    ],
)
def test_a_file_that_can_not_be_imported_is_told(
    at_rest: Place, tmp_path: Path, name: str, content: bytes | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    told = at_rest.run("import", str(tmp_path / name))
    assert told.status == 1
    assert words in told.err
    assert "Traceback" not in told.words


@pytest.mark.parametrize("typed", [("ledger",), ("device", "list"), ("point", "list")], ids=" ".join)
def test_a_folder_without_data_is_told_and_left_as_it_is(typed: tuple[str, ...], tmp_path: Path) -> None:
    told = smartregion(*typed, "--data", tmp_path / "empty")
    assert told.status == 1
    assert "--data" in told.err
    assert not (tmp_path / "empty").exists()


def test_the_socket_of_the_command_line_is_for_its_owner_alone(service: Service) -> None:
    assert stat.S_IMODE((service.data / "run.sock").stat().st_mode) == 0o600


def test_a_command_without_a_service_lets_go_of_the_folder(at_rest: Place) -> None:
    assert at_rest.run("point", "list").status == 0
    assert DataFolder.locked(at_rest.data) is None
    assert not (at_rest.data / "run.sock").exists()
