"""`smartregion check` tells what is wrong with the InfluxDB, and what to do; /health would say that all is well."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.influxdb.server import Double
from tests.real.influx import Influx
from tests.whole.command import Outcome, smartregion

ORG = "kreis-musterland"
REGION = """name = "Kreis Musterland"
[store]
kind = "influxdb"
url = "{url}"
org = "kreis-musterland"
[[tenants]]
key = "musterstadt"
name = "Musterstadt"
"""
BUCKETS = ["smartregion", "musterstadt", "musterstadt_rollup"]


@pytest.fixture
def double() -> Iterator[Double]:
    with Double(org=ORG) as running:
        yield running


@pytest.fixture
def county(tmp_path: Path, double: Double) -> Path:
    """A region file whose InfluxDB is set up."""
    file = tmp_path / "region.toml"
    file.write_text(REGION.format(url=double.url), encoding="utf-8")
    extra = {"SMARTREGION_INFLUXDB_ADMIN_TOKEN": double.operator_token}
    told = smartregion("influxdb", "setup", "--region", file, "--data", tmp_path / "data", extra=extra)
    assert told.status == 0, told.err
    return file


def _check(county: Path, **extra: str) -> Outcome:
    return smartregion("check", "--region", county, "--data", county.parent / "data", "--json", extra=extra)


def _wrong(told: Outcome) -> dict[str, str]:
    """The words for what is not fine, by the last part of its name."""
    assert told.status == 1
    return {each["name"].rsplit(": ", 1)[-1]: each["why"] for each in told.rows() if each["status"] != "fine"}


def test_where_all_is_well_each_bucket_and_the_canary_are_fine(county: Path, double: Double) -> None:
    told = _check(county)
    assert told.status == 0, told.out
    names = [each["name"].rsplit(": ", 1)[-1] for each in told.rows()]
    assert names[2:] == [*BUCKETS, "canary"]
    assert double.rows("musterstadt") == double.rows("musterstadt_rollup") == 0
    assert double.rows("smartregion") == 1


def test_a_server_that_is_not_there_is_told_once(county: Path, double: Double) -> None:
    double.stop()
    wrong = _wrong(_check(county))
    assert len(wrong) == 1
    assert "does not answer" in wrong["smartregion"]


def test_missing_tokens_are_named_with_their_variables(county: Path) -> None:
    for file in (county.parent / "data" / "secrets").iterdir():
        file.unlink()
    (words,) = _wrong(_check(county)).values()
    for variable in ("WRITE", "ROLLUP", "READ"):
        assert f"SMARTREGION_INFLUXDB_{variable}_TOKEN" in words
    assert "smartregion influxdb setup" in words


def test_a_wrong_token_for_writing_is_told_for_each_bucket_it_writes(county: Path) -> None:
    wrong = _wrong(_check(county, SMARTREGION_INFLUXDB_WRITE_TOKEN="wrong"))
    assert set(wrong) == {"smartregion", "musterstadt"}
    assert all("token for writing is not valid" in words for words in wrong.values())


def test_a_token_file_counts_before_the_folder(county: Path, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("wrong", encoding="utf-8")
    wrong = _wrong(_check(county, SMARTREGION_INFLUXDB_READ_TOKEN_FILE=str(file)))
    assert set(wrong) == set(BUCKETS)
    assert all("token for reading is not valid" in words for words in wrong.values())
    (words,) = _wrong(_check(county, SMARTREGION_INFLUXDB_READ_TOKEN_FILE=str(tmp_path / "nowhere"))).values()
    assert "can't be read" in words


def test_a_token_that_may_not_write_is_told(county: Path, double: Double) -> None:
    wrong = _wrong(_check(county, SMARTREGION_INFLUXDB_WRITE_TOKEN=double.create_token(read=["musterstadt"])))
    assert "does not hold for this bucket" in wrong["musterstadt"]


def test_a_missing_bucket_is_told_alone(county: Path, double: Double) -> None:
    double.delete_bucket("musterstadt")
    wrong = _wrong(_check(county))
    assert set(wrong) == {"musterstadt"}
    assert "smartregion influxdb setup" in wrong["musterstadt"]


def test_a_wrong_organisation_is_told(county: Path) -> None:
    county.write_text(county.read_text(encoding="utf-8").replace(f'org = "{ORG}"', 'org = "nope"'), encoding="utf-8")
    wrong = _wrong(_check(county))
    assert set(wrong) == set(BUCKETS)
    assert 'organization name "nope" not found' in wrong["smartregion"]


def test_a_full_disk_is_told_although_the_server_calls_itself_healthy(county: Path, double: Double) -> None:
    double.faults.fill_disk()
    wrong = _wrong(_check(county))
    assert "no space left on device" in wrong["canary"]


@pytest.mark.real
def test_debians_1_6_is_tried_alike(tmp_path: Path) -> None:
    with Influx(tmp_path / "influx") as influx:
        file = tmp_path / "region.toml"
        text = REGION.format(url=influx.url).replace(f'org = "{ORG}"', 'write_path = "v1"')
        file.write_text(text, encoding="utf-8")
        wrong = _wrong(_check(file))
        assert set(wrong) == set(BUCKETS)
        told = smartregion("influxdb", "setup", "--region", file, "--data", tmp_path / "data", "--json")
        assert [each["status"] for each in told.rows()] == ["made"] * 3
        again = smartregion("influxdb", "setup", "--region", file, "--data", tmp_path / "data", "--json")
        assert [each["status"] for each in again.rows()] == ["fine"] * 3
        assert _check(file).status == 0
